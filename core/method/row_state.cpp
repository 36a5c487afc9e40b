#include "core/method/row_state.h"

#include "core/method/block_grid.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace tritloom {
RowState::RowState(const NumberFormat& format, std::size_t columns)
    : m_format(&format)
    , m_columns(columns)
    , m_run(format.levelRun())
    , m_levelCount(format.levelCount())
{
    const std::size_t block = format.blockElements(), blocks = (columns + block - 1) / block;
    m_packed.resize(blocks * format.blockBytes());
    m_levels.resize(blocks * (block / m_run) * m_levelCount);
    m_steps.resize(blocks * (block / m_run));
}

void RowState::fit(std::size_t begin, std::span<const float> values, std::span<const float> importance)
{
    const std::size_t block = m_format->blockElements(), count = std::min(block, m_columns - begin);
    assert(begin % block == 0 && values.size() >= count);
    const auto packed =
        std::span(m_packed).subspan(begin / block * m_format->blockBytes(), m_format->blockBytes());
    if (count == block) {
        m_format->fit(values.first(block), importance.subspan(begin, block), packed);
    } else {
        std::vector<float> padded(block), paddedImportance(block);
        std::copy_n(values.begin(), count, padded.begin());
        std::copy_n(importance.begin() + static_cast<std::ptrdiff_t>(begin), count, paddedImportance.begin());
        m_format->fit(padded, paddedImportance, packed);
    }
    readLevels(begin);
}

void RowState::fitAll(std::span<const float> values, std::span<const float> importance)
{
    const std::size_t block = m_format->blockElements(), whole = m_columns / block * block;
    m_format->fitBlocks(
        values.first(whole), importance.first(whole),
        std::span(m_packed).first(whole / block * m_format->blockBytes()));
    for (std::size_t begin = 0; begin < whole; begin += block)
        readLevels(begin);
    if (whole < m_columns)
        fit(whole, values.subspan(whole), importance);
}

void RowState::readLevels(std::size_t begin)
{
    const std::size_t block = m_format->blockElements();
    const auto packed =
        std::span(m_packed).subspan(begin / block * m_format->blockBytes(), m_format->blockBytes());
    for (std::size_t element = 0; element < block; element += m_run) {
        const std::size_t run = (begin + element) / m_run;
        const auto levels = std::span(m_levels).subspan(run * m_levelCount, m_levelCount);
        m_format->levels(packed, element, levels);
        m_steps[run] = m_levelCount > 2 ? commonStep(levels) : 0;
    }
}

void RowState::load(std::span<const std::byte> packed)
{
    assign(packed);
    for (std::size_t begin = 0; begin < m_columns; begin += m_format->blockElements())
        readLevels(begin);
}

void RowState::setLevel(std::size_t column, std::size_t level)
{
    const std::size_t block = m_format->blockElements();
    m_format->setLevel(
        std::span(m_packed).subspan(column / block * m_format->blockBytes(), m_format->blockBytes()),
        column % block, level);
}

float RowState::choose(std::size_t column, float value)
{
    value = std::isnan(value) ? 0.0f : value;
    const std::size_t run = column / m_run;
    const std::span<const float> levels = std::span(m_levels).subspan(run * m_levelCount, m_levelCount);
    std::size_t first = 0, last = m_levelCount;
    if (m_steps[run] != 0) {
        const float position =
            std::clamp((value - levels[0]) / m_steps[run], 0.0f, static_cast<float>(m_levelCount - 1));
        const auto near = static_cast<std::size_t>(position + 0.5f);
        first = near > 0 ? near - 1 : 0;
        last = std::min(near + 2, m_levelCount);
    }
    std::size_t best = first;
    for (std::size_t k = first + 1; k < last; ++k)
        if (std::fabs(levels[k] - value) < std::fabs(levels[best] - value))
            best = k;
    setLevel(column, best);
    return levels[best];
}

} // namespace tritloom
