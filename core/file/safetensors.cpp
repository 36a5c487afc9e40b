#include "core/file/safetensors.h"

#include "core/base/checked.h"
#include "core/base/mapped_file.h"
#include "core/base/utf8.h"
#include "core/file/json.h"

#include <algorithm>
#include <cstring>
#include <set>

namespace tritloom::safetensors {
namespace {

constexpr std::uint64_t largestHeader = 100'000'000; // the limit of the reference implementation

/// An element type of the format and the number format of the same bytes.
struct TypeRow {
    std::string_view name, format;
    std::uint64_t bytes;
};

constexpr TypeRow types[] = {
    {"F64", "f64", 8},   {"F32", "f32", 4},          {"F16", "f16", 2},          {"BF16", "bf16", 2},
    {"I64", "i64", 8},   {"I32", "i32", 4},          {"I16", "i16", 2},          {"I8", "i8", 1},
    {"U64", "u64", 8},   {"U32", "u32", 4},          {"U16", "u16", 2},          {"U8", "u8", 1},
    {"BOOL", "bool", 1}, {"F8_E4M3", "fp8_e4m3", 1}, {"F8_E5M2", "fp8_e5m2", 1}, {"F8_E8M0", "e8m0", 1}};

const TypeRow* findType(std::string_view name)
{
    const auto at = std::ranges::find(types, name, &TypeRow::name);
    return at == std::end(types) ? nullptr : at;
}

std::optional<std::uint64_t> headerLength(std::span<const std::byte> bytes)
{
    if (bytes.size() < 8)
        return std::nullopt;
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data(), sizeof length);
    return length;
}

/// [0, 4096] of "data_offsets", or a shape: whole numbers >= 0.
std::optional<std::vector<std::size_t>> wholeNumbers(const Json* array)
{
    if (!array || !array->is_array())
        return std::nullopt;
    std::vector<std::size_t> numbers;
    for (const Json& number : *array) {
        if (!number.is_number_unsigned())
            return std::nullopt;
        numbers.push_back(number.get<std::size_t>());
    }
    return numbers;
}

struct Placed {
    Entry entry;
    std::uint64_t begin = 0, end = 0; // in the data
};

Result<Placed> readEntry(std::string_view file, const std::string& key, const Json& value)
{
    const std::string shown = printable(key);
    const auto type = jsonText(value, "dtype");
    const auto shape = wholeNumbers(jsonMember(value, "shape"));
    const auto offsets = wholeNumbers(jsonMember(value, "data_offsets"));
    if (!type || !shape || !offsets || offsets->size() != 2)
        return fail(
            ErrorCode::InvalidInput, "{}: tensor '{}' lacks a valid dtype, shape or data_offsets", file,
            shown);
    const TypeRow* const row = findType(*type);
    if (!row)
        return fail(
            ErrorCode::Unsupported, "{}: tensor '{}' is of type '{}', which is unknown", file, shown,
            printable(*type));
    if (std::ranges::find(*shape, 0u) != shape->end())
        return fail(ErrorCode::InvalidInput, "{}: tensor '{}' has a dimension of 0", file, shown);
    const auto elements = checkedProduct(*shape);
    const auto size = elements ? checkedMultiply(*elements, row->bytes) : std::nullopt;
    const std::uint64_t begin = (*offsets)[0], end = (*offsets)[1];
    if (!size || end < begin || end - begin != *size)
        return fail(
            ErrorCode::InvalidInput,
            "{}: tensor '{}' lies from byte {} to {}, its shape and type need {} bytes", file, shown, begin,
            end, size ? fmt::to_string(*size) : "more than 2^64");
    return Placed{
        {.name = key, .type = *type, .shape = *shape, .bytes = {}, .owner = {}, .file = std::string(file)},
        begin,
        end};
}

} // namespace

std::string_view typeName(std::string_view formatId)
{
    const auto* const at = std::ranges::find(types, formatId, &TypeRow::format);
    return at == std::end(types) ? std::string_view() : at->name;
}

std::uint64_t typeBytes(std::string_view name)
{
    const TypeRow* const row = findType(name);
    return row != nullptr ? row->bytes : 0;
}

bool looksLike(std::span<const std::byte> head, std::uint64_t fileBytes)
{
    const auto length = headerLength(head);
    return length && *length >= 2 && *length <= largestHeader && *length <= fileBytes - 8 && head.size() > 8
        && head[8] == std::byte{'{'};
}

Result<std::vector<Entry>>
parse(std::span<const std::byte> bytes, std::string_view name, std::shared_ptr<const void> owner)
{
    const auto length = headerLength(bytes);
    if (!length)
        return fail(
            ErrorCode::InvalidInput, "{}: the file has {} bytes, not even a header", name, bytes.size());
    if (*length > bytes.size() - 8)
        return fail(
            ErrorCode::InvalidInput, "{}: the header is {} bytes long, the file {}", name, *length,
            bytes.size());
    if (*length > largestHeader)
        return fail(
            ErrorCode::InvalidInput, "{}: the header is {} bytes long, more than {}", name, *length,
            largestHeader);
    const auto* const text = reinterpret_cast<const char*>(bytes.data() + 8);
    const Json header = TRY(parseJson({text, static_cast<std::size_t>(*length)}, name));
    if (!header.is_object())
        return fail(ErrorCode::InvalidInput, "{}: the header is no JSON object", name);
    const auto data = bytes.subspan(8 + static_cast<std::size_t>(*length));

    std::vector<Placed> placed;
    for (const auto& [key, value] : header.items()) {
        if (key != "__metadata__")
            placed.push_back(TRY(readEntry(name, key, value)));
    }
    std::ranges::stable_sort(placed, {}, &Placed::begin);
    std::vector<Entry> entries;
    std::uint64_t position = 0;
    for (Placed& item : placed) {
        if (item.begin != position)
            return fail(
                ErrorCode::InvalidInput,
                "{}: tensor '{}' starts at byte {} of the data, the one before ends at {}", name,
                printable(item.entry.name), item.begin, position);
        if (item.end > data.size())
            return fail(
                ErrorCode::InvalidInput, "{}: tensor '{}' ends at byte {} of the data, the file at {}", name,
                printable(item.entry.name), item.end, data.size());
        item.entry.bytes = data.subspan(item.begin, item.end - item.begin);
        item.entry.owner = owner;
        entries.push_back(std::move(item.entry));
        position = item.end;
    }
    if (position != data.size())
        return fail(
            ErrorCode::InvalidInput, "{}: the tensors end at byte {} of the data, the file at {}", name,
            position, data.size());
    return entries;
}

Result<std::vector<Entry>> read(const std::filesystem::path& file)
{
    const auto mapped = TRY(MappedFile::open(file));
    return parse(mapped->bytes(), file.filename().string(), mapped);
}

Result<std::vector<Entry>> readSharded(const std::filesystem::path& index)
{
    const std::string name = index.filename().string();
    const Json json = TRY(readJson(index));
    const Json* const map = jsonMember(json, "weight_map");
    if (!map || !map->is_object())
        return fail(ErrorCode::InvalidInput, "{}: there is no object 'weight_map'", name);
    std::set<std::string> files;
    for (const auto& [tensor, file] : map->items()) {
        const std::string* const text = file.get_ptr<const std::string*>();
        // A name with a folder in it could reach any file of the machine.
        constexpr std::size_t longestName = 255; // of any file system
        if (!text || text->empty() || text->size() > longestName
            || std::filesystem::path(*text).filename() != *text || *text == "..")
            return fail(
                ErrorCode::InvalidInput, "{}: tensor '{}' names no file of this folder", name,
                printable(tensor));
        files.insert(*text);
    }
    std::vector<Entry> entries;
    for (const std::string& file : files) {
        for (Entry& entry : TRY(read(index.parent_path() / file))) {
            const auto at = map->find(entry.name);
            if (at == map->end() || at->get_ref<const std::string&>() != file)
                return fail(
                    ErrorCode::InvalidInput, "{}: tensor '{}' stands in {}, the index says otherwise", name,
                    printable(entry.name), file);
            entries.push_back(std::move(entry));
        }
    }
    if (entries.size() != map->size())
        return fail(
            ErrorCode::InvalidInput, "{}: the index has {} tensors, the files have {}", name, map->size(),
            entries.size());
    return entries;
}

Result<Tensor> toTensor(const Entry& entry)
{
    const auto format = parseNumberFormat(findType(entry.type)->format);
    if (!format)
        return fail(
            ErrorCode::Unsupported, "{}: tensor '{}' is of type {}, for which there is no number format",
            entry.file, printable(entry.name), entry.type);
    return Tensor({*format, entry.shape}, entry.bytes, entry.owner);
}

} // namespace tritloom::safetensors
