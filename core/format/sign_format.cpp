#include "core/format/sign_format.h"

#include <cassert>

namespace tritloom::signFormat {
namespace {

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
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = (std::to_integer<unsigned>(packed[0]) >> i & 1) != 0 ? 1.0f : -1.0f;
    }
    std::size_t levelCount() const override { return 2; }
    std::size_t levelRun() const override { return 8; }
    void levels(std::span<const std::byte>, std::size_t, std::span<float> out) const override
    {
        out[0] = -1;
        out[1] = 1;
    }
    void setLevel(std::span<std::byte> packed, std::size_t element, std::size_t level) const override
    {
        const auto mask = std::byte(1u << element);
        packed[0] = level != 0 ? packed[0] | mask : packed[0] & ~mask;
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
