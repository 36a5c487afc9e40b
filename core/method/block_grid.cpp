#include "core/method/block_grid.h"

#include <cmath>

namespace tritloom {
namespace {

std::vector<float> levelsFor(const NumberFormat& format, float first, float last)
{
    std::vector<float> values(format.blockElements(), first), levels(format.levelCount());
    values.back() = last;
    std::vector<std::byte> packed(format.blockBytes());
    format.encode(values, packed);
    format.levels(packed, 0, levels);
    return levels;
}

bool isNear(float a, float b)
{
    return std::fabs(a - b) < 2e-3f * std::max(std::fabs(a), std::fabs(b));
}

} // namespace

float commonStep(std::span<const float> levels)
{
    const std::size_t last = levels.size() - 1;
    const float step = (levels[last] - levels[0]) / static_cast<float>(last);
    if (step == 0 || !std::isfinite(step) || !std::isfinite(1 / step))
        return 0;
    for (std::size_t k = 1; k < last; ++k)
        if (std::fabs(levels[0] + step * static_cast<float>(k) - levels[k]) > 0.01f * std::fabs(step))
            return 0;
    return step;
}

BlockGrid::BlockGrid(const NumberFormat& format)
    : m_format(&format)
{
    if (format.levelCount() < 2 || format.levelRun() != format.blockElements() || !format.isWritable())
        return;
    const std::vector<float> around = levelsFor(format, -0.3f, 1.1f), above = levelsFor(format, 0.4f, 1.1f);
    if (commonStep(around) != 0 && isNear(around.front(), -0.3f) && isNear(around.back(), 1.1f)
        && isNear(above.front(), 0.4f) && isNear(above.back(), 1.1f)) {
        m_freedom = Freedom::Line;
        return;
    }
    const std::vector<float> one = levelsFor(format, 0, 1), other = levelsFor(format, 0, 0.7f);
    m_unitStep = commonStep(one);
    // With a zero point the levels move with the values: no scale alone says where they are.
    const bool holdsBothSigns = one.front() * one.back() < 0;
    if (m_unitStep != 0 && holdsBothSigns && isNear(other.front(), 0.7f * one.front())
        && isNear(other.back(), 0.7f * one.back()))
        m_freedom = Freedom::Scale;
}

void BlockGrid::set(std::span<std::byte> packed, float first, float step) const
{
    std::vector<float> values(m_format->blockElements());
    if (m_freedom == Freedom::Line) {
        std::fill(values.begin(), values.end(), first);
        values.back() = first + step * static_cast<float>(m_format->levelCount() - 1);
    } else {
        values.back() = step / m_unitStep;
    }
    m_format->encode(values, packed);
}

} // namespace tritloom
