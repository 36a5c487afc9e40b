#include "core/method/input_units.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace tritloom {
namespace {

/// The units of a value and the node of the product that made them; none: unknown.
struct Units {
    std::vector<float> deviations;
    std::size_t node = 0;
};

std::size_t kernelOf(const Op& op)
{
    const auto& kernel = op.list("kernel");
    return std::accumulate(
        kernel.begin(), kernel.end(), std::size_t{1},
        [](std::size_t product, std::int64_t size) { return product * std::size_t(size); });
}

class UnitFinder {
public:
    UnitFinder(
        const Graph& graph, const std::function<Result<Tensor>(TensorId)>& tensorOf, std::stop_token stop)
        : m_graph(graph)
        , m_tensorOf(tensorOf)
        , m_stop(std::move(stop))
    {
        for (std::size_t n = 0; n < graph.nodes.size(); ++n)
            m_makers[graph.nodes[n].output] = n;
    }

    Result<Units> of(ValueId value)
    {
        if (const auto known = m_known.find(value); known != m_known.end())
            return known->second;
        const auto maker = m_makers.find(value);
        Units units;
        if (maker != m_makers.end())
            units = TRY(madeBy(maker->second));
        return m_known[value] = std::move(units);
    }

private:
    Result<Units> madeBy(std::size_t index)
    {
        const Node& node = m_graph.nodes[index];
        switch (node.op.kind) {
        case OpKind::Linear:
        case OpKind::Convolution:
        case OpKind::TransposedConvolution:
            return ofProduct(index);
        case OpKind::RmsNorm:
        case OpKind::LayerNorm:
        case OpKind::BatchNorm:
        case OpKind::GroupNorm:
        case OpKind::LocalResponseNorm:
        case OpKind::Rope:
        case OpKind::Silu:
        case OpKind::Gelu:
        case OpKind::Relu2:
        case OpKind::Unary:
        case OpKind::QuantizeRows:
        case OpKind::MaxPool:
        case OpKind::AveragePool:
        case OpKind::Resize:
        case OpKind::Reshape: // channels stay outermost; whoever reads a flattened map divides it
        case OpKind::Reduce:
            return node.inputs.empty() ? Units{} : of(node.inputs[0]);
        case OpKind::Add:
            return newest(node);
        case OpKind::Multiply:
            return product(node);
        case OpKind::Binary:
            switch (BinaryFunction(node.op.count("function"))) {
            case BinaryFunction::Multiply:
                return product(node);
            case BinaryFunction::Add:
            case BinaryFunction::Subtract:
            case BinaryFunction::Divide:
            case BinaryFunction::PRelu:
                return newest(node);
            default:
                return Units{};
            }
        case OpKind::Slice:
            return sliced(node);
        case OpKind::Concat:
            return joined(node);
        case OpKind::Attention:
            return attended(node);
        default:
            return Units{};
        }
    }

    Result<Units> ofProduct(std::size_t index) const
    {
        const Node& node = m_graph.nodes[index];
        if (node.weights.empty())
            return Units{};
        std::size_t rowsPerUnit = 1;
        if (node.op.kind == OpKind::TransposedConvolution) {
            if (node.op.count("groups", 1) != 1)
                return Units{};
            rowsPerUnit = kernelOf(node.op);
        }
        const Tensor weights = TRY(m_tensorOf(node.weights[0]));
        const std::size_t rows = weights.type().rows(), columns = weights.type().columns();
        if (rowsPerUnit == 0 || rows % rowsPerUnit != 0)
            return Units{};
        Units units{std::vector<float>(rows / rowsPerUnit), index};
        parallelFor(units.deviations.size(), 16, [&](std::size_t begin, std::size_t end) {
            std::vector<float> values(rowsPerUnit * columns);
            for (std::size_t u = begin; u < end && !m_stop.stop_requested(); ++u) {
                weights.decodeRows(u * rowsPerUnit, values);
                double sum = 0, squares = 0;
                for (const float value : values)
                    sum += double(value);
                const double mean = sum / double(values.size());
                for (const float value : values)
                    squares += (double(value) - mean) * (double(value) - mean);
                units.deviations[u] = float(std::sqrt(squares / double(values.size())));
            }
        });
        if (m_stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled at the units of {}", node.name);
        return units;
    }

    Result<Units> newest(const Node& node)
    {
        Units last;
        for (const ValueId value : node.inputs)
            if (Units units = TRY(of(value));
                !units.deviations.empty() && (last.deviations.empty() || units.node > last.node))
                last = std::move(units);
        return last;
    }

    Result<Units> product(const Node& node)
    {
        Units all;
        for (const ValueId value : node.inputs) {
            const Units units = TRY(of(value));
            if (units.deviations.empty())
                continue; // a stored factor, or a gate that no layer makes
            if (all.deviations.empty()) {
                all = units;
                continue;
            }
            if (all.deviations.size() != units.deviations.size())
                return Units{};
            for (std::size_t u = 0; u < all.deviations.size(); ++u)
                all.deviations[u] *= units.deviations[u];
            all.node = std::max(all.node, units.node);
        }
        return all;
    }

    Result<Units> sliced(const Node& node)
    {
        Units units = TRY(of(node.inputs[0]));
        const std::size_t begin = node.op.count("begin"), count = node.op.count("count");
        if (begin > units.deviations.size() || count > units.deviations.size() - begin)
            return Units{};
        const auto first = units.deviations.begin() + std::ptrdiff_t(begin);
        units.deviations = std::vector<float>(first, first + std::ptrdiff_t(count));
        return units;
    }

    Result<Units> joined(const Node& node)
    {
        Units all;
        if (node.op.number("axis") != 1)
            return all;
        for (const ValueId value : node.inputs) {
            const Units units = TRY(of(value));
            if (units.deviations.empty())
                return Units{};
            all.deviations.insert(all.deviations.end(), units.deviations.begin(), units.deviations.end());
            all.node = std::max(all.node, units.node);
        }
        return all;
    }

    Result<Units> attended(const Node& node)
    {
        if (node.inputs.size() < 3)
            return Units{};
        Units values = TRY(of(node.inputs[2]));
        const std::size_t heads = node.op.count("heads"), stored = node.op.count("kvHeads", heads);
        if (stored == 0 || heads % stored != 0 || values.deviations.size() % stored != 0)
            return Units{};
        const std::size_t size = values.deviations.size() / stored;
        std::vector<float> repeated;
        for (std::size_t head = 0; head < heads; ++head)
            for (std::size_t i = 0; i < size; ++i)
                repeated.push_back(values.deviations[head / (heads / stored) * size + i]);
        values.deviations = std::move(repeated);
        return values;
    }

    const Graph& m_graph;
    const std::function<Result<Tensor>(TensorId)>& m_tensorOf;
    std::stop_token m_stop;
    std::map<ValueId, std::size_t> m_makers;
    std::map<ValueId, Units> m_known;
};

} // namespace

Result<InputUnits> inputUnits(
    const Graph& graph, TensorId layer, std::size_t columns,
    const std::function<Result<Tensor>(TensorId)>& tensorOf, std::stop_token stop)
{
    const auto reader = std::ranges::find_if(graph.nodes, [layer](const Node& node) {
        return node.op.kind != OpKind::Embedding && !node.inputs.empty() && !node.weights.empty()
            && node.weights[0] == layer;
    });
    if (reader == graph.nodes.end() || reader->op.count("groups", 1) != 1)
        return InputUnits{};
    Units units = TRY(UnitFinder(graph, tensorOf, std::move(stop)).of(reader->inputs[0]));
    if (units.deviations.empty() || columns % units.deviations.size() != 0)
        return InputUnits{};
    const std::size_t each = columns / units.deviations.size();
    return InputUnits{std::move(units.deviations), each};
}

} // namespace tritloom
