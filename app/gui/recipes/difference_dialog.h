#pragma once

#include "app/session/workspace.h"

#include <QDialog>

class QLabel;
class QPushButton;
class QTreeWidget;

namespace tritloom {

/// What would change, layer by layer, if another recipe took the place of the current allocation; it can be
/// taken over from here. Follows the document. GUI thread only.
class DifferenceDialog final : public QDialog {
    Q_OBJECT

public:
    /// name: of the other recipe, for title and undo step.
    DifferenceDialog(Workspace& workspace, const QString& name, Allocation other, QWidget* parent);

private:
    void refresh();
    void selectInWindow();

    Workspace& m_workspace;
    QString m_name;
    Allocation m_other;
    QLabel* m_headline;
    QTreeWidget* m_list;
    QPushButton *m_take, *m_select;
};

/// Ways of recipes in and out of the window, with the dialogs of files. Sentences go to the banner.
void loadRecipe(Workspace& workspace, QWidget* window);
void saveRecipe(Workspace& workspace, QWidget* window);
void compareRecipe(Workspace& workspace, QWidget* window);

} // namespace tritloom
