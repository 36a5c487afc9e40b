#include "core/file/llama2c.h"

#include "core/base/byte_reader.h"
#include "core/base/checked.h"
#include "core/base/mapped_file.h"
#include "core/file/packed_matrix.h"

#include <algorithm>

namespace tritloom::llama2c {
namespace {

constexpr std::uint32_t magic = 0x616b3432; // "ak42" read as a little-endian number
constexpr std::size_t versionedHeader = 256;

constexpr std::uint64_t mostDecoded = std::uint64_t{1} << 28; ///< weights, a gigabyte as floats

struct Sizes {
    std::uint32_t version = 0;
    std::uint64_t width = 0, hidden = 0, layers = 0, heads = 0, keyHeads = 0, vocabulary = 0, context = 0;
    bool isShared = true; // the head is the embedding
    std::uint64_t group = 0; // version 2
    std::size_t headerBytes = 0;

    [[nodiscard]] std::uint64_t head() const { return width / heads; }
    [[nodiscard]] std::uint64_t keyWidth() const { return head() * keyHeads; }
};

/// A stretch of the file: a tensor, or (without a name) numbers that are not needed.
struct Part {
    std::string name;
    Shape shape;
    bool isQuantized = false;
};

Result<Sizes> readSizes(std::span<const std::byte> bytes, std::string_view name)
{
    ByteReader in(bytes);
    Sizes sizes;
    const auto first = in.number<std::uint32_t>();
    if (!first || bytes.size() < 28 || (*first == magic && bytes.size() < versionedHeader))
        return fail(
            ErrorCode::InvalidInput, "{}: the file has {} bytes, not even a header", name, bytes.size());
    std::int32_t value = static_cast<std::int32_t>(*first);
    if (*first == magic) {
        sizes.version = *in.number<std::uint32_t>();
        if (sizes.version != 1 && sizes.version != 2)
            return fail(ErrorCode::Unsupported, "{}: llama2.c version {} is not known", name, sizes.version);
        value = *in.number<std::int32_t>();
    }
    std::uint64_t* const fields[] = {&sizes.width,    &sizes.hidden,     &sizes.layers, &sizes.heads,
                                     &sizes.keyHeads, &sizes.vocabulary, &sizes.context};
    for (std::uint64_t* const field : fields) {
        if (field != &sizes.width)
            value = *in.number<std::int32_t>();
        if (field == &sizes.vocabulary && sizes.version == 0) { // negative: the head has weights of its own
            sizes.isShared = value > 0;
            value = value < 0 && value != INT32_MIN ? -value : value;
        }
        if (value <= 0)
            return fail(ErrorCode::InvalidInput, "{}: a size in the header is {}", name, value);
        *field = static_cast<std::uint64_t>(value);
    }
    sizes.headerBytes = in.position();
    if (sizes.version > 0) {
        sizes.isShared = *in.number<std::uint8_t>() != 0;
        const auto group = *in.number<std::int32_t>();
        if (sizes.version == 2 && group <= 0)
            return fail(ErrorCode::InvalidInput, "{}: groups of {} numbers", name, group);
        sizes.group = sizes.version == 2 ? static_cast<std::uint64_t>(group) : 0;
        sizes.headerBytes = versionedHeader;
    }
    if (sizes.width % sizes.heads != 0 || sizes.heads % sizes.keyHeads != 0 || sizes.head() % 2 != 0)
        return fail(
            ErrorCode::InvalidInput, "{}: width {}, {} heads and {} key-value heads do not fit together",
            name, sizes.width, sizes.heads, sizes.keyHeads);
    // Every layer has at least two norms in the file: no list longer than the file justifies.
    if (sizes.layers > bytes.size() / 8)
        return fail(
            ErrorCode::InvalidInput, "{}: the header says {} layers, the file has {} bytes", name,
            sizes.layers, bytes.size());
    return sizes;
}

/// The tensors in the order of the file.
std::vector<Part> partsOf(const Sizes& s)
{
    std::vector<Part> parts;
    const bool isQuantized = s.version == 2;
    const auto layers = [&](std::string_view name, const Shape& shape, bool isMatrix) {
        for (std::uint64_t i = 0; i < s.layers; ++i)
            parts.push_back({fmt::format("blk.{}.{}.weight", i, name), shape, isMatrix && isQuantized});
    };
    const Part embedding{"token_embd.weight", {s.vocabulary, s.width}, isQuantized};
    const Part norm{"output_norm.weight", {s.width}, false};
    if (s.version == 0)
        parts.push_back(embedding);
    layers("attn_norm", {s.width}, false);
    if (s.version > 0) {
        layers("ffn_norm", {s.width}, false);
        parts.push_back(norm);
        parts.push_back(embedding);
    }
    layers("attn_q", {s.width, s.width}, true);
    layers("attn_k", {s.keyWidth(), s.width}, true);
    layers("attn_v", {s.keyWidth(), s.width}, true);
    layers("attn_output", {s.width, s.width}, true);
    if (s.version == 0)
        layers("ffn_norm", {s.width}, false);
    layers("ffn_gate", {s.hidden, s.width}, true);
    layers("ffn_down", {s.width, s.hidden}, true);
    layers("ffn_up", {s.hidden, s.width}, true);
    if (s.version == 0) {
        parts.push_back(norm);
        parts.push_back(
            {"", {s.context, s.head()}, false}); // cosines and sines of RoPE, which follow from the sizes
    }
    if (!s.isShared)
        parts.push_back({"output.weight", {s.vocabulary, s.width}, isQuantized});
    return parts;
}

/// Bytes of a part; nullopt when no file can be so large, or a group would not be full.
std::optional<std::uint64_t> bytesOf(const Part& part, std::uint64_t group)
{
    const auto elements = checkedProduct(part.shape);
    if (!elements)
        return std::nullopt;
    if (!part.isQuantized)
        return checkedMultiply(*elements, sizeof(float));
    if (*elements % group != 0)
        return std::nullopt;
    const auto scales = checkedMultiply(*elements / group, sizeof(float));
    return scales ? checkedAdd(*elements, *scales) : std::nullopt;
}

/// Whether a matrix has whole groups in each row and its scales begin where floats may, so that it can be
/// used as it lies.
bool staysAsItLies(const Part& part, std::uint64_t group)
{
    return part.shape[1] % group == 0 && group % alignof(float) == 0;
}

Result<void>
checkSize(const Sizes& sizes, const std::vector<Part>& parts, std::size_t fileBytes, std::string_view name)
{
    std::optional<std::uint64_t> total = sizes.headerBytes;
    for (const Part& part : parts) {
        const auto elements = checkedProduct(part.shape);
        if (part.isQuantized && elements && *elements % sizes.group != 0)
            return fail(
                ErrorCode::InvalidInput, "{}: the {} numbers of tensor '{}' do not fill groups of {}", name,
                *elements, part.name, sizes.group);
        const auto bytes = bytesOf(part, sizes.group);
        total = bytes ? checkedAdd(*total, *bytes) : std::nullopt;
        if (!total)
            return fail(
                ErrorCode::InvalidInput, "{}: with tensor '{}' the weights are larger than any file", name,
                part.name);
    }
    if (*total != fileBytes)
        return fail(
            ErrorCode::InvalidInput, "{}: the sizes in the header need {} bytes, the file has {}", name,
            *total, fileBytes);
    std::uint64_t decoded = 0;
    for (const Part& part : parts)
        if (part.isQuantized && !staysAsItLies(part, sizes.group))
            decoded += *checkedProduct(part.shape);
    if (decoded > mostDecoded)
        return fail(
            ErrorCode::Unsupported,
            "{}: {} weights in groups of {} that cross rows would have to be decoded in memory: at most {} "
            "are",
            name, decoded, sizes.group, mostDecoded);
    return {};
}

/// int8 codes of the whole tensor, then one float per group: as they lie in the file, where groups lie in
/// rows.
Result<NamedTensor> quantized(
    const Part& part, std::span<const std::byte> bytes, std::uint64_t group,
    const std::shared_ptr<const void>& owner)
{
    const auto elements = static_cast<std::size_t>(*checkedProduct(part.shape)),
               size = static_cast<std::size_t>(group), outputs = part.shape[0], inputs = part.shape[1];
    const auto codes = bytes.first(elements), scales = bytes.subspan(elements);
    const NumberFormatPtr single = TRY(parseNumberFormat("f32"));
    NamedTensor tensor{.name = part.name, .shape = part.shape, .stored = {}, .fileName = {}};
    if (staysAsItLies(part, group)) {
        auto matrix = std::make_shared<PackedMatrix>();
        matrix->order = PackedMatrix::Order::Bytes;
        matrix->bits = 8;
        matrix->outputs = outputs;
        matrix->inputs = inputs;
        matrix->group = size;
        matrix->codes = Tensor({TRY(parseNumberFormat("i8")), part.shape}, codes, owner);
        matrix->scales = Tensor({single, {outputs, inputs / size}}, scales, owner);
        matrix->format = single; // no number format keeps scales of 32 bits
        tensor.stored = matrix->codes;
        tensor.layout = Layout::Packed;
        tensor.packed = std::move(matrix);
        return tensor;
    }
    std::vector<float> values(elements);
    for (std::size_t i = 0; i < elements; ++i) {
        float scale = 0;
        std::memcpy(&scale, scales.data() + i / size * sizeof scale, sizeof scale);
        values[i] = scale * static_cast<float>(std::to_integer<std::int8_t>(codes[i]));
    }
    tensor.stored = Tensor::adoptFloats(part.shape, std::move(values));
    return tensor;
}

void setKeys(const Sizes& s, Metadata& metadata)
{
    const auto set = [&metadata](std::string_view key, std::uint64_t value) {
        metadata.set(std::string(key), static_cast<std::uint32_t>(value));
    };
    metadata.set("general.architecture", std::string("llama"));
    set("llama.context_length", s.context);
    set("llama.embedding_length", s.width);
    set("llama.feed_forward_length", s.hidden);
    set("llama.block_count", s.layers);
    set("llama.attention.head_count", s.heads);
    set("llama.attention.head_count_kv", s.keyHeads);
    metadata.set("llama.attention.layer_norm_rms_epsilon", 1e-5f); // fixed in llama2.c
    metadata.set("llama.rope.freq_base", 10000.0f); // fixed in llama2.c
    set("llama.rope.dimension_count", s.head());
    set("llama.vocab_size", s.vocabulary);
}

} // namespace

bool sniff(const std::filesystem::path& path, std::span<const std::byte> head)
{
    std::error_code error;
    const auto fileBytes = std::filesystem::file_size(path, error);
    if (error || head.size() < 28)
        return false;
    std::uint32_t first = 0;
    std::memcpy(&first, head.data(), sizeof first);
    if (first == magic)
        return true;
    const auto sizes = readSizes(head, "");
    if (!sizes || sizes->layers > 10'000)
        return false;
    std::optional<std::uint64_t> total = sizes->headerBytes;
    for (const Part& part : partsOf(*sizes))
        total = total ? checkedAdd(*total, bytesOf(part, 0).value_or(UINT64_MAX)) : std::nullopt;
    return total == fileBytes;
}

Result<ModelFile>
parse(std::span<const std::byte> bytes, std::string_view name, std::shared_ptr<const void> owner)
{
    const Sizes sizes = TRY(readSizes(bytes, name));
    const std::vector<Part> parts = partsOf(sizes);
    TRY_VOID(checkSize(sizes, parts, bytes.size(), name));
    ModelFile model;
    setKeys(sizes, model.metadata);
    const NumberFormatPtr single = TRY(parseNumberFormat("f32"));
    std::size_t position = sizes.headerBytes;
    for (const Part& part : parts) {
        const auto data = bytes.subspan(position, static_cast<std::size_t>(*bytesOf(part, sizes.group)));
        position += data.size();
        if (part.name.empty())
            continue;
        if (part.isQuantized)
            model.tensors.push_back(TRY(quantized(part, data, sizes.group, owner)));
        else
            model.tensors.push_back(
                {.name = part.name,
                 .shape = part.shape,
                 .stored = Tensor({single, part.shape}, data, owner),
                 .fileName = {}});
    }
    std::ranges::stable_sort(model.tensors, {}, [](const NamedTensor& tensor) -> long {
        if (tensor.name.starts_with("blk."))
            return std::strtol(tensor.name.c_str() + 4, nullptr, 10);
        return tensor.name.starts_with("output") ? 1'000'000'000 : -1;
    });
    if (sizes.version == 2)
        model.notices.push_back(fmt::format(
            "The weights are 8-bit integers in groups of {} with f32 scales, which no number format "
            "stores: as they are, they are read as f32",
            sizes.group));
    return model;
}

} // namespace tritloom::llama2c
