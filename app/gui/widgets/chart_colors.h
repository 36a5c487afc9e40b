#pragma once

class QChart;
class QChartView;
class QLogValueAxis;
class QPalette;
class QString;
class QValueAxis;

namespace tritloom {

/// Background, legend and axes of a chart in the theme's colours; the series are the caller's. GUI thread.
void colourChart(QChart& chart, const QPalette& palette);

/// What a screen reader calls a chart, of which the part that is drawn on takes focus too.
void nameChart(QChartView& view, const QString& name);

/// Shows low to high and a little more, never below zero where nothing is, with marks at round numbers that
/// have the digits to tell them apart: the whole axis is used, unlike by applyNiceNumbers(), which rounds the
/// ends away from the points. marks: at least so many, of which a narrow chart has room for few. GUI thread.
void showRange(QValueAxis& axis, double low, double high, int marks = 4);

/// Powers of ten around low to high, above 0, all written in one way; base 100 marks each second one. GUI
/// thread.
void showRange(QLogValueAxis& axis, double low, double high, double base = 10);

} // namespace tritloom
