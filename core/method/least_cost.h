#pragma once

#include "core/method/allocator.h"

#include <optional>
#include <stop_token>

namespace tritloom {

/// The choice of the least cost within `bytes`, exact; items by number. nullopt: nothing fits, or stop.
[[nodiscard]] std::optional<std::vector<std::size_t>>
leastCost(
    const AllocationProblem& problem, std::span<const std::size_t> items, std::uint64_t bytes,
    const std::stop_token& stop = {});

} // namespace tritloom
