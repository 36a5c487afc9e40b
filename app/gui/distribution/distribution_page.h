#pragma once

#include "app/session/workspace.h"

#include <QWidget>

class QCheckBox;
class QPushButton;

namespace tritloom {

class ElidedLabel;
class GroupMap;
class HistogramView;
class SteadyLabel;
class StripChart;

/// How the current layer's values lie, before and after, with the levels of the chosen format. GUI thread
/// only.
class DistributionPage final : public QWidget {
    Q_OBJECT

public:
    explicit DistributionPage(Workspace& workspace, QWidget* parent = nullptr);

protected:
    void showEvent(QShowEvent* event) override; ///< no layer is encoded for nobody

private:
    void request();
    void show(const LayerDistribution& distribution);
    void redraw();
    void showGroups();
    void offerRemedy();

    Workspace& m_workspace;
    std::optional<LayerDistribution> m_shown;
    HistogramView* m_histogram;
    GroupMap* m_groups; ///< in the place of the histogram, for layers that chose part by part
    StripChart* m_rowErrors;
    SteadyLabel *m_title, *m_facts;
    ElidedLabel* m_sampled;
    QCheckBox *m_logarithmic, *m_fits, *m_overlay, *m_showsGroups;
    QPushButton* m_remedy; ///< the button that acts on what the page found
    LayerChoice m_remedyChoice;
};

[[nodiscard]] QWidget* makeDistributionPage(Workspace& workspace, QWidget* parent);

} // namespace tritloom
