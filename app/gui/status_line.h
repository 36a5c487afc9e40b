#pragma once

#include "app/session/workspace.h"

#include <QStatusBar>
#include <QTimer>

class QLabel;
class QProgressBar;
class QPushButton;

namespace tritloom {

class ModelLoader;

/// What runs, how long it still takes, and what it runs on. Polls; nothing is pushed at it row by row.
/// GUI thread only.
class StatusLine final : public QStatusBar {
    Q_OBJECT

public:
    explicit StatusLine(QWidget* parent);
    void setWorkspace(Workspace* workspace);
    /// name: "" where nothing is being opened. loader: lives on; says how far it is.
    void setOpening(const QString& name, const ModelLoader* loader = nullptr);
    [[nodiscard]] QString text() const;

signals:
    void cancelAsked();

private:
    void refresh();
    void refreshMemory();

    Workspace* m_workspace = nullptr;
    std::unique_ptr<QObject> m_scope; ///< of what listens to it
    QString m_opening;
    const ModelLoader* m_loader = nullptr; ///< what opens it
    QLabel *m_dot, *m_text, *m_device, *m_memory;
    QProgressBar* m_progress;
    QPushButton* m_cancel;
    QTimer m_poll, m_memoryPoll;
};

} // namespace tritloom
