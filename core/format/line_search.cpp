#include "core/format/line_search.h"

#include <bit>

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

} // namespace

LineBatch::LineBatch(std::size_t elements, std::size_t linesOfBlock)
    : m_elements(elements)
    , m_linesOfBlock(linesOfBlock)
    , m_room(new float[3 * lanesOfLines * elements + lanesOfLines])
    , m_codes(lanesOfLines * elements)
{
    assert(elements > 0 && lanesOfLines % linesOfBlock == 0);
    // A row of lanes in one line of the cache.
    const auto address = reinterpret_cast<std::uintptr_t>(m_room.get());
    m_values = m_room.get() + (64 - address % 64) % 64 / sizeof(float);
    m_importance = m_values + lanesOfLines * elements;
    m_products = m_importance + lanesOfLines * elements;
}

void LineBatch::load(std::span<const float> values, std::span<const float> importance)
{
    const std::size_t blockElements = m_elements * m_linesOfBlock;
    m_isShort = m_isPlain = true;
    bool isWeighted = false;
    m_units.fill(1);
    // Lines that are not there are the first one, times 0.
    LineSources from;
    from.count = m_elements;
    std::fill_n(from.values, lanesOfLines, values.data());
    std::fill_n(from.importance, lanesOfLines, importance.data());
    std::fill_n(from.shrinks, lanesOfLines, 0.0f);
    std::fill_n(from.perMeans, lanesOfLines, 0.0f);
    std::fill_n(from.leasts, lanesOfLines, 1.0f);
    const LineKernels& kernels = lineKernels();
    for (std::size_t b = 0; b * blockElements < values.size(); ++b) {
        const float* const block = values.data() + b * blockElements;
        const float* const factors = importance.data() + b * blockElements;
        BlockSizes sizes;
        kernels.sizes(block, factors, blockElements, &sizes);
        const bool isThere = sizes.largest >= 1e-30f;
        const float unit =
            isThere ? std::bit_cast<float>(std::bit_cast<std::uint32_t>(sizes.largest) & 0xff800000) : 1;
        // What is equally important has importance 1 exactly.
        const float perMean = 1 / sizes.meanImportance;
        const bool weighted = !sizes.isEqual && sizes.meanImportance > 0 && std::isfinite(perMean);
        m_isShort = m_isShort && sizes.isShort;
        m_isPlain = m_isPlain && !weighted && sizes.isShort;
        isWeighted = isWeighted || weighted;
        for (std::size_t line = 0; line < m_linesOfBlock; ++line) {
            const std::size_t lane = b * m_linesOfBlock + line;
            from.values[lane] = block + line * m_elements;
            from.importance[lane] = factors + line * m_elements;
            m_units[lane] = unit;
            from.shrinks[lane] = isThere ? 1 / unit : 0.0f;
            from.perMeans[lane] = weighted ? perMean : 0.0f;
            // A little for those without importance: where the rest leaves a choice, they should not be
            // nonsense.
            from.leasts[lane] = weighted ? 1e-6f : 1.0f;
        }
    }
    const bool staysEqual = !isWeighted && m_isEqual; // all of it is 1, and still there
    m_isEqual = !isWeighted;
    PerLane lowest, highest;
    kernels.arrange(from, {m_values, staysEqual ? nullptr : m_importance, lowest.data(), highest.data()});
    if (!m_isPlain)
        kernels.multiply(m_values, m_importance, lanesOfLines * m_elements, m_products);
    for (std::size_t lane = 0; lane < lanesOfLines; ++lane) {
        m_ranges[lane] = {lowest[lane], highest[lane]};
        m_extremes[lane] = highest[lane] >= -lowest[lane] ? highest[lane] : lowest[lane];
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
    grid.steps = steps != 0 ? steps : span > 200 ? 24 : span > 40 ? 13 : grid.bothSigns ? 10 : 16;
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
