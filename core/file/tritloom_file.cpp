#include "core/file/tritloom_file.h"

#include "core/base/checked.h"
#include "core/base/mapped_file.h"
#include "core/file/safetensors.h"

#include <cstring>
#include <map>

namespace tritloom::tritloomFile {
namespace {

using Entries = std::map<std::string, safetensors::Entry, std::less<>>;

/// {"shape", "format", "data"} as a tensor over the mapped bytes. Errors: InvalidInput.
Result<Tensor> tensorOf(const Json& object, const Entries& entries, std::string_view file)
{
    const auto formatId = jsonText(object, "format"), data = jsonText(object, "data");
    const Json* const list = jsonMember(object, "shape");
    const auto entry = data ? entries.find(*data) : entries.end();
    if (!formatId || entry == entries.end() || list == nullptr || !list->is_array() || list->empty()
        || list->size() > 8)
        return fail(
            ErrorCode::InvalidInput, "{}: the tensor '{}' has no format, shape or data", file,
            data.value_or("?"));
    const auto format = parseNumberFormat(*formatId);
    if (!format)
        return fail(ErrorCode::InvalidInput, "{}: '{}': {}", file, *data, format.error().message);
    Shape shape;
    std::uint64_t rows = 1;
    for (const Json& size : *list) {
        if (!size.is_number_unsigned() || size.get<std::uint64_t>() == 0)
            return fail(ErrorCode::InvalidInput, "{}: the shape of '{}' cannot be", file, *data);
        shape.push_back(size.get<std::size_t>());
    }
    for (std::size_t i = 0; i + 1 < shape.size(); ++i) {
        const auto product = checkedMultiply(rows, shape[i]);
        if (!product)
            return fail(ErrorCode::InvalidInput, "{}: the shape of '{}' is too large", file, *data);
        rows = *product;
    }
    const std::uint64_t block = (*format)->blockElements();
    if (shape.back() > entry->second.bytes.size() * block) // also keeps the sum below from overflowing
        return fail(
            ErrorCode::InvalidInput, "{}: '{}' has {} bytes for rows of {}", file, *data,
            entry->second.bytes.size(), shape.back());
    const auto bytes = checkedMultiply(rows, (shape.back() + block - 1) / block * (*format)->blockBytes());
    if (!bytes || *bytes != entry->second.bytes.size())
        return fail(
            ErrorCode::InvalidInput, "{}: '{}' has {} bytes, its shape and format need {}", file, *data,
            entry->second.bytes.size(), bytes ? *bytes : UINT64_MAX);
    return Tensor({*format, std::move(shape)}, entry->second.bytes, entry->second.owner);
}

Result<NamedTensor> namedTensor(const Json& object, const Entries& entries, std::string_view file)
{
    const auto name = jsonText(object, "name");
    if (!name || name->empty())
        return fail(ErrorCode::InvalidInput, "{}: a tensor has no name", file);
    NamedTensor tensor;
    tensor.name = *name;
    const Json* const list = jsonMember(object, "parts");
    if (list == nullptr) {
        tensor.stored = TRY(tensorOf(object, entries, file));
        tensor.shape = tensor.stored.type().shape;
        return tensor;
    }
    LayerReplacement replacement;
    if (!list->is_array() || list->empty() || list->size() > 10'000)
        return fail(ErrorCode::InvalidInput, "{}: '{}' has no parts", file, *name);
    for (const Json& part : *list)
        replacement.parts.push_back(
            {jsonText(part, "name").value_or(""), TRY(tensorOf(part, entries, file)),
             jsonBoolean(part, "shared").value_or(false)});
    replacement.graph = TRY(graphOf(object, replacement.parts.size(), file));
    const auto outputs = jsonInteger(object, "outputs"), inputs = jsonInteger(object, "inputs");
    constexpr std::int64_t most = std::int64_t{1} << 31;
    if (!outputs || !inputs || *outputs <= 0 || *inputs <= 0 || *outputs > most || *inputs > most)
        return fail(ErrorCode::InvalidInput, "{}: '{}' does not say its sizes", file, *name);
    replacement.outputs = std::size_t(*outputs);
    replacement.inputs = std::size_t(*inputs);
    tensor.shape = {replacement.outputs, replacement.inputs};
    tensor.stored = replacement.parts[0].tensor; // what kind of file it is; the whole is the replacement
    tensor.replacement = std::make_shared<const LayerReplacement>(std::move(replacement));
    return tensor;
}

} // namespace

bool sniff(const std::filesystem::path&, std::span<const std::byte> head)
{
    return head.size() >= 8 + beginning.size()
        && std::memcmp(head.data() + 8, beginning.data(), beginning.size()) == 0;
}

Result<ModelFile> read(const std::filesystem::path& path)
{
    const std::string name = path.filename().string();
    const auto mapped = TRY(MappedFile::open(path));
    Entries entries;
    for (safetensors::Entry& entry : TRY(safetensors::parse(mapped->bytes(), name, mapped)))
        entries[entry.name] = std::move(entry);
    // The header was checked by parse(): it is there and it is JSON.
    std::uint64_t length = 0;
    std::memcpy(&length, mapped->bytes().data(), sizeof length);
    const std::string_view text(
        reinterpret_cast<const char*>(mapped->bytes().data()) + 8, std::size_t(length));
    const Json header = TRY(parseJson(text, name));
    const Json* const about = jsonMember(header, "__metadata__");
    const auto version = about == nullptr ? std::nullopt : jsonText(*about, "version");
    if (version != "1")
        return fail(
            ErrorCode::Unsupported, "{}: version '{}' of Tritloom files, this program reads 1", name,
            version.value_or("?"));
    const auto model = jsonText(*about, "model"), tensors = jsonText(*about, "tensors");
    if (!model || !tensors)
        return fail(ErrorCode::InvalidInput, "{}: the header names no model or no tensors", name);
    const Json list = TRY(parseJson(*tensors, name));
    if (!list.is_array())
        return fail(ErrorCode::InvalidInput, "{}: its tensors are no list", name);
    ModelFile file;
    file.path = path;
    file.format = "tritloom";
    file.metadata = TRY(metadataOf(TRY(parseJson(*model, name)), name));
    file.rotateHalf = jsonText(*about, "rotate_half") == "1";
    for (const Json& object : list) {
        NamedTensor tensor = TRY(namedTensor(object, entries, name));
        if (file.find(tensor.name) != nullptr)
            return fail(ErrorCode::InvalidInput, "{}: the tensor '{}' is there twice", name, tensor.name);
        file.tensors.push_back(std::move(tensor));
    }
    return file;
}

} // namespace tritloom::tritloomFile
