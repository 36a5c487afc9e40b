#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

namespace tritloom {

/// Reads little-endian values from bytes of a file, one after another and never past the end.
class ByteReader {
public:
    explicit ByteReader(std::span<const std::byte> bytes)
        : m_bytes(bytes)
    {
    }

    [[nodiscard]] std::size_t position() const { return m_position; }
    [[nodiscard]] std::size_t remaining() const { return m_bytes.size() - m_position; }

    /// nullopt (and nothing read) at the end.
    template <typename T>
    [[nodiscard]] std::optional<T> number()
    {
        static_assert(std::is_arithmetic_v<T> && !std::is_same_v<T, bool>);
        if (remaining() < sizeof(T))
            return std::nullopt;
        T value;
        std::memcpy(&value, m_bytes.data() + m_position, sizeof value);
        m_position += sizeof value;
        return value;
    }

    [[nodiscard]] std::optional<std::span<const std::byte>> take(std::uint64_t count)
    {
        if (remaining() < count)
            return std::nullopt;
        const auto part = m_bytes.subspan(m_position, static_cast<std::size_t>(count));
        m_position += part.size();
        return part;
    }

    [[nodiscard]] std::optional<std::string_view> text(std::uint64_t count)
    {
        const auto part = take(count);
        if (!part)
            return std::nullopt;
        return std::string_view(reinterpret_cast<const char*>(part->data()), part->size());
    }

private:
    std::span<const std::byte> m_bytes;
    std::size_t m_position = 0;
};

} // namespace tritloom
