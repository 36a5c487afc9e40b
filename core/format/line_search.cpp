#include "core/format/line_search.h"

namespace tritloom {
namespace {

using PerLane = std::array<float, lanesOfLines>;

/// Keeps, for each lane, the scale and offset with the least error of those that were offered.
class BestOfLanes {
public:
    BestOfLanes(const LineLevels& levels, const LineSamples& samples)
        : m_levels(levels)
        , m_samples(samples)
    {
        m_least.fill(std::numeric_limits<float>::infinity());
    }
    void offer(const PerLane& scale, const PerLane& offset)
    {
        PerLane error;
        lineKernels().errors(m_levels, m_samples, scale.data(), offset.data(), error.data());
        for (std::size_t lane = 0; lane < lanesOfLines; ++lane)
            if (error[lane] < m_least[lane]) {
                m_least[lane] = error[lane];
                scales[lane] = scale[lane];
                offsets[lane] = offset[lane];
            }
    }
    PerLane scales{}, offsets{};

private:
    const LineLevels& m_levels;
    LineSamples m_samples;
    PerLane m_least;
};

/// By lane: the half nearest to `value` in real units and those beside it, as values of samples.
std::array<PerLane, 3> halvesOf(const PerLane& value, const float* unit)
{
    std::array<PerLane, 3> result;
    for (std::size_t lane = 0; lane < lanesOfLines; ++lane) {
        const auto halves = halvesNear(unit[lane], value[lane]);
        for (std::size_t k = 0; k < 3; ++k)
            result[k][lane] = halves[k];
    }
    return result;
}

using Four = float __attribute__((vector_size(16)));

Four loadFour(const float* from)
{
    Four four;
    std::memcpy(&four, from, sizeof four);
    return four;
}

void transpose(Four (&v)[4])
{
    const Four a = __builtin_shufflevector(v[0], v[1], 0, 4, 1, 5),
               b = __builtin_shufflevector(v[0], v[1], 2, 6, 3, 7),
               c = __builtin_shufflevector(v[2], v[3], 0, 4, 1, 5),
               d = __builtin_shufflevector(v[2], v[3], 2, 6, 3, 7);
    v[0] = __builtin_shufflevector(a, c, 0, 1, 4, 5);
    v[1] = __builtin_shufflevector(a, c, 2, 3, 6, 7);
    v[2] = __builtin_shufflevector(b, d, 0, 1, 4, 5);
    v[3] = __builtin_shufflevector(b, d, 2, 3, 6, 7);
}

struct BlockSizes {
    float largest = 0; ///< magnitude
    float meanImportance = 0;
    bool isEqual = false; ///< all importance is the same
    bool isShort = false; ///< no value has more than twelve significant bits
};

/// values, importance: of one block, a multiple of 4.
BlockSizes sizesOf(std::span<const float> values, std::span<const float> importance)
{
    const float part = 1 / static_cast<float>(values.size()); // of a mean: a sum could overflow
    Four largest{}, sum{};
    const Four first = Four{} + importance[0];
    using Wholes = std::int32_t __attribute__((vector_size(16)));
    Wholes other{}, rest{};
    for (std::size_t i = 0; i < values.size(); i += 4) {
        const Four x = loadFour(&values[i]), w = loadFour(&importance[i]);
        const Four magnitude = x < 0.0f ? -x : x;
        largest = magnitude > largest ? magnitude : largest;
        other |= w != first;
        rest |= __builtin_bit_cast(Wholes, x);
        sum += (w > 0.0f ? w : Four{}) * part;
    }
    return {
        std::max({largest[0], largest[1], largest[2], largest[3]}), (sum[0] + sum[1]) + (sum[2] + sum[3]),
        (other[0] | other[1] | other[2] | other[3]) == 0,
        ((rest[0] | rest[1] | rest[2] | rest[3]) & 0xfff) == 0};
}

} // namespace

LineBatch::LineBatch(std::size_t elements, std::size_t linesOfBlock)
    : m_elements(elements)
    , m_linesOfBlock(linesOfBlock)
    , m_room(new float[2 * lanesOfLines * elements + lanesOfLines])
    , m_codes(lanesOfLines * elements)
{
    assert(elements > 0 && lanesOfLines % linesOfBlock == 0);
    // A row of lanes in one line of the cache.
    const auto address = reinterpret_cast<std::uintptr_t>(m_room.get());
    m_values = m_room.get() + (64 - address % 64) % 64 / sizeof(float);
    m_importance = m_values + lanesOfLines * elements;
}

void LineBatch::load(std::span<const float> values, std::span<const float> importance)
{
    const std::size_t blockElements = m_elements * m_linesOfBlock;
    m_isPlain = true;
    bool isWeighted = false;
    m_units.fill(1);
    m_extremes.fill(0);
    m_ranges.fill({});
    // Lines that are not there are the first one, times 0.
    std::array<const float*, lanesOfLines> lines, weights;
    lines.fill(values.data());
    weights.fill(importance.data());
    PerLane shrinks{}, perMeans{}, leasts{};
    leasts.fill(1);
    for (std::size_t b = 0; b * blockElements < values.size(); ++b) {
        const float* const block = values.data() + b * blockElements;
        const float* const factors = importance.data() + b * blockElements;
        const auto [largest, sum, isEqual, isShort] =
            sizesOf({block, blockElements}, {factors, blockElements});
        const float unit = largest < 1e-30f ? 1.0f : std::ldexp(1.0f, std::ilogb(largest));
        // What is equally important has importance 1 exactly.
        const bool weighted = !isEqual && sum > 0 && std::isfinite(1 / sum);
        m_isPlain = m_isPlain && !weighted && isShort;
        isWeighted = isWeighted || weighted;
        for (std::size_t line = 0; line < m_linesOfBlock; ++line) {
            const std::size_t lane = b * m_linesOfBlock + line;
            lines[lane] = block + line * m_elements;
            weights[lane] = factors + line * m_elements;
            m_units[lane] = unit;
            shrinks[lane] = largest < 1e-30f ? 0.0f : 1 / unit;
            perMeans[lane] = weighted ? 1 / sum : 0.0f;
            // A little for those without importance: where the rest leaves a choice, they should not be
            // nonsense.
            leasts[lane] = weighted ? 1e-6f : 1.0f;
        }
    }
    for (std::size_t lane = 0; lane < lanesOfLines; lane += 4) {
        Four low{}, high{};
        for (std::size_t k = 0; k < 4; ++k)
            low[k] = high[k] = lines[lane + k][0] * shrinks[lane + k];
        for (std::size_t i = 0; i < m_elements; i += 4) {
            Four x[4];
            for (std::size_t k = 0; k < 4; ++k)
                x[k] = loadFour(lines[lane + k] + i) * shrinks[lane + k];
            transpose(x);
            for (std::size_t k = 0; k < 4; ++k) {
                std::memcpy(m_values + (i + k) * lanesOfLines + lane, &x[k], sizeof x[k]);
                low = x[k] < low ? x[k] : low;
                high = x[k] > high ? x[k] : high;
            }
        }
        for (std::size_t k = 0; k < 4; ++k) {
            m_ranges[lane + k] = {low[k], high[k]};
            m_extremes[lane + k] = high[k] >= -low[k] ? high[k] : low[k];
        }
    }
    if (!isWeighted && m_isEqual)
        return; // all of it is 1, and still there
    m_isEqual = !isWeighted;
    for (std::size_t lane = 0; lane < lanesOfLines; lane += 4)
        for (std::size_t i = 0; i < m_elements; i += 4) {
            Four w[4];
            for (std::size_t k = 0; k < 4; ++k) {
                const Four given = loadFour(weights[lane + k] + i);
                w[k] = (given > 0.0f ? given : Four{}) * perMeans[lane + k] + leasts[lane + k];
            }
            transpose(w);
            for (std::size_t k = 0; k < 4; ++k)
                std::memcpy(m_importance + (i + k) * lanesOfLines + lane, &w[k], sizeof w[k]);
        }
}

std::span<const std::uint8_t>
LineBatch::codes(const LineLevels& levels, const float* scale, const float* offset)
{
    lineKernels().codes(levels, samples(), scale, offset, m_codes.data());
    return m_codes;
}

ScaleGrid scaleGrid(const LineLevels& levels, ScaleSign sign, std::size_t count, std::size_t steps)
{
    assert(levels.thresholdCount < lanesOfLines); // the kernels keep a table in one register
    const float end = std::max(-levels.lowest, levels.highest);
    const float span = levels.thresholds ? static_cast<float>(levels.thresholdCount) : 2 * end;
    const bool mirrored = !levels.thresholds && levels.lowest == -levels.highest;
    ScaleGrid grid;
    grid.levels = levels;
    grid.first = end * (span < 12 ? 0.7f : 0.8f);
    grid.negative = sign == ScaleSign::Any;
    grid.bothSigns = grid.negative && !mirrored && span < 20;
    grid.steps = steps != 0 ? steps : span > 200 ? 24 : grid.bothSigns ? 10 : 16;
    const float last = end * reachOf(span, count);
    grid.ratio = std::pow(last / grid.first, 1.0f / static_cast<float>(grid.steps - 1));
    return grid;
}

ScaleGrid ternaryGrid(std::size_t count)
{
    // Few levels: each start may end elsewhere.
    return scaleGrid(wholeLines(-1, 1), ScaleSign::Positive, count, 24);
}

LineGrid lineGrid(float top, OffsetSign sign, std::size_t count)
{
    LineGrid grid;
    grid.top = top;
    grid.first = top < 8 ? top - 0.6f : top * 0.8f;
    grid.last = top * reachOf(top, count);
    // Where all weights count the same, fewer cost at most four thousandths of the squared error.
    grid.plain = top < 8 ? LineGrid::Steps{5, 4} : LineGrid::Steps{8, 3};
    grid.others = {10, 4};
    grid.offsetNotPositive = sign == OffsetSign::NotPositive;
    return grid;
}

std::array<float, lanesOfLines> scalesToEnd(const LineBatch& batch, float end)
{
    PerLane scales;
    for (std::size_t lane = 0; lane < lanesOfLines; ++lane)
        scales[lane] = (end > 0 ? std::fabs(batch.extremeOf(lane)) : batch.extremeOf(lane)) / end;
    return scales;
}

std::array<float, lanesOfLines>
halfScales(const LineBatch& batch, const ScaleGrid& grid, const std::array<float, lanesOfLines>& plain)
{
    PerLane found;
    const PerLane offset{};
    lineKernels().scales(grid, batch.samples(), found.data());
    BestOfLanes best(grid.levels, batch.samples());
    for (const PerLane& scale : halvesOf(found, batch.units()))
        best.offer(scale, offset);
    best.offer(halvesOf(plain, batch.units())[0], offset);
    return best.scales;
}

HalfLines halfLines(const LineBatch& batch, const LineGrid& grid)
{
    PerLane scale, offset;
    lineKernels().lines(grid, batch.samples(), scale.data(), offset.data());
    const auto scales = halvesOf(scale, batch.units()), offsets = halvesOf(offset, batch.units());
    const LineLevels levels = wholeLines(0, grid.top);
    BestOfLanes best(levels, batch.samples());
    for (std::size_t k = 0; k < 3; ++k)
        best.offer(scales[k], offsets[0]);
    const PerLane better = best.scales;
    for (std::size_t k = 1; k < 3; ++k)
        best.offer(better, offsets[k]);
    // From end to end, as encode() does it: from the lowest, or from the half that stands for it.
    PerLane lowest, width, rest;
    for (std::size_t lane = 0; lane < lanesOfLines; ++lane) {
        const Range range = batch.rangeOf(lane);
        lowest[lane] = range.lowest;
        width[lane] = (range.highest - range.lowest) / grid.top;
    }
    const PerLane stored = halvesOf(lowest, batch.units())[0];
    for (std::size_t lane = 0; lane < lanesOfLines; ++lane)
        rest[lane] = batch.rangeOf(lane).highest / grid.top - stored[lane] / grid.top;
    best.offer(halvesOf(width, batch.units())[0], stored);
    best.offer(halvesOf(rest, batch.units())[0], stored);
    return {best.scales, best.offsets};
}

} // namespace tritloom
