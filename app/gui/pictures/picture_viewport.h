#pragma once

#include <QObject>
#include <QPointF>
#include <QRectF>
#include <QSizeF>

namespace tritloom {

/// Which part of a picture is seen, shared by panes that move in step. In fractions of the picture, so that
/// pictures of different sizes show the same place. GUI thread only.
class PictureViewport final : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;
    [[nodiscard]] double zoom() const { return m_zoom; } ///< 1: the whole picture fits
    [[nodiscard]] QPointF centre() const { return m_centre; }

    /// Where a picture of this size lies in a pane of this size.
    [[nodiscard]] QRectF pictureRect(QSizeF pane, QSizeF picture) const;
    /// Zooms by a factor; what is under `at` (a point of the pane) stays there.
    void zoomBy(double factor, QPointF at, QSizeF pane, QSizeF picture);
    /// Moves the picture by pixels of the pane.
    void moveBy(QPointF by, QSizeF pane, QSizeF picture);
    void fit();
    /// So that a pixel of the picture takes `pixels` of the pane.
    void setPixelSize(double pixels, QSizeF pane, QSizeF picture);

signals:
    void changed();

private:
    void set(double zoom, QPointF centre, QSizeF pane, QSizeF picture);

    double m_zoom = 1;
    QPointF m_centre{0.5, 0.5};
};

} // namespace tritloom
