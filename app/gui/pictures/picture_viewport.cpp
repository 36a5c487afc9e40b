#include "app/gui/pictures/picture_viewport.h"

#include <algorithm>

namespace tritloom {
namespace {

constexpr double largestPixel = 64; ///< of the pane

QSizeF fitted(QSizeF pane, QSizeF picture)
{
    return picture.isEmpty() || pane.isEmpty() ? QSizeF(1, 1) : picture.scaled(pane, Qt::KeepAspectRatio);
}

} // namespace

QRectF PictureViewport::pictureRect(QSizeF pane, QSizeF picture) const
{
    const QSizeF size = fitted(pane, picture) * m_zoom;
    // A picture that is smaller than the pane in one direction stays in its middle.
    const double x = size.width() <= pane.width() ? 0.5 : m_centre.x(),
                 y = size.height() <= pane.height() ? 0.5 : m_centre.y();
    return {QPointF(pane.width() / 2 - x * size.width(), pane.height() / 2 - y * size.height()), size};
}

void PictureViewport::set(double zoom, QPointF centre, QSizeF pane, QSizeF picture)
{
    const QSizeF whole = fitted(pane, picture);
    zoom = std::clamp(zoom, 1.0, std::max(1.0, largestPixel * picture.width() / whole.width()));
    const auto within = [](double place, double seen) {
        const double half = std::min(0.5, seen / 2); // nothing beyond the border is looked at
        return std::clamp(place, half, 1 - half);
    };
    centre = {
        within(centre.x(), pane.width() / (whole.width() * zoom)),
        within(centre.y(), pane.height() / (whole.height() * zoom))};
    if (zoom == m_zoom && centre == m_centre)
        return;
    m_zoom = zoom;
    m_centre = centre;
    emit changed();
}

void PictureViewport::zoomBy(double factor, QPointF at, QSizeF pane, QSizeF picture)
{
    const QRectF before = pictureRect(pane, picture);
    const double zoom = std::max(1.0, m_zoom * factor);
    const QPointF place((at.x() - before.left()) / before.width(), (at.y() - before.top()) / before.height());
    const QSizeF size = fitted(pane, picture) * zoom;
    set(zoom,
        {place.x() - (at.x() - pane.width() / 2) / size.width(),
         place.y() - (at.y() - pane.height() / 2) / size.height()},
        pane, picture);
}

void PictureViewport::moveBy(QPointF by, QSizeF pane, QSizeF picture)
{
    const QSizeF size = fitted(pane, picture) * m_zoom;
    set(m_zoom, {m_centre.x() - by.x() / size.width(), m_centre.y() - by.y() / size.height()}, pane, picture);
}

void PictureViewport::fit()
{
    if (m_zoom == 1 && m_centre == QPointF(0.5, 0.5))
        return;
    m_zoom = 1;
    m_centre = {0.5, 0.5};
    emit changed();
}

void PictureViewport::setPixelSize(double pixels, QSizeF pane, QSizeF picture)
{
    set(pixels * picture.width() / fitted(pane, picture).width(), m_centre, pane, picture);
}

} // namespace tritloom
