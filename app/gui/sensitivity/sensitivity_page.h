#pragma once

#include "app/session/workspace.h"

#include <QTimer>
#include <QWidget>

class QCheckBox;
class QComboBox;
class QLabel;
class QProgressBar;
class QPushButton;

namespace tritloom {

class HeatLegend;
class HeatMap;
class ParameterButton;

/// Layers x formats as a heat map, filled while the sweep runs, or what a metric says in its place. GUI
/// thread only.
class SensitivityPage final : public QWidget {
    Q_OBJECT

public:
    explicit SensitivityPage(Workspace& workspace, QWidget* parent = nullptr);
    void showSource(const std::string& metric); ///< empty: the measured sweep

private:
    enum class Shown { Kl, KlPerByte, WeightError, ActivationError };
    [[nodiscard]] double valueOf(LayerId layer, int candidate) const;
    [[nodiscard]] const MetricScores*
    scores() const; ///< of the chosen metric; null: none chosen, or not asked
    [[nodiscard]] bool isMeasured() const { return m_metric.id.empty(); }
    void makeSources();
    void takeSource();
    void toggleRun();
    void showMetricState();
    void rebuild(); ///< other candidates
    void repaintCells(); ///< another quantity, or another range
    void showCell(LayerId layer, int candidate);
    void paintCell(LayerId layer, int candidate); ///< in the range as it is
    void showMarks();
    void showState();
    void showLegend();
    /// A number of each layer that the metric tells beside its costs, in the last column; null: none.
    [[nodiscard]] const std::vector<double>* furtherNumbers() const;
    [[nodiscard]] bool isFurther(int column) const;
    /// The format that a cell stands for, where its layer's rows do not divide as its column's format wants.
    [[nodiscard]] QString otherFormat(std::size_t layer, std::size_t candidate) const;
    [[nodiscard]] QString textOf(LayerId layer, int candidate) const;
    [[nodiscard]] QString tipOf(LayerId layer, int candidate) const;

    Workspace& m_workspace;
    HeatMap* m_map;
    HeatLegend* m_legend;
    std::vector<std::string> m_headings; ///< format ids of the columns as they are shown
    QComboBox *m_source, *m_quantity;
    ParameterButton* m_settings; ///< of the metric
    QCheckBox* m_allocates; ///< by the metric
    PluginChoice m_metric; ///< none: the measured sweep
    QPushButton* m_run;
    QProgressBar* m_progress;
    QLabel* m_state;
    QTimer m_tick; ///< progress of a metric is asked for, not pushed
    QTimer m_marksSoon;
    QTimer m_soon; ///< a sweep delivers faster than anyone can read
    double m_low = 0, m_high = 0; ///< decades of the colour scale
};

[[nodiscard]] QWidget* makeSensitivityPage(Workspace& workspace, QWidget* parent);

} // namespace tritloom
