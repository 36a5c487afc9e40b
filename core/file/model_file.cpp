#include "core/file/model_file.h"

#include "core/base/mapped_file.h"
#include "core/base/utf8.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace tritloom {
namespace {

template <typename T>
constexpr bool isInteger = std::is_integral_v<T> && !std::is_same_v<T, bool>;

/// Element [i, o] of the stored matrix becomes [o, i]; tiles keep both sides in the cache.
void transpose(
    std::span<const std::byte> from, std::span<std::byte> to, std::size_t rows, std::size_t columns,
    std::size_t elementBytes)
{
    constexpr std::size_t tile = 32;
    for (std::size_t r0 = 0; r0 < rows; r0 += tile)
        for (std::size_t c0 = 0; c0 < columns; c0 += tile)
            for (std::size_t c = c0; c < std::min(c0 + tile, columns); ++c)
                for (std::size_t r = r0; r < std::min(r0 + tile, rows); ++r)
                    std::memcpy(
                        to.data() + (c * rows + r) * elementBytes,
                        from.data() + (r * columns + c) * elementBytes, elementBytes);
}

Result<Tensor> transposed(const NamedTensor& tensor)
{
    const TensorType& type = tensor.stored.type();
    if (!type.format->isFloat() || type.shape.size() != 2)
        return fail(
            ErrorCode::Unsupported,
            "tensor '{}': only matrices of plain floats can be transposed, this is {}", tensor.name,
            type.format->id());
    std::vector<std::byte> bytes(tensor.stored.bytes().size());
    transpose(tensor.stored.bytes(), bytes, type.shape[0], type.shape[1], type.format->blockBytes());
    return Tensor::adopt({type.format, tensor.shape}, std::move(bytes));
}

/// Code k (bits 2k, 2k + 1) of byte row r belongs to output row r + k * (byte rows); codes 0, 1, 2 are -1,
/// 0, 1.
Result<Tensor> unpackTernary(const NamedTensor& tensor)
{
    const std::span<const std::byte> codes = tensor.stored.bytes();
    if (tensor.shape.size() != 2 || tensor.shape[0] % 4 != 0
        || codes.size() != tensor.shape[0] / 4 * tensor.shape[1])
        return fail(
            ErrorCode::InvalidInput, "tensor '{}': {} bytes of 2-bit codes do not make its shape",
            tensor.name, codes.size());
    const std::array<float, 4> values{-tensor.scale, 0, tensor.scale, 0};
    std::vector<float> floats(codes.size() * 4);
    for (std::size_t i = 0; i < codes.size(); ++i) {
        const auto byte = std::to_integer<unsigned>(codes[i]);
        for (unsigned k = 0; k < 4; ++k) {
            const unsigned code = byte >> 2 * k & 3;
            if (code == 3)
                return fail(
                    ErrorCode::InvalidInput, "tensor '{}': byte {} holds the code 3, which means no weight",
                    tensor.name, i);
            floats[k * codes.size() + i] = values[code];
        }
    }
    return Tensor::adoptFloats(tensor.shape, std::move(floats));
}

} // namespace

const MetadataValue* Metadata::find(std::string_view key) const
{
    const auto at =
        std::ranges::find(m_entries, key, [](const auto& entry) -> std::string_view { return entry.first; });
    return at == m_entries.end() ? nullptr : &at->second;
}

void Metadata::set(std::string key, MetadataValue value)
{
    for (auto& entry : m_entries) {
        if (entry.first == key) {
            entry.second = std::move(value);
            return;
        }
    }
    append(std::move(key), std::move(value));
}

void Metadata::remove(std::string_view key)
{
    std::erase_if(m_entries, [key](const auto& entry) { return entry.first == key; });
}

std::optional<std::int64_t> Metadata::integer(std::string_view key) const
{
    const MetadataValue* const value = find(key);
    if (!value)
        return std::nullopt;
    return std::visit(
        [](const auto& v) -> std::optional<std::int64_t> {
            if constexpr (isInteger<std::decay_t<decltype(v)>>) {
                if (std::in_range<std::int64_t>(v))
                    return static_cast<std::int64_t>(v);
            }
            return std::nullopt;
        },
        *value);
}

std::optional<double> Metadata::number(std::string_view key) const
{
    const MetadataValue* const value = find(key);
    if (!value)
        return std::nullopt;
    return std::visit(
        [](const auto& v) -> std::optional<double> {
            using T = std::decay_t<decltype(v)>;
            if constexpr (isInteger<T> || std::is_floating_point_v<T>)
                return static_cast<double>(v);
            else
                return std::nullopt;
        },
        *value);
}

std::optional<bool> Metadata::boolean(std::string_view key) const
{
    const MetadataValue* const value = find(key);
    const bool* const flag = value ? std::get_if<bool>(value) : nullptr;
    return flag ? std::optional(*flag) : std::nullopt;
}

std::optional<std::string> Metadata::text(std::string_view key) const
{
    const MetadataValue* const value = find(key);
    const std::string* const text = value ? std::get_if<std::string>(value) : nullptr;
    return text ? std::optional(*text) : std::nullopt;
}

const std::vector<std::string>* Metadata::strings(std::string_view key) const
{
    const MetadataValue* const value = find(key);
    return value ? std::get_if<std::vector<std::string>>(value) : nullptr;
}

const NumberFormatPtr& storedFormat(const NamedTensor& tensor)
{
    return tensor.packed ? tensor.packed->format : tensor.stored.type().format;
}

std::size_t storedBytes(const NamedTensor& tensor)
{
    if (tensor.packed)
        return tensor.packed->bytes();
    return tensor.replacement ? tensor.replacement->bytes() : tensor.stored.bytes().size();
}

Result<CompressedLayer> storedLayer(const NamedTensor& tensor)
{
    if (tensor.replacement)
        return CompressedLayer(*tensor.replacement);
    return CompressedLayer(TRY(materialise(tensor)));
}

Result<Tensor> materialise(const NamedTensor& tensor)
{
    if (tensor.replacement) {
        auto dense = denseWeights(*tensor.replacement);
        if (!dense)
            return fail(dense.error().code, "tensor '{}': {}", tensor.name, dense.error().message);
        return dense;
    }
    if (tensor.packed) { // whose rows are the outputs, whatever the file's order
        auto unpacked = unpack(*tensor.packed);
        if (!unpacked)
            return fail(unpacked.error().code, "tensor '{}': {}", tensor.name, unpacked.error().message);
        return unpacked;
    }
    switch (tensor.layout) {
    case Layout::RowMajor:
    case Layout::Packed:
        break;
    case Layout::Transposed:
        // Blocks of several weights run along the inputs and cannot lie the other way round.
        if (!tensor.stored.type().format->isFloat() && tensor.stored.type().shape == tensor.shape)
            break;
        return transposed(tensor);
    case Layout::TernaryRows:
        return unpackTernary(tensor);
    }
    const std::span<const std::byte> bytes = tensor.stored.bytes();
    const bool isSingle = tensor.stored.type().format && tensor.stored.type().format->id() == "f32";
    if (isSingle && reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(float) != 0)
        return Tensor::adopt(tensor.stored.type(), {bytes.begin(), bytes.end()});
    return tensor.stored;
}

const NamedTensor* ModelFile::find(std::string_view name) const
{
    const auto at =
        std::ranges::find(tensors, name, [](const NamedTensor& t) -> std::string_view { return t.name; });
    return at == tensors.end() ? nullptr : &*at;
}

std::string ModelFile::architecture() const
{
    return metadata.text("general.architecture").value_or("");
}

Result<ModelFile> openModel(const std::filesystem::path& path)
{
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (!std::filesystem::exists(status))
        return fail(ErrorCode::NotFound, "{}: there is no such file or folder", path.string());
    std::shared_ptr<const MappedFile> file;
    std::span<const std::byte> head;
    if (!std::filesystem::is_directory(status)) {
        file = TRY(MappedFile::open(path)); // says why when it cannot be read
        if (file->bytes().empty())
            return fail(ErrorCode::InvalidInput, "{}: the file is empty", path.string());
        head = file->bytes().first(std::min<std::size_t>(file->bytes().size(), 4096));
    } else if (std::filesystem::directory_iterator(path, error); error) {
        return fail(ErrorCode::Io, "{}: the folder cannot be read: {}", path.string(), error.message());
    }
    for (const ModelFormat& format : modelFormats()) {
        if (!format.sniff(path, head))
            continue;
        auto read = format.read(path);
        if (!read) // whatever a name in the file or of it holds, a sentence is one line of text
            return fail(read.error().code, "{}", printable(read.error().message, SIZE_MAX));
        ModelFile& model = *read;
        for (std::string& notice : model.notices)
            notice = printable(notice, SIZE_MAX);
        model.path = path;
        model.format = format.id;
        return read;
    }
    std::string known;
    for (const ModelFormat& format : modelFormats())
        known += fmt::format("{}{}", known.empty() ? "" : ", ", format.title);
    return fail(ErrorCode::Unsupported, "{}: none of the known model formats ({})", path.string(), known);
}

} // namespace tritloom
