#pragma once

class QChart;
class QPalette;

namespace tritloom {

/// Background, legend and axes of a chart in the theme's colours; the series are the caller's. GUI thread.
void colourChart(QChart& chart, const QPalette& palette);

} // namespace tritloom
