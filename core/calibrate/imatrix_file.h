#pragma once

#include "core/calibrate/statistics.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace tritloom {

/// Mean squares of the inputs of matrices, as llama.cpp's imatrix tool gathers and keeps them. A value.
struct ImatrixFile {
    struct Entry {
        std::vector<float> sums; ///< of x^2, [experts, columns]
        std::vector<float> counts; ///< tokens seen, [experts]; one expert for an ordinary matrix

        /// Mean of x^2 by column over all tokens of all experts; 1 where no token was seen.
        [[nodiscard]] std::vector<float> meanSquares() const;
    };
    std::map<std::string, Entry> entries; ///< by GGUF's name of the matrix, "blk.0.attn_q.weight"
    std::vector<std::string> datasets; ///< what the texts were called
    std::uint32_t chunkCount = 0;
    std::uint32_t chunkSize = 0; ///< tokens; 0: the old form does not say
};

/// Both forms, told apart by content. Errors: NotFound, Io, InvalidInput (what is wrong where).
[[nodiscard]] Result<ImatrixFile> readImatrix(const std::filesystem::path& path);

enum class ImatrixForm {
    Gguf, ///< general.type "imatrix", <name>.in_sum2 and <name>.counts
    Old, ///< .dat: means times the number of chunks; no counts of tokens
};
/// Replaces what was there only once all is written. Errors: Io, InvalidInput (nothing to write).
[[nodiscard]] Result<void>
writeImatrix(const std::filesystem::path& path, const ImatrixFile& file, ImatrixForm form);

/// Of all layers of the model that a product reads. progress: 0 to 1. Errors: those of Statistics::of().
[[nodiscard]] Result<ImatrixFile> imatrixOf(
    const Model& model, Statistics& statistics, std::string dataset, std::uint32_t chunkSize,
    std::stop_token stop, const std::function<void(double)>& progress = {});

} // namespace tritloom
