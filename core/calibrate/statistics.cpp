#include "core/calibrate/statistics.h"

#include "core/base/matrix_product.h"
#include "core/base/parallel.h"
#include "core/calibrate/model_values.h"
#include "core/method/graph_uses.h"

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

std::vector<ValueMap> samplesOf(const Model& model, const std::vector<Chunk>& chunks)
{
    std::vector<ValueMap> samples;
    for (const Chunk& chunk : chunks)
        samples.push_back({{model.graph ? model.graph->input : ValueId{}, asValues(chunk.tokens)}});
    return samples;
}

Key keyOfTokens(const std::vector<Chunk>& chunks, Key key)
{
    for (const Chunk& chunk : chunks)
        for (const TokenId token : chunk.tokens)
            key = keyOf(key, token);
    return key;
}

bool isLayer(OpKind kind)
{
    return kind == OpKind::Linear || kind == OpKind::Convolution || kind == OpKind::TransposedConvolution;
}

/// Sums over the rows that a layer's weights were multiplied with, and how many they were.
struct RowSums {
    std::vector<double> sums;
    std::size_t rows = 0;
    [[nodiscard]] double factor() const { return 1.0 / double(std::max<std::size_t>(1, rows)); }
};

Tensor scaled(const std::vector<double>& sums, Shape shape, double factor)
{
    std::vector<float> values(sums.size());
    std::transform(
        sums.begin(), sums.end(), values.begin(), [factor](double sum) { return float(sum * factor); });
    return Tensor::adoptFloats(std::move(shape), std::move(values));
}

/// sums[i, j] += sum over rows of x[r, i] x[r, j]. The upper triangle only; see mirror().
void addGram(const Tensor& input, RowSums& to)
{
    std::vector<double>& sums = to.sums;
    to.rows += input.type().rows();
    const std::size_t columns = input.type().columns(), rows = input.type().rows();
    const auto x = input.floats();
    sums.resize(columns * columns);
    constexpr std::size_t strip = 48;
    parallelFor(columns, strip, [&](std::size_t begin, std::size_t end) {
        const std::size_t count = end - begin, width = columns - begin;
        std::vector<float> turned(count * rows), part(count * width);
        for (std::size_t r = 0; r < rows; ++r)
            for (std::size_t i = 0; i < count; ++i)
                turned[i * rows + r] = x[r * columns + begin + i];
        addProduct(
            MatrixView<const float>{turned.data(), count, rows, rows},
            MatrixView<const float>{x.data() + begin, rows, width, columns},
            MatrixView<float>{part.data(), count, width, width});
        for (std::size_t i = 0; i < count; ++i)
            for (std::size_t j = i; j < width; ++j)
                sums[(begin + i) * columns + begin + j] += double(part[i * width + j]);
    });
}

void mirror(std::vector<double>& sums, std::size_t columns)
{
    for (std::size_t i = 0; i < columns; ++i)
        for (std::size_t j = i + 1; j < columns; ++j)
            sums[j * columns + i] = sums[i * columns + j];
}

} // namespace

Statistics::Statistics(
    std::shared_ptr<const Model> model, const std::vector<Chunk>& chunks, std::unique_ptr<Executor> executor)
    : Statistics(model, samplesOf(*model, chunks), {}, nullptr, std::move(executor))
{
    m_key = keyOfTokens(chunks, keyOf("statistics", m_model->key));
}

Statistics::Statistics(
    std::shared_ptr<const Model> model, std::vector<ValueMap> samples, const Key& dataKey,
    std::shared_ptr<const Graph> graph, std::unique_ptr<Executor> executor)
    : m_model(std::move(model))
    , m_samples(std::move(samples))
    , m_graph(std::move(graph))
    , m_executor(std::move(executor))
    , m_key(keyOf("statistics", m_model->key, dataKey))
{
    if (!m_graph && m_model->graph)
        m_graph = std::shared_ptr<const Graph>(m_model, &*m_model->graph);
}

Statistics::Statistics(
    std::shared_ptr<const Model> model, MakeSamples samples, const Key& dataKey,
    std::unique_ptr<Executor> executor)
    : Statistics(std::move(model), std::vector<ValueMap>(), dataKey, nullptr, std::move(executor))
{
    m_makeSamples = std::move(samples);
}

Result<void> Statistics::ensureSamples(std::stop_token stop)
{
    if (m_makeSamples) {
        m_samples = TRY(m_makeSamples(std::move(stop)));
        m_makeSamples = {};
    }
    return {};
}

std::size_t Statistics::tokenCount() const
{
    std::size_t count = 0;
    for (const ValueMap& sample : m_samples)
        for (const auto& [id, value] : sample)
            count += value.type().elements();
    return count;
}

Result<void> Statistics::setMeanSquares(std::map<std::string, std::vector<float>> byLayer)
{
    for (std::size_t i = 0; i < m_model->layers.size(); ++i) {
        const Layer& layer = m_model->layers[i];
        const auto found = byLayer.find(layer.name);
        if (found == byLayer.end())
            continue;
        if (found->second.size() != layer.columns)
            return fail(
                ErrorCode::InvalidInput, "the importance matrix has {} columns for '{}', the model {}",
                found->second.size(), layer.name, layer.columns);
        m_key = keyOf(m_key, "mean squares", layer.name);
        for (const float value : found->second)
            m_key = keyOf(m_key, value == 0 ? 0.0f : value);
        m_given[LayerId(i)] = Tensor::adoptFloats({layer.columns}, std::move(found->second));
    }
    if (m_given.empty())
        return fail(
            ErrorCode::InvalidInput, "the importance matrix names no layer of this model, it knows '{}'",
            byLayer.empty() ? "" : byLayer.begin()->first);
    return {};
}

Result<Executor::Weights> Statistics::storedWeights(TensorId id)
{
    return tritloom::storedWeights(*m_model, id);
}

Result<void> Statistics::gatherColumns(std::stop_token stop, const std::function<void(double)>& progress)
{
    const Graph& graph = *m_graph;
    struct Sums {
        std::vector<double> square, plain, absolute, largest;
        std::size_t rows = 0;
    };
    std::map<TensorId, Sums> sums;
    m_executor->onLinearInput = [&](const Node& node, const Tensor& input) {
        if (node.weights.empty())
            return; // weights that the file does not store
        const std::size_t columns = input.type().columns();
        const auto x = input.floats();
        Sums& sum = sums[node.weights[0]];
        sum.rows += input.type().rows();
        sum.square.resize(columns);
        sum.plain.resize(columns);
        sum.absolute.resize(columns);
        sum.largest.resize(columns);
        for (std::size_t begin = 0; begin < x.size(); begin += columns) {
            for (std::size_t c = 0; c < columns; ++c) {
                sum.plain[c] += double(x[begin + c]);
                const double value = std::fabs(double(x[begin + c]));
                sum.square[c] += value * value;
                sum.absolute[c] += value;
                sum.largest[c] = std::max(sum.largest[c], value);
            }
        }
    };
    for (std::size_t c = 0; c < m_samples.size(); ++c) {
        ValueMap values = m_samples[c];
        const GraphPart part = graph.part(graph.partOf(values).value_or(0));
        const auto run = m_executor->run(
            graph, part.firstStage, part.lastStage, values, [this](TensorId id) { return storedWeights(id); },
            nullptr, stop);
        if (!run) {
            m_executor->onLinearInput = {};
            return run;
        }
        if (progress)
            progress(double(c + 1) / double(m_samples.size()));
    }
    m_executor->onLinearInput = {};
    for (const auto& [id, sum] : sums) {
        const double share = 1.0 / double(std::max<std::size_t>(1, sum.rows));
        m_columns[id] = {
            scaled(sum.square, {sum.square.size()}, share), scaled(sum.plain, {sum.square.size()}, share),
            scaled(sum.absolute, {sum.square.size()}, share), scaled(sum.largest, {sum.square.size()}, 1)};
    }
    return {};
}

Result<void>
Statistics::gatherGrams(std::size_t stage, std::stop_token stop, const std::function<void(double)>& progress)
{
    const Graph& graph = *m_graph;
    if (m_border.empty() || m_borderStage > stage) {
        m_border = m_samples;
        m_borderStage = 0;
    }
    // q, k and v read one value: its Gram matrix is summed once and shared. Windows of convolutions differ,
    // and a matrix that is read at each step of a sequence is multiplied with every step's value.
    std::map<TensorId, std::size_t> uses = productsOf(graph);
    using Source = std::pair<ValueId, std::optional<TensorId>>;
    std::map<Source, RowSums> sums;
    std::map<TensorId, Source> sourceOf;
    std::vector<ValueMap> border(m_border);
    for (std::size_t c = 0; c < m_samples.size(); ++c) {
        const auto weights = [this](TensorId id) { return storedWeights(id); };
        const GraphPart part = graph.part(graph.partOf(m_samples[c]).value_or(0));
        if (stage < part.firstStage || stage > part.lastStage)
            continue; // a sample of another network of the pipeline
        const std::size_t begin = std::max(m_borderStage, part.firstStage);
        if (begin < stage) {
            const auto reached = m_executor->run(graph, begin, stage - 1, border[c], weights, nullptr, stop);
            if (!reached) {
                m_border.clear(); // some samples are further than others: start again next time
                return reached;
            }
        }
        border[c].insert(m_samples[c].begin(), m_samples[c].end()); // a picture may be read again later
        m_border[c] = border[c];
        std::map<Source, bool> seen;
        m_executor->onLinearInput = [&](const Node& node, const Tensor& input) {
            if (node.weights.empty())
                return;
            const TensorId matrix = node.weights[0];
            const bool isRepeated = node.op.kind == OpKind::Linear && uses[matrix] > 1;
            const Source source{
                isRepeated ? ValueId{} : node.inputs[0],
                node.op.kind == OpKind::Linear && !isRepeated ? std::optional<TensorId>()
                                                              : std::optional(matrix)};
            sourceOf[matrix] = source;
            if (!std::exchange(seen[source], true) || isRepeated)
                addGram(input, sums[source]);
        };
        ValueMap values = border[c];
        const auto run = m_executor->run(graph, stage, stage, values, weights, nullptr, stop);
        m_executor->onLinearInput = {};
        if (!run) {
            m_border.clear(); // likewise
            return run;
        }
        if (progress)
            progress(double(c + 1) / double(m_samples.size()));
    }
    m_borderStage = stage;
    m_grams.clear();
    std::map<Source, Tensor> shared;
    for (auto& [source, sum] : sums) {
        std::size_t columns = 0;
        while (columns * columns < sum.sums.size())
            ++columns;
        mirror(sum.sums, columns);
        shared[source] = scaled(sum.sums, {columns, columns}, sum.factor());
    }
    for (const auto& [tensor, source] : sourceOf)
        m_grams[tensor] = shared[source];
    m_gramStage = stage;
    return {};
}

Result<Statistics::OfLayer> Statistics::of(
    LayerId layer, Calibration need, std::stop_token stop, const std::function<void(double)>& progress)
{
    const std::scoped_lock lock(m_mutex);
    if (!m_graph)
        return fail(ErrorCode::Unsupported, "no statistics: {}", m_model->whyNotEvaluated);
    TRY_VOID(ensureSamples(stop));
    const TensorId id = m_model->layer(layer).tensor;
    const std::size_t columns = m_model->layer(layer).columns;
    if (m_columns.empty())
        TRY_VOID(gatherColumns(stop, progress));
    const auto found = m_columns.find(id);
    const bool read = found != m_columns.end();
    const auto columnsOf = [&](float value) {
        return Tensor::adoptFloats({columns}, std::vector<float>(columns, value));
    };
    const Columns known =
        read ? found->second : Columns{columnsOf(1), columnsOf(0), columnsOf(1), columnsOf(1)};
    OfLayer result{known.meanSquare, known.mean, known.meanAbsolute, known.maxAbsolute, {}};
    if (const auto given = m_given.find(layer); given != m_given.end())
        result.meanSquare = given->second;
    if (need != Calibration::Gram)
        return result;
    if (!read) {
        std::vector<float> unit(columns * columns);
        for (std::size_t i = 0; i < columns; ++i)
            unit[i * columns + i] = 1;
        result.gram = Tensor::adoptFloats({columns, columns}, std::move(unit));
        return result;
    }
    // A tied table is looked up in the first stage and multiplied in the last: the product counts.
    std::size_t stage = 0;
    for (const Node& node : m_graph->nodes)
        if (isLayer(node.op.kind) && !node.weights.empty() && node.weights[0] == id)
            stage = node.stage;
    if (m_gramStage != stage)
        TRY_VOID(gatherGrams(stage, stop, progress));
    result.gram = m_grams.at(id);
    return result;
}

} // namespace tritloom
