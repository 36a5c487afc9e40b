#include "core/method/positive_flow.h"

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

using Values = std::vector<double>;

double rootMeanSquare(const Values& values)
{
    double sum = 0;
    for (const double value : values)
        sum += value * value;
    return std::sqrt(sum / double(std::max<std::size_t>(values.size(), 1)));
}

class Walk {
public:
    Walk(ModelProbe& probe, const std::stop_token& stop)
        : m_probe(probe)
        , m_graph(*probe.graph())
        , m_stop(stop)
        , m_values(m_graph.valueCount)
        , m_slopes(m_graph.valueCount)
        , m_divisors(m_graph.nodes.size(), 1)
    {
    }

    Result<PositiveFlow> run()
    {
        for (std::size_t n = 0; n < m_graph.nodes.size(); ++n)
            TRY_VOID(forward(n));
        const Values& output = m_values[std::size_t(m_graph.output)];
        for (const double value : output)
            m_flow.total += value;
        for (std::size_t v = 0; v < m_values.size(); ++v)
            m_slopes[v].assign(m_values[v].size(), 0);
        m_slopes[std::size_t(m_graph.output)].assign(output.size(), 1);
        for (std::size_t n = m_graph.nodes.size(); n-- > 0;)
            TRY_VOID(backward(n));
        return std::move(m_flow);
    }

private:
    Result<void> goOn() const
    {
        if (m_stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled on the way through the network");
        return {};
    }
    Result<std::vector<float>> weights(const Node& node) const
    {
        TRY_VOID(goOn());
        return TRY(m_probe.tensor(node.weights[0])).toFloats();
    }
    Values& in(const Node& node, std::size_t index) { return m_values[std::size_t(node.inputs[index])]; }
    Values& slope(const Node& node, std::size_t index) { return m_slopes[std::size_t(node.inputs[index])]; }

    Result<void> forward(std::size_t n)
    {
        const Node& node = m_graph.nodes[n];
        Values& y = m_values[std::size_t(node.output)];
        switch (node.op.kind) {
        case OpKind::Embedding: {
            const Tensor table = TRY(m_probe.tensor(node.weights[0]));
            y.assign(table.type().columns(), node.op.count("positions") != 0 ? 0.0 : 1.0);
            return {};
        }
        case OpKind::Linear: {
            const std::vector<float> matrix = TRY(weights(node));
            Values& x = in(node, 0);
            if (x.empty() && node.inputs[0] == m_graph.input) // a network that starts with a product
                x.assign(TRY(m_probe.tensor(node.weights[0])).type().columns(), 1);
            y.assign(matrix.size() / std::max<std::size_t>(x.size(), 1), 0);
            for (std::size_t r = 0; r < y.size(); ++r)
                for (std::size_t c = 0; c < x.size(); ++c)
                    y[r] += std::fabs(double(matrix[r * x.size() + c])) * x[c];
            return {};
        }
        case OpKind::RmsNorm:
        case OpKind::LayerNorm: {
            const std::vector<float> factors = TRY(weights(node));
            y = in(node, 0);
            m_divisors[n] = std::max(rootMeanSquare(y), 1e-300);
            for (std::size_t i = 0; i < y.size(); ++i)
                y[i] *= std::fabs(double(factors[i % factors.size()])) / m_divisors[n];
            return {};
        }
        case OpKind::Rope:
        case OpKind::Silu:
        case OpKind::Gelu:
        case OpKind::Relu2:
        case OpKind::QuantizeRows:
        case OpKind::Unary:
            y = in(node, 0);
            return {};
        case OpKind::Attention: {
            const std::size_t heads = node.op.count("heads", 1), shared = node.op.count("kvHeads", heads);
            const Values& v = in(node, 2);
            const std::size_t size = v.size() / std::max<std::size_t>(shared, 1);
            y.resize(heads * size);
            for (std::size_t i = 0; i < y.size(); ++i)
                y[i] = v[i / size * shared / heads * size + i % size];
            return {};
        }
        case OpKind::Slice: {
            const Values& x = in(node, 0);
            const std::size_t begin = node.op.count("begin"), count = node.op.count("count");
            y.assign(x.begin() + std::ptrdiff_t(begin), x.begin() + std::ptrdiff_t(begin + count));
            return {};
        }
        case OpKind::Add:
            y = in(node, 0);
            for (std::size_t i = 0; node.inputs.size() > 1 && i < y.size(); ++i)
                y[i] += in(node, 1)[i % in(node, 1).size()];
            return {};
        case OpKind::Multiply:
            y = in(node, 0);
            if (node.inputs.size() > 1) {
                for (std::size_t i = 0; i < y.size(); ++i)
                    y[i] = std::sqrt(y[i] * in(node, 1)[i % in(node, 1).size()]);
                return {};
            }
            return multiply(node, y);
        default:
            return fail(
                ErrorCode::Unsupported, "the flow through '{}' of {} is not known", nameOf(node.op.kind),
                node.name.empty() ? "this network" : node.name);
        }
    }

    Result<void> multiply(const Node& node, Values& values) const
    {
        const std::vector<float> factors = TRY(weights(node));
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] *= std::fabs(double(factors[i % factors.size()]));
        return {};
    }

    static void add(Values& to, const Values& from)
    {
        for (std::size_t i = 0; i < from.size(); ++i)
            to[i % to.size()] += from[i];
    }

    Result<void> backward(std::size_t n)
    {
        const Node& node = m_graph.nodes[n];
        const Values& y = m_values[std::size_t(node.output)];
        Values& g = m_slopes[std::size_t(node.output)];
        switch (node.op.kind) {
        case OpKind::Embedding:
            if (node.op.count("positions") == 0)
                record(node.weights[0], {1}, g, y);
            return {};
        case OpKind::Linear: {
            const std::vector<float> matrix = TRY(weights(node));
            const Values& x = in(node, 0);
            Values& back = slope(node, 0);
            for (std::size_t r = 0; r < g.size(); ++r)
                for (std::size_t c = 0; c < x.size(); ++c)
                    back[c] += std::fabs(double(matrix[r * x.size() + c])) * g[r];
            record(node.weights[0], x, g, y);
            return {};
        }
        case OpKind::RmsNorm:
        case OpKind::LayerNorm: {
            TRY_VOID(multiply(node, g));
            for (double& value : g)
                value /= m_divisors[n];
            add(slope(node, 0), g);
            return {};
        }
        case OpKind::Attention: {
            const std::size_t heads = node.op.count("heads", 1), shared = node.op.count("kvHeads", heads);
            Values& back = slope(node, 2);
            const std::size_t size = back.size() / std::max<std::size_t>(shared, 1);
            for (std::size_t i = 0; i < g.size(); ++i)
                back[i / size * shared / heads * size + i % size] += g[i];
            return {};
        }
        case OpKind::Slice: {
            Values& back = slope(node, 0);
            for (std::size_t i = 0; i < g.size(); ++i)
                back[node.op.count("begin") + i] += g[i];
            return {};
        }
        case OpKind::Add:
            add(slope(node, 0), g);
            if (node.inputs.size() > 1)
                add(slope(node, 1), g);
            return {};
        case OpKind::Multiply:
            if (node.inputs.size() == 1)
                TRY_VOID(multiply(node, g));
            for (std::size_t k = 0; k < node.inputs.size(); ++k) {
                const Values& x = in(node, k);
                Values& back = slope(node, k);
                for (std::size_t i = 0; i < g.size(); ++i) // d sqrt(a b) / da = sqrt(a b) / 2a
                    back[i % back.size()] += node.inputs.size() == 1 ? g[i]
                        : x[i % x.size()] > 0                        ? g[i] * y[i] / (2 * x[i % x.size()])
                                                                     : 0;
            }
            return {};
        default:
            add(slope(node, 0), g);
            return {};
        }
    }

    void record(TensorId id, const Values& x, const Values& g, const Values& y)
    {
        LayerFlow& flow = m_flow.layers[id];
        flow.inputs = x;
        flow.gradients = g;
        for (std::size_t i = 0; i < g.size(); ++i)
            flow.total += g[i] * y[i];
    }

    ModelProbe& m_probe;
    const Graph& m_graph;
    const std::stop_token& m_stop;
    std::vector<Values> m_values, m_slopes; ///< by ValueId
    std::vector<double> m_divisors; ///< by node: of norms
    PositiveFlow m_flow;
};

} // namespace

Result<PositiveFlow> positiveFlow(ModelProbe& probe, const std::stop_token& stop)
{
    if (probe.graph() == nullptr)
        return fail(ErrorCode::Unsupported, "the flow needs a model whose graph is known");
    return Walk(probe, stop).run();
}

} // namespace tritloom
