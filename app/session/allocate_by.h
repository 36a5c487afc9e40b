#pragma once

#include "app/session/plugin_choice.h"
#include "core/method/allocator.h"
#include "core/method/sensitivity_metric.h"
#include "core/sensitivity/sensitivity_table.h"

#include <functional>

namespace tritloom {

/// How a budget is distributed over layers. A value.
struct AllocatorChoice {
    PluginChoice allocator; ///< none: the exact knapsack over the measured table, else the integer program
    PluginChoice metric; ///< whose costs; none: the measured sweep
    double bitOperations = 0; ///< a token, at most; 0: no such budget
    double milliseconds = 0; ///< a token, at most, for reading all weights once; 0: no such budget
    double bytesPerSecond = 0; ///< how fast they are read; 0: as this machine does, measured
    friend bool operator==(const AllocatorChoice&, const AllocatorChoice&) = default;
};
using AllocatorLookup = std::function<const Allocator*(std::string_view id)>; ///< null: no such allocator

struct AllocatedBy {
    AllocationResult result; ///< predictedKl: the sum of the costs, whatever they are
    std::vector<std::string> notices; ///< of the allocator
};

/// The allocator that is chosen, the integer program where none is; before long work that would be for it.
/// Errors: NotFound (no such allocator), InvalidInput (a parameter that it does not have).
[[nodiscard]] Result<const Allocator*>
allocatorOf(const AllocatorChoice& choice, const AllocatorLookup& allocators);

/// scores: what choice.metric says of the table's candidates; null: costs are the table's.
/// Errors: those of allocatorOf(), of the allocator and of modelProblem().
[[nodiscard]] Result<AllocatedBy> allocateBy(
    const Model& model, const SensitivityTable& table, const MetricScores* scores, const Allocation& current,
    const AllocationRules& rules, const AllocatorChoice& choice, const AllocatorLookup& allocators,
    const MethodContext& context);

} // namespace tritloom
