#include "core/method/least_cost.h"

#include <algorithm>

namespace tritloom {
namespace {

/// A partial choice that nothing smaller and cheaper beats.
struct State {
    std::uint64_t bytes = 0;
    double cost = 0;
    std::size_t before = 0, option = 0; ///< the state of the items before, and what the last one took
};

/// Leaves the states that are cheaper than every smaller one.
void prune(std::vector<State>& states)
{
    std::ranges::sort(states, [](const State& a, const State& b) {
        return a.bytes != b.bytes ? a.bytes < b.bytes : a.cost < b.cost;
    });
    std::vector<State> kept;
    for (const State& state : states)
        if (kept.empty() || state.cost < kept.back().cost)
            kept.push_back(state);
    states = std::move(kept);
}

} // namespace

std::optional<std::vector<std::size_t>>
leastCost(
    const AllocationProblem& problem, std::span<const std::size_t> items, std::uint64_t bytes,
    const std::stop_token& stop)
{
    std::vector<std::vector<State>> layers{{State{}}};
    for (const std::size_t item : items) {
        if (stop.stop_requested())
            return std::nullopt;
        std::vector<State> next;
        const auto& before = layers.back();
        for (std::size_t s = 0; s < before.size(); ++s)
            for (std::size_t o = 0; o < problem.items[item].options.size(); ++o) {
                const AllocationOption& option = problem.items[item].options[o];
                if (before[s].bytes + option.bytes <= bytes)
                    next.push_back({before[s].bytes + option.bytes, before[s].cost + option.cost, s, o});
            }
        prune(next);
        // Hundreds of layers could have millions of states: neighbours then share one, the cheaper stays
        // within the budget as its bytes are its own.
        constexpr std::size_t most = 20000;
        if (next.size() > most) {
            std::vector<State> fewer;
            for (std::size_t i = 0; i < most; ++i)
                fewer.push_back(next[i * next.size() / most]);
            fewer.back() = next.back();
            next = std::move(fewer);
        }
        if (next.empty())
            return std::nullopt;
        layers.push_back(std::move(next));
    }
    std::vector<std::size_t> chosen(items.size());
    std::size_t at = layers.back().size() - 1; // the largest is the cheapest
    for (std::size_t i = items.size(); i-- > 0;) {
        const State& state = layers[i + 1][at];
        chosen[i] = state.option;
        at = state.before;
    }
    return chosen;
}

} // namespace tritloom
