#pragma once

#include <QObject>

class QTreeView;

namespace tritloom {

class LayerModel;

/// Gives the names of layers the room that they need, as long as bits, size and sensitivity stay in sight,
/// and what is left over where a column would be seen in part: in blocks names are short, a network of an
/// unknown kind has them whole. Somebody who pulls the column wider has the last word. GUI thread only.
class NameColumn final : public QObject {
    Q_OBJECT

public:
    NameColumn(QTreeView& view, const LayerModel& model);
    void fit();
    [[nodiscard]] int wanted() const; ///< pixels that a page keeps for it, however narrow it is
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    [[nodiscard]] int longest() const; ///< pixels that the first few hundred names take

    QTreeView& m_view;
    const LayerModel& m_model;
    bool m_fitting = false, m_byHand = false;
};

} // namespace tritloom
