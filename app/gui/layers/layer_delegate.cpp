#include "app/gui/layers/layer_delegate.h"

#include "app/gui/layers/layer_model.h"
#include "app/gui/theme.h"

#include <QAbstractItemView>
#include <QApplication>
#include <QComboBox>
#include <QPainter>

#include <cmath>

namespace tritloom {
namespace {

void paintBar(QPainter& painter, const QRect& cell, double share, const QColor& color)
{
    const int width = std::max(3, int(std::lround(share * cell.width())));
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    painter.drawRoundedRect(QRect(cell.left(), cell.center().y() - 2, width, 6), 3, 3);
}

QFont figures(const QFont& base)
{
    QFont font(QStringLiteral("JetBrains Mono"));
    font.setStyleHint(QFont::Monospace);
    font.setPixelSize(std::max(9, QFontInfo(base).pixelSize() - 2));
    return font;
}

} // namespace

LayerDelegate::LayerDelegate(std::function<Stops(int layer)> stops, QObject* parent)
    : QStyledItemDelegate(parent)
    , m_stops(std::move(stops))
{
}

QSize LayerDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    QSize size = QStyledItemDelegate::sizeHint(option, index);
    size.setHeight(std::max(size.height(), 24));
    return size;
}

void LayerDelegate::paint(
    QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const int column = index.column();
    const bool leaf = index.data(LayerModel::LayerRole).toInt() >= 0;
    const bool drawn =
        column == LayerModel::Bits || column == LayerModel::Size || column == LayerModel::Sensitivity;
    if (!drawn) {
        QStyleOptionViewItem plain = option;
        plain.textElideMode = column == LayerModel::Name ? Qt::ElideMiddle : Qt::ElideRight;
        QStyledItemDelegate::paint(painter, plain, index);
        return;
    }
    QStyleOptionViewItem frame = option;
    initStyleOption(&frame, index);
    frame.text.clear();
    QApplication::style()->drawControl(QStyle::CE_ItemViewItem, &frame, painter, option.widget);

    const ThemeColors colors = themeColors(option.palette);
    const QRect cell = option.rect.adjusted(5, 0, -5, 0);
    const QString text = index.data().toString();
    const QVariant value = index.data(LayerModel::ValueRole);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setFont(figures(option.font));
    if (!leaf) {
        painter->setPen(colors.mutedText);
        painter->drawText(
            cell,
            (column == LayerModel::Bits ? int(Qt::AlignHCenter) : int(Qt::AlignLeft)) | Qt::AlignVCenter,
            text);
    } else if (column == LayerModel::Bits) {
        const QRect pill(cell.left() - 1, cell.center().y() - 8, cell.width() + 2, 18);
        painter->setPen(Qt::NoPen);
        painter->setBrush(colors.bits(value.toDouble()));
        painter->drawRoundedRect(pill, 4, 4);
        painter->setPen(colors.dark ? QColor(0x10, 0x12, 0x16) : QColor(Qt::white));
        painter->drawText(pill, Qt::AlignCenter, text);
    } else {
        const int figure = painter->fontMetrics().horizontalAdvance(QStringLiteral("0.00e-00"));
        const bool roomForBoth = cell.width() > figure + 24;
        const QRect bar = roomForBoth ? cell.adjusted(0, 0, -figure - 6, 0) : cell;
        const QVariant share = index.data(LayerModel::ShareRole);
        if (share.isValid())
            paintBar(
                *painter, bar, column == LayerModel::Size ? share.toDouble() : std::sqrt(share.toDouble()),
                column == LayerModel::Size ? colors.line.lighter(colors.dark ? 150 : 92)
                                           : colors.heat(std::sqrt(share.toDouble())));
        if (roomForBoth || !share.isValid()) {
            painter->setPen(colors.mutedText);
            painter->drawText(cell, Qt::AlignRight | Qt::AlignVCenter, text);
        }
    }
    painter->restore();
}

QWidget*
LayerDelegate::createEditor(QWidget* parent, const QStyleOptionViewItem&, const QModelIndex& index) const
{
    const int layer = index.data(LayerModel::LayerRole).toInt();
    if (layer < 0)
        return nullptr;
    auto* const box = new QComboBox(parent);
    box->setObjectName(QStringLiteral("stopEditor"));
    box->addItems(m_stops(layer).titles);
    box->view()->setMinimumWidth(190);
    auto* const self = const_cast<LayerDelegate*>(this);
    connect(box, &QComboBox::activated, self, [self, box] {
        emit self->commitData(box);
        emit self->closeEditor(box);
    });
    return box;
}

void LayerDelegate::setEditorData(QWidget* editor, const QModelIndex& index) const
{
    if (auto* const box = qobject_cast<QComboBox*>(editor);
        box != nullptr && box->property("shown").isNull()) {
        box->setProperty("shown", true); // later changes of the model must not move a list that is open
        box->setCurrentIndex(m_stops(index.data(LayerModel::LayerRole).toInt()).current);
    }
}

void LayerDelegate::setModelData(QWidget* editor, QAbstractItemModel* model, const QModelIndex& index) const
{
    if (auto* const box = qobject_cast<QComboBox*>(editor))
        model->setData(index, box->currentIndex(), Qt::EditRole);
}

} // namespace tritloom
