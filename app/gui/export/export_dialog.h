#pragma once

#include "app/session/export_kinds.h"
#include "app/session/workspace.h"

#include <QDialog>
#include <QTimer>

class QComboBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;

namespace tritloom {

class ExportChecks;

/// Writes the allocation to a file: what stands against it, how far it is, what was read back. The window
/// stays usable meanwhile. GUI thread only.
class ExportDialog final : public QDialog {
    Q_OBJECT

public:
    ExportDialog(Workspace& workspace, const QString& modelName, QWidget* parent);

private:
    void fillKinds();
    void chooseKind(); ///< the name's ending follows
    void followPath(); ///< and the kind follows the ending
    [[nodiscard]] const ExportTarget& kind() const;
    /// Row of the kind that a model of this kind was last written as, else of the usual one of the first that
    /// can hold this one.
    [[nodiscard]] int firstThatCan() const;
    /// Row of what the command line writes under a path with this ending; -1: nothing that is offered.
    [[nodiscard]] int usualFor(const std::filesystem::path& path) const;
    [[nodiscard]] QString settingsKey() const; ///< of the kind that was last written
    void choosePath();
    void startOrCancel();
    void refresh();
    void say(const QString& sentence, bool good);
    void showReport(const ExportReport& report);
    [[nodiscard]] QStringList whyOtherSize(const ExportReport& report) const;

    Workspace& m_workspace;
    std::vector<const ExportTarget*> m_kinds;
    QLineEdit* m_path;
    QString m_written; ///< where the last export goes
    QComboBox* m_kind;
    QPushButton *m_browse, *m_start, *m_close, *m_showFolder;
    QPushButton* m_narrower; ///< INT4 in the place of INT8, where that holds what was chosen
    QLabel* m_summary;
    ExportChecks* m_list;
    QProgressBar* m_progress;
    QLabel* m_left; ///< how long it still takes
    QLabel* m_result;
    QTimer m_poll;
};

} // namespace tritloom
