#include "core/file/gguf.h"

#include "core/base/byte_reader.h"
#include "core/base/checked.h"
#include "core/base/mapped_file.h"
#include "core/base/utf8.h"
#include "core/file/gguf_types.h"
#include "core/file/ternary_codes.h"

#include <algorithm>
#include <bit>
#include <unordered_set>

namespace tritloom::gguf {
namespace {

constexpr std::uint32_t defaultAlignment = 32;
constexpr std::uint64_t longestName = 65535;

/// A tensor info as written, before the data section is known.
struct TensorInfo {
    std::string name;
    const TypeRow* type = nullptr; // or
    const ternaryCodes::Type* ternary = nullptr; // of a fork
    Shape shape;
    std::uint64_t offset = 0, size = 0; // in the data section
};

class Parser {
public:
    Parser(std::span<const std::byte> bytes, std::string_view name, std::shared_ptr<const void> owner)
        : m_bytes(bytes)
        , m_in(bytes)
        , m_name(name)
        , m_owner(std::move(owner))
    {
    }

    Result<ModelFile> run()
    {
        TRY_VOID(readHeader());
        for (std::uint64_t i = 0; i < m_keyCount; ++i)
            TRY_VOID(readKey(i));
        TRY_VOID(readAlignment());
        for (std::uint64_t i = 0; i < m_tensorCount; ++i)
            TRY_VOID(readTensorInfo(i));
        TRY_VOID(placeTensors());
        m_model.rotateHalf = rotatesHalves(m_model.architecture());
        return std::move(m_model);
    }

private:
    template <typename... Args>
    tl::unexpected<Error> wrong(fmt::format_string<Args...> text, Args&&... args) const
    {
        return fail(
            ErrorCode::InvalidInput, "{}: {}", m_name, fmt::format(text, std::forward<Args>(args)...));
    }
    tl::unexpected<Error> endsInside(std::string_view what) const
    {
        return wrong("the file ends inside {}, at byte {}", what, m_bytes.size());
    }

    template <typename T>
    Result<T> number(std::string_view what)
    {
        const std::optional<T> value = m_in.number<T>();
        if (!value)
            return endsInside(what);
        return *value;
    }

    Result<std::string_view> text(std::string_view what, std::uint64_t longest)
    {
        const auto length = TRY(number<std::uint64_t>(what));
        if (length > m_in.remaining())
            return wrong(
                "{} is {} bytes long, {} bytes are left in the file", what, length, m_in.remaining());
        if (length > longest)
            return wrong("{} is {} bytes long, more than {}", what, length, longest);
        return *m_in.text(length);
    }

    Result<void> readHeader()
    {
        if (TRY(number<std::uint32_t>("the magic number")) != 0x46554747)
            return wrong("this is no GGUF file, it does not start with 'GGUF'");
        const auto version = TRY(number<std::uint32_t>("the version"));
        if ((version & 0xFFFF) == 0)
            return fail(
                ErrorCode::Unsupported, "{}: the file is big-endian, only little-endian is read", m_name);
        if (version != 2 && version != 3)
            return fail(
                ErrorCode::Unsupported, "{}: GGUF version {} is not known, only 2 and 3", m_name, version);
        m_tensorCount = TRY(number<std::uint64_t>("the number of tensors"));
        m_keyCount = TRY(number<std::uint64_t>("the number of keys"));
        constexpr std::uint64_t smallestInfo = 32, smallestKey = 13; // bytes in the file
        if (m_tensorCount > m_in.remaining() / smallestInfo)
            return wrong("the header says {} tensors, the file has {} bytes", m_tensorCount, m_bytes.size());
        if (m_keyCount > m_in.remaining() / smallestKey)
            return wrong("the header says {} keys, the file has {} bytes", m_keyCount, m_bytes.size());
        return {};
    }

    Result<void> readKey(std::uint64_t index)
    {
        const std::string_view key = TRY(text(fmt::format("the name of key {}", index), longestName));
        if (key.empty() || !isUtf8(key))
            return wrong("the name of key {} is {}", index, key.empty() ? "empty" : "not UTF-8");
        if (!m_keys.insert(key).second)
            return wrong("the key '{}' occurs twice", printable(key));
        const std::string what = fmt::format("the value of key '{}'", printable(key));
        const auto type = TRY(number<std::uint32_t>(what));
        m_model.metadata.append(std::string(key), TRY(readValue(type, what)));
        return {};
    }

    template <typename T>
    Result<MetadataValue> readNumber(std::string_view what)
    {
        return MetadataValue(TRY(number<T>(what)));
    }

    Result<MetadataValue> readValue(std::uint32_t type, std::string_view what)
    {
        switch (type) {
        case 0:
            return readNumber<std::uint8_t>(what);
        case 1:
            return readNumber<std::int8_t>(what);
        case 2:
            return readNumber<std::uint16_t>(what);
        case 3:
            return readNumber<std::int16_t>(what);
        case 4:
            return readNumber<std::uint32_t>(what);
        case 5:
            return readNumber<std::int32_t>(what);
        case 6:
            return readNumber<float>(what);
        case 7:
            return MetadataValue(TRY(number<std::uint8_t>(what)) != 0);
        case 8:
            return MetadataValue(std::string(TRY(text(what, m_bytes.size()))));
        case 9:
            return readArray(what);
        case 10:
            return readNumber<std::uint64_t>(what);
        case 11:
            return readNumber<std::int64_t>(what);
        case 12:
            return readNumber<double>(what);
        default:
            return wrong("{} has type {}, which is unknown", what, type);
        }
    }

    template <typename T>
    Result<MetadataValue> readNumbers(std::uint64_t count, std::string_view what)
    {
        if (count > m_in.remaining() / sizeof(T))
            return wrong(
                "{} is an array of {}, {} bytes are left in the file", what, count, m_in.remaining());
        std::vector<T> values(static_cast<std::size_t>(count));
        const auto bytes = *m_in.take(count * sizeof(T));
        if (!bytes.empty())
            std::memcpy(values.data(), bytes.data(), bytes.size());
        return MetadataValue(std::move(values));
    }

    Result<MetadataValue> readArray(std::string_view what)
    {
        const auto type = TRY(number<std::uint32_t>(what));
        const auto count = TRY(number<std::uint64_t>(what));
        switch (type) {
        case 0:
            return readNumbers<std::uint8_t>(count, what);
        case 1:
            return readNumbers<std::int8_t>(count, what);
        case 2:
            return readNumbers<std::uint16_t>(count, what);
        case 3:
            return readNumbers<std::int16_t>(count, what);
        case 4:
            return readNumbers<std::uint32_t>(count, what);
        case 5:
            return readNumbers<std::int32_t>(count, what);
        case 6:
            return readNumbers<float>(count, what);
        case 7: {
            if (count > m_in.remaining())
                return wrong(
                    "{} is an array of {}, {} bytes are left in the file", what, count, m_in.remaining());
            std::vector<bool> flags;
            const std::span<const std::byte> bytes = *m_in.take(count);
            for (const std::byte byte : bytes)
                flags.push_back(byte != std::byte{0});
            return MetadataValue(std::move(flags));
        }
        case 8: {
            if (count > m_in.remaining() / 8)
                return wrong(
                    "{} is an array of {}, {} bytes are left in the file", what, count, m_in.remaining());
            std::vector<std::string> strings;
            strings.reserve(static_cast<std::size_t>(count));
            for (std::uint64_t i = 0; i < count; ++i)
                strings.emplace_back(TRY(text(what, m_bytes.size())));
            return MetadataValue(std::move(strings));
        }
        case 9:
            return wrong("{} is an array of arrays, which GGUF does not have", what);
        case 10:
            return readNumbers<std::uint64_t>(count, what);
        case 11:
            return readNumbers<std::int64_t>(count, what);
        case 12:
            return readNumbers<double>(count, what);
        default:
            return wrong("{} is an array of type {}, which is unknown", what, type);
        }
    }

    Result<void> readAlignment()
    {
        const MetadataValue* const value = m_model.metadata.find("general.alignment");
        if (!value)
            return {};
        const auto* const alignment = std::get_if<std::uint32_t>(value);
        if (!alignment || !std::has_single_bit(*alignment))
            return wrong("general.alignment is no power of two");
        m_alignment = *alignment;
        return {};
    }

    Result<void> readTensorInfo(std::uint64_t index)
    {
        TensorInfo info;
        const std::string_view name = TRY(text(fmt::format("the name of tensor {}", index), longestName));
        if (name.empty() || !isUtf8(name))
            return wrong("the name of tensor {} is {}", index, name.empty() ? "empty" : "not UTF-8");
        if (!m_tensorNames.insert(name).second)
            return wrong("the tensor '{}' occurs twice", printable(name));
        info.name = name;
        const std::string what = fmt::format("the description of tensor '{}'", printable(name));
        const auto dimensions = TRY(number<std::uint32_t>(what));
        if (dimensions < 1 || dimensions > 4)
            return wrong("tensor '{}' has {} dimensions, 1 to 4 are possible", printable(name), dimensions);
        for (std::uint32_t d = 0; d < dimensions; ++d) {
            const auto size = TRY(number<std::int64_t>(what));
            if (size <= 0)
                return wrong("tensor '{}' has a dimension of {}", printable(name), size);
            info.shape.insert(
                info.shape.begin(), static_cast<std::size_t>(size)); // the file starts innermost
        }
        const auto type = TRY(number<std::uint32_t>(what));
        info.type = findType(type);
        info.ternary = ternaryCodes::find(type);
        if (!info.type && !info.ternary)
            return fail(
                ErrorCode::Unsupported, "{}: tensor '{}': {}", m_name, printable(name),
                describeUnknownType(type));
        info.offset = TRY(number<std::uint64_t>(what));
        TRY_VOID(setSize(info));
        if (info.offset % m_alignment != 0)
            return wrong(
                "tensor '{}' starts at byte {} of the data, no multiple of the alignment {}",
                printable(info.name), info.offset, m_alignment);
        m_infos.push_back(std::move(info));
        return {};
    }

    Result<std::optional<std::uint64_t>> blocksSize(const TensorInfo& info) const
    {
        const TypeRow& type = *info.type;
        if (info.shape.back() % type.blockElements != 0)
            return wrong(
                "tensor '{}': a row of {} elements is not made of {} blocks of {}", printable(info.name),
                info.shape.back(), type.name, type.blockElements);
        const auto elements = checkedProduct(info.shape);
        return elements ? checkedMultiply(*elements / type.blockElements, type.blockBytes) : std::nullopt;
    }

    Result<std::optional<std::uint64_t>> ternarySize(const TensorInfo& info) const
    {
        const ternaryCodes::Type& type = *info.ternary;
        if (info.shape.size() != 2 || info.shape[1] % type.columns != 0 || info.shape[0] % type.rows != 0)
            return wrong(
                "tensor '{}': {} is for matrices with a multiple of {} inputs and of {} outputs",
                printable(info.name), type.name, type.columns, type.rows);
        return ternaryCodes::bytesOf(type, info.shape[0], info.shape[1]);
    }

    Result<void> setSize(TensorInfo& info) const
    {
        const auto size = info.ternary ? TRY(ternarySize(info)) : TRY(blocksSize(info));
        if (!size)
            return wrong("tensor '{}': the shape is larger than any file", printable(info.name));
        info.size = *size;
        return {};
    }

    Result<void> placeTensors()
    {
        if (m_infos.empty())
            return {};
        const auto start = checkedAlign(m_in.position(), m_alignment);
        for (const TensorInfo& info : m_infos) {
            const auto end = checkedAdd(*start, info.offset);
            const auto last = end ? checkedAdd(*end, info.size) : std::nullopt;
            if (!last || *last > m_bytes.size())
                return wrong(
                    "tensor '{}' is {} bytes from byte {} on, the file ends at {}", printable(info.name),
                    info.size, end.value_or(info.offset), m_bytes.size());
        }
        TRY_VOID(checkOverlap());
        m_model.tensors.reserve(m_infos.size());
        for (TensorInfo& info : m_infos) {
            const auto bytes = m_bytes.subspan(*start + info.offset, info.size);
            if (info.ternary) {
                const auto matrix =
                    TRY(ternaryCodes::matrixOf(*info.ternary, info.shape[0], info.shape[1], bytes, m_owner));
                m_model.tensors.push_back(
                    {info.name, info.shape, matrix->codes, Layout::Packed, 1, nullptr, matrix, {}, {}});
                continue;
            }
            const NumberFormatPtr format = TRY(formatOf(info));
            m_model.tensors.push_back(
                {.name = std::move(info.name),
                 .shape = info.shape,
                 .stored = Tensor({format, info.shape}, bytes, m_owner),
                 .fileName = {}});
        }
        return {};
    }

    Result<void> checkOverlap() const
    {
        std::vector<const TensorInfo*> order;
        order.reserve(m_infos.size());
        for (const TensorInfo& info : m_infos)
            order.push_back(&info);
        std::ranges::sort(order, {}, &TensorInfo::offset);
        for (std::size_t i = 1; i < order.size(); ++i) {
            const TensorInfo &before = *order[i - 1], &after = *order[i];
            if (before.offset + before.size > after.offset)
                return wrong(
                    "tensors '{}' and '{}' overlap at byte {} of the data", printable(before.name),
                    printable(after.name), after.offset);
            // Other programs gave other meanings to these numbers; a wrong size is the only sign of it.
            if (before.ternary && checkedAlign(before.size, m_alignment) != after.offset - before.offset)
                return fail(
                    ErrorCode::Unsupported,
                    "{}: tensor '{}': type {} is read as {} of {}, which is {} bytes, here it has {}", m_name,
                    printable(before.name), before.ternary->id, before.ternary->name, before.ternary->program,
                    before.size, after.offset - before.offset);
        }
        return {};
    }

    Result<NumberFormatPtr> formatOf(const TensorInfo& info) const
    {
        const auto format = parseNumberFormat(info.type->format);
        if (!format)
            return fail(
                ErrorCode::Unsupported, "{}: tensor '{}' is of type {}, which Tritloom does not know yet",
                m_name, printable(info.name), info.type->name);
        if ((*format)->blockElements() != info.type->blockElements
            || (*format)->blockBytes() != info.type->blockBytes)
            return fail(
                ErrorCode::Unsupported, "{}: tensor '{}' of type {}: the number format '{}' has other blocks",
                m_name, printable(info.name), info.type->name, info.type->format);
        return *format;
    }

    std::span<const std::byte> m_bytes;
    ByteReader m_in;
    std::string m_name;
    std::shared_ptr<const void> m_owner;
    std::uint64_t m_tensorCount = 0, m_keyCount = 0;
    std::uint32_t m_alignment = defaultAlignment;
    std::unordered_set<std::string_view> m_keys, m_tensorNames; // views of the file
    std::vector<TensorInfo> m_infos;
    ModelFile m_model;
};

} // namespace

bool sniff(const std::filesystem::path&, std::span<const std::byte> head)
{
    return head.size() >= 4 && std::memcmp(head.data(), "GGUF", 4) == 0;
}

Result<ModelFile>
parse(std::span<const std::byte> bytes, std::string_view name, std::shared_ptr<const void> owner)
{
    return Parser(bytes, name, std::move(owner)).run();
}

} // namespace tritloom::gguf
