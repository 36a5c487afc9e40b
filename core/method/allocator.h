#pragma once

#include "core/method/layer_method.h"

namespace tritloom {

/// One way for an item to be stored.
struct AllocationOption {
    std::uint64_t bytes = 0;
    double cost = 0; ///< predicted loss, additive over items
    double bits = 0; ///< per weight, nominal
    double bitOperations = 0; ///< per token: multiply-adds x weight bits x activation bits
    double seconds = 0; ///< per token, estimated
};

/// What moves together: a fused set or a single layer.
struct AllocationItem {
    std::string name;
    std::size_t parameters = 0;
    double sensitivity = 0; ///< the metric's number per layer, summed; 0 when there is none
    int group = 0; ///< as MetricScores::groups; costs of different groups cannot be added
    std::vector<AllocationOption> options; ///< at least one; pinned items have exactly one
};

struct AllocationProblem {
    std::vector<AllocationItem> items;
    std::uint64_t byteBudget = 0; ///< of the items together; 0: none
    double bitOperationBudget = 0, secondBudget = 0; ///< 0: none
};

struct AllocationSolution {
    std::vector<std::size_t> chosen; ///< an option for each item
    double cost = 0;
    double bound = 0; ///< no allocation costs less; equal to cost when proven best
    std::vector<std::string> notices;
};

/// Chooses an option for every item within the budgets. Stateless; plain arithmetic, no model.
class Allocator {
public:
    virtual ~Allocator() = default;
    [[nodiscard]] virtual std::string id() const = 0; ///< "integer-program"
    [[nodiscard]] virtual std::vector<ParameterSpec> parameters() const = 0;
    /// Errors: InvalidInput (a budget that nothing fits, naming the smallest; a parameter), Cancelled.
    [[nodiscard]] virtual Result<AllocationSolution>
    allocate(const AllocationProblem& problem, const Parameters&, const MethodContext&) const = 0;
};

/// Sums of a choice over the items.
[[nodiscard]] AllocationOption
totalsOf(const AllocationProblem& problem, std::span<const std::size_t> chosen);

} // namespace tritloom
