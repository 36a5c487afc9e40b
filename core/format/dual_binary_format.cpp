#include "core/format/dual_binary_format.h"

#include "core/format/bit_fields.h"
#include "core/format/block_format.h"

#include <charconv>

namespace tritloom::dualBinaryFormat {
namespace {

struct Scales {
    float first = 0, second = 0; ///< first > -second > 0, or both 0
};

/// The nearest pair that halves hold and that keeps the levels in order; all zero where there is none.
Scales stored(double first, double second)
{
    const auto half = [](double value) {
        return halfToFloat(floatToHalf(std::clamp(static_cast<float>(value), -65504.0f, 65504.0f)));
    };
    Scales scales{half(first), half(second)};
    constexpr float least = 1e-6f;
    scales.second = std::min(scales.second, half(-least));
    if (scales.first <= -scales.second)
        scales.first = half(-2.0 * scales.second);
    if (!(scales.first > -scales.second))
        return {};
    return scales;
}

/// Bit 0 is b1, bit 1 is b2: section 3.1, which is the nearest of the four levels.
unsigned codeOf(float value, Scales scales)
{
    const bool b1 = value >= (scales.first + scales.second) / 2;
    const float rest = value - (b1 ? scales.first : 0.0f) - scales.second / 2;
    return (b1 ? 1u : 0u) | (rest <= 0 ? 2u : 0u);
}

float valueOf(unsigned code, Scales scales)
{
    return ((code & 1) != 0 ? scales.first : 0.0f) + ((code & 2) != 0 ? scales.second : 0.0f);
}

class DualBinary final : public NumberFormat, public CodedBlocks {
public:
    explicit DualBinary(std::size_t group)
        : m_group(group)
    {
    }
    std::string id() const override { return fmt::format("fdbg{}", m_group); }
    std::size_t blockElements() const override { return m_group; }
    std::size_t blockBytes() const override { return 4 + m_group / 4; }
    std::size_t levelCount() const override { return 4; }
    std::size_t levelRun() const override { return m_group; }

    /// One step s for the group, found among 73: levels -s, 0, s, 2 s.
    void encode(std::span<const float> values, std::span<std::byte> packed) const override
    {
        const std::vector<float> equal(values.size(), 1.0f);
        store(finite(values), searchStep(finite(values), equal), packed);
    }

    /// From there on both scales are free: three rounds of least squares for fixed codes, and codes anew.
    void
    fit(std::span<const float> values, std::span<const float> importance,
        std::span<std::byte> packed) const override
    {
        const std::vector<float> clean = finite(values);
        std::vector<float> weights = finite(importance);
        if (std::all_of(weights.begin(), weights.end(), [](float w) { return w <= 0; }))
            std::fill(weights.begin(), weights.end(), 1.0f);
        encode(values, packed);
        Scales best = scalesOf(packed);
        double lowest = errorOf(clean, weights, best);
        const Scales found = searchStep(clean, weights);
        if (const double error = errorOf(clean, weights, found); error < lowest) {
            lowest = error;
            best = found;
        }
        Scales now = best;
        for (int round = 0; round < 3; ++round) {
            now = leastSquares(clean, weights, now);
            const double error = errorOf(clean, weights, now);
            if (error >= lowest)
                break;
            lowest = error;
            best = now;
        }
        store(clean, best, packed);
    }

    void decode(std::span<const std::byte> packed, std::span<float> values) const override
    {
        const Scales scales = scalesOf(packed);
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = valueOf(code(packed, i), scales);
    }

    void levels(std::span<const std::byte> packed, std::size_t, std::span<float> out) const override
    {
        for (unsigned code = 0; code < 4; ++code)
            out[code] = valueOf(code, scalesOf(packed));
    }
    void setLevel(std::span<std::byte> packed, std::size_t element, std::size_t level) const override
    {
        storeField(packed.subspan(4), element, 1, unsigned(level) & 1);
        storeField(packed.subspan(4 + m_group / 8), element, 1, unsigned(level) >> 1);
    }

    std::vector<float> levelTable() const override { return {0, 1, 2, 3}; }
    std::size_t lineElements() const override { return m_group; }
    LineNumbers lineNumbers() const override { return LineNumbers::HalfPlanes; }
    void readCodes(
        std::span<const std::byte> block, std::span<std::uint8_t> codes, std::span<Line> lines) const override
    {
        const Scales scales = scalesOf(block);
        lines[0] = {scales.first, scales.second};
        joinPlanes(block.subspan(4), 2, PlaneOrder::LowestFirst, codes);
    }

private:
    static std::vector<float> finite(std::span<const float> values)
    {
        std::vector<float> clean(values.begin(), values.end());
        for (float& value : clean)
            value = std::isfinite(value) ? value : 0.0f;
        return clean;
    }
    static Scales scalesOf(std::span<const std::byte> packed)
    {
        return {loadHalf(packed, 0), loadHalf(packed, 2)};
    }
    unsigned code(std::span<const std::byte> packed, std::size_t i) const
    {
        return loadField(packed.subspan(4), i, 1) | loadField(packed.subspan(4 + m_group / 8), i, 1) << 1;
    }
    void store(std::span<const float> values, Scales scales, std::span<std::byte> packed) const
    {
        storeHalf(packed, 0, scales.first);
        storeHalf(packed, 2, scales.second);
        for (std::size_t i = 0; i < values.size(); ++i)
            setLevel(packed, i, codeOf(values[i], scales));
    }
    static double errorOf(std::span<const float> values, std::span<const float> weights, Scales scales)
    {
        double sum = 0;
        for (std::size_t i = 0; i < values.size(); ++i) {
            const double error = double(values[i]) - double(valueOf(codeOf(values[i], scales), scales));
            sum += double(weights[i]) * error * error;
        }
        return sum;
    }
    static Scales searchStep(std::span<const float> values, std::span<const float> weights)
    {
        const double largest = std::fabs(extreme(values));
        Scales best;
        double lowest = errorOf(values, weights, best);
        for (int i = 0; i <= 72; ++i) {
            const double step = largest / 2 * (0.2 + 1.8 * i / 72);
            const Scales scales = stored(2 * step, -step);
            const double error = errorOf(values, weights, scales);
            if (error < lowest) {
                lowest = error;
                best = scales;
            }
        }
        return best;
    }
    /// Solves [[n1, n12], [n12, n2]] a = [sum b1 w, sum b2 w], each term weighted.
    static Scales leastSquares(std::span<const float> values, std::span<const float> weights, Scales scales)
    {
        double n1 = 0, n2 = 0, both = 0, first = 0, second = 0;
        for (std::size_t i = 0; i < values.size(); ++i) {
            const unsigned code = codeOf(values[i], scales);
            const double w = double(weights[i]), product = w * double(values[i]);
            n1 += (code & 1) != 0 ? w : 0;
            n2 += (code & 2) != 0 ? w : 0;
            both += code == 3 ? w : 0;
            first += (code & 1) != 0 ? product : 0;
            second += (code & 2) != 0 ? product : 0;
        }
        const double determinant = n1 * n2 - both * both;
        if (!(determinant > 1e-12 * n1 * n2))
            return scales;
        return stored((first * n2 - second * both) / determinant, (second * n1 - first * both) / determinant);
    }

    std::size_t m_group;
};

} // namespace

Result<NumberFormatPtr> parse(std::string_view id)
{
    if (!id.starts_with("fdbg"))
        return fail(ErrorCode::NotFound, "'{}' does not begin with fdbg", id);
    std::size_t group = 0;
    const auto parsed = std::from_chars(id.data() + 4, id.data() + id.size(), group);
    if (parsed.ec != std::errc{} || parsed.ptr != id.data() + id.size())
        return fail(ErrorCode::InvalidInput, "'{}' is not of the form fdbg<group>", id);
    if (group == 0 || group % 8 != 0 || group > maximumGroup)
        return fail(
            ErrorCode::Unsupported, "'{}': group {} is not a multiple of 8 up to {}", id, group,
            maximumGroup);
    return std::make_shared<const DualBinary>(group);
}

std::vector<std::string> examples()
{
    return {"fdbg64", "fdbg128"};
}

} // namespace tritloom::dualBinaryFormat
