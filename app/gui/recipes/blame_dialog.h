#pragma once

#include "app/session/blame_controller.h"
#include "app/session/workspace.h"

#include <QDialog>

class QComboBox;
class QLabel;
class QProgressBar;
class QPushButton;
class QTreeWidget;

namespace tritloom {

/// Which layers a loss comes from: searches while it is open, lists what it found, and selects in the window
/// what is chosen in the list. GUI thread only.
class BlameDialog final : public QDialog {
    Q_OBJECT

public:
    /// what: "the token “river”", for the title. chunks: see BlameQuestion.
    BlameDialog(
        Workspace& workspace, const QString& what, std::vector<Chunk> chunks, BlameQuestion::Measure measure,
        Allocation allocation, QWidget* parent);

    [[nodiscard]] const std::optional<Blame>& found() const { return m_found; } ///< so far

private:
    void start();
    void show(const Blame& found, double fraction);
    void showSums(const Blame& found);
    void refresh();
    void selectInWindow();

    Workspace& m_workspace;
    BlameQuestion m_question;
    Allocation m_allocation;
    BlameController m_controller;
    std::optional<Blame> m_found;
    QComboBox* m_measure;
    QLabel *m_headline, *m_sums;
    QTreeWidget* m_list;
    QProgressBar* m_progress;
    QPushButton *m_again, *m_select;
};

/// Empty where there is a loss to blame layers for, else why there is none, as a sentence.
[[nodiscard]] QString whyNoBlame(Workspace& workspace);

/// Opens the dialog about the mean loss of the evaluation text under the document's allocation, which
/// whyNoBlame() has nothing against.
void blameMeanLoss(Workspace& workspace, QWidget* parent);

/// A button that does so.
[[nodiscard]] QWidget* makeBlameButton(Workspace& workspace, QWidget* parent);

} // namespace tritloom
