#pragma once

#include "app/session/workspace.h"

#include <QDialog>

class QComboBox;
class QLabel;
class QPushButton;

namespace tritloom {

class NumberField;
class ParameterButton;
class PluginChooser;

/// How a budget is distributed: the allocator, whose costs it goes by, and a second budget. GUI thread only.
class AllocatorDialog final : public QDialog {
    Q_OBJECT

public:
    /// shown: an allocator's id; empty: the project's.
    AllocatorDialog(Workspace& workspace, const std::string& shown, QWidget* parent = nullptr);

private:
    void showMetric(const Parameters& values);
    void refresh();
    [[nodiscard]] AllocatorChoice choice() const;

    Workspace& m_workspace;
    PluginChooser* m_chooser;
    QComboBox* m_costs;
    ParameterButton* m_settings; ///< of the metric
    NumberField* m_bitOperations;
    NumberField* m_milliseconds;
    QLabel* m_state;
    QPushButton* m_allocate;
};

} // namespace tritloom
