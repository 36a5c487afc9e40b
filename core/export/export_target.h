#pragma once

#include "core/file/model_file.h"

#include <functional>
#include <optional>
#include <stop_token>

namespace tritloom {

/// What to export and how. Valid for the duration of the call.
struct ExportRequest {
    const ModelFile& model;
    /// A number format id for every tensor of the model; 1-D tensors and norms are stored as f32 whatever it
    /// says.
    std::vector<std::string> formats;
    /// Tensor `index` in the format that the file will have, which is formats[index] or f32 (see above), as
    /// materialise() would give it: [outputs, inputs], rows in the model's order. Called once per tensor, in
    /// the order of the model; one of them is in memory at a time.
    std::function<Result<Tensor>(std::size_t index, std::string_view formatId)> tensor;
    /// The same for targets that can hold replacements; empty: nobody has any.
    std::function<Result<CompressedLayer>(std::size_t index)> layer = {};
    const ModelFile* base = nullptr; ///< in which lies what layers share; null: no such model is known
    std::filesystem::path path;
    std::function<void(double fraction)> progress = [](double) {};
    std::stop_token stop = {};
};

struct WrittenFile {
    std::uint64_t fileBytes = 0;
    /// Of all weights, scales and zero points; absent where reading the file back tells it: nodes may hold
    /// some.
    std::optional<std::uint64_t> weightBytes = {};
    std::vector<std::string> notices; ///< what was changed on the way, one sentence each
    std::string readBack; ///< what was read back before the file got its name: "38 tensors have ..."
};

/// One row per kind of file that other programs can run; targets.cpp holds the only list.
struct ExportTarget {
    std::string_view id; ///< "gguf"
    std::string_view title; ///< "GGUF (llama.cpp)"
    std::string_view patterns; ///< for the save dialog: "*.gguf"
    /// Every broken rule, one sentence each, before anything is written; empty: write() will not refuse,
    /// except for what only the numbers tell (scales of ternary blocks).
    std::vector<std::string> (*check)(const ModelFile& model, std::span<const std::string> formats);
    /// Errors: InvalidInput (broken rules), Io, Cancelled, those of request.tensor. A file that was there
    /// before stays as it is unless everything went well.
    Result<WrittenFile> (*write)(const ExportRequest& request);
    enum class Writes { File, Folder } writes = Writes::File; ///< a folder must not be there yet, or be empty
    /// Replacements: write() takes layers that are more than a matrix from request.layer, and says which it
    /// cannot hold. Differences: these too, without what they share with request.base, which is needed.
    enum class Holds { Matrices, Replacements, Differences } holds = Holds::Matrices;
};
[[nodiscard]] std::span<const ExportTarget> exportTargets();

/// The tensor as the model stores it, in another format by its plain encoder: a provider for ExportRequest.
[[nodiscard]] Result<Tensor> encodedTensor(const NamedTensor& tensor, std::string_view formatId);

} // namespace tritloom
