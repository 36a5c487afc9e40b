#include "app/gui/pictures/picture_pane.h"

#include "app/gui/theme.h"

#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

constexpr double wheelStep = 1.25, arrowStep = 24, dividerReach = 7;
constexpr double smoothUpTo = 2; // larger pixels are shown as the squares they are

} // namespace

PicturePane::PicturePane(PictureViewport& viewport, QWidget* parent)
    : QWidget(parent)
    , m_viewport(viewport)
{
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    connect(&viewport, &PictureViewport::changed, this, qOverload<>(&QWidget::update));
}

void PicturePane::setImage(const QImage& image)
{
    m_image = image;
    update();
}

void PicturePane::setOther(const QImage& image)
{
    m_other = image;
    update();
}

void PicturePane::setCaption(const QString& caption, const QString& shorter)
{
    m_caption = caption;
    m_shorter = shorter;
    setAccessibleDescription(caption);
    setToolTip(caption);
    update();
}

void PicturePane::setMessage(const QString& message)
{
    m_message = message;
    update();
}

void PicturePane::setStale(bool stale)
{
    if (std::exchange(m_stale, stale) != stale)
        update();
}

void PicturePane::setWipe(double fraction)
{
    m_wipe = std::clamp(fraction, 0.0, 1.0);
    update();
}

void PicturePane::setFlipped(bool flipped)
{
    m_flipped = flipped;
    update();
}

QSizeF PicturePane::pictureSize() const
{
    return m_image.isNull() ? QSizeF(m_other.size()) : QSizeF(m_image.size());
}

double PicturePane::pixelSize() const
{
    const QSizeF picture = pictureSize();
    return picture.isEmpty() ? 1 : m_viewport.pictureRect(size(), picture).width() / picture.width();
}

void PicturePane::showPixels()
{
    if (!pictureSize().isEmpty())
        m_viewport.setPixelSize(1, size(), pictureSize());
}

void PicturePane::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const ThemeColors colors = themeColors(palette());
    const QRectF frame = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    QPainterPath outline;
    outline.addRoundedRect(frame, 5, 5);
    painter.fillPath(outline, palette().color(QPalette::Base));
    painter.setClipPath(outline);
    const QImage& first = m_flipped && !m_other.isNull() ? m_other : m_image;
    const auto draw = [&](const QImage& image) {
        const QRectF target = m_viewport.pictureRect(size(), image.size());
        painter.setRenderHint(
            QPainter::SmoothPixmapTransform, target.width() < smoothUpTo * double(image.width()));
        painter.drawImage(target, image);
    };
    painter.setOpacity(m_stale && !m_flipped ? 0.45 : 1);
    if (!first.isNull())
        draw(first);
    painter.setOpacity(1);
    const bool wiped = !m_flipped && !m_other.isNull() && !m_image.isNull();
    const double divider = m_wipe * width();
    if (wiped) {
        painter.save();
        painter.setClipRect(QRectF(divider, 0, width() - divider, height()), Qt::IntersectClip);
        painter.fillRect(rect(), palette().color(QPalette::Base));
        draw(m_other);
        painter.restore();
        painter.setPen(QPen(Qt::black, 3));
        painter.drawLine(QPointF(divider, 0), QPointF(divider, height()));
        painter.setPen(QPen(Qt::white, 1.4));
        painter.drawLine(QPointF(divider, 0), QPointF(divider, height()));
        painter.setBrush(Qt::white);
        painter.setPen(QPen(Qt::black, 0.8));
        const QPointF grip(divider, height() / 2.0);
        painter.drawEllipse(grip, 9, 9);
        painter.setBrush(Qt::black);
        painter.setPen(Qt::NoPen);
        for (const double side : {-1.0, 1.0})
            painter.drawPolygon(QPolygonF{
                grip + QPointF(side * 6, 0), grip + QPointF(side * 2, -3.4), grip + QPointF(side * 2, 3.4)});
    }
    if (first.isNull() && !m_message.isEmpty()) {
        painter.setPen(colors.mutedText);
        painter.drawText(
            rect().adjusted(10, 24, -10, -10), int(Qt::AlignCenter) | int(Qt::TextWordWrap), m_message);
    }
    if (!m_caption.isEmpty()) {
        QFont small = font();
        small.setPixelSize(11);
        painter.setFont(small);
        const QFontMetrics metrics(small);
        const int room = width() - 18;
        const bool fits = m_shorter.isEmpty() || metrics.horizontalAdvance(m_caption) <= room;
        const QString text = metrics.elidedText(fits ? m_caption : m_shorter, Qt::ElideRight, room);
        const QRectF chip(3, 5, metrics.horizontalAdvance(text) + 12, metrics.height() + 6);
        painter.setPen(Qt::NoPen);
        painter.setBrush(QColor(0, 0, 0, 170));
        painter.drawRoundedRect(chip, 3, 3);
        painter.setPen(Qt::white);
        painter.drawText(chip, Qt::AlignCenter, text);
    }
    painter.setClipping(false);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(hasFocus() ? colors.accent : colors.line, hasFocus() ? 2 : 1));
    painter.drawPath(outline);
}

bool PicturePane::isAtDivider(QPointF point) const
{
    return !m_other.isNull() && !m_image.isNull() && !m_flipped
        && std::abs(point.x() - m_wipe * width()) <= dividerReach;
}

void PicturePane::wheelEvent(QWheelEvent* event)
{
    if (pictureSize().isEmpty())
        return;
    const double steps = event->angleDelta().y() / 120.0;
    m_viewport.zoomBy(std::pow(wheelStep, steps), event->position(), size(), pictureSize());
    event->accept();
}

void PicturePane::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    m_drag = isAtDivider(event->position()) ? Drag::Divider : Drag::Picture;
    m_last = event->position();
}

void PicturePane::mouseMoveEvent(QMouseEvent* event)
{
    if (m_drag == Drag::Divider) {
        setWipe(event->position().x() / std::max(1, width()));
        emit wipeMoved(m_wipe);
    } else if (m_drag == Drag::Picture && !pictureSize().isEmpty()) {
        m_viewport.moveBy(event->position() - m_last, size(), pictureSize());
        m_last = event->position();
    }
    setCursor(
        isAtDivider(event->position()) || m_drag == Drag::Divider ? Qt::SplitHCursor
            : m_drag == Drag::Picture                             ? Qt::ClosedHandCursor
                                                                  : Qt::ArrowCursor);
    if (m_image.isNull())
        return;
    const QRectF place = m_viewport.pictureRect(size(), m_image.size());
    const QPointF at = event->position() - place.topLeft();
    const QPoint pixel(
        int(std::floor(at.x() / place.width() * m_image.width())),
        int(std::floor(at.y() / place.height() * m_image.height())));
    emit hovered(m_image.rect().contains(pixel) ? std::optional(pixel) : std::nullopt);
}

void PicturePane::mouseReleaseEvent(QMouseEvent*)
{
    m_drag = Drag::None;
}

void PicturePane::mouseDoubleClickEvent(QMouseEvent*)
{
    if (m_viewport.zoom() > 1)
        fit();
    else
        showPixels();
}

void PicturePane::keyPressEvent(QKeyEvent* event)
{
    const QPointF middle(width() / 2.0, height() / 2.0);
    const auto move = [&](double x, double y) {
        if (!pictureSize().isEmpty())
            m_viewport.moveBy({x * arrowStep, y * arrowStep}, size(), pictureSize());
    };
    switch (event->key()) {
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        m_viewport.zoomBy(wheelStep, middle, size(), pictureSize());
        break;
    case Qt::Key_Minus:
        m_viewport.zoomBy(1 / wheelStep, middle, size(), pictureSize());
        break;
    case Qt::Key_0:
        fit();
        break;
    case Qt::Key_1:
        showPixels();
        break;
    case Qt::Key_Left:
        move(1, 0);
        break;
    case Qt::Key_Right:
        move(-1, 0);
        break;
    case Qt::Key_Up:
        move(0, 1);
        break;
    case Qt::Key_Down:
        move(0, -1);
        break;
    default:
        QWidget::keyPressEvent(event);
    }
}

void PicturePane::leaveEvent(QEvent*)
{
    emit hovered(std::nullopt);
}

} // namespace tritloom
