#pragma once

#include "app/session/workspace.h"

#include <QDialog>
#include <QTimer>

class QComboBox;
class QLabel;
class QProgressBar;
class QPushButton;

namespace tritloom {

class PluginChooser;

/// Rewrites the open model by a transform, in the background; the window then opens what came of it. GUI
/// thread only.
class TransformDialog final : public QDialog {
    Q_OBJECT

public:
    /// shown: a transform's id; empty: the first that can be used.
    TransformDialog(Workspace& workspace, const std::string& shown, QWidget* parent = nullptr);

private:
    void start();
    void refresh();

    Workspace& m_workspace;
    PluginChooser* m_chooser;
    QComboBox* m_preparedFor;
    QLabel *m_inPlace, *m_state;
    QProgressBar* m_progress;
    QPushButton *m_close, *m_apply;
    QString m_failure;
    QTimer m_tick; ///< progress is asked for, not pushed
};

/// "SmoothQuant, strength=0.8": what has been done to a model, in order; empty: nothing.
[[nodiscard]] QString transformsTitle(const Workspace& workspace);

} // namespace tritloom
