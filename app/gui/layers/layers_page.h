#pragma once

#include "app/gui/allocation/pull.h"
#include "app/gui/layers/layer_model.h"
#include "app/gui/layers/layer_proxy.h"
#include "app/session/workspace.h"

#include <QItemSelection>
#include <QTimer>
#include <QWidget>

class QLabel;
class QLineEdit;
class QToolButton;
class QTreeView;

namespace tritloom {

class NameColumn;

/// The layer table: the loom's twin for people who read and filter. GUI thread only.
class LayersPage final : public QWidget {
    Q_OBJECT

public:
    LayersPage(Workspace& workspace, QWidget* parent);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void makeView();
    [[nodiscard]] LayerRow rowOf(LayerId layer) const;
    void choose(LayerRow& row, LayerId layer) const; ///< what the allocation and the table say of it
    void rebuild();
    void refresh(const std::vector<int>& layers);
    void applyFilter();
    [[nodiscard]] std::vector<int> unfolded() const; ///< the model's rows of blocks that are
    /// The layer of a row, or those of a block that the filter lets through.
    [[nodiscard]] std::vector<int> shownUnder(const QModelIndex& row) const;
    void takeSelection();
    [[nodiscard]] QItemSelection rangesOf(const std::vector<LayerId>& layers) const;
    void giveSelection();
    [[nodiscard]] std::vector<LayerId> chosen() const;
    [[nodiscard]] bool handleKey(int key, Qt::KeyboardModifiers modifiers);
    void edit(const std::vector<AllocationDocument::Change>& changes);
    void makeShortcuts(); ///< to the filter, and of the selected rows to the clipboard
    void copyRows() const;

    Workspace& m_workspace;
    Stops m_stops;
    Allocation m_shown; ///< what the rows were made from, to update only what moved
    std::vector<bool> m_shownPins;
    LayerModel m_model;
    LayerProxy m_proxy;
    QLineEdit* m_filter;
    QToolButton* m_group;
    QLabel* m_filterError;
    QLabel* m_count;
    QTreeView* m_view;
    NameColumn* m_names = nullptr;
    std::vector<int> m_measured; ///< layers with new cells, shown a few times a second
    QTimer m_measuredTimer;
    std::vector<int> m_unfolded; ///< before something was filtered
    bool m_syncing = false;
};

[[nodiscard]] QWidget* makeLayersPage(Workspace& workspace, QWidget* parent);

} // namespace tritloom
