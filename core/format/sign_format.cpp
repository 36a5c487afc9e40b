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
