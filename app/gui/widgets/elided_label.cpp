#include "app/gui/widgets/elided_label.h"

#include <QFontMetrics>
#include <QHelpEvent>
#include <QPainter>
#include <QStyle>
#include <QToolTip>

namespace tritloom {

ElidedLabel::ElidedLabel(const QString& text, QWidget* parent)
    : QLabel(text, parent)
{
    setTextFormat(Qt::PlainText);
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
}

QSize ElidedLabel::minimumSizeHint() const
{
    return {0, QLabel::minimumSizeHint().height()};
}

QString ElidedLabel::shown() const
{
    const int room = contentsRect().width();
    const auto fits = [&](const QString& wording) {
        return fontMetrics().horizontalAdvance(wording) <= room;
    };
    if (!fits(text()))
        for (const QString& wording : m_shorter)
            if (fits(wording))
                return wording;
    return fontMetrics().elidedText(text(), Qt::ElideRight, room);
}

void ElidedLabel::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    style()->drawItemText(
        &painter, contentsRect(), int(QStyle::visualAlignment(layoutDirection(), alignment())), palette(),
        isEnabled(), shown(), foregroundRole());
}

bool ElidedLabel::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip && shown() != text()) {
        const QString rest =
            toolTip().isEmpty() || toolTip() == text() ? QString() : QLatin1Char('\n') + toolTip();
        QToolTip::showText(static_cast<QHelpEvent*>(event)->globalPos(), text() + rest, this);
        return true;
    }
    return QLabel::event(event);
}

} // namespace tritloom
