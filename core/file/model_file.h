#pragma once

#include "core/file/packed_matrix.h"
#include "core/graph/layer_replacement.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tritloom {

/// A typed value as GGUF knows them; other file formats are translated into these.
using MetadataValue = std::variant<
    std::uint8_t, std::int8_t, std::uint16_t, std::int16_t, std::uint32_t, std::int32_t, float, bool,
    std::string, std::uint64_t, std::int64_t, double, std::vector<std::uint8_t>, std::vector<std::int8_t>,
    std::vector<std::uint16_t>, std::vector<std::int16_t>, std::vector<std::uint32_t>,
    std::vector<std::int32_t>, std::vector<float>, std::vector<bool>, std::vector<std::string>,
    std::vector<std::uint64_t>, std::vector<std::int64_t>, std::vector<double>>;

/// Key/value pairs in file order; keys are unique. GGUF's key names whatever the file was
/// ("general.architecture", "llama.block_count", "tokenizer.ggml.tokens").
class Metadata {
public:
    [[nodiscard]] const MetadataValue* find(std::string_view key) const; ///< null when absent
    void set(std::string key, MetadataValue value); ///< replaces in place, or appends
    /// Appends without looking for the key, which the caller knows to be new: readers of many keys.
    void append(std::string key, MetadataValue value)
    {
        m_entries.emplace_back(std::move(key), std::move(value));
    }
    void remove(std::string_view key);
    [[nodiscard]] const std::vector<std::pair<std::string, MetadataValue>>& entries() const
    {
        return m_entries;
    }

    /// Any integer type, widened; floats are not integers. Absent or another type: nullopt.
    [[nodiscard]] std::optional<std::int64_t> integer(std::string_view key) const;
    [[nodiscard]] std::optional<double> number(std::string_view key) const; ///< integers and floats
    [[nodiscard]] std::optional<bool> boolean(std::string_view key) const;
    [[nodiscard]] std::optional<std::string> text(std::string_view key) const;
    [[nodiscard]] const std::vector<std::string>* strings(std::string_view key) const;

private:
    std::vector<std::pair<std::string, MetadataValue>> m_entries;
};

/// How the bytes of a stored tensor lie, where a file differs from [outputs, inputs] row-major.
enum class Layout {
    RowMajor,
    Transposed, ///< stored [inputs, outputs] (GPT-2's Conv1D); what was packed since lies [outputs, inputs]
    Packed, ///< codes, scales and zero points in tensors of their own: NamedTensor::packed
    TernaryRows, ///< Hugging Face BitNet: uint8 [outputs / 4, inputs], 2-bit codes; companion scale tensor
};

/// One stored tensor. For Layout::RowMajor `stored` is the tensor itself.
struct NamedTensor {
    std::string
        name; ///< GGUF's name ("blk.0.attn_q.weight") where the architecture is known, else the file's own
    Shape shape; ///< as computed with: weights are [outputs, inputs]
    Tensor stored; ///< bytes in the mapped file; its own shape may differ by the layout
    Layout layout = Layout::RowMajor;
    float scale = 1; ///< TernaryRows: multiplies the codes
    /// A few ops and tensors that stand for it, as a Tritloom file stores them; `stored` is then its first part.
    std::shared_ptr<const LayerReplacement> replacement = {};
    std::shared_ptr<const PackedMatrix> packed = {}; ///< Layout::Packed; `stored` is then its codes
    std::string fileName; ///< the name in the file, when it differs from `name`
    Shape fileShape; ///< the shape in the file, when `shape` is another view of it (a convolution's [O, C, h, w])
    /// Whether this is a layer to compress: told by the name (ByName), or known from the operators that read it.
    enum class Role { ByName, Layer, Other } role = Role::ByName;
};

/// The tensor as computed with. Free for RowMajor; other layouts are copied, and so are "f32" tensors that
/// a file put at an address that is no multiple of 4.
/// Errors: InvalidInput (a code or size that cannot be).
[[nodiscard]] Result<Tensor> materialise(const NamedTensor&);
/// The tensor as it is run: what replaces it, or materialise(). Errors: as materialise().
[[nodiscard]] Result<CompressedLayer> storedLayer(const NamedTensor&);
/// The number format it is stored in; "codes" for ternary rows, which have none.
[[nodiscard]] const NumberFormatPtr& storedFormat(const NamedTensor&);
/// Bytes it takes in its file.
[[nodiscard]] std::size_t storedBytes(const NamedTensor&);

struct OperatorGraph;

/// A model as found in a file or folder: headers parsed, weights memory-mapped and untouched.
/// Immutable once opened; shared between threads as shared_ptr<const ModelFile>.
struct ModelFile {
    std::filesystem::path path; ///< what the user opened (file or folder)
    std::string format; ///< id of the row in formats.cpp: "gguf", "huggingface", "llama2c"
    Metadata metadata;
    std::vector<NamedTensor> tensors;
    /// Rows of attn_q and attn_k are in rotate-half order (Hugging Face), not interleaved (GGUF "llama").
    bool rotateHalf = false;
    std::shared_ptr<const OperatorGraph> operators; ///< what an ONNX file computes; null for other files
    std::vector<std::string> notices; ///< what was odd but not wrong, one sentence each

    [[nodiscard]] const NamedTensor* find(std::string_view name) const;
    [[nodiscard]] std::string architecture() const; ///< general.architecture, or ""
};

/// One row per file format; core/file/formats.cpp holds the only list.
struct ModelFormat {
    std::string_view id; ///< "gguf"
    std::string_view title; ///< "GGUF"
    std::string_view patterns; ///< for the open dialog: "*.gguf"
    /// By content: path is a file or a folder, head its first bytes (empty for a folder). Cheap.
    bool (*sniff)(const std::filesystem::path& path, std::span<const std::byte> head);
    Result<ModelFile> (*read)(const std::filesystem::path& path);
};
[[nodiscard]] std::span<const ModelFormat> modelFormats();

/// Opens whatever it is. Reads headers only; the weights stay in the mapped file.
/// Errors: NotFound, Io, InvalidInput, Unsupported; each message names the file, the tensor and the numbers.
[[nodiscard]] Result<ModelFile> openModel(const std::filesystem::path& path);

} // namespace tritloom
