#include "app/gui/methods/card_delegate.h"

#include "app/gui/theme.h"

#include <QGuiApplication>
#include <QPainter>

namespace tritloom {
namespace {

constexpr int inset = 10, rise = 6; ///< of the text inside the card

} // namespace

void CardDelegate::paint(
    QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    // The list's own palette has no window colour: the style sheet makes its ground transparent.
    const QPalette palette = QGuiApplication::palette();
    const ThemeColors colors = themeColors(palette);
    const bool selected = option.state.testFlag(QStyle::State_Selected);
    const bool focused = option.state.testFlag(QStyle::State_HasFocus);
    const QRect card = option.rect.adjusted(1, 2, -3, -2);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(selected || focused ? colors.accent : colors.line);
    painter->setBrush(colors.panel);
    painter->drawRoundedRect(QRectF(card).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
    const QRect text = card.adjusted(inset, rise, -inset, -rise);
    const int line = option.fontMetrics.height();
    const QString kind = index.data(KindRole).toString();
    const int kindWidth = option.fontMetrics.horizontalAdvance(kind);
    painter->setPen(colors.mutedText);
    painter->drawText(QRect(text.right() - kindWidth, text.top(), kindWidth + 1, line), Qt::AlignRight, kind);
    QFont bold = option.font;
    bold.setWeight(QFont::DemiBold);
    painter->setFont(bold);
    painter->setPen(palette.color(QPalette::Text));
    const int titleWidth = text.width() - kindWidth - 10;
    painter->drawText(
        QRect(text.left(), text.top(), titleWidth, line), Qt::AlignLeft,
        QFontMetrics(bold).elidedText(index.data().toString(), Qt::ElideRight, titleWidth));
    painter->setFont(option.font);
    painter->setPen(colors.mutedText);
    painter->drawText(
        QRect(text.left(), text.top() + line + 2, text.width(), line), Qt::AlignLeft,
        option.fontMetrics.elidedText(index.data(SummaryRole).toString(), Qt::ElideRight, text.width()));
    painter->restore();
}

QSize CardDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const
{
    return {200, 2 * option.fontMetrics.height() + 2 + 2 * rise + 4};
}

} // namespace tritloom
