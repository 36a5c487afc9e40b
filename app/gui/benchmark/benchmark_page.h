#pragma once

#include "app/gui/benchmark/share_bars.h"
#include "app/session/benchmark_controller.h"
#include "app/session/workspace.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QLineEdit;
class QListWidget;
class QProgressBar;
class QPushButton;
class QScrollArea;
class QTableWidget;

namespace tritloom {

class ChoiceButton;
class ElidedLabel;

/// How fast this machine computes with each format, beside what it could do at most. GUI thread only.
class BenchmarkPage final : public QWidget {
    Q_OBJECT

public:
    explicit BenchmarkPage(Workspace& workspace, QWidget* parent = nullptr);

private:
    void fillFormats();
    void start();
    void rebuild();
    void showState();
    void save();
    [[nodiscard]] BenchmarkController::What what() const;

    Workspace& m_workspace;
    BenchmarkController m_benchmark;
    QComboBox* m_what;
    QLineEdit* m_filter;
    QListWidget* m_formats;
    QTableWidget* m_table;
    ShareBars* m_bars;
    QScrollArea* m_scroll;
    QPushButton* m_run;
    ChoiceButton* m_choice;
    QPushButton *m_clear, *m_save;
    QProgressBar* m_progress;
    ElidedLabel* m_state;
    QLabel *m_limits, *m_empty;
};

[[nodiscard]] QWidget* makeBenchmarkPage(Workspace& workspace, QWidget* parent);

} // namespace tritloom
