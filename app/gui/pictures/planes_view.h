#pragma once

#include "app/gui/pictures/picture_viewport.h"
#include "app/session/picture_preview_controller.h"

#include <QWidget>

class QComboBox;
class QLabel;

namespace tritloom {

class PicturePane;
class StepPlot;

/// A network's pictures: original, compressed with a wipe, and a map of their difference, moving in step.
/// GUI thread only.
class PlanesView final : public QWidget {
    Q_OBJECT

public:
    explicit PlanesView(QWidget* parent);

    void setModel(const PictureModel& model); ///< what there is to choose from
    void setPreview(const PicturePreview& preview);
    void clear(const QString& message);
    void setStale(bool stale); ///< the compressed picture is of an earlier step
    void setWipe(double fraction);
    void setFlipped(bool flipped);
    void fit();
    void showPixels();
    [[nodiscard]] std::size_t map() const; ///< of errorMaps()

signals:
    void mapChosen(std::size_t map);
    void wipeMoved(double fraction);
    void pixelHovered(const QString& text); ///< empty: none

private:
    void refresh();
    [[nodiscard]] QImage leftImage() const;
    [[nodiscard]] QString pixelText(QPoint pixel) const;

    PictureViewport m_viewport;
    QComboBox *m_left, *m_map;
    PicturePane *m_original, *m_compressed, *m_difference;
    StepPlot* m_steps;
    PicturePreview m_preview;
    QString m_message;
};

} // namespace tritloom
