#include "core/calibrate/statistics.h"

#include <algorithm>
#include <set>

// Histograms of what goes into the layers: the part of Statistics that static ranges are told from.
namespace tritloom {
namespace {

constexpr std::size_t channelBins = 256, mostBuckets = 8;

/// Values of one channel of [N, C, ...] or of one column of [rows, C].
std::vector<float>
channelOf(const Tensor& input, std::size_t channel, std::size_t channels, std::size_t inner)
{
    const auto x = input.floats();
    std::vector<float> values;
    for (std::size_t begin = channel * inner; begin < x.size(); begin += channels * inner)
        values.insert(
            values.end(), x.begin() + std::ptrdiff_t(begin), x.begin() + std::ptrdiff_t(begin + inner));
    return values;
}

Tensor rowsFrom(const Tensor& x, std::size_t first)
{
    const std::size_t columns = x.type().columns();
    const auto values = x.floats();
    return Tensor::adoptFloats(
        {x.type().rows() - first, columns}, {values.begin() + std::ptrdiff_t(first * columns), values.end()});
}

/// The states of a text that one network of a pipeline gives to another.
std::set<ValueId> textsOf(const Graph& graph)
{
    std::set<ValueId> made, texts;
    for (const GraphPart& part : graph.parts) {
        for (const ValueId input : part.inputs)
            if (made.contains(input))
                texts.insert(input);
        made.insert(part.output);
    }
    return texts;
}

/// What a layer has read of texts.
struct SeenTexts {
    Tensor first; ///< [tokens, width]
    bool hasOther = false, startsEqual = true;
    std::vector<InputHistograms::Bucket> others; ///< as InputHistograms::StartToken

    void see(const Tensor& text)
    {
        if (first.type().shape.empty())
            first = text;
        const auto bytes = text.bytes(), known = first.bytes();
        const std::size_t row = text.type().columns() * sizeof(float);
        hasOther = hasOther || !std::ranges::equal(bytes, known);
        startsEqual = startsEqual && std::ranges::equal(bytes.first(row), known.first(row));
    }
    [[nodiscard]] std::string whyNot() const
    {
        if (!hasOther)
            return "calibration saw one text only, which cannot tell whether its first token is that of all: "
                   "give a prompt, and guidance other than 0 and 1";
        if (!startsEqual)
            return "what it reads at the first token differs from text to text, so it cannot be stored";
        return {};
    }
};

/// firstRow: of a product, those before it are left out.
void add(InputHistograms::Bucket& bucket, const Node& node, const Tensor& whole, std::size_t firstRow = 0)
{
    const bool isProduct = node.op.kind == OpKind::Linear;
    const Tensor input = firstRow == 0 ? whole : rowsFrom(whole, firstRow);
    const Shape& shape = input.type().shape;
    const std::size_t channels = isProduct ? shape.back() : shape[1];
    std::size_t inner = 1;
    for (std::size_t i = 2; i < shape.size() && !isProduct; ++i)
        inner *= shape[i];
    bucket.channels.resize(channels, Histogram(channelBins));
    bucket.whole.add(input.floats());
    for (std::size_t c = 0; c < channels; ++c)
        bucket.channels[c].add(channelOf(input, c, channels, inner));
}

} // namespace

Result<void> Statistics::gatherInputs(std::stop_token stop, const std::function<void(double)>& progress)
{
    const Graph& graph = *m_graph;
    const auto timeOf = [&](const ValueMap& sample) {
        const bool hasTime = graph.inputs.size() > 1 && sample.contains(graph.inputs[1].value);
        return hasTime ? double(sample.at(graph.inputs[1].value).floats().front()) : 0.0;
    };
    // The time steps seen, cut into at most so many buckets of as many different steps.
    std::set<double> seen;
    for (const ValueMap& sample : m_samples)
        seen.insert(timeOf(sample));
    const std::vector<double> times(seen.begin(), seen.end());
    const std::size_t count = std::min(mostBuckets, times.size());
    std::vector<double> last;
    for (std::size_t b = 0; b < count; ++b)
        last.push_back(times[(b + 1) * times.size() / count - 1]);

    std::map<TensorId, InputHistograms> gathered;
    std::map<TensorId, SeenTexts> readers;
    const std::set<ValueId> texts = textsOf(graph);
    std::size_t bucket = 0;
    m_executor->onLayerInput = [&](const Node& node, const Tensor& input) {
        if (node.weights.empty())
            return;
        std::vector<InputHistograms::Bucket>& buckets = gathered[node.weights[0]].buckets;
        buckets.resize(count);
        add(buckets[bucket], node, input);
        if (node.op.kind != OpKind::Linear || !texts.contains(node.inputs[0]) || input.type().rows() < 2)
            return;
        SeenTexts& seenTexts = readers[node.weights[0]];
        seenTexts.see(input);
        seenTexts.others.resize(count);
        add(seenTexts.others[bucket], node, input, 1);
    };
    for (std::size_t s = 0; s < m_samples.size(); ++s) {
        bucket = std::size_t(std::ranges::lower_bound(last, timeOf(m_samples[s])) - last.begin());
        ValueMap values = m_samples[s];
        const GraphPart part = graph.part(graph.partOf(values).value_or(0));
        const auto run = m_executor->run(
            graph, part.firstStage, part.lastStage, values, [this](TensorId id) { return storedWeights(id); },
            nullptr, stop);
        if (!run) {
            m_executor->onLayerInput = {};
            return run;
        }
        if (progress)
            progress(double(s + 1) / double(m_samples.size()));
    }
    m_executor->onLayerInput = {};
    for (auto& [id, histograms] : gathered) {
        for (std::size_t b = 0; b < histograms.buckets.size(); ++b)
            histograms.buckets[b].lastTime = last[b];
        const auto reader = readers.find(id);
        if (reader == readers.end()) {
            histograms.whyNoStartToken = "it reads no text that another network has encoded";
            continue;
        }
        SeenTexts& text = reader->second;
        histograms.whyNoStartToken = text.whyNot();
        if (!histograms.whyNoStartToken.empty())
            continue;
        for (std::size_t b = 0; b < text.others.size(); ++b)
            text.others[b].lastTime = last[b];
        // As networks run it: all rows at once, weights as floats.
        const Tensor weights = TRY(materialise(m_model->tensor(id)));
        const Tensor operands[] = {text.first, Tensor::adoptFloats(weights.type().shape, weights.toFloats())};
        const Tensor made = TRY(m_executor->run(Op{OpKind::Linear, {}}, operands, stop));
        const auto row = made.floats().first(made.type().columns());
        histograms.startToken = {
            text.first.type().rows(), std::move(text.others),
            Tensor::adoptFloats({1, row.size()}, {row.begin(), row.end()})};
    }
    m_inputs = std::move(gathered);
    return {};
}

Result<InputHistograms>
Statistics::inputsOf(LayerId layer, std::stop_token stop, const std::function<void(double)>& progress)
{
    const std::scoped_lock lock(m_mutex);
    if (!m_graph)
        return fail(ErrorCode::Unsupported, "no statistics: {}", m_model->whyNotEvaluated);
    TRY_VOID(ensureSamples(stop));
    if (m_inputs.empty())
        TRY_VOID(gatherInputs(std::move(stop), progress));
    const auto found = m_inputs.find(m_model->layer(layer).tensor);
    return found == m_inputs.end() ? InputHistograms() : found->second;
}

} // namespace tritloom
