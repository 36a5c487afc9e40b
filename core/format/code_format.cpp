#include "core/format/code_format.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace tritloom::codeFormat {
namespace {

class Code final : public NumberFormat {
public:
    explicit Code(std::size_t bits)
        : m_bits(bits)
    {
    }
    std::string id() const override { return fmt::format("code{}", m_bits); }
    std::size_t blockElements() const override { return 8; }
    std::size_t blockBytes() const override { return m_bits; }
    void encode(std::span<const float> values, std::span<std::byte> packed) const override
    {
        assert(values.size() == 8 && packed.size() == m_bits);
        const auto last = static_cast<float>((1u << m_bits) - 1);
        std::uint64_t word = 0;
        for (std::size_t i = 0; i < 8; ++i) {
            // std::max gives its first argument for NaN: 0.
            const float code = std::min(std::max(0.0f, std::nearbyint(values[i])), last);
            word |= std::uint64_t(code) << (i * m_bits);
        }
        for (std::size_t b = 0; b < m_bits; ++b)
            packed[b] = std::byte(word >> (8 * b) & 0xff);
    }
    void decode(std::span<const std::byte> packed, std::span<float> values) const override
    {
        std::uint64_t word = 0;
        for (std::size_t b = 0; b < m_bits; ++b)
            word |= std::to_integer<std::uint64_t>(packed[b]) << (8 * b);
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = static_cast<float>(word >> (i * m_bits) & ((1u << m_bits) - 1));
    }

private:
    std::size_t m_bits;
};

} // namespace

Result<NumberFormatPtr> parse(std::string_view id)
{
    if (!id.starts_with("code"))
        return fail(ErrorCode::NotFound, "'{}' is not code<bits>", id);
    if (id.size() != 5 || id[4] < '1' || id[4] > '8')
        return fail(ErrorCode::InvalidInput, "'{}' is not of the form code<1 to 8>", id);
    return std::make_shared<const Code>(std::size_t(id[4] - '0'));
}

// Without a scale of its own it is no format for a whole layer, so nobody offers it as one.
std::vector<std::string> examples()
{
    return {};
}

} // namespace tritloom::codeFormat
