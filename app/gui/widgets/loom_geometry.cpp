#include "app/gui/widgets/loom_geometry.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace tritloom {
namespace {

constexpr double axisWidth = 38, rightMargin = 12, stripHeight = 8, stripGap = 2;
constexpr double blockGap = 5, barGap = 1;
constexpr double belowOne = 0.35; ///< a bar of one bit still has a body
constexpr std::array<double, 10> stops{1, 1.58, 2, 3, 4, 5, 6, 8, 16, 32};

} // namespace

std::span<const double> loom_axis::ticks()
{
    return stops;
}

double loom_axis::position(double bits)
{
    if (bits <= stops.front())
        return std::max(-belowOne, (bits - stops.front()) * belowOne);
    for (std::size_t i = 1; i < stops.size(); ++i)
        if (bits <= stops[i])
            return double(i - 1) + (bits - stops[i - 1]) / (stops[i] - stops[i - 1]);
    return double(stops.size() - 1);
}

double loom_axis::bitsAt(double position)
{
    if (position <= 0)
        return stops.front();
    const auto below = std::min(std::size_t(position), stops.size() - 2);
    const double bits = stops[below] + (position - double(below)) * (stops[below + 1] - stops[below]);
    return std::min(bits, stops.back());
}

LoomGeometry::LoomGeometry(std::span<const LoomBar> bars, QSize viewport, double zoom, int textHeight)
    : m_textHeight(textHeight)
{
    const double plotBottom = viewport.height() - stripHeight - stripGap - textHeight - 8;
    m_plot = QRectF(axisWidth, 8, std::max(10.0, viewport.width() - axisWidth - rightMargin), plotBottom - 8);
    const bool anyAbove16 =
        std::any_of(bars.begin(), bars.end(), [](const LoomBar& b) { return b.bits > 16.01; });
    m_axisTop = anyAbove16 ? 32 : 16;
    m_top = loom_axis::position(m_axisTop) + 0.3;
    m_step = m_plot.height() / (m_top + belowOne);

    if (bars.empty())
        return;
    // A huge embedding would leave nothing for the blocks: a bar gets at most eight times the average of
    // those that are not larger themselves, and is drawn as cut.
    std::vector<double> sizes;
    for (const LoomBar& bar : bars)
        sizes.push_back(std::max(1.0, bar.size));
    std::vector<double> sorted = sizes;
    std::sort(sorted.begin(), sorted.end());
    double sum = 0;
    std::size_t counted = 0;
    for (const double size : sorted) {
        if (counted >= 4 && size > 8 * sum / double(counted))
            break;
        sum += size;
        ++counted;
    }
    const double largest = counted == sorted.size() ? sorted.back() : 8 * sum / double(counted);

    int gaps = 0;
    for (std::size_t i = 1; i < bars.size(); ++i)
        gaps += bars[i].block != bars[i - 1].block ? 1 : 0;
    double drawn = 0;
    for (double& size : sizes) {
        m_cut.push_back(size > largest * 1.0001);
        size = std::min(size, largest);
        drawn += size;
    }
    const double forBars = m_plot.width() * zoom - gaps * blockGap - double(bars.size()) * barGap;
    // Bars below the narrowest width take theirs first; the others share what is left by size.
    double share = forBars / drawn;
    for (int round = 0; round < 8; ++round) {
        double fixed = 0, free = 0;
        for (const double size : sizes)
            (size * share < narrowestBar ? fixed : free) += size * share < narrowestBar ? narrowestBar : size;
        if (free <= 0)
            break;
        share = std::max(0.0, forBars - fixed) / free;
    }
    double x = 0;
    for (std::size_t i = 0; i < bars.size(); ++i) {
        if (i > 0 && bars[i].block != bars[i - 1].block)
            x += blockGap;
        if (i == 0 || bars[i].block != bars[i - 1].block)
            m_blocks.push_back({bars[i].block, int(i), int(i), x, x});
        m_left.push_back(x);
        m_width.push_back(std::max(narrowestBar, sizes[i] * share));
        x += m_width.back() + barGap;
        m_blocks.back().last = int(i);
        m_blocks.back().right = x - barGap;
    }
    m_contentWidth = x - barGap;
}

double LoomGeometry::y(double bits) const
{
    return m_plot.top() + (m_top - loom_axis::position(bits)) * m_step;
}

double LoomGeometry::bitsAt(double y) const
{
    return loom_axis::bitsAt(m_top - (y - m_plot.top()) / m_step);
}

QRectF LoomGeometry::bar(int index, double bits) const
{
    const double top = y(bits);
    return {m_left[std::size_t(index)], top, m_width[std::size_t(index)], m_plot.bottom() - top};
}

QRectF LoomGeometry::strip(int index) const
{
    return {m_left[std::size_t(index)], m_plot.bottom() + stripGap, m_width[std::size_t(index)], stripHeight};
}

QRectF LoomGeometry::labels() const
{
    return {m_plot.left(), m_plot.bottom() + stripGap + stripHeight + 2, m_plot.width(), m_textHeight + 4};
}

int LoomGeometry::barAt(double x) const
{
    const auto after = std::upper_bound(m_left.begin(), m_left.end(), x);
    if (after == m_left.begin())
        return -1;
    const auto index = int(after - m_left.begin()) - 1;
    return x <= m_left[std::size_t(index)] + m_width[std::size_t(index)] + blockGap ? index : -1;
}

int LoomGeometry::blockAt(double x) const
{
    for (std::size_t i = 0; i < m_blocks.size(); ++i)
        if (x >= m_blocks[i].left - blockGap / 2 && x <= m_blocks[i].right + blockGap / 2)
            return int(i);
    return -1;
}

} // namespace tritloom
