#pragma once

#include <QStyledItemDelegate>

namespace tritloom {

/// A card in a list: title and kind above, a sentence below. Roles: Qt::DisplayRole the title, KindRole and
/// SummaryRole the rest.
class CardDelegate final : public QStyledItemDelegate {
    Q_OBJECT

public:
    static constexpr int KindRole = Qt::UserRole + 1, SummaryRole = Qt::UserRole + 2;

    using QStyledItemDelegate::QStyledItemDelegate;
    void
    paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

} // namespace tritloom
