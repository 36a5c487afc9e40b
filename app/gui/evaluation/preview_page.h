#pragma once

#include "app/gui/widgets/convergence_plot.h"
#include "app/session/workspace.h"

#include <QBasicTimer>
#include <QWidget>

class QLabel;
class QProgressBar;
class QPushButton;

namespace tritloom {

class Card;
class FlipSwitch;
class HistoryList;
class InteractionNote;
class PredictionNote;
class MemoryCard;
class PictureCards;
class SpeedCard;

/// What the allocation costs, measured while it changes. GUI thread only.
class PreviewPage final : public QWidget {
    Q_OBJECT

public:
    PreviewPage(Workspace& workspace, QWidget* parent);

public slots:
    void showOriginal(bool original); ///< the figures of the uncompressed model instead

signals:
    void originalAsked(bool original); ///< by the switch

protected:
    void timerEvent(QTimerEvent*) override; ///< cells of a sweep have arrived

private:
    void makeQualityCards();
    void refreshAll();
    void refreshState();
    void refreshQuality();

    Workspace& m_workspace;
    FlipSwitch* m_flip;
    PictureCards* m_pictureCards; ///< in the place of perplexity, for networks on pictures
    MemoryCard* m_memory;
    SpeedCard* m_speed;
    QLabel* m_state;
    QProgressBar* m_progress;
    QLabel* m_failure; ///< a sentence where figures cannot be
    QPushButton* m_measure; ///< what is missing for figures: a measurement, or pictures
    Card* m_perplexityCard = nullptr;
    QLabel *m_perplexity = nullptr, *m_kind = nullptr, *m_change = nullptr, *m_predicted = nullptr;
    ConvergencePlot* m_course = nullptr;
    Card* m_divergenceCard = nullptr;
    QLabel *m_kl = nullptr, *m_predictedKl = nullptr, *m_agreement = nullptr;
    InteractionNote* m_interacts = nullptr;
    PredictionNote* m_note = nullptr;
    HistoryList* m_history;
    std::vector<ConvergencePlot::Point> m_points; ///< of the running measurement
    std::optional<Evaluation> m_shown; ///< the last figures, grey once the allocation has moved on
    QString m_why; ///< the last failure
    QBasicTimer m_cellsTimer; ///< predictions follow a sweep some times a second
    bool m_original = false;
};

[[nodiscard]] QWidget* makePreviewPage(Workspace& workspace, QWidget* parent);

} // namespace tritloom
