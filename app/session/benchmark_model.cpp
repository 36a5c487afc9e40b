#include "app/session/benchmark_model.h"

#include "app/session/timed_executor.h"
#include "core/calibrate/model_values.h"
#include "core/evaluate/forward_pass.h"
#include "core/sensitivity/cost_model.h"

#include <algorithm>

namespace tritloom {
namespace {

void addShares(std::vector<PhaseShare>& shares, const TimedExecutor& timed, double wall)
{
    double known = 0;
    std::vector<PhaseShare> mine;
    for (const TimedExecutor::Part& part : timed.parts)
        for (const auto& [kind, seconds] : *part.seconds) {
            mine.push_back({part.name, std::string(nameOf(kind)), seconds / wall});
            known += seconds;
        }
    mine.push_back({timed.name, "everything else", std::max(0.0, 1 - known / wall)});
    std::sort(mine.begin(), mine.end(), [](const auto& a, const auto& b) { return a.share > b.share; });
    shares.insert(shares.end(), mine.begin(), mine.end());
}

/// Of other devices than the CPU the id says it.
std::vector<CpuActivations> modesOf(const ModelBenchmark& what)
{
    if (what.device == "cpu")
        return what.modes;
    return {what.device.ends_with(":8bit") ? CpuActivations::EightBit : CpuActivations::Exact};
}

Chunk randomChunk(const Model& model, std::size_t tokens, std::uint64_t seed)
{
    // The embedding is the first thing that reads the input: its rows are the vocabulary.
    const Node& first = model.graph->nodes.front();
    const std::size_t vocabulary = model.tensor(first.weights.front()).shape.front();
    Chunk chunk;
    chunk.firstScored = tokens / 2;
    for (std::size_t i = 0; i < tokens; ++i) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        chunk.tokens.push_back(TokenId((seed >> 33) % vocabulary));
    }
    return chunk;
}

/// Of the weights that products read, and elements of those: with the head or without.
struct ProductSize {
    double bytes = 0, elements = 0, headElements = 0;
};
ProductSize productSize(const Model& model)
{
    ProductSize size;
    for (const Node& node : model.graph->nodes) {
        if (node.op.kind != OpKind::Linear)
            continue;
        const NamedTensor& tensor = model.tensor(node.weights.front());
        const double elements = double(tensor.shape[0]) * double(tensor.shape[1]);
        size.bytes += double(bytesRead(tensor));
        size.elements += elements;
        if (node.stage + 1 == model.graph->stageCount)
            size.headElements += elements;
    }
    return size;
}

std::string formatOf(const Model& model)
{
    for (const Node& node : model.graph->nodes)
        if (node.op.kind == OpKind::Linear)
            return storedFormat(model.tensor(node.weights.front()))->id();
    return {};
}

Result<void> mustRun(const Model& model)
{
    if (!model.graph)
        return fail(ErrorCode::Unsupported, "the model cannot be run: {}", model.whyNotEvaluated);
    return {};
}

struct ModelShape {
    const char* name;
    std::size_t blocks, hidden, feedForward, heads, kvHeads, vocabulary;
};
constexpr ModelShape shapes[] = {
    {"1.1b", 22, 2048, 5632, 32, 4, 32000}, // TinyLlama's
    {"125m", 12, 768, 2048, 12, 12, 32000},
    {"tiny", 2, 256, 512, 4, 2, 512},
};

const ModelShape* findShape(std::string_view name)
{
    return std::ranges::find_if(shapes, [&](const ModelShape& shape) { return shape.name == name; });
}

} // namespace

Result<void> checkShape(const std::string& name)
{
    if (findShape(name) == std::end(shapes))
        return fail(ErrorCode::NotFound, "there is no shape '{}': 1.1b, 125m and tiny are", name);
    return {};
}

Result<std::shared_ptr<const Model>> randomModel(const std::string& name, const NumberFormatPtr& format)
{
    TRY_VOID(checkShape(name));
    const ModelShape* const shape = findShape(name);
    ModelFile file;
    file.path = name;
    file.format = "gguf";
    const auto set = [&](const char* key, std::size_t value) {
        file.metadata.set(std::string("llama.") + key, std::uint32_t(value));
    };
    file.metadata.set("general.architecture", std::string("llama"));
    set("block_count", shape->blocks);
    set("embedding_length", shape->hidden);
    set("feed_forward_length", shape->feedForward);
    set("attention.head_count", shape->heads);
    set("attention.head_count_kv", shape->kvHeads);
    set("context_length", 2048);
    const auto add = [&](std::string tensor, std::size_t rows, std::size_t columns) {
        file.tensors.push_back(
            {.name = std::move(tensor),
             .shape = {rows, columns},
             .stored = randomWeights(format, rows, columns)});
    };
    const auto norm = [&](std::string tensor) {
        file.tensors.push_back(
            {.name = std::move(tensor),
             .shape = {shape->hidden},
             .stored = Tensor::adoptFloats({shape->hidden}, std::vector<float>(shape->hidden, 1.0f))});
    };
    const std::size_t kv = shape->hidden / shape->heads * shape->kvHeads;
    add("token_embd.weight", shape->vocabulary, shape->hidden);
    for (std::size_t b = 0; b < shape->blocks; ++b) {
        const std::string prefix = "blk." + std::to_string(b) + ".";
        norm(prefix + "attn_norm.weight");
        add(prefix + "attn_q.weight", shape->hidden, shape->hidden);
        add(prefix + "attn_k.weight", kv, shape->hidden);
        add(prefix + "attn_v.weight", kv, shape->hidden);
        add(prefix + "attn_output.weight", shape->hidden, shape->hidden);
        norm(prefix + "ffn_norm.weight");
        add(prefix + "ffn_gate.weight", shape->feedForward, shape->hidden);
        add(prefix + "ffn_up.weight", shape->feedForward, shape->hidden);
        add(prefix + "ffn_down.weight", shape->hidden, shape->feedForward);
    }
    norm("output_norm.weight");
    add("output.weight", shape->vocabulary, shape->hidden);
    return makeModel(std::move(file));
}

Result<std::vector<PhaseShare>> benchmarkEvaluate(
    const ModelBenchmark& what, const CpuLimits& limits, const OnBenchmarkRow& onRow, std::stop_token stop)
{
    const Model& model = *what.model;
    TRY_VOID(mustRun(model));
    const ProductSize size = productSize(model);
    std::vector<PhaseShare> shares;
    for (const CpuActivations mode : modesOf(what)) {
        TimedExecutor timed = TRY(makeTimedExecutor(what.device, mode));
        ForwardPass pass(
            std::make_shared<Compressor>(what.model, MethodLookup(), nullptr, 0), std::move(timed.executor),
            1 << 20);
        std::uint64_t seed = 0;
        const auto times = TRY(repeat(
            what.count, 0,
            [&]() -> Result<void> {
                if (seed == 1)
                    timed.clear(); // the first chunk repacked
                TRY(pass.logProbabilities(
                    randomChunk(model, what.context, seed++), model.original(), ForwardPass::Keep::Nothing,
                    stop));
                return {};
            },
            stop));
        BenchmarkRow row{.device = timed.name, .format = formatOf(model), .columns = what.context};
        const double scored = double(what.context - 1 - what.context / 2);
        setTimes(
            row, times, size.bytes,
            2 * ((size.elements - size.headElements) * double(what.context) + size.headElements * scored),
            limits,
            mode == CpuActivations::EightBit ? limits.byteOperationsPerSecond
                                             : limits.exactOperationsPerSecond());
        double wall = 0;
        for (const double seconds : times.wall)
            wall += seconds;
        addShares(shares, timed, wall);
        onRow(row);
    }
    return shares;
}

Result<std::vector<PhaseShare>> benchmarkDecode(
    const ModelBenchmark& what, const CpuLimits& limits, const OnBenchmarkRow& onRow, std::stop_token stop)
{
    const Model& model = *what.model;
    TRY_VOID(mustRun(model));
    const Graph& graph = *model.graph;
    const ProductSize size = productSize(model);
    std::vector<PhaseShare> shares;
    for (const CpuActivations mode : modesOf(what)) {
        const TimedExecutor timed = TRY(makeTimedExecutor(what.device, mode));
        SequenceState state;
        const auto feed = [&](std::span<const TokenId> tokens) -> Result<void> {
            ValueMap values{{graph.input, asValues(tokens)}};
            const auto weightsOf = [&](TensorId id) { return storedWeights(model, id); };
            TRY_VOID(timed.executor->run(graph, 0, graph.stageCount - 1, values, weightsOf, &state, stop));
            state.tokens += tokens.size();
            return {};
        };
        const Chunk chunk = randomChunk(model, 32 + 12 * what.count, 1);
        TRY_VOID(feed(std::span(chunk.tokens).first(32)));
        timed.clear();
        std::size_t next = 32;
        const auto times = TRY(repeat(
            12 * what.count - 1, 0, [&] { return feed(std::span(chunk.tokens).subspan(next++, 1)); }, stop));
        BenchmarkRow row{.device = timed.name, .format = formatOf(model), .columns = 1};
        setTimes(
            row, times, size.bytes, 2 * size.elements, limits,
            mode == CpuActivations::EightBit ? limits.byteOperationsPerSecond
                                             : limits.exactOperationsPerSecond());
        double wall = 0;
        for (const double seconds : times.wall)
            wall += seconds;
        addShares(shares, timed, wall * double(times.wall.size() + 1) / double(times.wall.size()));
        onRow(row);
    }
    return shares;
}

Result<void> benchmarkDrag(
    const ModelBenchmark& what, const std::string& format, const MethodLookup& methods,
    const CpuLimits& limits, const OnBenchmarkRow& onRow, std::stop_token stop)
{
    const Model& model = *what.model;
    TRY_VOID(mustRun(model));
    // The last layer of the middle block: its up and down projections are the largest.
    std::optional<LayerId> middle;
    for (std::size_t i = 0; i < model.layers.size(); ++i)
        if (model.layers[i].block == (model.graph->stageCount - 2) / 2)
            middle = LayerId(i);
    if (!middle)
        return fail(ErrorCode::Unsupported, "the model has no blocks");
    for (const CpuActivations mode : modesOf(what)) {
        TimedExecutor timed = TRY(makeTimedExecutor(what.device, mode));
        ForwardPass pass(
            std::make_shared<Compressor>(what.model, methods, nullptr, std::size_t{256} << 20),
            std::move(timed.executor), std::size_t{1} << 30);
        const std::size_t tokens = std::min<std::size_t>(128, what.context);
        const Chunk chunk = randomChunk(model, tokens, 1);
        Allocation allocation = model.original();
        TRY(pass.logProbabilities(chunk, allocation, ForwardPass::Keep::Everything, stop));
        std::size_t turn = 0;
        const auto times = TRY(repeat(
            what.count, 0,
            [&]() -> Result<void> {
                // Another method's parameter would be a cache hit; another format each time is not.
                const std::string id = turn++ % 2 == 0 ? format : "int4g" + std::to_string(32 * turn);
                allocation[*middle] = {id, "rtn", {}};
                TRY(pass.logProbabilities(chunk, allocation, ForwardPass::Keep::Everything, stop));
                return {};
            },
            stop));
        BenchmarkRow row{
            .device = timed.name,
            .format = format,
            .rows = model.layer(*middle).rows,
            .inner = model.layer(*middle).columns,
            .columns = tokens};
        setTimes(row, times, 0, 0, limits, 0);
        onRow(row);
    }
    return {};
}

} // namespace tritloom
