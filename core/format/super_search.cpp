#include "core/format/scale_search.h"

namespace tritloom {
namespace {

/// A sub-block, its own best line, and the sums that belong to it.
struct Part {
    SearchSamples samples;
    Line line;
    double weight = 0, x = 0; ///< sum w, sum w x
    float meanX = 0, meanQ = 0; ///< weighted means of x, and of q on the best line
};

std::vector<Part> partsOf(const FitSamples& samples, std::size_t lineElements)
{
    std::vector<Part> parts(samples.all().count / lineElements);
    for (std::size_t s = 0; s < parts.size(); ++s) {
        parts[s].samples = samples.part(s * lineElements, lineElements);
        SearchMoments moments;
        searchKernels().moments(parts[s].samples, &moments);
        parts[s].weight = moments.weight;
        parts[s].x = moments.x;
    }
    return parts;
}

/// Chooses the whole numbers for given super scales, each sub-block by its true error after rounding again.
class LineAssignment {
public:
    LineAssignment(std::span<const Part> parts, float top, int topScale)
        : m_parts(parts)
        , m_levels(wholeLevels(0, top))
        , m_topScale(topScale)
        , m_reach(topScale < 32 ? 2 : 1)
    {
    }

    double assign(SuperScales& scales) const
    {
        double error = 0;
        for (std::size_t s = 0; s < m_parts.size(); ++s)
            error += assign(m_parts[s], scales, s);
        return error;
    }

    /// The super scales that least squares gives for the chosen whole numbers and the nearest levels.
    [[nodiscard]] Line solve(const SuperScales& scales) const
    {
        double qq = 0, qm = 0, mm = 0, xq = 0, xm = 0;
        for (std::size_t s = 0; s < m_parts.size(); ++s) {
            const double sc = scales.scales[s], mn = scales.minima[s];
            const SearchCandidate candidate{
                inverse(scales.scale * static_cast<float>(sc)), -scales.minimum * static_cast<float>(mn)};
            SearchSums sums;
            searchKernels().sums(m_parts[s].samples, m_levels, &candidate, 1, &sums);
            qq += sc * sc * sums.qq;
            qm -= sc * mn * sums.q;
            mm += mn * mn * m_parts[s].weight;
            xq += sc * sums.xq;
            xm -= mn * m_parts[s].x;
        }
        const double determinant = qq * mm - qm * qm;
        if (determinant > 1e-9 * qq * mm)
            return {
                static_cast<float>((mm * xq - qm * xm) / determinant),
                static_cast<float>((qq * xm - qm * xq) / determinant)};
        return {qq > 0 ? static_cast<float>(xq / qq) : 0.0f, scales.minimum};
    }

private:
    double assign(const Part& part, SuperScales& scales, std::size_t s) const
    {
        std::array<SearchCandidate, 15> candidates;
        std::array<std::pair<int, int>, 15> numbers;
        std::size_t count = 0;
        const float perMinimum = inverse(scales.minimum);
        const float ratio = std::min(part.line.scale * inverse(scales.scale), static_cast<float>(m_topScale));
        const int near = static_cast<int>(ratio + 0.5f);
        for (int sc = std::max(0, near - m_reach); sc <= std::min(m_topScale, near + m_reach); ++sc) {
            const float scale = scales.scale * static_cast<float>(sc);
            // The best offset for this scale if no weight changed its level.
            const float offset = part.meanX - scale * part.meanQ;
            const float wanted = std::clamp(-offset * perMinimum, 0.0f, static_cast<float>(m_topScale));
            const int nearMinimum = static_cast<int>(wanted + 0.5f);
            for (int mn = std::max(0, nearMinimum - 1); mn <= std::min(m_topScale, nearMinimum + 1); ++mn) {
                candidates[count] = {scale, -scales.minimum * static_cast<float>(mn)};
                numbers[count] = {sc, mn};
                ++count;
            }
        }
        std::array<float, 15> errors;
        searchKernels().errors(part.samples, m_levels, candidates.data(), count, errors.data());
        const auto best = static_cast<std::size_t>(
            std::min_element(errors.begin(), errors.begin() + static_cast<std::ptrdiff_t>(count))
            - errors.begin());
        scales.scales[s] = numbers[best].first;
        scales.minima[s] = numbers[best].second;
        return errors[best];
    }

    std::span<const Part> m_parts;
    SearchLevels m_levels;
    int m_topScale;
    int m_reach; ///< coarse scales: look further
};

/// The same without minima.
class ScaleAssignment {
public:
    ScaleAssignment(std::span<const Part> parts, const SearchLevels& levels, int lowest, int highest)
        : m_parts(parts)
        , m_levels(levels)
        , m_lowest(lowest)
        , m_highest(highest)
    {
    }

    double assign(SuperScales& scales) const
    {
        double error = 0;
        for (std::size_t s = 0; s < m_parts.size(); ++s) {
            const float wanted = std::clamp(
                m_parts[s].line.scale * inverse(scales.scale), static_cast<float>(m_lowest),
                static_cast<float>(m_highest));
            const int near = static_cast<int>(std::lround(wanted));
            std::array<SearchCandidate, 5> candidates;
            std::size_t count = 0;
            const int first = std::max(m_lowest, near - 2);
            for (int sc = first; sc <= std::min(m_highest, near + 2); ++sc)
                candidates[count++] = {scales.scale * static_cast<float>(sc), 0};
            std::array<float, 5> errors;
            searchKernels().errors(m_parts[s].samples, m_levels, candidates.data(), count, errors.data());
            const auto best =
                std::min_element(errors.begin(), errors.begin() + static_cast<std::ptrdiff_t>(count));
            scales.scales[s] = first + static_cast<int>(best - errors.begin());
            error += *best;
        }
        return error;
    }

    [[nodiscard]] Line solve(const SuperScales& scales) const
    {
        double qq = 0, xq = 0;
        for (std::size_t s = 0; s < m_parts.size(); ++s) {
            const double sc = scales.scales[s];
            const SearchCandidate candidate{inverse(scales.scale * static_cast<float>(sc)), 0};
            SearchSums sums;
            searchKernels().sums(m_parts[s].samples, m_levels, &candidate, 1, &sums);
            qq += sc * sc * sums.qq;
            xq += sc * sums.xq;
        }
        return {qq > 0 ? static_cast<float>(xq / qq) : 0.0f, 0};
    }

private:
    std::span<const Part> m_parts;
    SearchLevels m_levels;
    int m_lowest, m_highest;
};

/// From several starts: choose the whole numbers, solve for the super scales, until nothing gains.
template <typename Assignment>
SuperScales descend(const Assignment& assignment, float unit, std::span<const Line> starts)
{
    SuperScales best;
    double least = std::numeric_limits<double>::infinity();
    for (const Line& start : starts) {
        SuperScales scales;
        scales.scale = roundScale(unit, start.scale);
        scales.minimum = roundScale(unit, start.offset);
        const double error = assignment.assign(scales);
        if (error < least) {
            least = error;
            best = scales;
        }
    }
    SuperScales current = best;
    for (int round = 0; round < 4; ++round) {
        const Line solved = assignment.solve(current);
        current.scale = roundScale(unit, solved.scale);
        current.minimum = roundScale(unit, std::max(0.0f, solved.offset));
        const double error = assignment.assign(current);
        if (!(error < least))
            break;
        least = error;
        best = current;
    }
    return best;
}

} // namespace

SuperScales searchSuperScales(
    const FitSamples& samples, std::size_t lineElements, const SearchLevels& levels, int lowestScale,
    int highestScale)
{
    std::vector<Part> parts = partsOf(samples, lineElements);
    float largest = 0;
    for (Part& part : parts) {
        part.line.scale = searchScale(part.samples, levels, ScaleSign::Any);
        largest = std::fabs(part.line.scale) > std::fabs(largest) ? part.line.scale : largest;
    }
    std::vector<Line> starts;
    for (const float room : {0.94f, 0.97f, 1.0f, 1.03f, 1.06f, 1.1f}) {
        starts.push_back({largest / static_cast<float>(lowestScale) * room, 0});
        starts.push_back({largest / static_cast<float>(highestScale) * room, 0});
    }
    return descend(ScaleAssignment(parts, levels, lowestScale, highestScale), samples.unit(), starts);
}

SuperScales searchSuperLines(const FitSamples& samples, std::size_t lineElements, float top, int topScale)
{
    std::vector<Part> parts = partsOf(samples, lineElements);
    float largestScale = 0, largestMinimum = 0;
    const SearchLevels levels = wholeLevels(0, top);
    for (Part& part : parts) {
        part.line = searchLine(part.samples, top, OffsetSign::NotPositive);
        const SearchCandidate candidate{inverse(part.line.scale), part.line.offset};
        SearchSums sums;
        searchKernels().sums(part.samples, levels, &candidate, 1, &sums);
        part.meanX = static_cast<float>(part.x / std::max(part.weight, 1e-30));
        part.meanQ = static_cast<float>(sums.q / std::max(part.weight, 1e-30));
        largestScale = std::max(largestScale, part.line.scale);
        largestMinimum = std::max(largestMinimum, -part.line.offset);
    }
    std::vector<Line> starts;
    // The largest scale at the end of its range, or with a little room, or cut off.
    constexpr Line rooms[] = {{1.0f, 1.0f}, {0.93f, 1.0f}, {1.07f, 1.0f}, {1.0f, 0.93f}, {1.0f, 1.07f}};
    for (const Line& room : rooms)
        starts.push_back(
            {largestScale / static_cast<float>(topScale) * room.scale,
             largestMinimum / static_cast<float>(topScale) * room.offset});
    return descend(LineAssignment(parts, top, topScale), samples.unit(), starts);
}

} // namespace tritloom
