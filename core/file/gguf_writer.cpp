#include "core/file/gguf_writer.h"

#include "core/base/checked.h"
#include "core/base/mapped_file.h"
#include "core/base/utf8.h"
#include "core/file/gguf.h"
#include "core/file/gguf_types.h"

#include <algorithm>
#include <cstring>
#include <unordered_set>

namespace tritloom::gguf {
namespace {

constexpr std::uint64_t alignment = 32;

/// Little-endian bytes that grow.
class Bytes {
public:
    template <typename T>
    void number(T value)
    {
        m_bytes.resize(m_bytes.size() + sizeof value);
        std::memcpy(m_bytes.data() + m_bytes.size() - sizeof value, &value, sizeof value);
    }
    void text(std::string_view text)
    {
        number(static_cast<std::uint64_t>(text.size()));
        const auto view = std::as_bytes(std::span(text));
        m_bytes.insert(m_bytes.end(), view.begin(), view.end());
    }
    void pad() { m_bytes.resize(static_cast<std::size_t>(*checkedAlign(m_bytes.size(), alignment))); }
    [[nodiscard]] std::span<const std::byte> view() const { return m_bytes; }

private:
    std::vector<std::byte> m_bytes;
};

template <typename T>
constexpr std::uint32_t valueType()
{
    if constexpr (std::is_same_v<T, std::uint8_t>)
        return 0;
    else if constexpr (std::is_same_v<T, std::int8_t>)
        return 1;
    else if constexpr (std::is_same_v<T, std::uint16_t>)
        return 2;
    else if constexpr (std::is_same_v<T, std::int16_t>)
        return 3;
    else if constexpr (std::is_same_v<T, std::uint32_t>)
        return 4;
    else if constexpr (std::is_same_v<T, std::int32_t>)
        return 5;
    else if constexpr (std::is_same_v<T, float>)
        return 6;
    else if constexpr (std::is_same_v<T, bool>)
        return 7;
    else if constexpr (std::is_same_v<T, std::string>)
        return 8;
    else if constexpr (std::is_same_v<T, std::uint64_t>)
        return 10;
    else if constexpr (std::is_same_v<T, std::int64_t>)
        return 11;
    else if constexpr (std::is_same_v<T, double>)
        return 12;
    else
        return 9;
}

void writeScalar(Bytes& out, const std::string& value)
{
    out.text(value);
}
void writeScalar(Bytes& out, bool value)
{
    out.number(static_cast<std::uint8_t>(value));
}
template <typename T>
void writeScalar(Bytes& out, T value)
{
    out.number(value);
}

template <typename T>
void writeValue(Bytes& out, const T& value)
{
    out.number(valueType<T>());
    writeScalar(out, value);
}
template <typename T>
void writeValue(Bytes& out, const std::vector<T>& values)
{
    out.number(valueType<std::vector<T>>());
    out.number(valueType<T>());
    out.number(static_cast<std::uint64_t>(values.size()));
    for (std::size_t i = 0; i < values.size(); ++i) {
        const T& value = values[i];
        writeScalar(out, value);
    }
}

Bytes makeHeader(const Metadata& metadata, std::span<const Slot> slots)
{
    Bytes out;
    out.number(std::uint32_t{0x46554747});
    out.number(std::uint32_t{3});
    out.number(static_cast<std::uint64_t>(slots.size()));
    out.number(static_cast<std::uint64_t>(metadata.entries().size()));
    for (const auto& [key, value] : metadata.entries()) {
        out.text(key);
        std::visit([&out](const auto& v) { writeValue(out, v); }, value);
    }
    std::uint64_t offset = 0;
    for (const Slot& slot : slots) {
        out.text(slot.name);
        out.number(static_cast<std::uint32_t>(slot.type.shape.size()));
        for (auto size = slot.type.shape.rbegin(); size != slot.type.shape.rend(); ++size) // innermost first
            out.number(static_cast<std::uint64_t>(*size));
        out.number(findFormat(slot.type.format->id())->id);
        out.number(offset);
        offset = *checkedAlign(offset + slot.type.bytes(), alignment);
    }
    if (!slots.empty())
        out.pad();
    return out;
}

std::uint64_t dataBytes(std::span<const Slot> slots)
{
    std::uint64_t bytes = 0;
    for (const Slot& slot : slots)
        bytes += *checkedAlign(slot.type.bytes(), alignment);
    return bytes;
}

/// Whether rows() * rowBytes() with padding fits 64 bits.
bool fitsAFile(const TensorType& type)
{
    const auto elements = checkedProduct(type.shape);
    const auto bytes = elements ? checkedMultiply(*elements, type.format->blockBytes()) : std::nullopt;
    return bytes && *bytes < (std::uint64_t{1} << 46);
}

void findBrokenRules(const Slot& slot, std::size_t longestName, std::vector<std::string>& rules)
{
    const std::string name = printable(slot.name);
    const auto add = [&]<typename... Args>(fmt::format_string<Args...> text, Args&&... args) {
        rules.push_back(fmt::format("tensor '{}' {}", name, fmt::format(text, std::forward<Args>(args)...)));
    };
    if (slot.name.empty() || !isUtf8(slot.name))
        add("has a name that is empty or not UTF-8");
    if (slot.name.size() > longestName)
        add("has a name of {} bytes, at most {} are possible", slot.name.size(), longestName);
    const Shape& shape = slot.type.shape;
    if (shape.empty() || shape.size() > 4)
        add("has {} dimensions, 1 to 4 are possible", shape.size());
    if (std::ranges::find(shape, 0u) != shape.end())
        add("has a dimension of 0");
    const std::string format = slot.type.format ? slot.type.format->id() : "";
    const TypeRow* const type = findFormat(format);
    if (!type)
        add("is in the format '{}', for which GGUF has no type", format);
    else if (slot.type.columns() % type->blockElements != 0)
        add("has rows of {} elements, no multiple of {}'s blocks of {}", slot.type.columns(), type->name,
            type->blockElements);
    else if (!fitsAFile(slot.type))
        add("is larger than any file");
}

} // namespace

std::vector<std::string>
findBrokenRules(const Metadata& metadata, std::span<const Slot> slots, std::size_t longestName)
{
    std::vector<std::string> rules;
    std::unordered_set<std::string_view> keys, names;
    for (const auto& entry : metadata.entries()) {
        const std::string& key = entry.first;
        if (key.empty() || key.size() > 65535 || !isUtf8(key))
            rules.push_back(fmt::format("the key '{}' is empty, too long or not UTF-8", printable(key)));
        if (!keys.insert(key).second)
            rules.push_back(fmt::format("the key '{}' occurs twice", printable(key)));
    }
    for (const Slot& slot : slots) {
        if (!names.insert(slot.name).second)
            rules.push_back(fmt::format("the tensor '{}' occurs twice", printable(slot.name)));
        findBrokenRules(slot, longestName, rules);
    }
    if (const auto align = metadata.integer("general.alignment"); align && *align != alignment)
        rules.push_back(fmt::format("general.alignment is {}, files are written with {}", *align, alignment));
    return rules;
}

Result<Writer> Writer::create(
    std::filesystem::path path, const Metadata& metadata, std::vector<Slot> slots, std::size_t longestName)
{
    const auto rules = findBrokenRules(metadata, slots, longestName);
    if (!rules.empty())
        return fail(ErrorCode::InvalidInput, "{}: {}", path.filename().string(), fmt::join(rules, "; "));
    const Bytes header = makeHeader(metadata, slots);
    const std::uint64_t fileBytes = header.view().size() + dataBytes(slots);
    Writer writer(TRY(PartFile::create(std::move(path), fileBytes)));
    writer.m_fileBytes = fileBytes;
    writer.m_slots = std::move(slots);
    TRY_VOID(writer.m_file.write(header.view()));
    return writer;
}

Result<void> Writer::pad()
{
    constexpr std::byte zeros[alignment]{};
    const std::uint64_t end = m_file.position();
    return m_file.write(
        std::span(zeros).first(static_cast<std::size_t>(*checkedAlign(end, alignment) - end)));
}

Result<void> Writer::add(const Tensor& tensor)
{
    if (m_keys.size() == m_slots.size())
        return fail(ErrorCode::InvalidInput, "{}: more than {} tensors", partPath().string(), m_slots.size());
    const Slot& slot = m_slots[m_keys.size()];
    const TensorType& type = tensor.type();
    if (!type.format || type.format->id() != slot.type.format->id() || type.shape != slot.type.shape)
        return fail(
            ErrorCode::InvalidInput, "tensor '{}' was announced as {} [{}] and came as {} [{}]", slot.name,
            slot.type.format->id(), fmt::join(slot.type.shape, ", "),
            type.format ? type.format->id() : "nothing", fmt::join(type.shape, ", "));
    const auto bytes = tensor.bytes();
    m_keys.push_back(keyOf(bytes));
    TRY_VOID(m_file.write(bytes));
    return pad();
}

Result<std::vector<Key>> Writer::finish()
{
    if (m_keys.size() != m_slots.size())
        return fail(
            ErrorCode::InvalidInput, "{}: {} tensors were announced, {} came", partPath().string(),
            m_slots.size(), m_keys.size());
    TRY_VOID(m_file.sync());
    return m_keys;
}

Result<void> verify(const std::filesystem::path& path, std::span<const Slot> slots, std::span<const Key> keys)
{
    const std::string name = path.filename().string();
    const auto file = TRY(MappedFile::open(path));
    const ModelFile model = TRY(parse(file->bytes(), name, file));
    if (model.tensors.size() != slots.size() || keys.size() != slots.size())
        return fail(
            ErrorCode::InvalidInput, "{}: {} tensors were written, {} are read back", name, slots.size(),
            model.tensors.size());
    for (std::size_t i = 0; i < slots.size(); ++i) {
        const NamedTensor& tensor = model.tensors[i];
        const auto bytes = tensor.stored.bytes();
        const bool isSame = tensor.name == slots[i].name && tensor.shape == slots[i].type.shape
            && tensor.stored.type().format->id() == slots[i].type.format->id()
            && keyOf(bytes) == keys[i];
        MappedFile::doneWith(bytes);
        if (!isSame)
            return fail(
                ErrorCode::Io, "{}: tensor '{}' is read back with other contents than were written", name,
                slots[i].name);
    }
    return {};
}

} // namespace tritloom::gguf
