#include "plugins/rtn_clip/rtn_clip.h"

#include "core/format/block_format.h"
#include "core/method/block_grid.h"
#include "core/method/row_packer.h"

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

double powerOf(float error, double exponent)
{
    const double magnitude = std::fabs(static_cast<double>(error));
    return exponent == 2
        ? magnitude * magnitude
        : static_cast<double>(std::pow(static_cast<float>(magnitude), static_cast<float>(exponent)));
}

/// sum of |values - nearest of first + step * k|^exponent, k in 0..top; gives up beyond `enough`.
double
errorOf(std::span<const float> values, float first, float step, int top, double exponent, double enough)
{
    const float factor = inverse(step);
    double sum = 0;
    for (std::size_t i = 0; i < values.size() && sum < enough; ++i) {
        const float k =
            std::clamp(std::nearbyint((values[i] - first) * factor), 0.0f, static_cast<float>(top));
        sum += powerOf(values[i] - (first + step * k), exponent);
    }
    return sum;
}

/// One block in both ways; the better one stays in `packed`.
class BlockClipper {
public:
    BlockClipper(const NumberFormat& format, double exponent, int steps)
        : m_format(format)
        , m_grid(format)
        , m_exponent(exponent)
        , m_steps(steps)
        , m_levels(format.levelCount())
        , m_decoded(format.blockElements())
        , m_clipped(format.blockBytes())
    {
    }

    void pack(std::span<const float> values, std::span<std::byte> packed)
    {
        m_format.fit(values, std::vector<float>(values.size(), 1.0f), packed);
        const double fitted = errorOfPacked(values, packed);
        const int top = static_cast<int>(m_format.levelCount()) - 1;
        if (m_grid.freedom() == BlockGrid::Freedom::Line) {
            const Clip clip = bestClip(values, top, m_exponent, m_steps);
            m_grid.set(m_clipped, clip.first, clip.step);
        } else {
            if (!clipScale(values))
                return;
        }
        storeNearest(values);
        if (errorOfPacked(values, m_clipped) < fitted)
            std::copy(m_clipped.begin(), m_clipped.end(), packed.begin());
    }

private:
    /// Grids with a scale alone: the extreme at p times its place. False when the block is all zero.
    bool clipScale(std::span<const float> values)
    {
        const float largest = extreme(values);
        if (largest == 0)
            return false;
        std::vector<float> range(values.size());
        double least = std::numeric_limits<double>::infinity();
        std::vector<std::byte> best(m_clipped.size());
        for (int i = 0; i < m_steps; ++i) {
            range.back() = largest * static_cast<float>(1 - 0.01 * i);
            m_format.encode(range, m_clipped);
            m_format.levels(m_clipped, 0, m_levels);
            const float step = commonStep(m_levels);
            if (step == 0)
                continue;
            const int top = static_cast<int>(m_levels.size()) - 1;
            const double error = errorOf(values, m_levels[0], step, top, m_exponent, least);
            if (error < least) {
                least = error;
                best = m_clipped;
            }
        }
        m_clipped = best;
        return std::isfinite(least);
    }

    void storeNearest(std::span<const float> values)
    {
        m_format.levels(m_clipped, 0, m_levels);
        const float step = commonStep(m_levels), factor = inverse(step);
        const auto top = static_cast<float>(m_levels.size() - 1);
        for (std::size_t i = 0; i < values.size(); ++i)
            m_format.setLevel(
                m_clipped, i,
                static_cast<std::size_t>(
                    std::clamp(std::nearbyint((values[i] - m_levels[0]) * factor), 0.0f, top)));
    }

    double errorOfPacked(std::span<const float> values, std::span<const std::byte> packed)
    {
        m_format.decode(packed, m_decoded);
        double sum = 0;
        for (std::size_t i = 0; i < values.size(); ++i)
            sum += powerOf(values[i] - m_decoded[i], m_exponent);
        return sum;
    }

    const NumberFormat& m_format;
    BlockGrid m_grid;
    double m_exponent;
    int m_steps;
    std::vector<float> m_levels, m_decoded;
    std::vector<std::byte> m_clipped;
};

} // namespace

Clip bestClip(std::span<const float> values, int top, double exponent, int steps)
{
    const Range range = rangeOf(values);
    float lowest = std::min(range.lowest, 0.0f), highest = std::max(range.highest, 0.0f);
    if (lowest == 0 && highest == 0) {
        lowest = -1;
        highest = 1;
    }
    Clip best{.error = std::numeric_limits<double>::infinity()};
    for (int i = 0; i < steps; ++i) {
        const double share = 1 - 0.01 * i;
        const auto step = static_cast<float>(share * (highest - lowest) / top);
        const float zero = std::nearbyint(static_cast<float>(-share * lowest) / step);
        const float first = -zero * step;
        const double error = errorOf(values, first, step, top, exponent, best.error);
        if (error < best.error)
            best = {share, error, step, first};
    }
    return best;
}

std::vector<ParameterSpec> ClippedRounding::parameters() const
{
    return {
        {.key = "exponent",
         .title = "Exponent of the error",
         .unit = "",
         .standard = 2.4,
         .lowest = 1,
         .highest = 4,
         .whole = false},
        {.key = "steps",
         .title = "Ranges tried",
         .unit = "percent steps below all",
         .standard = 80,
         .lowest = 1,
         .highest = 95,
         .whole = true}};
}

bool ClippedRounding::supports(const NumberFormat& format) const
{
    return BlockGrid(format).freedom() != BlockGrid::Freedom::None;
}

Result<CompressedLayer> ClippedRounding::quantize(
    const LayerProblem& layer, const NumberFormatPtr& format, const Parameters& given,
    const MethodContext& context) const
{
    const double exponent = TRY(parameterValue(parameters(), given, "exponent"));
    const int steps = static_cast<int>(TRY(parameterValue(parameters(), given, "steps")));
    if (!supports(*format))
        return fail(ErrorCode::Unsupported, "the levels of {} cannot be chosen block by block", format->id());
    const std::size_t block = format->blockElements(), bytes = format->blockBytes();
    return packRows(
        layer.weights, format, context,
        [&](std::size_t, std::span<const float> values, std::span<std::byte> packed) {
            BlockClipper clipper(*format, exponent, steps);
            std::vector<float> padded(block);
            for (std::size_t begin = 0; begin < values.size(); begin += block) {
                if (context.stop.stop_requested())
                    return;
                const std::size_t count = std::min(block, values.size() - begin);
                for (std::size_t i = 0; i < block; ++i)
                    padded[i] = i < count && std::isfinite(values[begin + i]) ? values[begin + i] : 0.0f;
                clipper.pack(padded, packed.subspan(begin / block * bytes, bytes));
            }
        });
}

} // namespace tritloom
