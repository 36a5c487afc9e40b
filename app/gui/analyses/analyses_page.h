#pragma once

#include "app/session/workspace.h"

#include <QTimer>
#include <QWidget>

class QLabel;
class QProgressBar;
class QPushButton;

namespace tritloom {

class ChoiceButton;
class PluginChooser;
class ReportView;

/// Every analysis on the open model: choose and set on the left, what it found on the right. GUI thread only.
class AnalysesPage final : public QWidget {
    Q_OBJECT

public:
    explicit AnalysesPage(Workspace& workspace, QWidget* parent = nullptr);
    void choose(const std::string& analysis);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void run();
    void save();
    void showState();
    [[nodiscard]] QString titleOf(const PluginChoice& choice) const;
    [[nodiscard]] QString whyNot(const MethodInfo& info) const;

    Workspace& m_workspace;
    PluginChooser* m_chooser;
    ReportView* m_view;
    QLabel *m_state, *m_empty;
    QProgressBar* m_progress;
    ChoiceButton* m_choice;
    QPushButton *m_save, *m_run;
    QString m_failure; ///< of the last run
    QTimer m_tick; ///< progress is asked for, not pushed
};

[[nodiscard]] QWidget* makeAnalysesPage(Workspace& workspace, QWidget* parent);

} // namespace tritloom
