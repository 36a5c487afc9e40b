#include "core/format/zero_point_format.h"

#include "core/format/bit_fields.h"
#include "core/format/block_format.h"
#include "core/format/scale_search.h"

#include <charconv>

namespace tritloom::zeroPointFormat {
namespace {

constexpr std::size_t header = 3;

class ZeroPointLayout {
public:
    ZeroPointLayout(unsigned bits, std::size_t group)
        : m_bits(bits)
        , m_group(group)
    {
    }

    std::string name() const { return fmt::format("uint{}g{}", m_bits, m_group); }
    std::size_t elements() const { return m_group; }
    std::size_t lineElements() const { return m_group; }
    static LineNumbers lineNumbers() { return LineNumbers::HalfScaleAndZero; }
    std::size_t bytes() const { return header + m_group * m_bits / 8; }
    std::span<const float> table() const
    {
        static constexpr auto above = wholeNumbers<256>(0);
        return std::span(above).first(std::size_t{1} << m_bits);
    }
    Line line(std::span<const std::byte> block, std::size_t) const
    {
        const float scale = loadHalf(block, 0);
        // Both products and their difference are exact: 11 bits of a half times at most 8.
        return {scale, -scale * float(std::to_integer<unsigned>(block[2]) & (levels() - 1))};
    }
    unsigned code(std::span<const std::byte> block, std::size_t i) const
    {
        return loadField(block.subspan(header), i, m_bits);
    }
    void setCode(std::span<std::byte> block, std::size_t i, unsigned code) const
    {
        storeField(block.subspan(header), i, m_bits, code);
    }

    /// Every zero point near the one that the range asks for, each with the scale that fits it best.
    void
    search(std::span<const float> values, std::span<const float> importance, std::span<std::byte> block) const
    {
        encode(values, block);
        const FitSamples samples(values, importance);
        const int top = int(levels()) - 1, middle = int(std::to_integer<unsigned>(block[2]));
        float least = std::numeric_limits<float>::max(), bestScale = 0;
        int bestZero = middle;
        for (int zero = std::max(0, middle - 1); zero <= std::min(top, middle + 1); ++zero) {
            const SearchLevels around = wholeLevels(float(-zero), float(top - zero));
            const float scale = bestHalfScale(
                samples.all(), around, samples.unit(),
                searchScale(samples.all(), around, ScaleSign::Positive));
            const SearchCandidate candidate{scale, 0};
            float error = 0;
            searchKernels().errors(samples.all(), around, &candidate, 1, &error);
            if (error < least) {
                least = error;
                bestScale = scale;
                bestZero = zero;
            }
        }
        storeHalf(block, 0, samples.unit() * bestScale);
        block[2] = std::byte(bestZero);
        storeNearestCodes(*this, values, wholeLevels(0, float(top)), block);
    }

    /// As compressed-tensors does: the range is widened to hold 0.
    void encode(std::span<const float> values, std::span<std::byte> block) const
    {
        const float top = float(levels() - 1);
        const Range range = rangeOf(values);
        const float lowest = std::min(0.0f, range.lowest), highest = std::max(0.0f, range.highest);
        storeHalf(block, 0, highest / top - lowest / top);
        const float factor = inverse(loadHalf(block, 0));
        const float zero = std::clamp(std::round(-lowest * factor), 0.0f, top);
        block[2] = std::byte(unsigned(zero));
        for (std::size_t i = 0; i < values.size(); ++i)
            setCode(block, i, unsigned(std::clamp(std::round(values[i] * factor) + zero, 0.0f, top)));
    }

private:
    unsigned levels() const { return 1u << m_bits; }

    unsigned m_bits;
    std::size_t m_group;
};

} // namespace

Result<NumberFormatPtr> parse(std::string_view id)
{
    if (!id.starts_with("uint"))
        return fail(ErrorCode::NotFound, "'{}' is no integer format with a zero point", id);
    unsigned bits = 0;
    std::size_t group = 0;
    const char* const end = id.data() + id.size();
    const auto bitsEnd = std::from_chars(id.data() + 4, end, bits);
    const bool hasGroup = bitsEnd.ec == std::errc{} && bitsEnd.ptr != end && *bitsEnd.ptr == 'g';
    const auto groupEnd = hasGroup ? std::from_chars(bitsEnd.ptr + 1, end, group) : bitsEnd;
    if (!hasGroup || groupEnd.ec != std::errc{} || groupEnd.ptr != end)
        return fail(ErrorCode::InvalidInput, "'{}' is not of the form uint<bits>g<group>", id);
    if (bits < 2 || bits > 8)
        return fail(ErrorCode::Unsupported, "'{}': {} bits is outside 2..8", id, bits);
    if (group == 0 || group % 8 != 0 || group > maximumGroup)
        return fail(
            ErrorCode::Unsupported, "'{}': group {} is not a multiple of 8 up to {}", id, group,
            maximumGroup);
    return std::make_shared<const BlockFormat<ZeroPointLayout>>(ZeroPointLayout(bits, group));
}

std::vector<std::string> examples()
{
    return {"uint2g16", "uint3g32", "uint4g32", "uint4g128", "uint8g128"};
}

} // namespace tritloom::zeroPointFormat
