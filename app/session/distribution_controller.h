#pragma once

#include "app/session/engine.h"
#include "app/session/group_choices.h"
#include "core/base/latest_wins.h"
#include "core/tensor/distribution.h"
#include "core/tensor/exp_golomb.h"

#include <QObject>

#include <memory>

namespace tritloom {

/// The values of one layer before and after compression, for the distribution page.
struct LayerDistribution {
    LayerId layer{};
    LayerChoice choice;
    bool sampled = false; ///< a first look at a part of the rows; the whole follows
    Distribution original;
    std::optional<Distribution> compressed; ///< absent for layers kept as stored
    /// What the values would take coded by how often they occur, in steps of 2^-13 (arXiv 2506.00486); they
    /// come last.
    std::optional<CodeLength> originalCode, compressedCode;
    /// Representable values under the median block's scale, ascending; empty for floats.
    std::vector<float> levels;
    double clippedShare = 0; ///< of the original values beyond the outermost levels of their own block
    LocalError error;
    std::vector<float> rowErrors; ///< |w - q|^2 / |w|^2 per output row
    std::optional<GroupChoices> groups; ///< grids or widths that parts of the layer chose
    QString failure; ///< why there is no compressed part
};

/// Computes the distribution of the newest layer asked for. GUI thread only; works on a thread of its own.
class DistributionController final : public QObject {
    Q_OBJECT

public:
    explicit DistributionController(std::shared_ptr<Engine> engine, QObject* parent = nullptr);

    void request(LayerId layer, const LayerChoice& choice);
    /// Whether something asked for is still worked on; what it found may be a queued call away.
    [[nodiscard]] bool isRunning() { return !m_worker.isIdle(); }

signals:
    /// Sampled first, then whole, then with its codes.
    void ready(const tritloom::LayerDistribution& distribution);

private:
    struct Request {
        quint64 generation = 0;
        LayerId layer{};
        LayerChoice choice;
    };
    std::shared_ptr<Engine> m_engine;
    quint64 m_newest = 0;
    LatestWins<Request> m_worker; // last: joined before what it uses goes away
};

} // namespace tritloom
