#include "core/format/scale_search.h"

namespace tritloom {
namespace {

constexpr std::size_t laneCount = 16;

SearchMoments momentsOf(const SearchSamples& samples)
{
    SearchMoments moments;
    searchKernels().moments(samples, &moments);
    return moments;
}

/// The k best candidates by a score, best first.
template <std::size_t Count>
struct Best {
    std::array<float, Count> scores;
    std::array<std::size_t, Count> indices{};
    Best() { scores.fill(-1.0f); }
    void offer(float score, std::size_t index)
    {
        if (!(score > scores[Count - 1]))
            return;
        std::size_t at = Count - 1;
        for (; at > 0 && score > scores[at - 1]; --at) {
            scores[at] = scores[at - 1];
            indices[at] = indices[at - 1];
        }
        scores[at] = score;
        indices[at] = index;
    }
};

/// With the levels fixed, the best scale is xq / qq and explains xq^2 / qq of sum w x^2.
float explained(const SearchSums& sums)
{
    return sums.qq > 0 ? sums.xq * sums.xq / sums.qq : 0.0f;
}

} // namespace

float reachOf(float levelSpan, std::size_t count)
{
    const float crowd = std::log2(static_cast<float>(std::max<std::size_t>(count, 32)) / 32.0f);
    return 1.0f + (5.0f + 1.2f * crowd) / levelSpan;
}

FitSamples::FitSamples(std::span<const float> values, std::span<const float> importance)
{
    const std::size_t padded = (values.size() + laneCount - 1) / laneCount * laneCount;
    std::span<float> room = m_near;
    if (2 * padded > room.size()) {
        m_far.resize(2 * padded);
        room = m_far;
    }
    m_values = room.first(padded);
    m_importance = room.subspan(padded, padded);
    const float largest = std::fabs(extreme(values));
    double sum = 0;
    for (const float factor : importance)
        sum += factor;
    const double mean = sum / static_cast<double>(importance.size());
    std::fill(m_values.begin(), m_values.end(), 0.0f);
    std::fill(m_importance.begin(), m_importance.end(), 0.0f);
    if (largest < 1e-30f || !(mean > 0))
        return;
    m_unit = std::ldexp(1.0f, std::ilogb(largest));
    const float shrink = 1 / m_unit;
    for (std::size_t i = 0; i < values.size(); ++i) {
        m_values[i] = values[i] * shrink;
        // A little for those without importance: where the rest leaves a choice, they should not be nonsense.
        m_importance[i] = static_cast<float>(importance[i] / mean) + 1e-6f;
    }
}

float searchScale(const SearchSamples& samples, const SearchLevels& levels, ScaleSign sign)
{
    const SearchMoments range = momentsOf(samples);
    const float largest = std::max(-range.lowest, range.highest);
    if (largest == 0)
        return 0;
    const SearchKernels& kernels = searchKernels();
    // Candidates put the largest magnitude at positions around the end of the levels and beyond. Of fine
    // levels some may stay unused for the luck of a grid that fits; of coarse ones the sign of the scale
    // decides which end has one more. By measurement.
    constexpr std::size_t steps = 48;
    const float end = std::max(-levels.lowest, levels.highest);
    const float span = levels.thresholds ? static_cast<float>(levels.thresholdCount) : 2 * end;
    const float first = end * (span < 12 ? 0.7f : 0.8f), last = end * reachOf(span, samples.count);
    const bool mirrored = !levels.thresholds && levels.lowest == -levels.highest;
    const bool bothSigns = sign == ScaleSign::Any && !mirrored && span < 20;
    const float toLowest =
        sign == ScaleSign::Any && (-range.lowest < range.highest) == (-levels.lowest > levels.highest) ? -1.0f
                                                                                                       : 1.0f;
    const std::size_t distinct = bothSigns ? steps / 2 : steps;
    const float ratio = std::pow(last / first, 1.0f / static_cast<float>(distinct - 1));
    std::array<SearchCandidate, steps> candidates;
    float position = toLowest * first / largest;
    for (std::size_t k = 0; k < distinct; ++k, position *= ratio) {
        candidates[k] = {position, 0};
        if (bothSigns)
            candidates[distinct + k] = {-position, 0};
    }
    const std::size_t count = steps;
    std::array<SearchSums, steps> sums;
    kernels.sums(samples, levels, candidates.data(), count, sums.data());
    constexpr std::size_t kept = 3;
    Best<kept> best;
    for (std::size_t k = 0; k < count; ++k)
        best.offer(explained(sums[k]), k);
    float found = 0, most = 0;
    std::array<SearchCandidate, kept> refined;
    std::array<SearchSums, kept> refinedSums;
    for (std::size_t k = 0; k < kept; ++k)
        refinedSums[k] = sums[best.indices[k]];
    // Alternate: best scale for the levels, nearest levels for the scale.
    for (int round = 0; round < 4; ++round) {
        bool improved = false;
        for (std::size_t k = 0; k < kept; ++k) {
            const float gain = explained(refinedSums[k]);
            const float scale = refinedSums[k].qq > 0 ? refinedSums[k].xq / refinedSums[k].qq : 0.0f;
            if (gain > most && (sign == ScaleSign::Any || scale > 0)) {
                most = gain;
                found = scale;
                improved = true;
            }
            refined[k] = {inverse(scale), 0};
        }
        if (!improved || round == 3)
            break;
        kernels.sums(samples, levels, refined.data(), kept, refinedSums.data());
    }
    return found;
}

float bestTernaryScale(const SearchSamples& samples)
{
    // For any scale the weights beyond half of it are the ones that are not 0: so those are the largest k,
    // for some k, and the best scale for them is their weighted mean.
    std::vector<std::pair<float, float>> sorted(samples.count);
    for (std::size_t i = 0; i < samples.count; ++i)
        sorted[i] = {std::fabs(samples.values[i]), samples.importance[i]};
    std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    double weighted = 0, weight = 0, most = 0, scale = 0;
    for (const auto& [magnitude, importance] : sorted) {
        weighted += static_cast<double>(importance) * magnitude;
        weight += importance;
        if (weight > 0 && weighted * weighted > most * weight) {
            most = weighted * weighted / weight;
            scale = weighted / weight;
        }
    }
    return static_cast<float>(scale);
}

namespace {

struct FittedLine {
    Line line;
    float gain = -1; ///< how much of sum w x^2 it explains
};

/// Weighted least squares of x on q (llama.cpp solves the same two equations in make_qkx2_quants).
FittedLine leastSquares(const SearchSums& sums, const SearchMoments& moments, OffsetSign sign)
{
    const double weight = moments.weight, x = moments.x, q = sums.q, qq = sums.qq, xq = sums.xq;
    const double determinant = weight * qq - q * q;
    double scale = 0, offset = 0;
    if (determinant > 1e-7 * weight * qq) {
        scale = (weight * xq - x * q) / determinant;
        offset = (qq * x - q * xq) / determinant;
    } else if (weight > 0) {
        offset = x / weight; // all on one level
    }
    if (sign == OffsetSign::NotPositive && offset > 0) {
        offset = 0;
        scale = qq > 0 ? xq / qq : 0;
    }
    // 2 b'y - b'Ab: also right where the offset was forced.
    const double gain = 2 * (scale * xq + offset * x)
        - (scale * scale * qq + 2 * scale * offset * q + offset * offset * weight);
    return {{static_cast<float>(scale), static_cast<float>(offset)}, static_cast<float>(gain)};
}

/// The gain that leastSquares() would find, with one division and no branch: the compiler does several at a
/// time.
float gainOf(const SearchSums& sums, const SearchMoments& moments, OffsetSign sign)
{
    const double weight = moments.weight, x = moments.x, q = sums.q, qq = sums.qq, xq = sums.xq;
    const double determinant = weight * qq - q * q;
    const bool forced = sign == OffsetSign::NotPositive && qq * x > q * xq;
    const bool flat = !(determinant > 1e-7 * weight * qq);
    const double above = forced ? xq * xq : flat ? x * x : qq * x * x - 2 * q * x * xq + weight * xq * xq;
    const double below = forced ? qq : flat ? weight : determinant;
    return static_cast<float>(above / std::max(below, 1e-30));
}

} // namespace

Line searchLine(const SearchSamples& samples, float top, OffsetSign sign)
{
    const SearchMoments moments = momentsOf(samples);
    Range range{moments.lowest, moments.highest};
    if (sign == OffsetSign::NotPositive)
        range.lowest = std::min(range.lowest, 0.0f);
    const float width = range.highest - range.lowest;
    if (!(width > 0))
        return {0, range.lowest};
    const SearchKernels& kernels = searchKernels();
    // The width covers from a little less than all levels to more: the surplus is cut off at both ends in
    // several proportions.
    constexpr std::size_t widths = 16, shares = 4, count = widths * shares;
    const float first = top < 8 ? top - 0.6f : top * 0.8f, last = top * reachOf(top, samples.count);
    std::array<SearchCandidate, count> candidates;
    for (std::size_t a = 0; a < widths; ++a) {
        const float position =
            first + (last - first) * static_cast<float>(a) / static_cast<float>(widths - 1);
        const float factor = position / width;
        for (std::size_t b = 0; b < shares; ++b) {
            const float cut = (position - top) * static_cast<float>(b) / static_cast<float>(shares - 1);
            candidates[a * shares + b] = {factor, range.lowest + cut / factor};
        }
    }
    const SearchLevels levels = wholeLevels(0, top);
    std::array<SearchSums, count> sums;
    kernels.sums(samples, levels, candidates.data(), count, sums.data());
    constexpr std::size_t kept = 3;
    Best<kept> best;
    for (std::size_t k = 0; k < count; ++k)
        best.offer(gainOf(sums[k], moments, sign), k);
    FittedLine found;
    std::array<SearchCandidate, kept> refined;
    std::array<SearchSums, kept> refinedSums;
    for (std::size_t k = 0; k < kept; ++k)
        refinedSums[k] = sums[best.indices[k]];
    for (int round = 0; round < 4; ++round) {
        bool improved = false;
        for (std::size_t k = 0; k < kept; ++k) {
            const FittedLine fitted = leastSquares(refinedSums[k], moments, sign);
            if (fitted.gain > found.gain && fitted.line.scale >= 0) {
                found = fitted;
                improved = true;
            }
            refined[k] = {inverse(fitted.line.scale), fitted.line.offset};
        }
        if (!improved || round == 3)
            break;
        kernels.sums(samples, levels, refined.data(), kept, refinedSums.data());
    }
    return found.line;
}

float bestHalfScale(const SearchSamples& samples, const SearchLevels& levels, float unit, float scale)
{
    const auto halves = halvesNear(unit, scale);
    std::array<SearchCandidate, 3> candidates;
    for (std::size_t k = 0; k < 3; ++k)
        candidates[k] = {halves[k], 0};
    std::array<float, 3> errors;
    searchKernels().errors(samples, levels, candidates.data(), 3, errors.data());
    return halves[static_cast<std::size_t>(std::min_element(errors.begin(), errors.end()) - errors.begin())];
}

Line bestHalfLine(const SearchSamples& samples, float top, float unit, Line line)
{
    const auto scales = halvesNear(unit, line.scale), offsets = halvesNear(unit, line.offset);
    std::array<SearchCandidate, 9> candidates;
    for (std::size_t k = 0; k < 9; ++k)
        candidates[k] = {scales[k / 3], offsets[k % 3]};
    std::array<float, 9> errors;
    searchKernels().errors(samples, wholeLevels(0, top), candidates.data(), 9, errors.data());
    const auto best =
        static_cast<std::size_t>(std::min_element(errors.begin(), errors.end()) - errors.begin());
    return {candidates[best].factor, candidates[best].offset};
}

} // namespace tritloom
