#pragma once

#include "app/session/workspace.h"

#include <QTimer>
#include <QWidget>

class QComboBox;
class QLabel;
class QProgressBar;
class QPushButton;

namespace tritloom {

class HeatMap;

/// Layers x formats as a heat map, filled while the sweep runs. GUI thread only.
class SensitivityPage final : public QWidget {
    Q_OBJECT

public:
    explicit SensitivityPage(Workspace& workspace, QWidget* parent = nullptr);

private:
    enum class Shown { Kl, KlPerByte, WeightError, ActivationError };
    [[nodiscard]] double valueOf(LayerId layer, const SensitivityCell& cell) const;
    void rebuild(); ///< other candidates
    void repaintCells(); ///< another quantity, or another range
    void showCell(LayerId layer, int candidate);
    void paintCell(LayerId layer, int candidate); ///< in the range as it is
    void showMarks();
    void showState();
    [[nodiscard]] QString textOf(LayerId layer, int candidate) const;
    [[nodiscard]] QString tipOf(LayerId layer, int candidate) const;

    Workspace& m_workspace;
    HeatMap* m_map;
    QComboBox* m_quantity;
    QPushButton* m_run;
    QProgressBar* m_progress;
    QLabel* m_state;
    QTimer m_soon; ///< a sweep delivers faster than anyone can read
    double m_low = 0, m_high = 0; ///< decades of the colour scale
};

[[nodiscard]] QWidget* makeSensitivityPage(Workspace& workspace, QWidget* parent);

} // namespace tritloom
