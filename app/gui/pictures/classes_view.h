#pragma once

#include "app/gui/pictures/picture_viewport.h"
#include "app/session/evaluation_controller.h"
#include "app/session/picture_preview_controller.h"

#include <QWidget>

class QBoxLayout;
class QComboBox;
class QLabel;
class QPushButton;

namespace tritloom {

class GuessBars;
class HeatMap;
class PicturePane;

/// A classifier's pictures: the chosen one, what both networks take it for, and which classes are mistaken
/// for which. GUI thread only.
class ClassesView final : public QWidget {
    Q_OBJECT

public:
    explicit ClassesView(QWidget* parent);

    void setPictures(std::shared_ptr<PictureEngine> pictures);
    void setPreview(const PicturePreview& preview);
    void setOutcomes(const std::vector<PictureOutcome>& outcomes);
    void setStale(bool stale);

signals:
    void measureAsked(); ///< by the button where nothing was measured yet

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void countClasses();
    [[nodiscard]] std::optional<std::size_t> rowClass(std::size_t sample) const;

    std::shared_ptr<PictureEngine> m_pictures;
    std::vector<PictureOutcome> m_outcomes;
    PictureViewport m_viewport;
    PicturePane* m_pane;
    GuessBars* m_guesses;
    QLabel* m_legend;
    QComboBox* m_rows; ///< the confusion matrix against labels, or against the original network
    HeatMap* m_confusion;
    QLabel* m_note;
    QPushButton* m_measure;
    QBoxLayout* m_sides; ///< picture and guesses: beside each other, or one below the other
    std::vector<std::size_t> m_classes; ///< rows and columns of the matrix
    std::vector<std::vector<int>> m_counts;
};

} // namespace tritloom
