#pragma once

#include "app/session/workspace.h"

#include <QToolBar>

class QComboBox;
class QDoubleSpinBox;
class QSlider;
class QToolButton;

namespace tritloom {

class SizeField;
class ParameterButton;

/// Method and budget of the open project, and the buttons that act on them. GUI thread only.
class ProjectToolBar final : public QToolBar {
    Q_OBJECT

public:
    struct Actions {
        QAction *open, *undo, *redo, *allocate, *allocator, *sweep, *exportModel;
    };
    ProjectToolBar(const PluginHost& plugins, const Actions& actions, QWidget* parent);
    void setWorkspace(Workspace* workspace);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void refresh();
    void showLeast(double bits, double bytes); ///< what fields go down to
    void setBudgetBits(double bits);
    void setBudgetBytes(double bytes);
    void takeMethod(); ///< another one
    void showMethod(const PluginChoice& method);
    void showMethodTip();
    void fitLabels(); ///< words on Open and beside the fields, where there is room for them

    Workspace* m_workspace = nullptr;
    const PluginHost& m_plugins;
    QComboBox* m_method;
    ParameterButton* m_settings; ///< of the method
    std::map<std::string, Parameters> m_settingsOf; ///< by method, as long as the window lives
    QSlider* m_slider;
    QDoubleSpinBox* m_bits;
    SizeField* m_size;
    QToolButton* m_open = nullptr; ///< its word is the first to give way in a narrow window
    std::vector<QAction*> m_labels; ///< then these
    std::vector<QToolButton*> m_wordy; ///< the last to, in order: first that of the sweep
    int m_sweepWidth = 0; ///< pixels, of its longest words so far
    bool m_refreshing = false;
};

} // namespace tritloom
