#pragma once

#include <QStringList>
#include <QStyledItemDelegate>

#include <functional>

namespace tritloom {

/// Draws bits as a coloured pill, sizes and sensitivities as bars, pins as a lock; edits bits by a list of
/// stops.
class LayerDelegate final : public QStyledItemDelegate {
    Q_OBJECT

public:
    struct Stops {
        QStringList titles;
        int current = 0;
    };
    LayerDelegate(std::function<Stops(int layer)> stops, QObject* parent);

    void
    paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QWidget* createEditor(
        QWidget* parent, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    void setEditorData(QWidget* editor, const QModelIndex& index) const override;
    void setModelData(QWidget* editor, QAbstractItemModel* model, const QModelIndex& index) const override;

private:
    std::function<Stops(int layer)> m_stops;
};

} // namespace tritloom
