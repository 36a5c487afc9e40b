#pragma once

#include "app/session/workspace.h"

#include <vector>

namespace tritloom {

/// A stop with its exact cost.
struct Stop {
    LayerChoice choice;
    double bits = 0;
    std::uint64_t bytes = 0;
};

/// What a pull, a key or a table cell does to the layers: one rule for all of them. Values and arithmetic
/// only.
class Stops {
public:
    explicit Stops(const Workspace& workspace);

    [[nodiscard]] const std::vector<Stop>& of(LayerId layer) const { return m_stops[std::size_t(layer)]; }
    /// Index into of(layer): the stop itself, or the nearest by bits.
    [[nodiscard]] std::size_t indexOf(LayerId layer, const LayerChoice& choice) const;
    [[nodiscard]] std::size_t nearest(LayerId layer, double bits) const;
    [[nodiscard]] double bitsOf(LayerId layer, const LayerChoice& choice) const;
    [[nodiscard]] std::uint64_t bytesOf(LayerId layer, const LayerChoice& choice) const;
    /// The layers that run as one product with this one, itself included.
    [[nodiscard]] const std::vector<LayerId>& partners(LayerId layer) const;

private:
    const Model* m_model;
    MethodLookup m_methods;
    std::vector<std::vector<Stop>> m_stops;
    std::vector<std::vector<LayerId>> m_partners; ///< by layer
};

enum class Fused { Together, Alone };

/// `led` goes to the stop nearest to `bits`, the other layers by as many stops from where `start` has them;
/// fused partners take what their first member takes. Pinned layers stay, unless it is `led` itself.
[[nodiscard]] std::vector<AllocationDocument::Change> pullTo(
    const Stops& stops, const Allocation& start, const std::vector<bool>& pinned,
    const std::vector<LayerId>& layers, LayerId led, double bits, Fused fused);

/// Every layer by `steps` stops.
[[nodiscard]] std::vector<AllocationDocument::Change> stepBy(
    const Stops& stops, const Allocation& start, const std::vector<bool>& pinned,
    const std::vector<LayerId>& layers, LayerId led, int steps, Fused fused);

/// Every layer to the stop nearest to `bits`; nullopt: as stored.
[[nodiscard]] std::vector<AllocationDocument::Change> setAll(
    const Stops& stops, const std::vector<bool>& pinned, const std::vector<LayerId>& layers, LayerId led,
    std::optional<double> bits, Fused fused);

/// One layer, and its partners, to a stop of its list.
[[nodiscard]] std::vector<AllocationDocument::Change>
setStop(const Stops& stops, const std::vector<bool>& pinned, LayerId layer, std::size_t stop, Fused fused);

} // namespace tritloom
