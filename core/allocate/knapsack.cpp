#include "core/allocate/knapsack.h"

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

constexpr std::size_t stateLimit = 8192;

} // namespace

Result<Frontier> Frontier::solve(std::span<const Item> items, std::stop_token stop)
{
    Frontier frontier;
    std::vector<State> states{{0, 0, 0, 0}};
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled at item {} of {}", i, items.size());
        if (items[i].empty())
            return fail(ErrorCode::InvalidInput, "item {} has no options", i);
        std::vector<State> grown;
        grown.reserve(states.size() * items[i].size());
        const auto smaller = [](const State& a, const State& b) {
            return a.bytes != b.bytes ? a.bytes < b.bytes : a.cost < b.cost;
        };
        for (std::size_t o = 0; o < items[i].size(); ++o) {
            const auto sorted = std::ptrdiff_t(grown.size());
            const Option& option = items[i][o];
            if (!std::isfinite(option.cost))
                return fail(ErrorCode::InvalidInput, "option {} of item {} has the cost {}", o, i, option.cost);
            for (std::size_t s = 0; s < states.size(); ++s)
                grown.push_back(
                    {states[s].bytes + option.bytes, states[s].cost + option.cost, std::uint32_t(s),
                     std::uint16_t(o)});
            std::inplace_merge(grown.begin(), grown.begin() + sorted, grown.end(), smaller);
        }
        // Larger and no cheaper than one before it: never part of the best.
        std::vector<State> kept;
        for (const State& state : grown)
            if (kept.empty() || state.cost < kept.back().cost)
                kept.push_back(state);
        if (kept.size() > stateLimit) {
            frontier.m_exact = false;
            const double range = double(kept.back().bytes - kept.front().bytes);
            const auto bucketOf = [&](const State& state) {
                return std::size_t(double(state.bytes - kept.front().bytes) / range * double(stateLimit - 1));
            };
            // The last of a bucket is its cheapest; the very first stays, so that the smallest size is reachable.
            std::vector<State> thinned{kept.front()};
            for (std::size_t k = 1; k < kept.size(); ++k)
                if (k + 1 == kept.size() || bucketOf(kept[k]) != bucketOf(kept[k + 1]))
                    thinned.push_back(kept[k]);
            kept = std::move(thinned);
        }
        frontier.m_states.push_back(kept);
        states = std::move(kept);
    }
    return frontier;
}

FrontierPoint Frontier::trace(std::size_t last) const
{
    FrontierPoint point;
    if (m_states.empty())
        return point;
    point.bytes = m_states.back()[last].bytes;
    point.cost = m_states.back()[last].cost;
    point.chosen.resize(m_states.size());
    for (std::size_t i = m_states.size(); i-- > 0;) {
        point.chosen[i] = m_states[i][last].option;
        last = m_states[i][last].before;
    }
    return point;
}

Result<FrontierPoint> Frontier::within(std::uint64_t budgetBytes) const
{
    if (m_states.empty())
        return FrontierPoint{};
    const std::vector<State>& states = m_states.back();
    const auto beyond = std::upper_bound(
        states.begin(), states.end(), budgetBytes,
        [](std::uint64_t budget, const State& state) { return budget < state.bytes; });
    if (beyond == states.begin())
        return fail(
            ErrorCode::InvalidInput, "the budget is {} bytes, the smallest possible choice has {}", budgetBytes,
            states.front().bytes);
    return trace(std::size_t(beyond - states.begin()) - 1);
}

std::vector<FrontierPoint> Frontier::points(std::size_t count) const
{
    std::vector<FrontierPoint> points;
    if (m_states.empty() || count == 0)
        return points;
    const std::vector<State>& states = m_states.back();
    const double first = double(states.front().bytes), range = double(states.back().bytes) - first;
    std::size_t taken = states.size();
    for (std::size_t p = 0; p < count; ++p) {
        const double target = count == 1 ? first : first + range * double(p) / double(count - 1);
        auto beyond = std::upper_bound(
            states.begin(), states.end(), target,
            [](double bytes, const State& state) { return bytes < double(state.bytes); });
        const std::size_t index = beyond == states.begin() ? 0 : std::size_t(beyond - states.begin()) - 1;
        if (index != taken)
            points.push_back(trace(taken = index));
    }
    return points;
}

} // namespace tritloom
