#pragma once

#include "app/gui/pictures/picture_viewport.h"

#include <QImage>
#include <QWidget>

#include <optional>

namespace tritloom {

/// One picture with a caption. Wheel and +/- zoom, a drag and the arrow keys move, 0 fits, 1 shows pixels as
/// pixels; panes that share a viewport move in step. With a second picture, a divider that can be dragged
/// wipes between both. GUI thread only.
class PicturePane final : public QWidget {
    Q_OBJECT

public:
    explicit PicturePane(PictureViewport& viewport, QWidget* parent = nullptr);

    void setImage(const QImage& image);
    [[nodiscard]] const QImage& image() const { return m_image; }
    /// Shown right of the divider; null takes the divider away.
    void setOther(const QImage& image);
    /// shorter: what stands there where the whole has no room; the tooltip says it.
    void setCaption(const QString& caption, const QString& shorter = {});
    void setMessage(const QString& message); ///< in the middle while there is no picture
    void setStale(bool stale); ///< of an earlier step: dimmed
    void setWipe(double fraction); ///< of the pane's width that shows image(), 0 to 1
    [[nodiscard]] double wipe() const { return m_wipe; }
    void setFlipped(bool flipped); ///< the other picture alone
    [[nodiscard]] bool isFlipped() const { return m_flipped; }
    void fit() { m_viewport.fit(); }
    void showPixels();
    [[nodiscard]] double pixelSize() const; ///< pane pixels a picture pixel takes

    QSize sizeHint() const override { return {240, 180}; }
    QSize minimumSizeHint() const override { return {96, 72}; }

signals:
    void hovered(std::optional<QPoint> pixel); ///< of image(); absent: the pointer has left
    void wipeMoved(double fraction);

protected:
    void paintEvent(QPaintEvent*) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    [[nodiscard]] bool isAtDivider(QPointF point) const;
    [[nodiscard]] QSizeF pictureSize() const;

    PictureViewport& m_viewport;
    QImage m_image, m_other;
    QString m_caption, m_shorter, m_message;
    double m_wipe = 0.5;
    bool m_flipped = false, m_stale = false;
    enum class Drag { None, Picture, Divider } m_drag = Drag::None;
    QPointF m_last;
};

} // namespace tritloom
