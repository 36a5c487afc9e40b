#pragma once

#include "core/base/result.h"
#include "core/graph/graph.h"

#include <functional>
#include <map>
#include <span>
#include <vector>

namespace tritloom {

/// An operand of a node.
struct RuleOperand {
    Shape shape;
    std::span<const float> values;
    bool carries = false; ///< whether it depends on the picture: what is stored takes no relevance
};

/// What a rule needs of a node: operands as the op lists them, what came out, and the relevance of that.
struct RuleProblem {
    const Op& op;
    std::span<const RuleOperand> operands;
    const RuleOperand& output;
    std::span<const double> relevance;
};

/// One relevance an operand; empty for operands that take none.
using RuleResult = std::vector<std::vector<double>>;

/// a / b with b moved from 0 by a billionth; 0 where b is 0.
[[nodiscard]] double safeRatio(double a, double b);

/// Of every op that networks with classes have. Errors: Unsupported (an op without a rule, by name).
[[nodiscard]] Result<RuleResult> propagate(const RuleProblem& problem);

// The parts of propagate(), by kind of op.
/// Products, convolutions, means: only what adds to the output counts (alpha 1, beta 0).
[[nodiscard]] Result<RuleResult> propagatePositive(const RuleProblem& problem);
/// A sum of two values: shares in proportion, brought to the ratio of their absolute sums.
[[nodiscard]] RuleResult propagateSum(const RuleProblem& problem);
/// A product of two values: Taylor's rule, half each.
[[nodiscard]] RuleResult propagateProduct(const RuleProblem& problem);
/// Ops that take every output from one place, or from none.
[[nodiscard]] Result<RuleResult> propagateRouted(const RuleProblem& problem);

/// Relevance of all inputs of all nodes, for one picture. values: of every value of the graph; start: the
/// relevance of the output. carried: [node], sum of |relevance| at the node's first input, as its rule gives
/// it. Errors: those of propagate().
struct RelevanceFlow {
    std::map<ValueId, std::vector<double>> ofValue;
    std::vector<double> carried;
};
[[nodiscard]] Result<RelevanceFlow> relevanceOf(
    const Graph& graph, const std::map<ValueId, Tensor>& values,
    const std::function<Result<std::vector<Tensor>>(const Node&)>& stored, std::vector<double> start);

} // namespace tritloom
