#include "plugins/integer_network/integer_plan.h"

#include "plugins/integer_network/integer_nodes.h"
#include "plugins/integer_network/integer_weights.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

namespace tritloom {
namespace {

using Kind = IntegerStep::Kind;

std::size_t sizeOf(const Shape& shape)
{
    return TensorType{nullptr, shape}.elements();
}

/// Codes of a value: code * scale.
struct Grid {
    double scale = 1;
    std::int32_t low = 0, high = 0;
};

class Planner {
public:
    Planner(
        ModelProbe& probe, const NetworkProbe::Values& values, const std::map<ValueId, Histogram>& ranges,
        const IntegerOptions& options)
        : m_probe(probe)
        , m_graph(values.graph)
        , m_values(values.values)
        , m_ranges(ranges)
        , m_options(options)
    {
    }

    Result<IntegerPlan> run()
    {
        const ValueId answer = walk();
        if (!m_isBehind.contains(answer))
            return fail(ErrorCode::Unsupported, "the network has no product that its answer depends on");
        for (std::size_t n = 0; n < m_graph.nodes.size(); ++n) {
            const Node& node = m_graph.nodes[n];
            if (m_isNeeded.contains(node.output) && m_isBehind.contains(node.output) && !m_folded.contains(n))
                TRY_VOID(add(node));
        }
        m_plan.logits = m_sums.at(answer);
        if (m_plan.steps[m_plan.logits].scales.size() > 1)
            m_plan.logits = TRY(codesOf(answer, 8));
        m_plan.logitStep = gridOf(answer, 8).scale;
        return std::move(m_plan);
    }

private:
    /// Learns who reads what; the value that the classes are told by, before a softmax.
    ValueId walk()
    {
        for (std::size_t n = 0; n < m_graph.nodes.size(); ++n)
            m_makers[m_graph.nodes[n].output] = n;
        ValueId answer = m_graph.output;
        for (auto maker = m_makers.find(answer); maker != m_makers.end(); maker = m_makers.find(answer)) {
            const Node& node = m_graph.nodes[maker->second];
            if (node.op.kind != OpKind::Softmax && node.op.kind != OpKind::LogSoftmax)
                break;
            answer = node.inputs[0];
        }
        m_isNeeded.insert(answer);
        for (std::size_t n = m_graph.nodes.size(); n-- > 0;) {
            const Node& node = m_graph.nodes[n];
            if (!m_isNeeded.contains(node.output))
                continue;
            for (const ValueId value : node.inputs) {
                m_isNeeded.insert(value);
                m_readers[value].push_back(n);
                if (isProduct(node) || m_leadsOn.contains(node.output))
                    m_leadsOn.insert(value);
            }
        }
        m_readers[answer].push_back(SIZE_MAX);
        for (const Node& node : m_graph.nodes)
            if (isProduct(node)
                || std::ranges::any_of(node.inputs, [this](ValueId v) { return m_isBehind.contains(v); }))
                m_isBehind.insert(node.output);
        return answer;
    }

    const Node* soleReader(ValueId value) const
    {
        const auto found = m_readers.find(value);
        return found == m_readers.end() || found->second.size() != 1 || found->second[0] == SIZE_MAX
            ? nullptr
            : &m_graph.nodes[found->second[0]];
    }
    const Shape& shapeOf(ValueId value) const { return m_values.at(value).type().shape; }

    /// Of the layer that a node reads, else its own.
    std::string titleOf(const Node& node) const
    {
        const auto layers = m_probe.layers();
        const auto layer = node.weights.empty()
            ? layers.end()
            : std::ranges::find(layers, node.weights[0], &ModelProbe::LayerFacts::tensor);
        if (layer != layers.end())
            return layer->name;
        return node.name.empty() ? fmt::format("node {}", &node - m_graph.nodes.data()) : node.name;
    }
    /// What a register is called by the product that it comes from.
    std::string titleOf(std::size_t index) const
    {
        std::string_view way;
        for (const IntegerStep* step = &m_plan.steps[index];; step = &m_plan.steps[step->from[0]]) {
            if (way.empty())
                way = step->kind == Kind::Add  ? "sum at "
                    : step->kind == Kind::Sum  ? "mean behind "
                    : step->kind == Kind::Move ? "moved, behind "
                                               : "";
            if (step->kind == Kind::Product || step->kind == Kind::Given)
                return std::string(way) + step->name;
        }
    }
    Error unsupported(const Node& node, std::string_view what) const
    {
        return {
            ErrorCode::Unsupported,
            fmt::format("{}: {} {} has no form in whole numbers", titleOf(node), nameOf(node.op.kind), what)};
    }

    Grid gridOf(ValueId value, int bits) const
    {
        const Histogram& seen = m_ranges.at(value);
        const bool isUnsigned =
            m_isBehind.contains(value) ? m_nonNegative.contains(value) : seen.least() >= 0;
        RangeOptions options = m_options.range;
        options.bits = bits;
        options.isSymmetric = !isUnsigned;
        const ActivationRange range = estimateRange(seen, options);
        const std::int32_t half = 1 << (bits - 1);
        Grid grid = isUnsigned ? Grid{range.high / (2 * half - 1), 0, 2 * half - 1}
                               : Grid{std::max(-range.low, range.high) / (half - 1), -half, half - 1};
        if (!(grid.scale > 0))
            grid.scale = 1; // a silent value
        return grid;
    }

    std::size_t push(IntegerStep step, int codeBits)
    {
        m_plan.steps.push_back(std::move(step));
        m_codeBits.push_back(codeBits);
        return m_plan.steps.size() - 1;
    }

    Result<std::vector<Dyadic>> rescaleTo(std::size_t from, double scale, std::string_view name) const
    {
        std::vector<Dyadic> result;
        for (const double given : m_plan.steps[from].scales) {
            if (given == scale) {
                result.push_back({});
                continue;
            }
            const double by = m_options.floatScales ? double(float(given) / float(scale)) : given / scale;
            if (!(by <= std::ldexp(1.0, 29)))
                return fail(ErrorCode::Unsupported, "{}: sums are multiplied by {:.3g}", name, by);
            // What 31 bits shift out entirely is 0 whatever the sum.
            result.push_back(by < std::ldexp(1.0, -31) ? Dyadic{1, 62} : dyadicOf(by));
        }
        return result;
    }

    /// The register with the value in codes of at most so many bits.
    Result<std::size_t> codesOf(ValueId value, int bits)
    {
        if (const auto known = m_codes.find({value, bits}); known != m_codes.end())
            return known->second;
        const Grid grid = gridOf(value, bits);
        IntegerStep step{
            .kind = m_isBehind.contains(value) ? Kind::Round : Kind::Given,
            .name = "picture",
            .value = value,
            .low = grid.low,
            .high = grid.high,
            .shape = shapeOf(value),
            .scales = {grid.scale}};
        if (step.kind == Kind::Round) {
            const std::size_t sums = m_sums.at(value);
            if (m_codeBits[sums] > 0 && m_codeBits[sums] <= bits)
                return m_codes[{value, bits}] = sums;
            step.name = titleOf(sums);
            step.from = {sums};
            step.rescale = {TRY(rescaleTo(sums, grid.scale, step.name))};
        }
        return m_codes[{value, bits}] = push(std::move(step), bits);
    }

    /// An operand of a residual sum: sums of a product that nothing else reads are rounded once only.
    Result<std::size_t> branchOf(ValueId value)
    {
        const auto sums = m_sums.find(value);
        if (sums != m_sums.end() && soleReader(value) != nullptr
            && m_plan.steps[sums->second].kind == Kind::Product)
            return sums->second;
        return codesOf(value, m_options.heldBits);
    }

    /// A number a channel that a sum adds: stored, or a constant of the graph. Empty: it adds values.
    Result<std::vector<float>> addedBy(const Node& node, ValueId to, std::size_t channels)
    {
        std::vector<Tensor> stored = TRY(storedOperands(m_probe, node));
        for (const ValueId value : node.inputs)
            if (const auto maker = m_makers.find(value); value != to && maker != m_makers.end()
                && m_graph.nodes[maker->second].op.kind == OpKind::Constant)
                stored.push_back(m_values.at(value));
        if (stored.size() != 1)
            return std::vector<float>{};
        const std::vector<float> numbers = stored[0].toFloats();
        const Shape& shape = stored[0].type().shape;
        if (numbers.size() == 1)
            return std::vector<float>(channels, numbers[0]);
        // The channels are dimension 1; numpy aligns at the last.
        const std::size_t after = shapeOf(to).size() - 2;
        const bool fits =
            numbers.size() == channels && shape.size() > after && shape[shape.size() - 1 - after] == channels;
        return fits ? numbers : std::vector<float>{};
    }

    Result<void> addProduct(const Node& node)
    {
        const ValueId input = node.inputs[0];
        const bool isLast = !m_leadsOn.contains(node.output);
        const bool isEnd = m_options.endsIn8 && (isLast || !m_isBehind.contains(input));
        const std::vector<Tensor> operands = TRY(storedOperands(m_probe, node));
        if (operands.empty() || (node.op.kind == OpKind::Linear && shapeOf(input).size() != 2))
            return tl::unexpected(unsupported(node, "of such values"));
        const std::size_t codes = TRY(codesOf(input, isEnd ? 8 : m_options.inputBits));
        AffineProduct product(operands);
        // What follows it with a factor and a summand a channel is the product's own.
        ValueId output = node.output;
        for (const Node* next = soleReader(output); next != nullptr; next = soleReader(output)) {
            if (next->op.kind == OpKind::BatchNorm) {
                const std::vector<Tensor> norm = TRY(storedOperands(m_probe, *next));
                if (norm.size() != 4 || !product.fold(norm, next->op.number("epsilon")))
                    return tl::unexpected(unsupported(*next, "of such sizes, or with numbers that are not finite,"));
            } else if (const std::vector<float> more = isSum(*next)
                           ? TRY(addedBy(*next, output, product.outputs()))
                           : std::vector<float>{};
                       !more.empty()) {
                product.add(more);
            } else {
                break;
            }
            m_folded.insert(std::size_t(next - m_graph.nodes.data()));
            output = next->output;
        }
        const IntegerStep& from = m_plan.steps[codes];
        const int bits = isEnd ? 8 : m_options.weightBits;
        IntegerStep step{
            .kind = Kind::Product,
            .name = titleOf(node),
            .from = {codes},
            .value = output,
            .shape = shapeOf(output)};
        if (node.op.kind == OpKind::Convolution)
            step.taps = TRY(tapTable(node.op, shapeOf(input)));
        step.weights = product.whole(
            {.bits = bits,
             .isOneScale = isLast,
             .inputScale = from.scales[0],
             .largestInput = largestCode(codes)});
        step.weights.groups = node.op.count("groups", 1);
        step.weights.channels = product.columns() / step.taps.taps;
        if (!(step.weights.largestSum < std::ldexp(1.0, 31)))
            return fail(
                ErrorCode::Unsupported, "{}: sums of up to {:.3g} do not fit into 32 bits", step.name,
                step.weights.largestSum);
        for (const double scale : step.weights.scales)
            step.scales.push_back(
                m_options.floatScales ? double(float(scale) * float(from.scales[0]))
                                      : scale * from.scales[0]);
        if (isLast)
            step.scales.resize(1);
        m_sums[output] = push(std::move(step), 0);
        return {};
    }

    /// The largest magnitude of the codes in a register.
    double largestCode(std::size_t codes) const { return std::ldexp(1.0, m_codeBits[codes]) - 1; }

    Result<void> add(const Node& node)
    {
        const Shape& shape = shapeOf(node.output);
        IntegerStep step{.name = titleOf(node), .value = node.output, .shape = shape};
        int codeBits = 0;
        if (isProduct(node))
            return addProduct(node);
        if (isSum(node)) {
            if (node.inputs.size() != 2 || shapeOf(node.inputs[0]) != shape
                || shapeOf(node.inputs[1]) != shape)
                return tl::unexpected(unsupported(node, "of such values"));
            step.kind = Kind::Add;
            ValueId held = node.output; // the scale is that of what follows, negative ones cut off
            for (const Node* next = soleReader(held); next != nullptr && isRectifier(*next);
                 next = soleReader(held)) {
                held = next->output;
                m_nonNegative.insert(held);
            }
            const double scale = gridOf(held, m_options.heldBits).scale;
            for (const ValueId value : node.inputs) {
                step.from.push_back(TRY(branchOf(value)));
                step.rescale.push_back(TRY(rescaleTo(step.from.back(), scale, step.name)));
            }
            step.scales = {scale};
        } else if (isRectifier(node)) {
            step.kind = Kind::Rectify;
            step.from = {m_sums.at(node.inputs[0])};
            step.most =
                UnaryFunction(node.op.count("function")) == UnaryFunction::Clip ? node.op.number("b") : 0;
            m_nonNegative.insert(node.output);
        } else if (node.op.kind == OpKind::MaxPool) {
            step.kind = Kind::Largest;
            step.from = {m_sums.at(node.inputs[0])};
            step.taps = TRY(tapTable(node.op, shapeOf(node.inputs[0])));
        } else if (node.op.kind == OpKind::AveragePool || isGlobalMean(node, shapeOf(node.inputs[0]))) {
            step.kind = Kind::Sum;
            step.from = {TRY(codesOf(node.inputs[0], m_options.heldBits))};
            TRY_VOID(setMean(step, node));
        } else {
            const bool isReshape = node.op.kind == OpKind::Reshape;
            if (node.op.kind == OpKind::Pad && (node.op.number("mode") != 0 || node.op.number("value") != 0))
                return tl::unexpected(unsupported(node, "with other values than zeros"));
            if (node.inputs.size() == 1)
                step.moved = placesOf(node.op, shapeOf(node.inputs[0]), shape);
            if (step.moved.empty())
                return tl::unexpected(unsupported(node, "(not among those of classifiers)"));
            const std::size_t sums = m_sums.at(node.inputs[0]);
            step.kind = Kind::Move;
            step.from = {
                isReshape && m_plan.steps[sums].scales.size() == 1
                    ? sums
                    : TRY(codesOf(node.inputs[0], m_options.heldBits))};
        }
        if (step.kind != Kind::Add && step.kind != Kind::Rectify && m_nonNegative.contains(node.inputs[0]))
            m_nonNegative.insert(node.output);
        if (step.kind == Kind::Largest || step.kind == Kind::Move)
            codeBits = m_codeBits[step.from[0]];
        if (step.scales.empty())
            step.scales = m_plan.steps[step.from[0]].scales;
        m_sums[node.output] = push(std::move(step), codeBits);
        return {};
    }

    Result<void> setMean(IntegerStep& step, const Node& node) const
    {
        const Shape& from = shapeOf(node.inputs[0]);
        if (node.op.kind == OpKind::Reduce) {
            step.taps.taps = step.taps.inputSize = sizeOf(from) / (from[0] * from[1]);
            step.taps.from.resize(step.taps.taps);
            std::iota(step.taps.from.begin(), step.taps.from.end(), 0);
        } else {
            step.taps = TRY(tapTable(node.op, from));
            if (std::ranges::count(step.taps.from, -1) > 0 && node.op.number("countPadding") == 0)
                return tl::unexpected(unsupported(node, "of windows of different sizes"));
        }
        step.scales = {m_plan.steps[step.from[0]].scales[0] / double(step.taps.taps)};
        return {};
    }

    ModelProbe& m_probe;
    const Graph& m_graph;
    const std::map<ValueId, Tensor>& m_values;
    const std::map<ValueId, Histogram>& m_ranges;
    const IntegerOptions& m_options;
    std::map<ValueId, std::size_t> m_makers;
    std::map<ValueId, std::vector<std::size_t>> m_readers;
    /// What the answer depends on; what depends on a product; what a product depends on; never below 0.
    std::set<ValueId> m_isNeeded, m_isBehind, m_leadsOn, m_nonNegative;
    std::set<std::size_t> m_folded; ///< nodes that a product does
    std::map<ValueId, std::size_t> m_sums; ///< the register of a value as it was made
    std::map<std::pair<ValueId, int>, std::size_t> m_codes;
    std::vector<int> m_codeBits; ///< by register; 0: sums
    IntegerPlan m_plan;
};

} // namespace

Result<IntegerPlan> integerPlan(
    ModelProbe& probe, const NetworkProbe::Values& values, const std::map<ValueId, Histogram>& ranges,
    const IntegerOptions& options)
{
    return Planner(probe, values, ranges, options).run();
}

} // namespace tritloom
