#pragma once

#include "app/gui/allocation/pull.h"
#include "app/gui/widgets/bit_loom.h"
#include "app/session/workspace.h"

#include <QWidget>

namespace tritloom {

class ElidedLabel;
class LoomNumbers;
class PayBackStrip;

/// The bit loom of the open model: bars, the numbers that follow the pointer, and offers. GUI thread only.
class LoomPage final : public QWidget {
    Q_OBJECT

public:
    LoomPage(Workspace& workspace, QWidget* parent);
    ~LoomPage() override;

    [[nodiscard]] BitLoom& loom() { return *m_loom; }

    [[nodiscard]] bool isOriginalShown() const { return m_original; }

public slots:
    void setOriginalShown(bool original); ///< bars and numbers of the uncompressed model instead

signals:
    void originalShown(bool original); ///< Space flips between the original and the compressed model

protected:
    void resizeEvent(QResizeEvent* event) override; ///< the numbers fit

private:
    void rebuild(); ///< other stops
    void refreshBars(); ///< all of them
    void
    refreshChangedBars(); ///< those whose bits or pins are not what is drawn: what a drag does every frame
    void refreshHeat();
    void refreshSelection();
    void refreshNumbers();
    void refreshCallout();
    void refreshBudget();
    void connectLoom();
    [[nodiscard]] LoomBar barOf(LayerId layer) const;
    [[nodiscard]] std::vector<LayerId> chosen() const;
    [[nodiscard]] QString changeTitle(const std::vector<AllocationDocument::Change>& changes) const;
    void beginPull(int bar);
    void pull(double bits, Fused fused);
    void endPull(bool keep);
    void edit(const std::vector<AllocationDocument::Change>& changes);
    void togglePins();
    void pullBudget(double bits);
    void endBudget(bool keep);

    Workspace& m_workspace;
    Stops m_stops;
    BitLoom* m_loom;
    LoomNumbers* m_numbers;
    ElidedLabel* m_selectionText;
    PayBackStrip* m_offers;
    std::vector<double> m_perByte; ///< sensitivity a layer, NaN: not measured
    double m_highestPerByte = 0;
    Allocation m_drawn, m_pullStart;
    std::vector<bool> m_drawnPins;
    std::vector<LayerId> m_pulled;
    LayerId m_led{};
    std::optional<std::uint64_t> m_budgetBefore;
    int m_hovered = -1;
    bool m_original = false;
    QTimer m_offerTimer, m_heatTimer;
};

[[nodiscard]] QWidget* makeLoomPage(Workspace& workspace, QWidget* parent);

} // namespace tritloom
