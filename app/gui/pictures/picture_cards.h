#pragma once

#include "app/gui/widgets/convergence_plot.h"
#include "app/session/workspace.h"

#include <QWidget>

class QLabel;

namespace tritloom {

class Card;
class InteractionNote;
class PredictionNote;

/// How good the compressed network is on the pictures, measured while it changes: what perplexity is for
/// text. GUI thread only.
class PictureCards final : public QWidget {
    Q_OBJECT

public:
    /// For other models than networks on pictures it stays empty.
    PictureCards(Workspace& workspace, QWidget* parent);

    void showOriginal(bool original); ///< the figures of the uncompressed network instead

private:
    void refresh();

    Workspace& m_workspace;
    Card *m_quality, *m_difference;
    QLabel *m_headline, *m_kind, *m_change, *m_divergence, *m_predicted, *m_second, *m_third;
    InteractionNote* m_interacts;
    PredictionNote* m_note;
    ConvergencePlot* m_course;
    std::vector<ConvergencePlot::Point> m_points; ///< of the running measurement
    std::optional<PictureEvaluation> m_shown; ///< the last figures, grey once the allocation has moved on
    bool m_original = false;
};

} // namespace tritloom
