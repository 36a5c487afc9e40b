#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

namespace tritloom {

/// One thing an item can become.
struct Option {
    std::uint64_t bytes = 0;
    double cost = 0; ///< predicted loss, additive over items; finite
};

/// Exactly one option is taken of each item. A pinned layer is an item with one option; layers that must
/// move together are one item.
using Item = std::vector<Option>;

/// A choice that no other beats in both bytes and cost.
struct FrontierPoint {
    std::uint64_t bytes = 0;
    double cost = 0;
    std::vector<std::uint16_t> chosen; ///< an option index per item
};

/// All of the best trade-offs between bytes and cost, found by dynamic programming over the items.
///
/// Exact while at most 8,192 partial trade-offs are alive, which holds when layers share sizes as those of
/// neural networks do; beyond that, of partial trade-offs within 1/8,192 of the size range of each other only
/// the cheapest goes on, and exact() says no.
class Frontier {
public:
    /// Errors: InvalidInput (an item without options, a cost that is not finite), Cancelled.
    [[nodiscard]] static Result<Frontier> solve(std::span<const Item> items, std::stop_token stop = {});

    /// The cheapest choice within `budgetBytes`. Errors: InvalidInput when even the smallest is larger.
    [[nodiscard]] Result<FrontierPoint> within(std::uint64_t budgetBytes) const;

    /// At most `count` points, evenly spread over the size range, both ends included.
    [[nodiscard]] std::vector<FrontierPoint> points(std::size_t count) const;

    [[nodiscard]] bool exact() const { return m_exact; }

private:
    struct State {
        std::uint64_t bytes;
        double cost;
        std::uint32_t before; ///< index into the states after the previous item
        std::uint16_t option;
    };
    FrontierPoint trace(std::size_t last) const;

    std::vector<std::vector<State>> m_states; ///< after each item, ascending bytes, descending cost
    bool m_exact = true;
};

} // namespace tritloom
