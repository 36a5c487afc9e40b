#include "plugins/relevance/relevance_rules.h"

#include <cmath>

namespace tritloom {
namespace {

/// The value of a node that does one thing to each number of its first operand, or scales it.
bool isIdentity(const Op& op)
{
    switch (op.kind) {
    case OpKind::Unary:
    case OpKind::Softmax:
    case OpKind::LogSoftmax:
    case OpKind::LayerNorm:
    case OpKind::RmsNorm:
    case OpKind::BatchNorm:
    case OpKind::GroupNorm:
    case OpKind::LocalResponseNorm:
    case OpKind::QuantizeRows:
    case OpKind::Silu:
    case OpKind::Gelu:
    case OpKind::Relu2:
    case OpKind::Reshape:
        return true;
    default:
        return false;
    }
}

/// Where an operand of this shape is read for each element of `full`.
std::vector<std::size_t> broadcastPlaces(const Shape& shape, const Shape& full)
{
    std::vector<std::size_t> places(TensorType{nullptr, full}.elements());
    for (std::size_t i = 0; i < places.size(); ++i) {
        std::size_t rest = i, stride = 1;
        for (std::size_t behind = 1; behind <= shape.size(); ++behind) {
            const std::size_t size = shape[shape.size() - behind], whole = full[full.size() - behind];
            places[i] += size == 1 ? 0 : rest % whole * stride;
            rest /= whole;
            stride *= size;
        }
    }
    return places;
}

/// Sums what was broadcast back to the operand's shape.
std::vector<double> reducedTo(const Shape& shape, const Shape& full, std::span<const double> values)
{
    std::vector<double> result(TensorType{nullptr, shape}.elements());
    const auto places = broadcastPlaces(shape, full);
    for (std::size_t i = 0; i < values.size(); ++i)
        result[places[i]] += values[i];
    return result;
}

/// Which operands of a Binary a rule gives relevance to.
RuleResult propagateBinary(const RuleProblem& p)
{
    const auto function = BinaryFunction(int(p.op.number("function")));
    const bool both = p.operands[0].carries && p.operands[1].carries;
    RuleResult result(p.operands.size());
    const auto all = [&](std::size_t operand) {
        result[operand] = reducedTo(p.operands[operand].shape, p.output.shape, p.relevance);
    };
    switch (function) {
    case BinaryFunction::Add:
        if (both)
            return propagateSum(p);
        break;
    case BinaryFunction::Multiply:
        if (both) {
            all(0), all(1);
            for (auto& part : result)
                for (double& value : part)
                    value /= 2;
            return result;
        }
        break;
    case BinaryFunction::Maximum:
    case BinaryFunction::Minimum:
    case BinaryFunction::Subtract: // as in a norm written out: what is subtracted is a constant to the rule
    case BinaryFunction::Divide:
    case BinaryFunction::IntegerDivide:
    case BinaryFunction::Power:
    case BinaryFunction::Modulo:
    case BinaryFunction::PRelu:
        if (both) {
            all(0);
            return result;
        }
        break;
    default:
        return result; // comparisons: nothing flows through a decision
    }
    all(p.operands[0].carries ? 0 : 1);
    return result;
}

} // namespace

double safeRatio(double a, double b)
{
    return b == 0 ? 0 : a / (b + (b > 0 ? 1e-9 : -1e-9));
}

RuleResult propagateSum(const RuleProblem& p)
{
    RuleResult result(2);
    const std::size_t count = p.relevance.size();
    std::vector<double> parts[2] = {std::vector<double>(count), std::vector<double>(count)};
    const std::vector<std::size_t> places[2] = {
        broadcastPlaces(p.operands[0].shape, p.output.shape),
        broadcastPlaces(p.operands[1].shape, p.output.shape)};
    double sums[2] = {0, 0}, total = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const auto a = double(p.operands[0].values[places[0][i]]),
                   b = double(p.operands[1].values[places[1][i]]);
        const double ratio = safeRatio(p.relevance[i], a + b);
        parts[0][i] = a * ratio;
        parts[1][i] = b * ratio;
        sums[0] += parts[0][i];
        sums[1] += parts[1][i];
        total += p.relevance[i];
    }
    const double absolute = std::abs(sums[0]) + std::abs(sums[1]);
    for (std::size_t k = 0; k < 2; ++k) {
        const double wanted = absolute > 0 ? total * std::abs(sums[k]) / absolute : 0;
        const double factor = safeRatio(wanted, sums[k]);
        for (double& value : parts[k])
            value *= factor;
        result[k] = reducedTo(p.operands[k].shape, p.output.shape, parts[k]);
    }
    return result;
}

Result<RuleResult> propagate(const RuleProblem& p)
{
    RuleResult result(p.operands.size());
    bool carries = false;
    for (const RuleOperand& operand : p.operands)
        carries = carries || operand.carries;
    if (!carries)
        return result;
    if (isIdentity(p.op)) {
        result[0].assign(p.relevance.begin(), p.relevance.end());
        return result;
    }
    switch (p.op.kind) {
    case OpKind::Binary:
        return propagateBinary(p);
    case OpKind::Linear:
    case OpKind::Convolution:
    case OpKind::TransposedConvolution:
    case OpKind::AveragePool:
    case OpKind::Reduce:
        return propagatePositive(p);
    case OpKind::MatMul:
        if (p.operands.size() == 2 && p.operands[0].carries && p.operands[1].carries)
            return propagateProduct(p);
        return propagatePositive(p);
    default:
        return propagateRouted(p);
    }
}

Result<RelevanceFlow> relevanceOf(
    const Graph& graph, const std::map<ValueId, Tensor>& values,
    const std::function<Result<std::vector<Tensor>>(const Node&)>& stored, std::vector<double> start)
{
    std::map<ValueId, bool> carries;
    for (const GraphInput& input : graph.inputs)
        carries[input.value] = true;
    for (const Node& node : graph.nodes)
        for (const ValueId value : node.inputs)
            carries[node.output] = carries[node.output] || carries[value];
    RelevanceFlow flow{
        .ofValue = {{graph.output, std::move(start)}}, .carried = std::vector<double>(graph.nodes.size())};
    const auto operandOf = [](const Tensor& tensor, bool isCarrier) {
        return RuleOperand{tensor.type().shape, tensor.floats(), isCarrier};
    };
    for (std::size_t n = graph.nodes.size(); n-- > 0;) {
        const Node& node = graph.nodes[n];
        const auto arrived = flow.ofValue.find(node.output);
        if (arrived == flow.ofValue.end() || !carries[node.output])
            continue;
        const std::vector<Tensor> others = TRY(stored(node));
        std::vector<RuleOperand> operands;
        for (const ValueId value : node.inputs)
            operands.push_back(operandOf(values.at(value), carries[value]));
        for (const Tensor& other : others)
            operands.push_back(operandOf(other, false));
        const RuleOperand output = operandOf(values.at(node.output), true);
        const RuleResult result = TRY(propagate({node.op, operands, output, arrived->second}));
        for (std::size_t i = 0; i < node.inputs.size(); ++i) {
            if (result[i].empty() || !operands[i].carries)
                continue;
            auto& sum = flow.ofValue[node.inputs[i]]; // several readers: the sum of what they send back
            sum.resize(result[i].size());
            for (std::size_t k = 0; k < sum.size(); ++k) {
                sum[k] += result[i][k];
                if (i == 0)
                    flow.carried[n] += std::abs(result[i][k]);
            }
        }
    }
    return flow;
}

} // namespace tritloom
