#include "plugins/rotation/rotation.h"

#include "core/base/parallel.h"
#include "core/graph/hadamard.h"
#include "core/method/folding.h"

#include <algorithm>
#include <random>
#include <set>

namespace tritloom {
namespace {

/// Who reads and who writes the residual stream of a transformer with RMS norms.
struct Stream {
    std::vector<TensorId> embeddings, writers, biases, norms;
    std::map<TensorId, TensorId> normOfReader;
    std::size_t width = 0;
};

/// The stream is what norms read and what sums carry on.
Result<Stream> streamOf(const Graph& graph)
{
    Stream stream;
    std::set<ValueId> carried;
    std::map<ValueId, TensorId> normed;
    std::map<ValueId, const Node*> makers;
    std::map<TensorId, int> uses;
    for (const Node& node : graph.nodes) {
        makers[node.output] = &node;
        for (const TensorId id : node.weights)
            ++uses[id];
    }
    for (const Node& node : graph.nodes) {
        if (node.op.kind == OpKind::LayerNorm)
            return fail(
                ErrorCode::Unsupported, "layer norms take the mean away, which a rotation does not keep");
        if (node.op.kind == OpKind::Embedding) {
            if (node.op.count("positions") != 0)
                return fail(
                    ErrorCode::Unsupported, "tables of positions cannot be rotated with the stream yet");
            carried.insert(node.output);
            stream.embeddings.push_back(node.weights[0]);
        } else if (node.op.kind == OpKind::RmsNorm && carried.contains(node.inputs[0])) {
            normed[node.output] = node.weights[0];
            stream.norms.push_back(node.weights[0]);
        } else if (node.op.kind == OpKind::Linear && normed.contains(node.inputs[0])) {
            stream.normOfReader[node.weights[0]] = normed.at(node.inputs[0]);
        } else if (node.op.kind == OpKind::Add && node.inputs.size() == 2) {
            for (std::size_t i = 0; i < 2; ++i) {
                if (!carried.contains(node.inputs[i]) || carried.contains(node.inputs[1 - i]))
                    continue;
                const Node* writer = makers[node.inputs[1 - i]];
                if (writer != nullptr && writer->op.kind == OpKind::Add && writer->weights.size() == 1) {
                    stream.biases.push_back(writer->weights[0]);
                    writer = makers[writer->inputs[0]];
                }
                if (writer == nullptr || writer->op.kind != OpKind::Linear)
                    return fail(
                        ErrorCode::Unsupported, "something other than a product writes the residual stream");
                stream.writers.push_back(writer->weights[0]);
                carried.insert(node.output);
            }
        }
    }
    for (const auto& [id, count] : uses)
        if (count > 1 && (stream.normOfReader.contains(id) || std::ranges::count(stream.embeddings, id) > 0))
            return fail(
                ErrorCode::Unsupported,
                "the output matrix is the table of the embedding, so the last norm cannot be folded into it");
    if (stream.writers.empty() || stream.normOfReader.empty())
        return fail(ErrorCode::Unsupported, "no residual stream was found in this graph");
    return stream;
}

/// Every row of [rows, width] times diag(signs) H.
Tensor rotatedRows(const Tensor& matrix, const std::vector<float>& signs, std::size_t size)
{
    std::vector<float> values = matrix.toFloats();
    const std::size_t width = signs.size();
    parallelFor(values.size() / width, 16, [&](std::size_t begin, std::size_t end) {
        for (std::size_t r = begin; r < end; ++r) {
            const std::span<float> row = std::span(values).subspan(r * width, width);
            for (std::size_t c = 0; c < width; ++c)
                row[c] *= signs[c];
            hadamard(row, size);
        }
    });
    return Tensor::adoptFloats(matrix.type().shape, std::move(values));
}

/// [width, columns] -> R^T W: the same along its columns.
Tensor rotatedColumns(const Tensor& matrix, const std::vector<float>& signs, std::size_t size)
{
    const std::vector<float> values = matrix.toFloats();
    const std::size_t width = signs.size(), columns = values.size() / width;
    std::vector<float> result(values.size());
    parallelFor(columns, 16, [&](std::size_t begin, std::size_t end) {
        std::vector<float> column(width);
        for (std::size_t c = begin; c < end; ++c) {
            for (std::size_t r = 0; r < width; ++r)
                column[r] = values[r * columns + c] * signs[r];
            hadamard(column, size);
            for (std::size_t r = 0; r < width; ++r)
                result[r * columns + c] = column[r];
        }
    });
    return Tensor::adoptFloats(matrix.type().shape, std::move(result));
}

} // namespace

std::vector<ParameterSpec> Rotation::parameters() const
{
    return {
        {.key = "seed",
         .title = "Seed of the random signs",
         .unit = "",
         .standard = 0,
         .lowest = 0,
         .highest = 1e6,
         .whole = true}};
}

Result<TransformedModel>
Rotation::apply(ModelProbe& probe, const Parameters& given, const MethodContext& context) const
{
    const auto seed = std::uint64_t(TRY(parameterValue(parameters(), given, "seed")));
    if (probe.graph() == nullptr)
        return fail(
            ErrorCode::Unsupported, "a rotation can be folded only where the graph of the model is known");
    const Stream stream = TRY(streamOf(*probe.graph()));
    Folding folding(probe);
    const std::size_t width = TRY(folding.tensor(stream.norms[0])).type().elements();
    const std::size_t size = hadamardSizeFor(width);
    std::mt19937_64 random(seed);
    std::vector<float> signs(width);
    for (float& sign : signs)
        sign = (random() >> 63) != 0 ? 1.0f : -1.0f;
    std::size_t done = 0;
    const std::size_t total = stream.normOfReader.size() + stream.writers.size() + stream.embeddings.size();
    const auto step = [&]() -> Result<void> {
        if (context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled at matrix {} of {}", done, total);
        context.progress(double(++done) / double(total));
        return {};
    };
    for (const TensorId id : stream.embeddings) {
        folding.set(id, rotatedRows(TRY(folding.tensor(id)), signs, size));
        TRY_VOID(step());
    }
    for (const auto& [reader, norm] : stream.normOfReader) {
        TRY_VOID(folding.scaleColumns(reader, TRY(probe.tensor(norm)).toFloats()));
        folding.set(reader, rotatedRows(TRY(folding.tensor(reader)), signs, size));
        TRY_VOID(step());
    }
    for (const TensorId id : stream.writers) {
        folding.set(id, rotatedColumns(TRY(folding.tensor(id)), signs, size));
        TRY_VOID(step());
    }
    for (const TensorId id : stream.biases)
        folding.set(id, rotatedColumns(TRY(folding.tensor(id)), signs, size));
    for (const TensorId id : stream.norms)
        folding.set(id, Tensor::adoptFloats({width}, std::vector<float>(width, 1.0f)));
    TransformedModel result{std::move(folding).take(), {}};
    if (size < width)
        result.notices.push_back(fmt::format(
            "the width {} is mixed in blocks of {}, the largest power of two in it", width, size));
    return result;
}

} // namespace tritloom
