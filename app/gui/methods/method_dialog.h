#pragma once

#include "app/session/workspace.h"

#include <QDialog>

class QComboBox;
class QLabel;
class QPushButton;

namespace tritloom {

class BaseModelRow;
class PluginChooser;

/// A method, its parameters and a format for some layers: one undo step. Stays open, so that several can be
/// tried while the preview follows. GUI thread only.
class MethodDialog final : public QDialog {
    Q_OBJECT

public:
    /// method: shown first; empty: the project's.
    MethodDialog(Workspace& workspace, const PluginChoice& method, QWidget* parent = nullptr);

private:
    void fillFormats();
    void refresh();
    [[nodiscard]] QStringList fallbacks(const std::vector<LayerId>& layers, const Candidate& wanted) const;
    void apply();
    void useEverywhere();
    [[nodiscard]] QString whyNot(const MethodInfo& info) const;
    [[nodiscard]] Candidate candidate() const;
    [[nodiscard]] std::vector<LayerId> layers() const;

    Workspace& m_workspace;
    PluginChooser* m_chooser;
    QComboBox* m_format;
    BaseModelRow* m_base; ///< for methods that need one
    QLabel *m_state, *m_fallback; ///< fallback: which layers get another format than the chosen one, and why
    QPushButton *m_everywhere, *m_apply;
};

/// Opens one over the window; the layers are those selected, also later.
void chooseMethod(Workspace& workspace, const PluginChoice& method, QWidget* parent);

} // namespace tritloom
