#include "app/session/allocate_by.h"

#include "core/sensitivity/plugin_allocation.h"
#include "core/sensitivity/read_speed.h"

namespace tritloom {

Result<const Allocator*> allocatorOf(const AllocatorChoice& choice, const AllocatorLookup& allocators)
{
    const std::string id = choice.allocator.id.empty() ? "integer-program" : choice.allocator.id;
    const Allocator* const allocator = allocators ? allocators(id) : nullptr;
    if (allocator == nullptr)
        return fail(ErrorCode::NotFound, "no allocator is called '{}': see tritloom-cli methods", id);
    TRY_VOID(checkParameters({id, choice.allocator.parameters}, allocator->parameters()));
    return allocator;
}

Result<AllocatedBy> allocateBy(
    const Model& model, const SensitivityTable& table, const MetricScores* scores, const Allocation& current,
    const AllocationRules& rules, const AllocatorChoice& choice, const AllocatorLookup& allocators,
    const MethodContext& context)
{
    if (scores == nullptr && choice.allocator.id.empty() && choice.bitOperations == 0
        && choice.milliseconds == 0)
        return AllocatedBy{TRY(allocate(model, table, current, rules, context.stop)), {}};
    const Allocator* const allocator = TRY(allocatorOf(choice, allocators));
    double speed = choice.bytesPerSecond;
    if (choice.milliseconds > 0 && speed == 0)
        speed = ReadSpeed::measure(context.stop).of(double(model.bytes()));
    if (context.stop.stop_requested())
        return fail(ErrorCode::Cancelled, "cancelled before the allocation");
    ModelProblem problem = TRY(modelProblem(model, table, scores, current, rules, speed));
    problem.problem.bitOperationBudget = choice.bitOperations;
    problem.problem.secondBudget = choice.milliseconds / 1000;
    const AllocationSolution solution =
        TRY(allocator->allocate(problem.problem, choice.allocator.parameters, context));
    return AllocatedBy{allocationOf(problem, table, current, solution), solution.notices};
}

} // namespace tritloom
