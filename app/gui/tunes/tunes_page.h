#pragma once

#include "app/session/workspace.h"

#include <QWidget>

class QLabel;
class QPushButton;
class QTreeWidget;
class QTreeWidgetItem;

namespace tritloom {

/// The base and the fine-tunes over it, with what each takes in memory; one that is activated is picked. GUI
/// thread only.
class TunesPage final : public QWidget {
    Q_OBJECT

public:
    explicit TunesPage(Workspace& workspace, QWidget* parent = nullptr);

signals:
    void addAsked();

protected:
    void changeEvent(QEvent* event) override; ///< palette: marks follow the theme

private:
    void refresh();
    void refreshCurrent();
    void show(QTreeWidgetItem& item, std::size_t row) const;
    [[nodiscard]] std::optional<std::size_t> currentRow() const;

    Workspace& m_workspace;
    std::shared_ptr<FineTunes> m_tunes;
    QTreeWidget* m_list;
    QLabel *m_together, *m_problem;
    QPushButton *m_add, *m_remove;
};

[[nodiscard]] QWidget* makeTunesPage(Workspace& workspace, QWidget* parent);

} // namespace tritloom
