#include "core/graph/layer_replacement.h"

#include "core/base/parallel.h"
#include "core/graph/cached_layer.h"
#include "core/graph/composed_matrix.h"
#include "core/graph/hadamard.h"

#include <algorithm>
#include <map>
#include <optional>

namespace tritloom {
namespace {

/// What a value is as a linear function of the unit vectors: column j of `dense` [width, inputs] is the value
/// for input j. Until the first product it is at most a scaled selection, which costs nothing to hold.
struct Linearised {
    std::vector<std::size_t> columns; ///< selection: element i is scales[i] * x[columns[i]]
    std::vector<float> scales;
    std::optional<std::vector<float>> dense; ///< [width, inputs]
    [[nodiscard]] std::size_t width(std::size_t inputs) const
    {
        return dense ? dense->size() / inputs : columns.size();
    }
};

std::vector<float> denseOf(const Linearised& value, std::size_t inputs)
{
    if (value.dense)
        return *value.dense;
    std::vector<float> dense(value.columns.size() * inputs);
    for (std::size_t i = 0; i < value.columns.size(); ++i)
        dense[i * inputs + value.columns[i]] = value.scales[i];
    return dense;
}

Linearised multiplied(const Tensor& weights, const Linearised& value, std::size_t inputs)
{
    const std::size_t outputs = weights.type().rows(), width = weights.type().columns();
    std::vector<float> dense(outputs * inputs);
    parallelFor(outputs, 8, [&](std::size_t begin, std::size_t end) {
        std::vector<float> row(width);
        for (std::size_t r = begin; r < end; ++r) {
            weights.decodeRows(r, row);
            float* const out = dense.data() + r * inputs;
            if (!value.dense) {
                for (std::size_t c = 0; c < width; ++c)
                    out[value.columns[c]] += row[c] * value.scales[c];
                continue;
            }
            for (std::size_t c = 0; c < width; ++c) {
                const float* const in = value.dense->data() + c * inputs;
                for (std::size_t j = 0; j < inputs; ++j)
                    out[j] += row[c] * in[j];
            }
        }
    });
    return {{}, {}, std::move(dense)};
}

/// The transform runs along the elements of a value, which are the rows of `dense`.
Linearised transformed(const Linearised& value, std::size_t size, std::size_t inputs)
{
    std::vector<float> dense = denseOf(value, inputs);
    const std::size_t width = dense.size() / inputs;
    parallelFor(inputs, 16, [&](std::size_t begin, std::size_t end) {
        std::vector<float> column(width);
        for (std::size_t j = begin; j < end; ++j) {
            for (std::size_t i = 0; i < width; ++i)
                column[i] = dense[i * inputs + j];
            hadamard(column, size);
            for (std::size_t i = 0; i < width; ++i)
                dense[i * inputs + j] = column[i];
        }
    });
    return {{}, {}, std::move(dense)};
}

class Lineariser {
public:
    explicit Lineariser(const LayerReplacement& replacement)
        : m_replacement(replacement)
        , m_inputs(replacement.inputs)
    {
    }

    Result<std::vector<float>> run()
    {
        Linearised unit{std::vector<std::size_t>(m_inputs), std::vector<float>(m_inputs, 1.0f), {}};
        for (std::size_t i = 0; i < m_inputs; ++i)
            unit.columns[i] = i;
        m_values[m_replacement.graph.input] = std::move(unit);
        for (const Node& node : m_replacement.graph.nodes)
            m_values[node.output] = TRY(apply(node));
        const auto output = m_values.find(m_replacement.graph.output);
        if (output == m_values.end() || output->second.width(m_inputs) != m_replacement.outputs)
            return fail(
                ErrorCode::InvalidInput, "the replacement does not give {} outputs", m_replacement.outputs);
        return denseOf(output->second, m_inputs);
    }

private:
    Result<const Linearised*> input(const Node& node, std::size_t index) const
    {
        const auto found = index < node.inputs.size() ? m_values.find(node.inputs[index]) : m_values.end();
        if (found == m_values.end())
            return fail(ErrorCode::InvalidInput, "{}: input {} is not there", nameOf(node.op.kind), index);
        return &found->second;
    }
    Result<std::vector<Tensor>> weights(const Node& node, std::size_t count) const
    {
        std::vector<Tensor> tensors;
        for (const TensorId id : node.weights)
            if (std::size_t(id) < m_replacement.parts.size())
                tensors.push_back(m_replacement.parts[std::size_t(id)].tensor);
        if (tensors.size() != count)
            return fail(
                ErrorCode::InvalidInput, "{}: {} of {} tensors", nameOf(node.op.kind), tensors.size(), count);
        return tensors;
    }

    Result<Linearised> apply(const Node& node) const
    {
        const Linearised& x = *TRY(input(node, 0));
        const std::size_t width = x.width(m_inputs);
        switch (node.op.kind) {
        case OpKind::QuantizeRows:
            return x;
        case OpKind::Hadamard: {
            const std::size_t size = node.op.count("size", width);
            if (!isHadamardSize(size) || width % size != 0)
                return fail(
                    ErrorCode::InvalidInput, "a Hadamard transform of size {} over {} elements", size, width);
            return transformed(x, size, m_inputs);
        }
        case OpKind::Linear:
            return product(TRY(weights(node, 1))[0], x);
        case OpKind::SignFactorLinear:
            return product(TRY(signFactorMatrix(TRY(weights(node, 3)))), x);
        case OpKind::SparseLinear:
            return product(TRY(sparseMatrix(TRY(weights(node, 4)))), x);
        case OpKind::Concat: // rows that are kept apart, and their order, are behind the product
            return x;
        case OpKind::Gather:
            if (isTimeTable(node) && node.inputs[0] == m_replacement.graph.input)
                return fail(
                    ErrorCode::InvalidInput,
                    "outputs stored by time step are no matrix: there are no weights");
            if (node.op.count("axis") == 0)
                return x;
            if (node.op.count("axis") != 1)
                return fail(ErrorCode::InvalidInput, "a replacement gathers columns or rows");
            return gathered(x, TRY(weights(node, 1))[0].toFloats());
        case OpKind::Multiply:
            return scaled(x, TRY(weights(node, 1))[0].toFloats());
        case OpKind::Add:
            return sum(x, *TRY(input(node, 1)));
        default:
            return fail(ErrorCode::InvalidInput, "{} is not allowed in a replacement", nameOf(node.op.kind));
        }
    }

    Result<Linearised> product(const Tensor& matrix, const Linearised& x) const
    {
        const std::size_t width = x.width(m_inputs);
        if (matrix.type().columns() != width)
            return fail(
                ErrorCode::InvalidInput, "a matrix of {} columns times {} elements", matrix.type().columns(),
                width);
        return multiplied(matrix, x, m_inputs);
    }

    Result<Linearised> gathered(const Linearised& x, const std::vector<float>& indices) const
    {
        Linearised result;
        if (x.dense)
            result.dense.emplace();
        for (const float index : indices) {
            if (!(index >= 0) || std::size_t(index) >= x.width(m_inputs))
                return fail(ErrorCode::InvalidInput, "column {} of {}", index, x.width(m_inputs));
            const auto i = std::size_t(index);
            if (x.dense) {
                const auto row = x.dense->begin() + std::ptrdiff_t(i * m_inputs);
                result.dense->insert(result.dense->end(), row, row + std::ptrdiff_t(m_inputs));
            } else {
                result.columns.push_back(x.columns[i]);
                result.scales.push_back(x.scales[i]);
            }
        }
        return result;
    }

    Result<Linearised> scaled(Linearised x, const std::vector<float>& factors) const
    {
        const std::size_t width = x.width(m_inputs);
        if (factors.size() != width && factors.size() != 1)
            return fail(ErrorCode::InvalidInput, "{} factors for {} elements", factors.size(), width);
        for (std::size_t i = 0; i < width; ++i) {
            const float factor = factors[i % factors.size()];
            if (x.dense)
                for (std::size_t j = 0; j < m_inputs; ++j)
                    (*x.dense)[i * m_inputs + j] *= factor;
            else
                x.scales[i] *= factor;
        }
        return x;
    }

    Result<Linearised> sum(const Linearised& a, const Linearised& b) const
    {
        if (a.width(m_inputs) != b.width(m_inputs))
            return fail(ErrorCode::InvalidInput, "{} elements plus {}", a.width(m_inputs), b.width(m_inputs));
        std::vector<float> left = denseOf(a, m_inputs);
        const std::vector<float> right = denseOf(b, m_inputs);
        for (std::size_t i = 0; i < left.size(); ++i)
            left[i] += right[i];
        return Linearised{{}, {}, std::move(left)};
    }

    const LayerReplacement& m_replacement;
    std::size_t m_inputs;
    std::map<ValueId, Linearised> m_values;
};

} // namespace

std::size_t LayerReplacement::bytes() const
{
    std::size_t total = 0;
    for (const Part& part : parts)
        total += part.isShared ? 0 : part.tensor.bytes().size();
    return total;
}

Result<Tensor> denseWeights(const LayerReplacement& replacement)
{
    return Tensor::adoptFloats({replacement.outputs, replacement.inputs}, TRY(Lineariser(replacement).run()));
}

Result<Tensor> CompressedLayer::dense() const
{
    if (m_replacement)
        return denseWeights(*m_replacement);
    return m_tensor;
}

} // namespace tritloom
