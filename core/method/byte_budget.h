#pragma once

#include "core/method/allocator.h"

namespace tritloom {

/// For allocators that know a budget of bytes alone. who: "equal loss". Errors: InvalidInput (there is
/// another budget).
[[nodiscard]] inline Result<void> checkBytesOnly(const AllocationProblem& problem, std::string_view who)
{
    if (problem.bitOperationBudget > 0 || problem.secondBudget > 0)
        return fail(
            ErrorCode::InvalidInput,
            "{}: a budget of bytes is the only one here, the integer program takes others", who);
    return {};
}

} // namespace tritloom
