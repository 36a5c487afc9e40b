#include "plugins/integer_functions/integer_functions.h"

#include "core/graph/unary_value.h"
#include "core/method/dyadic.h"
#include "core/method/layer_uses.h"
#include "core/method/network_probe.h"
#include "plugins/integer_functions/integer_tables.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace tritloom {
namespace {

struct NamedFunction {
    UnaryFunction function;
    const char* name;
    [[nodiscard]] double operator()(double x) const { return unaryValue(function, x); }
};

// Functions that are no whole-number arithmetic by themselves and have no parameters.
constexpr NamedFunction functions[] = {
    {UnaryFunction::Sigmoid, "sigmoid"},
    {UnaryFunction::Tanh, "tanh"},
    {UnaryFunction::Silu, "SiLU"},
    {UnaryFunction::GeluErf, "GELU"},
    {UnaryFunction::GeluTanh, "GELU, tanh form"},
    {UnaryFunction::Softplus, "softplus"},
    {UnaryFunction::Erf, "erf"}};

const NamedFunction* functionOf(const Op& op)
{
    UnaryFunction function;
    if (op.kind == OpKind::Silu)
        function = UnaryFunction::Silu;
    else if (op.kind == OpKind::Gelu)
        function = UnaryFunction::GeluTanh;
    else if (op.kind == OpKind::Unary)
        function = UnaryFunction(op.count("function"));
    else
        return nullptr;
    const auto* const found = std::ranges::find(functions, function, &NamedFunction::function);
    return found == std::end(functions) ? nullptr : found;
}

/// Squared errors against what the network has there.
struct Difference {
    double error = 0, power = 0;
    void add(double found, float exact)
    {
        error += (found - double(exact)) * (found - double(exact));
        power += double(exact) * double(exact);
    }
    [[nodiscard]] std::string relative() const
    {
        return fmt::format("{:.3g}", power > 0 ? error / power : 0.0);
    }
};

std::vector<std::string>
rowOf(const Node& node, const NamedFunction& function, const Tensor& x, const Tensor& y)
{
    const ShiftedCodes given = shiftedCodes(x.floats());
    const FunctionTable table = tableOf(function, given.shift);
    const auto exact = y.floats();
    Difference whole, input;
    for (std::size_t i = 0; i < exact.size(); ++i) {
        whole.add(table.at(given.codes[i]), exact[i]);
        input.add(function(std::ldexp(double(given.codes[i]), given.shift)), exact[i]);
    }
    return {node.name, function.name, whole.relative(), input.relative(), ""};
}

std::vector<std::string> softmaxRow(const Node& node, const Tensor& x, const Tensor& y, int bits)
{
    const std::size_t width = x.type().shape.back();
    const auto given = x.floats(), exact = y.floats();
    Difference whole, input, logarithmic;
    for (std::size_t begin = 0; begin + width <= given.size(); begin += width) {
        const ShiftedCodes codes = shiftedCodes(given.subspan(begin, width));
        const std::vector<std::uint8_t> made = integerSoftmax(codes.codes, codes.shift);
        const int largest = *std::ranges::max_element(codes.codes);
        double sum = 0;
        for (const std::int8_t code : codes.codes)
            sum += std::exp(std::ldexp(double(code - largest), codes.shift));
        for (std::size_t i = 0; i < width; ++i) {
            whole.add(double(made[i]) / 256, exact[begin + i]);
            input.add(
                std::exp(std::ldexp(double(codes.codes[i] - largest), codes.shift)) / sum, exact[begin + i]);
            logarithmic.add(
                halfOctaveValue(halfOctaveCode(double(exact[begin + i]), bits)), exact[begin + i]);
        }
    }
    return {node.name, "softmax", whole.relative(), input.relative(), logarithmic.relative()};
}

double largestOf(const Tensor& tensor)
{
    double largest = 0;
    for (const float value : tensor.toFloats())
        if (std::isfinite(value))
            largest = std::max(largest, std::abs(double(value)));
    return largest;
}

} // namespace

std::vector<ParameterSpec> IntegerFunctions::parameters() const
{
    return {
        {.key = "bits",
         .title = "Bits of a probability on half octaves",
         .unit = "",
         .standard = 4,
         .lowest = 2,
         .highest = 8,
         .whole = true}};
}

Result<Report>
IntegerFunctions::run(ModelProbe* probe, const Parameters& given, const MethodContext& context) const
{
    const int bits = int(TRY(parameterValue(parameters(), given, "bits")));
    auto* const network = dynamic_cast<NetworkProbe*>(probe);
    if (network == nullptr || probe->graph() == nullptr || probe->chunkCount() == 0)
        return fail(
            ErrorCode::Unsupported, "the values between products are known of networks on pictures only");
    const NetworkProbe::Values values = TRY(network->values(0));
    Report::Table replaced{
        "Relative squared error of what replaces a function",
        {"node", "function", "8 bits and a table", "of it the 8 bits alone",
         fmt::format("{} bits on half octaves", bits)},
        {}};
    // Parts of a pipeline that were not run have no values.
    const auto isKnown = [&](const Node& node) {
        return !node.inputs.empty() && values.values.contains(node.inputs[0])
            && values.values.contains(node.output);
    };
    for (const Node& node : values.graph.nodes) {
        if (context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled at {}", node.name);
        if (!isKnown(node))
            continue;
        const Tensor &x = values.values.at(node.inputs[0]), &y = values.values.at(node.output);
        if (const NamedFunction* const function = functionOf(node.op))
            replaced.rows.push_back(rowOf(node, *function, x, y));
        const auto dimensions = double(x.type().shape.size());
        const double axis = node.op.number("axis", -1);
        if (node.op.kind == OpKind::Softmax && node.op.number("logarithm") == 0
            && (axis == -1 || axis == dimensions - 1))
            replaced.rows.push_back(softmaxRow(node, x, y, bits));
    }
    context.progress(0.5);
    Report::Table scales{
        "From a product of 8-bit numbers to 8 bits: sum x multiplier / 2^shift",
        {"layer", "scale", "multiplier", "shift", "off by"},
        {}};
    for (const LayerUse& use : TRY(networkProducts(*probe)).uses) {
        if (context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled at layer {}", use.layer);
        if (use.node >= values.graph.nodes.size() || !isKnown(values.graph.nodes[use.node]))
            continue;
        const Node& node = values.graph.nodes[use.node];
        const double in = largestOf(values.values.at(node.inputs[0])) / 127,
                     weight = largestOf(TRY(probe->weights(use.layer))) / 127,
                     out = largestOf(values.values.at(node.output)) / 127;
        const double scale = out > 0 ? in * weight / out : 0;
        if (!(scale >= std::ldexp(1.0, -31) && scale <= std::ldexp(1.0, 29)))
            continue; // silent, or nothing that a shift brings into 8 bits
        const Dyadic whole = dyadicOf(scale);
        scales.rows.push_back(
            {probe->layers()[use.layer].name, fmt::format("{:.6g}", scale), std::to_string(whole.multiplier),
             std::to_string(whole.shift), fmt::format("{:.2g}", std::abs(whole.value() / scale - 1))});
    }
    context.progress(1);
    Report report{
        .title = "What replaces floats between products", .paragraphs = {}, .tables = {}, .charts = {}};
    report.paragraphs = {
        "Each function alone, on the values of one picture or step; errors of one do not reach the next.",
        "Eight bits with a power of two for a scale, one for all values, one a row before a softmax. Where "
        "most of an error is that of the 8 bits, a finer table gains nothing.",
        "Halves are rounded up where a product is rescaled, as a shift does; simulators round them to even.",
        "The studio's own kernels keep floats here: these figures say what a device without them would "
        "lose."};
    if (replaced.rows.empty())
        report.paragraphs.emplace_back(
            "No function of this network needs replacing: the rest is sums, maxima and products.");
    else
        report.tables.push_back(std::move(replaced));
    report.tables.push_back(std::move(scales));
    return report;
}

} // namespace tritloom
