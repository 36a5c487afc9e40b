#include "core/format/sign_format.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>

namespace tritloom::signFormat {
namespace {

/// The eight weights of every byte: products with a token ask for all signs of a layer.
constexpr std::array<std::array<float, 8>, 256> weightsOfByte = [] {
    std::array<std::array<float, 8>, 256> made{};
    for (unsigned byte = 0; byte < 256; ++byte)
        for (unsigned i = 0; i < 8; ++i)
            made[byte][i] = (byte >> i & 1) != 0 ? 1.0f : -1.0f;
    return made;
}();

class Sign final : public NumberFormat {
public:
    std::string id() const override { return "sign"; }
    std::size_t blockElements() const override { return 8; }
    std::size_t blockBytes() const override { return 1; }
    void encode(std::span<const float> values, std::span<std::byte> packed) const override
    {
        assert(values.size() == 8 && packed.size() == 1);
        unsigned bits = 0;
        for (std::size_t i = 0; i < 8; ++i)
            bits |= (values[i] >= 0 ? 1u : 0u) << i; // NaN compares false and becomes -1
        packed[0] = std::byte(bits);
    }
    void decode(std::span<const std::byte> packed, std::span<float> values) const override
    {
        std::copy_n(
            weightsOfByte[std::to_integer<std::size_t>(packed[0])].begin(), values.size(), values.begin());
    }
    void decodeBlocks(std::span<const std::byte> packed, std::span<float> values) const override
    {
        const std::size_t whole = values.size() / 8;
        for (std::size_t b = 0; b < whole; ++b)
            std::memcpy(
                values.data() + 8 * b, weightsOfByte[std::to_integer<std::size_t>(packed[b])].data(),
                8 * sizeof(float));
        if (values.size() % 8 != 0)
            decode(packed.subspan(whole, 1), values.subspan(8 * whole));
    }
};

} // namespace

Result<NumberFormatPtr> parse(std::string_view id)
{
    if (id != "sign")
        return fail(ErrorCode::NotFound, "'{}' is not sign", id);
    return std::make_shared<const Sign>();
}

// Without a scale of its own it is no format for a whole layer, so nobody offers it as one.
std::vector<std::string> examples()
{
    return {};
}

} // namespace tritloom::signFormat
