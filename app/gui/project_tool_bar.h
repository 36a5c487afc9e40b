#pragma once

#include "app/session/workspace.h"

#include <QToolBar>

class QComboBox;
class QDoubleSpinBox;
class QSlider;
class QToolButton;

namespace tritloom {

/// Method and budget of the open project, and the buttons that act on them. GUI thread only.
class ProjectToolBar final : public QToolBar {
    Q_OBJECT

public:
    struct Actions {
        QAction *open, *undo, *redo, *allocate, *sweep, *exportModel;
    };
    ProjectToolBar(const PluginHost& plugins, const Actions& actions, QWidget* parent);
    void setWorkspace(Workspace* workspace);

private:
    void refresh();
    void setBudgetBits(double bits);
    void setBudgetBytes(double bytes);
    void takeMethod();

    Workspace* m_workspace = nullptr;
    QComboBox* m_method;
    QSlider* m_slider;
    QDoubleSpinBox *m_bits, *m_megabytes;
    bool m_refreshing = false;
};

} // namespace tritloom
