#include "core/file/tritloom_file.h"

#include "core/base/checked.h"
#include "core/base/mapped_file.h"
#include "core/base/sampled_key.h"
#include "core/base/utf8.h"
#include "core/file/safetensors.h"
#include "core/file/tritloom_operators.h"
#include "core/graph/replacement_check.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <set>

namespace tritloom::tritloomFile {
namespace {

using Entries = std::map<std::string, safetensors::Entry, std::less<>>;
constexpr std::uint64_t mostRows = std::uint64_t{1} << 16; // of a tensor without numbers

/// Up to eight whole numbers. nullopt: it is no such list.
std::optional<Shape> shapeOf(const Json* list)
{
    if (list == nullptr || !list->is_array() || list->size() > mostDimensions)
        return std::nullopt;
    Shape shape;
    for (const Json& size : *list) {
        if (!size.is_number_unsigned())
            return std::nullopt;
        shape.push_back(size.get<std::size_t>());
    }
    return shape;
}

/// A tensor of no numbers, for which nothing lies in the file. Errors: InvalidInput.
Result<Tensor> emptyTensor(const NumberFormatPtr& format, const Shape& shape, std::string_view file)
{
    std::uint64_t others = 1; // loops go over rows, however long those are
    for (const std::size_t size : shape) {
        const auto product = checkedMultiply(others, std::max<std::size_t>(size, 1));
        others = product ? std::min(*product, mostRows + 1) : mostRows + 1;
    }
    if (others > mostRows)
        return fail(
            ErrorCode::InvalidInput, "{}: a tensor without numbers is [{}]", file, fmt::join(shape, ", "));
    return Tensor({format, shape}, {}, {});
}

/// {"shape", "format", "data"} as a tensor over the mapped bytes. Errors: InvalidInput.
Result<Tensor> tensorOf(const Json& object, const Entries& entries, std::string_view file)
{
    const auto formatId = jsonText(object, "format"), data = jsonText(object, "data");
    const std::string shown = printable(data.value_or("?"));
    const auto shape = shapeOf(jsonMember(object, "shape"));
    if (!formatId || !shape)
        return fail(ErrorCode::InvalidInput, "{}: the tensor '{}' has no format or shape", file, shown);
    const auto format = parseNumberFormat(*formatId);
    if (!format)
        return fail(ErrorCode::InvalidInput, "{}: '{}': {}", file, shown, format.error().message);
    if (std::ranges::find(*shape, 0U) != shape->end())
        return emptyTensor(*format, *shape, file);
    const auto entry = data ? entries.find(*data) : entries.end();
    if (entry == entries.end())
        return fail(ErrorCode::InvalidInput, "{}: the tensor '{}' has no data", file, shown);
    const std::size_t columns = shape->empty() ? 1 : shape->back();
    const auto rows = checkedProduct(std::span(*shape).first(shape->empty() ? 0 : shape->size() - 1));
    if (!rows)
        return fail(ErrorCode::InvalidInput, "{}: the shape of '{}' is too large", file, shown);
    const std::uint64_t block = (*format)->blockElements();
    if (columns > entry->second.bytes.size() * block) // also keeps the sum below from overflowing
        return fail(
            ErrorCode::InvalidInput, "{}: '{}' has {} bytes for rows of {}", file, shown,
            entry->second.bytes.size(), columns);
    const auto bytes = checkedMultiply(*rows, (columns + block - 1) / block * (*format)->blockBytes());
    if (!bytes || *bytes != entry->second.bytes.size())
        return fail(
            ErrorCode::InvalidInput, "{}: '{}' has {} bytes, its shape and format need {}", file, shown,
            entry->second.bytes.size(), bytes ? *bytes : UINT64_MAX);
    return Tensor({*format, *shape}, entry->second.bytes, entry->second.owner);
}

/// Entries follow each other whatever their length; whoever reads floats where they lie wants them at a
/// multiple of four. An entry that does not lie so is copied once, however often it is named.
Result<Tensor> alignedTensorOf(const Json& object, Entries& entries, std::string_view file)
{
    Tensor tensor = TRY(tensorOf(object, entries, file));
    const auto bytes = tensor.bytes();
    if (bytes.empty() || reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(float) == 0)
        return tensor;
    const auto copy = std::make_shared<const std::vector<std::byte>>(bytes.begin(), bytes.end());
    safetensors::Entry& entry = entries.find(*jsonText(object, "data"))->second;
    entry.bytes = *copy;
    entry.owner = copy;
    return Tensor(tensor.type(), entry.bytes, entry.owner);
}

/// A part that lies in the base: see the head of the header. Errors: InvalidInput, those of materialise().
Result<Tensor> tensorInBase(const Json& part, const ModelFile* base, std::string_view file)
{
    const Json& reference = *jsonMember(part, "in_base");
    const auto name = jsonText(reference, "tensor"), key = jsonText(reference, "key");
    const auto formatId = jsonText(part, "format");
    const auto shape = shapeOf(jsonMember(part, "shape"));
    if (!name || !key || !formatId || !shape)
        return fail(ErrorCode::InvalidInput, "{}: it does not say what it takes of its base", file);
    if (base == nullptr)
        return fail(ErrorCode::InvalidInput, "{}: it takes '{}' of a base that it does not name", file, printable(*name));
    const NamedTensor* const found = base->find(*name);
    if (found == nullptr)
        return fail(ErrorCode::InvalidInput, "it has no tensor '{}'", printable(*name));
    if (found->replacement)
        return fail(ErrorCode::InvalidInput, "its '{}' is more than one matrix", printable(*name));
    const Tensor tensor = TRY(materialise(*found));
    if (tensor.type().shape != *shape || tensor.type().format->id() != *formatId)
        return fail(
            ErrorCode::InvalidInput, "its '{}' is [{}] in {}, not [{}] in {}", printable(*name),
            fmt::join(tensor.type().shape, ", "), tensor.type().format->id(), fmt::join(*shape, ", "),
            printable(*formatId));
    if (baseKey(tensor) != *key)
        return fail(ErrorCode::InvalidInput, "its '{}' holds other weights", printable(*name));
    return tensor;
}

/// What replaces the matrix of the name. Errors: InvalidInput.
Result<LayerReplacement> replacementOf(
    const Json& object, const std::string& name, Entries& entries, const ModelFile* base, std::string_view file)
{
    LayerReplacement replacement;
    const Json& list = *jsonMember(object, "parts");
    if (!list.is_array() || list.empty() || list.size() > 10'000)
        return fail(ErrorCode::InvalidInput, "{}: '{}' has no parts", file, name);
    for (const Json& part : list)
        replacement.parts.push_back(
            {jsonText(part, "name").value_or(""),
             TRY(jsonMember(part, "in_base") != nullptr ? tensorInBase(part, base, file)
                                                        : alignedTensorOf(part, entries, file)),
             jsonBoolean(part, "shared").value_or(false)});
    replacement.graph = TRY(graphOf(object, replacement.parts.size(), file));
    const auto outputs = jsonInteger(object, "outputs"), inputs = jsonInteger(object, "inputs");
    constexpr std::int64_t most = std::int64_t{1} << 31;
    if (!outputs || !inputs || *outputs <= 0 || *inputs <= 0 || *outputs > most || *inputs > most)
        return fail(ErrorCode::InvalidInput, "{}: '{}' does not say its sizes", file, name);
    replacement.outputs = std::size_t(*outputs);
    replacement.inputs = std::size_t(*inputs);
    if (const auto check = checkReplacement(replacement); !check)
        return fail(ErrorCode::InvalidInput, "{}: '{}': {}", file, name, check.error().message);
    return replacement;
}

/// What version 2 says of a tensor: see the head of the header. Errors: InvalidInput.
Result<void> readPlace(const Json& object, NamedTensor& tensor, std::string_view file)
{
    using Role = NamedTensor::Role;
    const std::string shown = printable(tensor.name);
    if (const Json* const role = jsonMember(object, "role"); role != nullptr) {
        if (*role != "layer" && *role != "other")
            return fail(
                ErrorCode::InvalidInput, "{}: '{}' is neither a layer nor another tensor", file, shown);
        tensor.role = *role == "layer" ? Role::Layer : Role::Other;
    }
    const bool isEmpty = !tensor.replacement && tensor.stored.isEmpty();
    if (tensor.role == Role::Layer && (tensor.shape.size() != 2 || isEmpty))
        return fail(ErrorCode::InvalidInput, "{}: the layer '{}' is no matrix", file, shown);
    tensor.fileName = jsonText(object, "file_name").value_or("");
    if (jsonBoolean(object, "transposed").value_or(false)) {
        if (tensor.shape.size() != 2)
            return fail(ErrorCode::InvalidInput, "{}: '{}' is transposed, but no matrix", file, shown);
        tensor.layout = Layout::Transposed;
        if (!tensor.replacement && tensor.stored.type().format->isFloat())
            std::swap(tensor.shape[0], tensor.shape[1]);
    }
    const Json* const list = jsonMember(object, "file_shape");
    if (list == nullptr)
        return {};
    const auto shape = shapeOf(list);
    const auto numbers = checkedProduct(tensor.shape);
    if (!shape || numbers == 0U || checkedProduct(*shape) != numbers)
        return fail(
            ErrorCode::InvalidInput, "{}: '{}' was [{}] in its file, which is not as many numbers as [{}]",
            file, shown, shape ? fmt::format("{}", fmt::join(*shape, ", ")) : "?",
            fmt::join(tensor.shape, ", "));
    tensor.fileShape = *shape;
    return {};
}

Result<NamedTensor>
namedTensor(const Json& object, Entries& entries, const ModelFile* base, std::string_view file)
{
    const auto name = jsonText(object, "name");
    if (!name || name->empty())
        return fail(ErrorCode::InvalidInput, "{}: a tensor has no name", file);
    NamedTensor tensor;
    tensor.name = *name;
    if (jsonMember(object, "parts") == nullptr) {
        tensor.stored = TRY(tensorOf(object, entries, file));
        tensor.shape = tensor.stored.type().shape;
    } else {
        auto replacement = TRY(replacementOf(object, printable(*name), entries, base, file));
        tensor.shape = {replacement.outputs, replacement.inputs};
        tensor.stored = replacement.parts[0].tensor; // what kind of file it is; the whole is the replacement
        tensor.replacement = std::make_shared<const LayerReplacement>(std::move(replacement));
    }
    TRY_VOID(readPlace(object, tensor, file));
    return tensor;
}

Result<std::vector<NamedTensor>>
tensorsOf(const Json& list, Entries& entries, const ModelFile* base, const std::string& file)
{
    std::vector<NamedTensor> tensors;
    std::set<std::string> names;
    for (const Json& object : list) {
        tensors.push_back(TRY(namedTensor(object, entries, base, file)));
        if (!names.insert(tensors.back().name).second)
            return fail(
                ErrorCode::InvalidInput, "{}: the tensor '{}' is there twice", file,
                printable(tensors.back().name));
    }
    return tensors;
}

/// The tensors of a file that refers to a base, over the first model found that is this base.
/// Gives that model. Errors: as read().
Result<std::shared_ptr<const ModelFile>>
readOverBase(ModelFile& model, const Json& list, Entries& entries, const std::string& base, BaseFiles& bases)
{
    const std::string file = model.path.filename().string();
    if (base.empty() || std::filesystem::path(base).filename() != base || base == ".." || base == ".")
        return fail(ErrorCode::InvalidInput, "{}: '{}' is not the name of a base", file, printable(base));
    std::string differs;
    for (const std::filesystem::path& path : bases.candidates(model.path, base)) {
        const auto opened = bases.open(path);
        if (!opened) {
            differs = opened.error().message;
            continue;
        }
        auto tensors = tensorsOf(list, entries, opened->get(), file);
        if (tensors) {
            model.tensors = std::move(*tensors);
            model.notices.push_back(fmt::format("it holds differences to {}", path.string()));
            return *opened;
        }
        differs = fmt::format("{}: {}", path.string(), tensors.error().message);
    }
    if (bases.areGiven())
        return fail(
            ErrorCode::InvalidInput,
            "{}: it holds differences to '{}', and what was asked for is not that model: {}", file,
            printable(base), differs);
    if (differs.empty())
        return fail(
            ErrorCode::NotFound,
            "{}: it holds differences to '{}', which was not found: put it beside this file, open it first, or name "
            "it with --base",
            file,
            printable(base));
    return fail(
        ErrorCode::InvalidInput, "{}: it holds differences to '{}', and what was found is not that model: {}",
        file, printable(base), differs);
}

Result<std::shared_ptr<const OperatorGraph>>
operators(const std::string& text, const ModelFile& model, Entries& entries, const std::string& file)
{
    const auto take = [&](const Json& object) { return alignedTensorOf(object, entries, file); };
    OperatorGraph graph = TRY(operatorsOf(TRY(parseJson(text, file)), take, file));
    std::vector<std::string_view> names;
    for (const NamedTensor& tensor : model.tensors)
        names.emplace_back(tensor.name);
    if (const auto check = checkOperators(graph, names); !check)
        return fail(check.error().code, "{}: {}", file, check.error().message);
    return std::make_shared<const OperatorGraph>(std::move(graph));
}

} // namespace

bool needsVersion2(const ModelFile& model)
{
    return model.operators != nullptr || std::ranges::any_of(model.tensors, [](const NamedTensor& tensor) {
               return !tensor.fileShape.empty() || tensor.role != NamedTensor::Role::ByName;
           });
}

bool needsVersion2(const Graph& graph)
{
    return std::ranges::any_of(graph.nodes, [](const Node& node) { return node.op.kind == OpKind::Concat; });
}

bool sniff(const std::filesystem::path&, std::span<const std::byte> head)
{
    return head.size() >= 8 + beginning.size()
        && std::memcmp(head.data() + 8, beginning.data(), beginning.size()) == 0;
}

std::string baseKey(const Tensor& tensor)
{
    const Key key = withSamples(
        keyOf(tensor.type().format->id(), std::uint64_t(tensor.bytes().size())), tensor.bytes());
    return fmt::format("{:016x}{:016x}", key.high, key.low);
}

Result<ModelFile> read(const std::filesystem::path& path)
{
    BaseFiles beside;
    return read(path, &beside);
}

Result<ModelFile>
read(const std::filesystem::path& path, BaseFiles* bases, std::shared_ptr<const ModelFile>* found)
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
    if (version != "1" && version != "2" && version != "3")
        return fail(
            ErrorCode::Unsupported, "{}: version '{}' of Tritloom files, this program reads 1 to 3", name,
            printable(version.value_or("?")));
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
    const auto base = jsonText(*about, "base");
    if (base && bases == nullptr)
        return fail(ErrorCode::Unsupported, "{}: it holds differences to another model itself", name);
    if (base) {
        auto over = TRY(readOverBase(file, list, entries, *base, *bases));
        if (found != nullptr)
            *found = std::move(over);
    } else {
        file.tensors = TRY(tensorsOf(list, entries, nullptr, name));
    }
    if (const auto operatorText = jsonText(*about, "operators"))
        file.operators = TRY(operators(*operatorText, file, entries, name));
    return file;
}

} // namespace tritloom::tritloomFile
