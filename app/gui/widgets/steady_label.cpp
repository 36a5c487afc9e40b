#include "app/gui/widgets/steady_label.h"

#include <QEvent>
#include <QFontMetrics>
#include <QRegularExpression>

namespace tritloom {

SteadyLabel::SteadyLabel(QWidget* parent)
    : QLabel(parent)
{
    setTextFormat(Qt::RichText);
}

void SteadyLabel::setRoom(const QSize& room)
{
    m_room = room;
    updateGeometry();
}

SteadyLabel::Known& SteadyLabel::known() const
{
    if (m_known.text != text())
        m_known = {.text = text(), .size = {}, .minimum = {}, .heights = {}};
    return m_known;
}

QSize SteadyLabel::sizeHint() const
{
    if (m_room.isValid())
        return m_room;
    Known& answers = known();
    if (answers.size.isValid())
        return answers.size;
    if (wordWrap())
        return answers.size = QLabel::sizeHint();
    static const QRegularExpression tag(QStringLiteral("<[^>]*>"));
    QString plain = text();
    plain.remove(tag);
    plain.replace(QStringLiteral("&nbsp;"), QStringLiteral(" "));
    QFont bold = font();
    bold.setBold(true);
    const QFontMetrics metrics(bold);
    return answers.size =
               QSize(metrics.horizontalAdvance(plain), metrics.height()).grownBy(contentsMargins());
}

QSize SteadyLabel::minimumSizeHint() const
{
    if (!wordWrap() || m_room.isValid())
        return sizeHint();
    Known& answers = known();
    if (!answers.minimum.isValid())
        answers.minimum = QLabel::minimumSizeHint();
    return answers.minimum;
}

int SteadyLabel::heightForWidth(int width) const
{
    if (!wordWrap() || m_room.isValid())
        return -1;
    QHash<int, int>& heights = known().heights;
    if (!heights.contains(width))
        heights[width] = QLabel::heightForWidth(width);
    return heights[width];
}

void SteadyLabel::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange)
        m_known = {};
    QLabel::changeEvent(event);
}

} // namespace tritloom
