#pragma once

#include <QRectF>
#include <QSize>
#include <QString>

#include <limits>
#include <span>
#include <vector>

namespace tritloom {

/// One thread of the loom, as numbers.
struct LoomBar {
    QString name; ///< "blk.2.ffn_down"
    int block = -1; ///< -1: outside the blocks
    double size = 1; ///< parameters
    double bits = 16;
    double heat = std::numeric_limits<double>::quiet_NaN(); ///< 0 to 1; NaN: not measured
    bool pinned = false;
};

/// The axis of bits: every named stop is one step apart, what lies between is linear.
namespace loom_axis {
[[nodiscard]] std::span<const double> ticks(); ///< 1, 1.58, 2 ... 16, 32
[[nodiscard]] double position(double bits); ///< 0 at the first tick, 1 at the next, and so on
[[nodiscard]] double bitsAt(double position);
} // namespace loom_axis

/// Where everything of a loom lies. A value, computed once per resize or zoom.
class LoomGeometry {
public:
    struct Block {
        int number = -1;
        int first = 0, last = 0; ///< bars
        double left = 0, right = 0; ///< content coordinates
    };
    static constexpr double narrowestBar = 4; ///< below that a bar cannot be hit

    LoomGeometry() = default;
    LoomGeometry(std::span<const LoomBar> bars, QSize viewport, double zoom, int textHeight);

    [[nodiscard]] double contentWidth() const { return m_contentWidth; }
    [[nodiscard]] QRectF plot() const { return m_plot; } ///< viewport coordinates
    [[nodiscard]] double axisTop() const { return m_axisTop; } ///< highest tick shown, in bits
    [[nodiscard]] double y(double bits) const;
    [[nodiscard]] double bitsAt(double y) const;
    /// From the base line to the top of the bar; x in content coordinates.
    [[nodiscard]] QRectF bar(int index, double bits) const;
    [[nodiscard]] bool isCut(int index) const
    {
        return m_cut[std::size_t(index)];
    } ///< drawn narrower than it is
    [[nodiscard]] QRectF strip(int index) const; ///< below the bar
    [[nodiscard]] QRectF labels() const; ///< the row of block numbers
    [[nodiscard]] const std::vector<Block>& blocks() const { return m_blocks; }
    [[nodiscard]] int barAt(double x) const; ///< -1 outside
    [[nodiscard]] int blockAt(double x) const; ///< index into blocks(), -1 outside
    [[nodiscard]] int count() const { return int(m_left.size()); }

private:
    QRectF m_plot;
    double m_contentWidth = 0, m_axisTop = 16, m_top = 0, m_step = 1, m_textHeight = 12;
    std::vector<double> m_left, m_width;
    std::vector<bool> m_cut;
    std::vector<Block> m_blocks;
};

} // namespace tritloom
