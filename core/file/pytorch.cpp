#include "core/file/pytorch.h"

#include "core/base/byte_reader.h"
#include "core/base/checked.h"
#include "core/base/mapped_file.h"
#include "core/file/file_halves.h"
#include "core/file/pickle.h"
#include "core/file/zip.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>

namespace tritloom::pytorch {
namespace {

namespace fs = std::filesystem;

struct TypeRow {
    std::string_view storage, format; ///< format "": values are turned into f32
    std::size_t bytes;
};
constexpr TypeRow types[] = {
    {"FloatStorage", "f32", 4}, {"HalfStorage", "f16", 2}, {"BFloat16Storage", "bf16", 2}, {"DoubleStorage", "f64", 8},
    {"CharStorage", "i8", 1},   {"ByteStorage", "", 1},    {"ShortStorage", "i16", 2},     {"IntStorage", "i32", 4},
    {"LongStorage", "i64", 8},  {"BoolStorage", "", 1}};

/// Bytes of a storage by its key, and what keeps them.
struct Bytes {
    std::span<const std::byte> bytes;
    std::shared_ptr<const void> owner;
    std::uint64_t copied = 0; ///< numbers of it that views were copied of
};
using Storages = std::map<std::string, Bytes, std::less<>>;

Result<Tensor> toTensor(const pickle::Tensor& tensor, Storages& storages, const std::string& where)
{
    const auto* const type = std::ranges::find(types, tensor.storage.type, &TypeRow::storage);
    const auto storage = storages.find(tensor.storage.key);
    if (type == std::end(types) || storage == storages.end())
        return fail(ErrorCode::InvalidInput, "{}: its numbers ('{}') are missing", where, tensor.storage.key);
    Shape shape;
    bool contiguous = true;
    std::uint64_t reach = 0, expected = 1;
    for (std::size_t i = tensor.shape.size(); i-- > 0;) {
        if (tensor.shape[i] < 0 || tensor.strides[i] < 0 || tensor.shape[i] > std::int64_t{1} << 40 || tensor.strides[i] > std::int64_t{1} << 40)
            return fail(ErrorCode::InvalidInput, "{}: the shape [{}]", where, fmt::join(tensor.shape, ", "));
        shape.insert(shape.begin(), std::size_t(tensor.shape[i]));
        contiguous = contiguous && (tensor.shape[i] == 1 || std::uint64_t(tensor.strides[i]) == expected);
        const auto product = checkedMultiply(expected, std::uint64_t(tensor.shape[i]));
        const auto far = checkedMultiply(std::uint64_t(tensor.strides[i]), std::uint64_t(std::max<std::int64_t>(tensor.shape[i] - 1, 0)));
        if (!product || !far || *product > std::uint64_t{1} << 40 || (reach += *far) > std::uint64_t{1} << 40)
            return fail(ErrorCode::InvalidInput, "{}: the shape [{}] is too large", where, fmt::join(tensor.shape, ", "));
        expected = *product;
    }
    const std::uint64_t available = storage->second.bytes.size() / type->bytes;
    if (tensor.offset < 0 || (expected > 0 && std::uint64_t(tensor.offset) + reach >= available))
        return fail(
            ErrorCode::InvalidInput, "{}: [{}] from {} on does not fit its storage of {}", where,
            fmt::join(tensor.shape, ", "), tensor.offset, available);
    const auto bytes = storage->second.bytes.subspan(std::min<std::size_t>(std::size_t(tensor.offset) * type->bytes, storage->second.bytes.size()));
    const NumberFormatPtr format = type->format.empty() ? nullptr : parseNumberFormat(type->format).value();
    if (contiguous && format != nullptr)
        return Tensor({format, shape}, bytes.first(std::size_t(expected) * type->bytes), storage->second.owner);
    // Views that repeat a few numbers would ask for more memory than the file has a right to, in one or in
    // many.
    storage->second.copied += expected;
    if (storage->second.copied / 16 > available)
        return fail(
            ErrorCode::InvalidInput, "{}: the shape [{}] repeats {} stored numbers too often", where,
            fmt::join(tensor.shape, ", "), available);
    // Steps as they are: a transposed or expanded view is copied into order.
    std::vector<std::byte> ordered;
    ordered.reserve(std::size_t(expected) * type->bytes);
    std::vector<std::size_t> position(shape.size(), 0);
    for (std::uint64_t i = 0; i < expected; ++i) {
        std::size_t at = 0;
        for (std::size_t d = 0; d < shape.size(); ++d)
            at += position[d] * std::size_t(tensor.strides[d]);
        ordered.insert(ordered.end(), bytes.begin() + std::ptrdiff_t(at * type->bytes), bytes.begin() + std::ptrdiff_t((at + 1) * type->bytes));
        for (std::size_t d = shape.size(); d-- > 0;) {
            if (++position[d] < shape[d])
                break;
            position[d] = 0;
        }
    }
    if (format != nullptr)
        return Tensor::adopt({format, shape}, std::move(ordered));
    std::vector<float> values;
    for (const std::byte value : ordered)
        values.push_back(float(std::to_integer<unsigned>(value)));
    return Tensor::adoptFloats(shape, std::move(values));
}

/// Tensors of nested containers by their path.
Result<void> collect(
    const pickle::Value& value, const std::string& path, Storages& storages, const std::string& file,
    std::vector<NamedTensor>& to)
{
    if (const auto* const tensor = std::get_if<pickle::Tensor>(&value.data)) {
        Tensor stored = TRY(toTensor(*tensor, storages, fmt::format("{}: tensor '{}'", file, path)));
        to.push_back({.name = path, .shape = stored.type().shape, .stored = stored, .fileName = {}, .fileShape = {}});
        return {};
    }
    const auto inside = [&](const std::string& name) { return path.empty() ? name : path + "." + name; };
    if (const auto* const dict = std::get_if<pickle::Dict>(&value.data)) {
        for (const auto& [key, item] : dict->items) {
            const auto* const text = std::get_if<std::string>(&key.data);
            const auto* const number = std::get_if<std::int64_t>(&key.data);
            if (text != nullptr || number != nullptr)
                TRY_VOID(collect(item, inside(text ? *text : std::to_string(*number)), storages, file, to));
        }
    } else if (const auto* const list = std::get_if<pickle::List>(&value.data)) {
        for (std::size_t i = 0; i < list->items.size(); ++i)
            TRY_VOID(collect(list->items[i], inside(std::to_string(i)), storages, file, to));
    } else if (const auto* const tuple = std::get_if<pickle::Tuple>(&value.data)) {
        for (std::size_t i = 0; i < tuple->items.size(); ++i)
            TRY_VOID(collect(tuple->items[i], inside(std::to_string(i)), storages, file, to));
    }
    return {};
}

Result<std::vector<NamedTensor>>
tensorsOf(const pickle::Value& value, Storages& storages, const std::string& name)
{
    std::vector<NamedTensor> tensors;
    TRY_VOID(collect(value, "", storages, name, tensors));
    if (tensors.empty())
        return fail(ErrorCode::InvalidInput, "{}: there is no tensor in this file", name);
    // Training programs wrap the state dict, and data-parallel modules every name.
    for (const std::string_view wrapper : {"state_dict.", "model_state_dict.", "params_ema.", "params.", "module."})
        if (std::ranges::all_of(tensors, [&](const NamedTensor& t) { return t.name.starts_with(wrapper); }))
            for (NamedTensor& tensor : tensors)
                tensor.name.erase(0, wrapper.size());
    std::map<std::string_view, int> seen;
    for (const NamedTensor& tensor : tensors)
        if (seen[tensor.name]++ > 0)
            return fail(ErrorCode::InvalidInput, "{}: two tensors are called '{}'", name, tensor.name);
    return tensors;
}

Result<std::vector<NamedTensor>>
parseArchive(std::span<const std::byte> bytes, const std::string& name, std::shared_ptr<const void> owner, int depth)
{
    const std::vector<zip::Entry> files = TRY(zip::entries(bytes, name));
    const auto data = std::ranges::find_if(files, [](const zip::Entry& e) { return e.name.ends_with("data.pkl"); });
    if (data == files.end()) {
        // One state dict packed into a zip.
        if (files.size() != 1 || depth > 0)
            return fail(ErrorCode::InvalidInput, "{}: this zip archive has no data.pkl: no PyTorch file", name);
        auto inner = std::make_shared<const std::vector<std::byte>>(TRY(zip::unpacked(files[0], name)));
        if (zip::looksLike(*inner))
            return parseArchive(*inner, name, inner, depth + 1);
        return parse(*inner, name, inner);
    }
    const std::string folder = data->name.substr(0, data->name.size() - std::string_view("data.pkl").size());
    const std::vector<std::byte> pickled = TRY(zip::unpacked(*data, name));
    const pickle::Value value = TRY(pickle::read(pickled, name));
    Storages storages;
    for (const zip::Entry& entry : files) {
        const std::string begin = folder + "data/";
        if (!entry.name.starts_with(begin))
            continue;
        Bytes& storage = storages[entry.name.substr(begin.size())];
        storage = {.bytes = entry.packed, .owner = owner};
        if (entry.isDeflated) {
            auto numbers = std::make_shared<const std::vector<std::byte>>(TRY(zip::unpacked(entry, name)));
            storage = {.bytes = *numbers, .owner = numbers};
        }
    }
    return tensorsOf(value, storages, name);
}

// Before archives: pickles of a magic number, a version, the system and the object, then the keys of the storages and
// for each the number of elements and the elements.
Result<std::vector<NamedTensor>>
parseLegacy(std::span<const std::byte> bytes, const std::string& name, const std::shared_ptr<const void>& owner)
{
    std::array<pickle::Value, 5> parts;
    std::size_t position = 0;
    for (pickle::Value& part : parts) {
        std::size_t used = 0;
        part = TRY(pickle::read(bytes.subspan(position), name, &used));
        position += used;
    }
    // How large the elements of each storage are, only the tensors say.
    std::map<std::string, std::size_t> elementBytes;
    std::vector<const pickle::Value*> open{&parts[3]};
    while (!open.empty()) {
        const pickle::Value& value = *open.back();
        open.pop_back();
        if (const auto* const tensor = std::get_if<pickle::Tensor>(&value.data)) {
            const auto* const type = std::ranges::find(types, tensor->storage.type, &TypeRow::storage);
            elementBytes[tensor->storage.key] = type == std::end(types) ? 0 : type->bytes;
        } else if (const auto* const dict = std::get_if<pickle::Dict>(&value.data)) {
            for (const auto& item : dict->items)
                open.push_back(&item.value);
        } else if (const auto* const list = std::get_if<pickle::List>(&value.data)) {
            for (const pickle::Value& item : list->items)
                open.push_back(&item);
        }
    }
    const auto* const keys = std::get_if<pickle::List>(&parts[4].data);
    if (keys == nullptr)
        return fail(ErrorCode::InvalidInput, "{}: this is no complete PyTorch file", name);
    Storages storages;
    ByteReader in(bytes.subspan(position));
    for (const pickle::Value& item : keys->items) {
        const auto* const key = std::get_if<std::string>(&item.data);
        const auto elements = in.number<std::int64_t>();
        const std::size_t each = key == nullptr || !elementBytes.contains(*key) ? 0 : elementBytes[*key];
        const auto size = elements && *elements >= 0 ? checkedMultiply(std::uint64_t(*elements), each) : std::nullopt;
        const auto part = size && each > 0 ? in.take(*size) : std::nullopt;
        if (!part)
            return fail(ErrorCode::InvalidInput, "{}: the file ends inside its tensors", name);
        storages[*key] = {.bytes = *part, .owner = owner};
    }
    return tensorsOf(parts[3], storages, name);
}

/// The magic number of the older format: a pickle of 0x1950a86a20f9469cfc6c.
bool isLegacy(std::span<const std::byte> head)
{
    constexpr std::uint8_t begin[] = {0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, '.'};
    return head.size() >= sizeof begin && std::memcmp(head.data(), begin, sizeof begin) == 0;
}

} // namespace

bool sniff(const fs::path& path, std::span<const std::byte> head)
{
    const std::string extension = path.extension().string();
    const bool named = extension == ".pt" || extension == ".pth" || extension == ".th" || extension == ".ckpt";
    // A bare pickle is no state dict, but its name says what it wants to be: it is opened to be refused by name.
    return zip::looksLike(head) || isLegacy(head)
        || (named && !head.empty() && head[0] == std::byte{0x80});
}

Result<std::vector<NamedTensor>>
parse(std::span<const std::byte> bytes, const std::string& name, std::shared_ptr<const void> owner)
{
    if (zip::looksLike(bytes))
        return parseArchive(bytes, name, std::move(owner), 0);
    if (isLegacy(bytes))
        return parseLegacy(bytes, name, owner);
    TRY(pickle::read(bytes, name));
    return fail(ErrorCode::InvalidInput, "{}: a pickle without tensors", name);
}

Result<ModelFile> read(const fs::path& path)
{
    ModelFile model;
    const auto add = [&](const fs::path& part, const std::string& prefix) -> Result<void> {
        auto file = TRY(MappedFile::open(part));
        const auto bytes = file->bytes();
        for (NamedTensor& tensor : TRY(parse(bytes, part.filename().string(), std::move(file)))) {
            tensor.name = prefix + tensor.name;
            model.tensors.push_back(std::move(tensor));
        }
        return {};
    };
    model.metadata.set("general.name", path.stem().string());
    const std::vector<FileHalf> halves = halvesOf(path);
    for (const FileHalf& half : halves)
        TRY_VOID(add(half.path, half.prefix));
    if (halves.size() > 1)
        model.notices.push_back(halvesNotice(path, halves));
    return model;
}

} // namespace tritloom::pytorch
