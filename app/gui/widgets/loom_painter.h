#pragma once

#include "app/gui/theme.h"
#include "app/gui/widgets/loom_geometry.h"

#include <QFont>
#include <QPointF>
#include <QStringList>

#include <optional>

class QPainter;

namespace tritloom {

/// A line drawn across all bars, with its label at the right.
struct LoomLine {
    double bits = 0;
    QString label;
};

/// A few lines of text beside a bar; tones carry meaning in words too.
struct LoomCallout {
    enum class Tone { Title, Plain, Muted, Good, Warning, Bad };
    struct Line {
        QString text;
        Tone tone = Tone::Plain;
    };
    int bar = -1;
    std::vector<Line> lines;
};

/// Everything a frame of the loom needs. Borrowed for the time of painting.
struct LoomScene {
    std::span<const LoomBar> bars;
    const LoomGeometry& geometry;
    const std::vector<bool>& selected;
    int current = -1;
    bool focus = false;
    double scroll = 0; ///< content coordinate at the left edge of the plot
    const std::vector<double>& ghosts; ///< bits before the drag, empty when none
    std::span<const double> stops; ///< of the bar that is dragged
    int dragged = -1;
    std::optional<LoomLine> mean, budget;
    bool budgetActive = false; ///< under the pointer or dragged
    std::optional<QRectF> rubberBand; ///< viewport coordinates
    const LoomCallout& callout;
    QFont font, monospace;
    QColor background, text;
    ThemeColors colors;
};

void paintLoom(QPainter& painter, const LoomScene& scene, const QRect& area);

/// Where the budget line can be grabbed besides the line itself.
[[nodiscard]] QRectF budgetHandle(const LoomScene& scene);

} // namespace tritloom
