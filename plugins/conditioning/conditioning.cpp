#include "plugins/conditioning/conditioning.h"

#include "core/method/layer_uses.h"

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

/// A layer's kernels as some weights make them.
struct Spectrum {
    double loss = 0, least = 0, largest = 0; ///< summed over groups; over all of them
    std::vector<double> values; ///< descending
};

Spectrum spectrumOf(const std::vector<ConvolutionKernel>& kernels, std::size_t side)
{
    Spectrum spectrum;
    for (const ConvolutionKernel& kernel : kernels) {
        spectrum.loss += orthogonalityLoss(kernel);
        const std::vector<double> values = singularValues(kernel, side);
        spectrum.values.insert(spectrum.values.end(), values.begin(), values.end());
    }
    std::ranges::sort(spectrum.values, std::greater<>());
    spectrum.largest = spectrum.values.front();
    spectrum.least = spectrum.values.back();
    return spectrum;
}

std::string rangeOf(const Spectrum& spectrum)
{
    return fmt::format("{:.4g} to {:.4g}", spectrum.least, spectrum.largest);
}

/// What a batch norm right behind the layer multiplies each of its outputs with; empty: there is none.
Result<std::vector<double>> normFactors(ModelProbe& probe, std::size_t node)
{
    const Graph& graph = *probe.graph();
    for (const Node& other : graph.nodes) {
        if (other.op.kind != OpKind::BatchNorm || other.inputs[0] != graph.nodes[node].output)
            continue;
        const std::vector<Tensor> stored = TRY(storedOperands(probe, other)); // scale, bias, mean, variance
        const std::vector<float> scale = stored[0].toFloats(), variance = stored[3].toFloats();
        std::vector<double> factors;
        for (std::size_t i = 0; i < scale.size(); ++i)
            factors.push_back(double(scale[i]) / std::sqrt(double(variance[i]) + other.op.number("epsilon")));
        return factors;
    }
    return std::vector<double>();
}

std::vector<ConvolutionKernel>
scaledOutputs(std::vector<ConvolutionKernel> kernels, std::span<const double> factors)
{
    std::size_t output = 0;
    for (ConvolutionKernel& kernel : kernels)
        for (std::size_t m = 0; m < kernel.outputs; ++m, ++output)
            for (std::size_t i = 0; i < kernel.values.size() / kernel.outputs; ++i)
                kernel.values[m * kernel.values.size() / kernel.outputs + i] *= factors[output];
    return kernels;
}

Report::Series seriesOf(std::string name, const std::vector<double>& values)
{
    constexpr std::size_t most = 512;
    Report::Series series{.name = std::move(name), .points = {}, .isLine = true};
    const std::size_t step = (values.size() + most - 1) / most;
    for (std::size_t i = 0; i < values.size(); i += step)
        series.points.push_back({double(i) / double(values.size()), values[i], 0});
    return series;
}

} // namespace

std::vector<ParameterSpec> Conditioning::parameters() const
{
    return {
        {.key = "side",
         .title = "Side of the output that singular values are found for",
         .unit = "pixels",
         .standard = 8,
         .lowest = 1,
         .highest = 64,
         .whole = true},
        {.key = "widest",
         .title = "Layers of more channels than this on both sides are left out",
         .unit = "channels",
         .standard = 512,
         .lowest = 1,
         .highest = 8192,
         .whole = true}};
}

Result<Report>
Conditioning::run(ModelProbe* probe, const Parameters& given, const MethodContext& context) const
{
    const auto specs = parameters();
    const auto side = std::size_t(TRY(parameterValue(specs, given, "side"))),
               widest = std::size_t(TRY(parameterValue(specs, given, "widest")));
    const NetworkProducts products = TRY(networkProducts(*probe));
    const auto layers = probe->layers();
    const auto candidates = probe->candidates();
    Report report{.title = "Conditioning of convolutions", .paragraphs = {}, .tables = {}, .charts = {}};
    Report::Table asStored{
        fmt::format("As stored, outputs of {0} x {0}, circular padding", side),
        {"layer", "outputs x inputs x kernel / stride", "orthonormal", "L_orth", "bound on |s^2 - 1|",
         "singular values", "with batch norm: L_orth", "singular values"},
        {}};
    Report::Table rounded{
        "Compressed",
        {"layer", "format", "method", "L_orth", "change", "singular values", "change of the largest"},
        {}};
    std::vector<double> growth(candidates.size() + 1); // log10 of the product of the largest
    std::vector<char> seen(layers.size());
    std::size_t left = 0, impossible = 0;
    double worst = -1;
    for (const LayerUse& use : products.uses) {
        if (context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled before {}", layers[use.layer].name);
        if (seen[use.layer] != 0)
            continue;
        seen[use.layer] = 1;
        const ModelProbe::LayerFacts& layer = layers[use.layer];
        const Op& op = probe->graph()->nodes[use.node].op;
        const auto kernelsWith = [&](const Tensor& weights) {
            return kernelsOf(op, weights.toFloats(), layer.rows, layer.columns);
        };
        const auto kernels = kernelsWith(TRY(probe->weights(use.layer)));
        if (!kernels && kernels.error().code == ErrorCode::Unsupported) {
            ++left;
            continue;
        }
        if (!kernels)
            return tl::make_unexpected(kernels.error());
        const ConvolutionKernel& first = kernels->front();
        if (std::min(first.outputs, first.inputs * first.stride()) > widest) {
            ++left;
            continue;
        }
        const Spectrum stored = spectrumOf(*kernels, side);
        growth[0] += std::log10(stored.largest);
        impossible += first.canBeOrthogonal() ? 0 : 1;
        const std::vector<double> factors = TRY(normFactors(*probe, use.node));
        const bool hasNorm = !factors.empty() && op.kind != OpKind::TransposedConvolution;
        const Spectrum folded = hasNorm ? spectrumOf(scaledOutputs(*kernels, factors), side) : Spectrum{};
        asStored.rows.push_back(
            {layer.name,
             fmt::format(
                 "{}{} x {} x {} x {} / {}",
                 kernels->size() > 1 ? fmt::format("{} of ", kernels->size()) : "", first.outputs,
                 first.inputs, first.height, first.width, std::max(first.strideDown, first.strideAcross)),
             fmt::format(
                 "{}{}", first.isRowCase() ? "rows" : "columns",
                 first.canBeOrthogonal() ? "" : ": impossible"),
             fmt::format("{:.4g}", stored.loss),
             first.isRowCase() ? fmt::format("{:.4g}", std::sqrt(spectralBound(first, stored.loss))) : "",
             rangeOf(stored), hasNorm ? fmt::format("{:.4g}", folded.loss) : "",
             hasNorm ? rangeOf(folded) : ""});
        Report::Chart chart{
            "Singular values of " + layer.name, "share of all", "singular value", false, false, {}};
        chart.series.push_back(seriesOf("as stored", stored.values));
        double change = 0;
        for (std::size_t c = 0; c < candidates.size(); ++c) {
            const auto made = TRY(kernelsWith(TRY(probe->compressed(use.layer, c))));
            const Spectrum spectrum = spectrumOf(made, side);
            growth[c + 1] += std::log10(spectrum.largest);
            change = std::max(change, std::abs(spectrum.largest - stored.largest) / stored.largest);
            rounded.rows.push_back(
                {layer.name, candidates[c].format, candidates[c].method, fmt::format("{:.4g}", spectrum.loss),
                 fmt::format("{:+.4g}", spectrum.loss - stored.loss), rangeOf(spectrum),
                 fmt::format("{:+.4g}", spectrum.largest - stored.largest)});
            chart.series.push_back(
                seriesOf(candidates[c].format + " " + candidates[c].method, spectrum.values));
        }
        if (change > worst) {
            worst = change;
            report.charts = {std::move(chart)};
        }
        context.progress(double(asStored.rows.size()) / double(layers.size()));
    }
    if (asStored.rows.empty())
        return fail(
            ErrorCode::Unsupported,
            "none of {} layers is a product of at most {} channels over two dimensions", layers.size(),
            widest);
    std::string sentence = fmt::format(
        "The largest singular values multiply to 10^{:.3g} over {} layers, which bounds how much an error "
        "can "
        "grow",
        growth[0], asStored.rows.size());
    for (std::size_t c = 0; c < candidates.size(); ++c)
        sentence += fmt::format(
            "{} 10^{:.3g} as {} {}", c == 0 ? "; compressed it is" : ",", growth[c + 1], candidates[c].format,
            candidates[c].method);
    report.paragraphs.push_back(sentence + ".");
    report.paragraphs.push_back(
        "L_orth is 0 where a convolution keeps all lengths; singular values are then 1. Values are exact for "
        "circular padding, which borders filled with zeros only come near to.");
    if (impossible > 0)
        report.paragraphs.push_back(fmt::format(
            "{} layers have a shape for which no kernel is orthogonal: their L_orth cannot reach 0.",
            impossible));
    if (left > 0)
        report.paragraphs.push_back(fmt::format(
            "{} layers were left out: three dimensions, or more than {} channels (parameter widest).", left,
            widest));
    report.tables.push_back(std::move(asStored));
    if (!rounded.rows.empty())
        report.tables.push_back(std::move(rounded));
    return report;
}

} // namespace tritloom
