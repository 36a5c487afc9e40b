#include "core/format/level_table.h"

#include <numeric>

namespace tritloom {

LevelTable::LevelTable(std::vector<float> ascending, unsigned bits, std::vector<unsigned> fields)
    : m_levels(std::move(ascending))
    , m_fields(std::move(fields))
{
    const std::size_t count = m_levels.size(), fieldCount = std::size_t{1} << bits;
    assert(count >= 2 && count <= fieldCount && std::is_sorted(m_levels.begin(), m_levels.end()));
    if (m_fields.empty()) {
        m_fields.resize(count);
        std::iota(m_fields.begin(), m_fields.end(), 0u);
    }
    m_levelOfField.assign(fieldCount, static_cast<unsigned>(count - 1));
    for (std::size_t k = 0; k < count; ++k)
        m_levelOfField[m_fields[k]] = static_cast<unsigned>(k);
    m_values.resize(fieldCount);
    for (std::size_t f = 0; f < fieldCount; ++f)
        m_values[f] = m_levels[m_levelOfField[f]];
    for (std::size_t k = 0; k + 1 < count; ++k) {
        m_thresholds.push_back((m_levels[k] + m_levels[k + 1]) / 2);
        m_steps.push_back(m_levels[k + 1] - m_levels[k]);
    }
}

unsigned LevelTable::nearest(float position) const
{
    // Thresholds below the position; a position on a threshold stays with the lower level.
    return static_cast<unsigned>(
        std::lower_bound(m_thresholds.begin(), m_thresholds.end(), position) - m_thresholds.begin());
}

float searchTableScale(const SearchSamples& samples, const LevelTable& table, ScaleSign sign)
{
    constexpr std::size_t few = 32;
    if (table.levels().size() <= few)
        return searchScale(samples, table.forSearch(), sign);
    // Many levels: the extreme falls near the end of them, so few positions need a look, each by bisection.
    float largest = 0;
    for (std::size_t i = 0; i < samples.count; ++i)
        largest = std::max(largest, std::fabs(samples.values[i]));
    if (largest == 0)
        return 0;
    const auto gainOf = [&](float factor, double& scale) {
        double xq = 0, qq = 0;
        for (std::size_t i = 0; i < samples.count; ++i) {
            const double q = table.levels()[table.nearest(samples.values[i] * factor)];
            xq += samples.importance[i] * q * samples.values[i];
            qq += samples.importance[i] * q * q;
        }
        scale = qq > 0 ? xq / qq : 0;
        return qq > 0 ? xq * xq / qq : 0;
    };
    double found = 0, most = 0;
    constexpr int positions = 12;
    for (int k = 0; k < positions; ++k) {
        const float reach = 0.8f + 0.3f * static_cast<float>(k) / (positions - 1);
        for (const float direction : {1.0f, -1.0f}) {
            if (direction < 0 && sign == ScaleSign::Positive)
                continue;
            double scale = 0;
            const double gain = gainOf(direction * reach * table.largest() / largest, scale);
            if (gain > most && (sign == ScaleSign::Any || scale > 0)) {
                most = gain;
                found = scale;
            }
        }
    }
    return static_cast<float>(found);
}

} // namespace tritloom
