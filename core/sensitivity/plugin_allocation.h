#pragma once

#include "core/method/allocator.h"
#include "core/method/sensitivity_metric.h"
#include "core/sensitivity/sensitivity_table.h"

namespace tritloom {

/// A problem for an allocator: fused sets and single layers as items, candidates as options.
struct ModelProblem {
    AllocationProblem problem;
    std::vector<std::vector<std::size_t>> layersOfItem;
    std::vector<std::vector<std::size_t>> candidateOfOption; ///< SIZE_MAX: the pinned choice
    std::uint64_t otherBytes = 0; ///< norms, biases: what no choice changes
};

/// Costs come from `scores` where given, else from the measured table. Bit operations are multiply-adds a
/// token x weight bits x 16-bit activations; seconds a token are those of reading the weights once at
/// bytesPerSecond, which is what limits one sequence (0: not asked for); an embedding that is only looked up has
/// neither. Budget: rules.budgetBytes is of the whole file. Errors: InvalidInput (nothing measured for a layer, a budget below
/// what is fixed).
[[nodiscard]] Result<ModelProblem> modelProblem(
    const Model& model, const SensitivityTable& table, const MetricScores* scores, const Allocation& current,
    const AllocationRules& rules, double bytesPerSecond = 0);

/// The allocation that a solution stands for.
[[nodiscard]] AllocationResult allocationOf(
    const ModelProblem& problem, const SensitivityTable& table, const Allocation& current,
    const AllocationSolution& solution);

} // namespace tritloom
