#include "plugins/block_reconstruction/block_reconstruction.h"

#include "core/base/parallel.h"
#include "core/method/network_probe.h"
#include "core/method/one_choice.h"
#include "plugins/block_reconstruction/block_rounding.h"
#include "plugins/torch/held_out.h"

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

constexpr std::size_t mostValueBytes = std::size_t{1} << 30;

struct Options {
    ReconstructionOptions each;
    double heldOut = 0;
    std::size_t longest = 0;
};

/// The network, its calibration data and its layers as the candidate makes them, on the way from the first
/// block to the last.
class Reconstruction {
public:
    Reconstruction(ModelProbe& probe, NetworkProbe& network, const MethodContext& context)
        : m_probe(probe)
        , m_network(network)
        , m_context(context)
    {
    }

    Result<TransformedModel> run(const Options& options)
    {
        TRY_VOID(compressLayers());
        TRY_VOID(gatherParts(options));
        m_engine = TRY(gradientEngine());
        const double before = TRY(outputError(m_start));
        for (std::size_t b = 0; b < m_blocks.size(); ++b)
            TRY_VOID(reconstructBlock(b, options));
        const double after = relativeError(
            [&](std::size_t part) -> const Tensor& { return m_parts[part].rounded.at(m_graph.output); });
        m_context.progress(1);
        return told(before, after);
    }

private:
    /// Errors: Unsupported, where layers are more than one matrix, or none has levels.
    Result<void> compressLayers()
    {
        std::string without;
        for (std::size_t i = 0; i < m_probe.layers().size(); ++i) {
            if (m_context.stop.stop_requested())
                return fail(ErrorCode::Cancelled, "cancelled at layer {}", i);
            const ModelProbe::LayerFacts& facts = m_probe.layers()[i];
            const CompressedLayer made = TRY(m_probe.layerAs(i, 0));
            if (made.isReplacement())
                return fail(
                    ErrorCode::Unsupported,
                    "{}: '{}' stores more than one matrix, and blocks are rounded to the levels of one",
                    facts.name, m_probe.candidates().front().method);
            const NumberFormat& format = *made.tensor().type().format;
            m_start[facts.tensor] = made.tensor();
            if (format.levelCount() >= 2 && format.isWritable())
                m_learned.insert(facts.tensor);
            else
                without = format.id();
        }
        if (m_learned.empty())
            return fail(ErrorCode::Unsupported, "{} has no levels to choose from", without);
        return {};
    }

    /// The inputs of all parts, and all values of the first.
    Result<void> gatherParts(const Options& options)
    {
        NetworkProbe::Values first = TRY(m_network.values(0));
        m_graph = std::move(first.graph);
        m_expected = std::move(first.values);
        m_blocks = networkBlocks(m_graph, m_learned, options.longest);
        const std::size_t all = m_probe.chunkCount(), each = std::max<std::size_t>(1, bytesOfAPart()),
                          count = std::min(all, std::max<std::size_t>(2, mostValueBytes / each));
        for (std::size_t i = 0; i < count; ++i) {
            if (m_context.stop.stop_requested())
                return fail(ErrorCode::Cancelled, "cancelled at picture {}", i);
            const std::size_t chunk = i * all / count;
            const NetworkProbe::Values made = chunk == 0 ? NetworkProbe::Values{m_graph, m_expected}
                                                         : TRY(m_network.values(chunk));
            PartValues part;
            for (const ValueId input : m_graph.part(0).inputs) {
                const Tensor& given = made.values.at(input);
                const Shape &shape = given.type().shape, &expected = m_expected.at(input).type().shape;
                if (shape != expected)
                    return fail(
                        ErrorCode::Unsupported,
                        "blocks are reconstructed on pictures of one size: [{}] and [{}]",
                        fmt::join(expected, ", "), fmt::join(shape, ", "));
                part.stored[input] = part.rounded[input] = given;
            }
            part.stored[m_graph.output] = made.values.at(m_graph.output);
            m_parts.push_back(std::move(part));
        }
        HeldOutSplit split = splitEvenly(count, options.heldOut);
        m_seen = std::move(split.learned);
        m_heldOut = std::move(split.heldOut);
        return {};
    }

    [[nodiscard]] std::size_t bytesOf(const std::vector<ValueId>& values) const
    {
        std::size_t bytes = 0;
        for (const ValueId id : values)
            if (const auto found = m_expected.find(id); found != m_expected.end())
                bytes += found->second.bytes().size();
        return bytes;
    }

    /// What is kept of a part at the block that needs most.
    [[nodiscard]] std::size_t bytesOfAPart() const
    {
        std::size_t most = 0;
        std::vector<ValueId> live = m_graph.part(0).inputs;
        for (const NetworkBlock& block : m_blocks) {
            live.insert(live.end(), block.exits.begin(), block.exits.end());
            most = std::max(most, 2 * bytesOf(live) + bytesOf(block.inner));
            std::erase_if(live, [&](ValueId id) { return !isReadBehind(id, block.last); });
        }
        return most;
    }

    [[nodiscard]] bool isReadBehind(ValueId value, std::size_t node) const
    {
        const auto reads = [&](const Node& later) {
            return std::ranges::find(later.inputs, value) != later.inputs.end();
        };
        const auto& nodes = m_graph.nodes;
        return value == m_graph.output
            || std::any_of(nodes.begin() + std::ptrdiff_t(node), nodes.end(), reads);
    }

    /// Those that nodes [first, last) read, as stored, f32.
    Result<TensorMap> tensorsOf(std::size_t first, std::size_t last)
    {
        TensorMap tensors;
        for (std::size_t n = first; n < last; ++n)
            for (const TensorId id : m_graph.nodes[n].weights)
                if (!tensors.contains(id)) {
                    const Tensor tensor = TRY(m_probe.tensor(id));
                    tensors[id] = Tensor::adoptFloats(tensor.type().shape, tensor.toFloats());
                }
        return tensors;
    }

    [[nodiscard]] const std::vector<std::size_t>& judges() const
    {
        return m_heldOut.empty() ? m_seen : m_heldOut;
    }

    /// |made - stored|^2 / |stored|^2 of the output, over the parts held out.
    double relativeError(const std::function<const Tensor&(std::size_t part)>& made) const
    {
        double off = 0, size = 0;
        for (const std::size_t part : judges()) {
            const auto expected = m_parts[part].stored.at(m_graph.output).floats(),
                       actual = made(part).floats();
            for (std::size_t i = 0; i < expected.size(); ++i) {
                off += std::pow(double(actual[i]) - double(expected[i]), 2);
                size += std::pow(double(expected[i]), 2);
            }
        }
        return off / std::max(size, 1e-30);
    }

    /// relativeError() of the whole network with other tensors.
    Result<double> outputError(const TensorMap& replaced)
    {
        TensorMap tensors = TRY(tensorsOf(0, m_graph.nodes.size()));
        for (const auto& [id, tensor] : replaced)
            if (tensors.contains(id))
                tensors[id] = Tensor::adoptFloats(tensors[id].type().shape, tensor.toFloats());
        std::map<std::size_t, Result<Tensor>> outputs;
        for (const std::size_t part : judges())
            outputs.emplace(part, Tensor());
        parallelFor(judges().size(), 1, [&](std::size_t begin, std::size_t end) {
            for (std::size_t i = begin; i < end; ++i)
                outputs.at(judges()[i]) = outputOf(judges()[i], tensors);
        });
        for (const auto& [part, output] : outputs)
            if (!output)
                return tl::make_unexpected(output.error());
        return relativeError([&](std::size_t part) -> const Tensor& { return *outputs.at(part); });
    }

    Result<Tensor> outputOf(std::size_t part, const TensorMap& tensors) const
    {
        std::map<ValueId, Tensor> inputs;
        for (const ValueId input : m_graph.part(0).inputs)
            inputs[input] = m_parts[part].stored.at(input);
        return TRY(m_engine->run(
                       {.graph = m_graph,
                        .inputs = std::move(inputs),
                        .outputs = {m_graph.output},
                        .tensorOf = [&](TensorId id) -> Result<Tensor> { return tensors.at(id); },
                        .wanted = {},
                        .stop = m_context.stop}))
            .outputs[0];
    }

    Result<void> reconstructBlock(std::size_t index, const Options& options)
    {
        const NetworkBlock& block = m_blocks[index];
        if (block.exits.empty())
            return {}; // nobody reads what it makes
        TensorMap stored = TRY(tensorsOf(block.first, block.last)), replaced;
        BlockRounding rounding;
        for (const auto& [id, tensor] : stored)
            if (const auto start = m_start.find(id); start != m_start.end()) {
                const auto done = m_done.find(id); // a layer that several blocks read
                const bool isDone = done != m_done.end();
                replaced[id] = isDone ? done->second : start->second;
                if (!isDone && m_learned.contains(id))
                    rounding.add(id, tensor, start->second);
            }
        const std::string where = nameOf(block);
        for (const auto& [id, tensor] : stored)
            if (!std::ranges::all_of(tensor.floats(), [](float value) { return std::isfinite(value); }))
                return fail(ErrorCode::InvalidInput, "{}: there are NaN or infinite weights", where);
        BlockData data(*m_engine, m_graph, block, m_parts, stored);
        if (const auto ran = data.runAsStored(m_expected, m_context.stop); !ran)
            return fail(ran.error().code, "{}: {}", where, ran.error().message);
        if (!rounding.tensors().empty()) {
            MethodContext context = m_context;
            context.seed = m_context.seed + index;
            context.progress = [&](double fraction) {
                m_context.progress((double(index) + fraction) / double(m_blocks.size()));
            };
            ++m_tried;
            TRY_VOID(reconstruct(data, rounding, m_seen, options.each, context));
            TensorMap learned = replaced;
            for (auto& [id, tensor] : rounding.hard())
                learned[id] = tensor;
            const BlockData::Question question{.parts = judges()};
            const double before = TRY(data.loss(question, replaced, {}, m_context.stop)).value,
                         after = TRY(data.loss(question, learned, {}, m_context.stop)).value;
            if (after < before) {
                ++m_kept;
                replaced = std::move(learned);
            }
            for (const TensorId id : rounding.tensors())
                m_done[id] = replaced[id];
        }
        TRY_VOID(data.runRounded(replaced, m_context.stop));
        std::set<ValueId> live;
        for (const auto& [id, value] : m_parts[0].stored)
            if (isReadBehind(id, block.last))
                live.insert(id);
        for (PartValues& part : m_parts)
            for (auto* const values : {&part.stored, &part.rounded})
                std::erase_if(*values, [&](const auto& value) { return !live.contains(value.first); });
        return {};
    }

    /// For people: the layers at both of its ends.
    [[nodiscard]] std::string nameOf(const NetworkBlock& block) const
    {
        std::string first, last;
        for (const std::size_t n : block.layers)
            for (const ModelProbe::LayerFacts& facts : m_probe.layers())
                if (std::ranges::count(m_graph.nodes[n].weights, facts.tensor) > 0)
                    (first.empty() ? first : last) = facts.name;
        return first + (last.empty() ? "" : " to " + last);
    }

    TransformedModel told(double before, double after)
    {
        TransformedModel result;
        const CandidateInfo& candidate = m_probe.candidates().front();
        const std::string on = fmt::format(
            "{} parts of the calibration data{}", judges().size(), m_heldOut.empty() ? "" : " held out");
        if (m_kept == 0 || !(after < before)) {
            result.notices.push_back(fmt::format(
                "No block came nearer to the original than {} by {} is, the squared error of whose output is "
                "{:.3g} of its power on {}: nothing changed",
                candidate.format, candidate.method, before, on));
            return result;
        }
        result.notices.push_back(fmt::format(
            "{} of {} blocks were reconstructed: the squared error of the output is {:.3g} of its power, "
                "before {:.3g}, on {}",
            m_kept, m_tried, after, before, on));
        result.notices.push_back(fmt::format(
            "Layers are packed as {} by {}, inputs not rounded; other formats round what is packed once more",
            candidate.format, candidate.method));
        for (const auto& [id, tensor] : m_done)
            result.tensors[id] = tensor;
        return result;
    }

    ModelProbe& m_probe;
    NetworkProbe& m_network;
    const MethodContext& m_context;
    const GradientEngine* m_engine = nullptr;
    Graph m_graph;
    std::map<ValueId, Tensor> m_expected; ///< all values of the first part, by the program's own backend
    std::vector<NetworkBlock> m_blocks;
    std::vector<PartValues> m_parts;
    std::vector<std::size_t> m_seen, m_heldOut; ///< parts
    TensorMap m_start; ///< layers as the candidate makes them
    std::set<TensorId> m_learned; ///< those with levels
    TensorMap m_done; ///< layers of blocks so far
    std::size_t m_tried = 0, m_kept = 0;
};

} // namespace

std::vector<ParameterSpec> BlockReconstruction::parameters() const
{
    return {
        {.key = "iterations",
         .title = "Steps for each block",
         .unit = "",
         .standard = 600,
         .lowest = 1,
         .highest = 50000,
         .whole = true},
        {.key = "rate",
         .title = "Rate",
         .unit = "",
         .standard = 0.5,
         .lowest = 1e-5,
         .highest = 10,
         .whole = false},
        {.key = "batch",
         .title = "Parts in a step",
         .unit = "",
         .standard = 32,
         .lowest = 1,
         .highest = 1024,
         .whole = true},
        {.key = "kappa",
         .title = "Weight of layers inside a block",
         .unit = "",
         .standard = 0.8,
         .lowest = 0,
         .highest = 100,
         .whole = false},
        {.key = "regulariser",
         .title = "Regulariser of the rounding",
         .unit = "",
         .standard = 1, // at some hundred steps the hard rounding loses more without it
         .lowest = 0,
         .highest = 1,
         .whole = true},
        heldOutParameter(),
        {.key = "layers",
         .title = "Layers that a shortcut inside a block spans at most",
         .unit = "",
         .standard = 4,
         .lowest = 1,
         .highest = 32,
         .whole = true}};
}

Result<TransformedModel>
BlockReconstruction::apply(ModelProbe& probe, const Parameters& given, const MethodContext& context) const
{
    const auto specs = parameters();
    Options options;
    options.each.iterations = int(TRY(parameterValue(specs, given, "iterations")));
    options.each.rate = float(TRY(parameterValue(specs, given, "rate")));
    options.each.batch = std::size_t(TRY(parameterValue(specs, given, "batch")));
    options.each.kappa = TRY(parameterValue(specs, given, "kappa"));
    options.each.regularised = TRY(parameterValue(specs, given, "regulariser")) != 0;
    options.heldOut = TRY(parameterValue(specs, given, "held_out"));
    options.longest = std::size_t(TRY(parameterValue(specs, given, "layers")));
    if (probe.candidates().empty())
        return fail(
            ErrorCode::InvalidInput,
            "blocks are reconstructed for what each layer becomes: name a recipe, or a format and a method");
    TRY_VOID(mustBeChosen(probe.candidates().size(), "blocks are reconstructed"));
    if (probe.graph() == nullptr)
        return fail(ErrorCode::Unsupported, "blocks are reconstructed only where the graph of the model is known");
    if (probe.graph()->inputs.empty())
        return fail(ErrorCode::Unsupported, "blocks are reconstructed in networks on pictures, not on text");
    if (probe.graph()->partCount() > 1)
        return fail(
            ErrorCode::Unsupported, "blocks are reconstructed in one network, not in a pipeline of several");
    auto* const network = dynamic_cast<NetworkProbe*>(&probe);
    if (network == nullptr || probe.chunkCount() == 0)
        return fail(
            ErrorCode::Unsupported, "blocks are reconstructed on calibration pictures, and there are none");
    return Reconstruction(probe, *network, context).run(options);
}

} // namespace tritloom
