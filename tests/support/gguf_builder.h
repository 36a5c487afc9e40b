#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

/// Bytes of a GGUF file as a test wants them, right or wrong.
class GgufBuilder {
public:
    explicit GgufBuilder(std::uint32_t version = 3, std::uint64_t tensors = 0, std::uint64_t keys = 0)
    {
        number(std::uint32_t{0x46554747}).number(version).number(tensors).number(keys);
    }

    template <typename T>
    GgufBuilder& number(T value)
    {
        m_bytes.resize(m_bytes.size() + sizeof value);
        std::memcpy(m_bytes.data() + m_bytes.size() - sizeof value, &value, sizeof value);
        return *this;
    }
    GgufBuilder& raw(std::string_view text)
    {
        m_bytes.resize(m_bytes.size() + text.size());
        std::memcpy(m_bytes.data() + m_bytes.size() - text.size(), text.data(), text.size());
        return *this;
    }
    GgufBuilder& text(std::string_view text) { return number(std::uint64_t{text.size()}).raw(text); }
    GgufBuilder& key(std::string_view name, std::uint32_t value)
    {
        return text(name).number(4u).number(value);
    }
    GgufBuilder& tensor(
        std::string_view name, const std::vector<std::int64_t>& sizes, std::uint32_t type,
        std::uint64_t offset)
    {
        text(name).number(static_cast<std::uint32_t>(sizes.size()));
        for (const std::int64_t size : sizes)
            number(size);
        return number(type).number(offset);
    }
    /// Pads to the data section and appends `count` zeros.
    GgufBuilder& data(std::size_t count, std::size_t alignment = 32)
    {
        m_bytes.resize((m_bytes.size() + alignment - 1) / alignment * alignment + count);
        return *this;
    }
    [[nodiscard]] const std::vector<std::byte>& bytes() const { return m_bytes; }

private:
    std::vector<std::byte> m_bytes;
};
