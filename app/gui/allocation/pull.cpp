#include "app/gui/allocation/pull.h"

#include "core/sensitivity/candidate.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace tritloom {
namespace {

class Changes {
public:
    Changes(const Stops& stops, const std::vector<bool>& pinned, LayerId led, Fused fused)
        : m_stops(stops)
        , m_pinned(pinned)
        , m_led(led)
        , m_fused(fused)
    {
    }

    void add(LayerId layer, std::size_t stop)
    {
        if (isHeld(layer))
            return;
        const Stop& target = m_stops.of(layer)[stop];
        m_byLayer.emplace(layer, target.choice);
        if (m_fused == Fused::Alone)
            return;
        for (const LayerId partner : m_stops.partners(layer)) {
            if (isHeld(partner) || m_byLayer.contains(partner))
                continue;
            const auto& offered = m_stops.of(partner);
            const auto same = std::find_if(offered.begin(), offered.end(), [&](const Stop& stop_) {
                return stop_.choice == target.choice;
            });
            m_byLayer.emplace(
                partner,
                same != offered.end() ? same->choice : offered[m_stops.nearest(partner, target.bits)].choice);
        }
    }

    [[nodiscard]] std::vector<AllocationDocument::Change> take() const
    {
        return {m_byLayer.begin(), m_byLayer.end()};
    }

private:
    /// A pin holds against a selection's pull; pulling the pinned bar itself is meant.
    [[nodiscard]] bool isHeld(LayerId layer) const { return m_pinned[std::size_t(layer)] && layer != m_led; }

    const Stops& m_stops;
    const std::vector<bool>& m_pinned;
    LayerId m_led;
    Fused m_fused;
    std::map<LayerId, LayerChoice> m_byLayer;
};

/// The led layer first: its partners follow it and not the other way round.
std::vector<LayerId> ledFirst(const std::vector<LayerId>& layers, LayerId led)
{
    std::vector<LayerId> order{led};
    for (const LayerId layer : layers)
        if (layer != led)
            order.push_back(layer);
    return order;
}

} // namespace

Stops::Stops(const Workspace& workspace)
    : m_model(&workspace.model())
    , m_methods(workspace.methods())
{
    std::map<int, std::vector<LayerId>> sets;
    for (std::size_t i = 0; i < m_model->layers.size(); ++i) {
        const Layer& layer = m_model->layers[i];
        std::vector<Stop> stops;
        for (LayerChoice& choice : workspace.stopsOf(LayerId(i))) {
            const std::uint64_t bytes = tritloom::bytesOf(layer, choice, m_methods);
            stops.push_back({std::move(choice), 8.0 * double(bytes) / double(layer.parameters()), bytes});
        }
        m_stops.push_back(std::move(stops));
        if (layer.fusedSet >= 0)
            sets[layer.fusedSet].push_back(LayerId(i));
    }
    for (std::size_t i = 0; i < m_model->layers.size(); ++i) {
        const int set = m_model->layers[i].fusedSet;
        m_partners.push_back(set >= 0 ? sets[set] : std::vector{LayerId(i)});
    }
}

const std::vector<LayerId>& Stops::partners(LayerId layer) const
{
    return m_partners[std::size_t(layer)];
}

std::size_t Stops::nearest(LayerId layer, double bits) const
{
    const auto& stops = of(layer);
    std::size_t best = 0;
    for (std::size_t i = 1; i < stops.size(); ++i)
        if (std::abs(stops[i].bits - bits) < std::abs(stops[best].bits - bits))
            best = i;
    return best;
}

std::size_t Stops::indexOf(LayerId layer, const LayerChoice& choice) const
{
    const auto& stops = of(layer);
    for (std::size_t i = 0; i < stops.size(); ++i)
        if (stops[i].choice == choice)
            return i;
    return nearest(layer, bitsOf(layer, choice));
}

double Stops::bitsOf(LayerId layer, const LayerChoice& choice) const
{
    return 8.0 * double(bytesOf(layer, choice)) / double(m_model->layer(layer).parameters());
}

std::uint64_t Stops::bytesOf(LayerId layer, const LayerChoice& choice) const
{
    for (const Stop& stop : of(layer))
        if (stop.choice == choice)
            return stop.bytes;
    return tritloom::bytesOf(m_model->layer(layer), choice, m_methods);
}

std::vector<AllocationDocument::Change> stepBy(
    const Stops& stops, const Allocation& start, const std::vector<bool>& pinned,
    const std::vector<LayerId>& layers, LayerId led, int steps, Fused fused)
{
    Changes changes(stops, pinned, led, fused);
    for (const LayerId layer : ledFirst(layers, led)) {
        const auto last = int(stops.of(layer).size()) - 1;
        changes.add(layer, std::size_t(std::clamp(int(stops.indexOf(layer, start[layer])) + steps, 0, last)));
    }
    return changes.take();
}

std::vector<AllocationDocument::Change> pullTo(
    const Stops& stops, const Allocation& start, const std::vector<bool>& pinned,
    const std::vector<LayerId>& layers, LayerId led, double bits, Fused fused)
{
    const int steps = int(stops.nearest(led, bits)) - int(stops.indexOf(led, start[led]));
    // Without a step nobody moves, not even to a partner's stop: what is pulled back is as it was.
    return steps == 0 ? std::vector<AllocationDocument::Change>{}
                      : stepBy(stops, start, pinned, layers, led, steps, fused);
}

std::vector<AllocationDocument::Change> setAll(
    const Stops& stops, const std::vector<bool>& pinned, const std::vector<LayerId>& layers, LayerId led,
    std::optional<double> bits, Fused fused)
{
    Changes changes(stops, pinned, led, fused);
    for (const LayerId layer : ledFirst(layers, led))
        changes.add(layer, bits ? stops.nearest(layer, *bits) : stops.indexOf(layer, LayerChoice{}));
    return changes.take();
}

std::vector<AllocationDocument::Change>
setStop(const Stops& stops, const std::vector<bool>& pinned, LayerId layer, std::size_t stop, Fused fused)
{
    Changes changes(stops, pinned, layer, fused);
    changes.add(layer, stop);
    return changes.take();
}

} // namespace tritloom
