#include "core/method/allocator.h"

namespace tritloom {

AllocationOption totalsOf(const AllocationProblem& problem, std::span<const std::size_t> chosen)
{
    AllocationOption total;
    for (std::size_t i = 0; i < problem.items.size(); ++i) {
        const AllocationOption& option = problem.items[i].options[chosen[i]];
        total.bytes += option.bytes;
        total.cost += option.cost;
        total.bitOperations += option.bitOperations;
        total.seconds += option.seconds;
    }
    return total;
}

} // namespace tritloom
