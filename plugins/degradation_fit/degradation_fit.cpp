#include "plugins/degradation_fit/degradation_fit.h"

#include "core/method/code_bits.h"
#include "core/method/degradation_law.h"
#include "core/method/usual_parameters.h"
#include "plugins/degradation_fit/refit.h"

#include <cmath>

namespace tritloom {
namespace {

/// Of the products in the blocks: embeddings and the head are left out, as the law does.
double parametersOf(ModelProbe& probe)
{
    double sum = 0;
    for (const ModelProbe::LayerFacts& layer : probe.layers())
        sum += layer.block ? double(layer.parameters()) : 0;
    return sum;
}

Result<double>
lossAs(ModelProbe& probe, std::size_t candidate, std::size_t chunks, const MethodContext& context)
{
    std::vector<ModelProbe::Replaced> replaced;
    for (std::size_t i = 0; i < probe.layers().size(); ++i) {
        if (context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled at layer {}", i);
        if (probe.layers()[i].block)
            replaced.push_back(TRY(probe.replacedBy(i, candidate)));
    }
    return TRY(probe.losses(replaced, chunks)).negativeLogLikelihood;
}

std::string number(double value)
{
    return fmt::format("{:.4g}", value);
}

std::vector<std::string> exponentRow(const char* name, const FittedDegradation::Exponent& exponent)
{
    return {
        name, number(exponent.value),
        exponent.isFitted ? fmt::format("{:.3g} to {:.3g}", exponent.low, exponent.high) : "as published"};
}

} // namespace

std::vector<ParameterSpec> DegradationFit::parameters() const
{
    return {trainingTokensParameter(100), chunksParameter(4)};
}

Result<Report>
DegradationFit::run(ModelProbe* probe, const Parameters& given, const MethodContext& context) const
{
    const Member member{"this model", probe};
    return runFamily({&member, 1}, given, context);
}

Result<Report> DegradationFit::runFamily(
    std::span<const Member> members, const Parameters& given, const MethodContext& context) const
{
    const auto specs = parameters();
    const double tokens = TRY(parameterValue(specs, given, "tokens")) * 1e9;
    const auto chunks = std::size_t(TRY(parameterValue(specs, given, "chunks")));
    std::vector<DegradationRow> rows;
    Report::Table measured{
        "Measured",
        {"model", "format", "method", "bits", "nats", "published law, nats", "times the law"},
        {}};
    Report::Chart chart{"Bits against what they cost", "bits", "nats per token", true, true, {}};
    Report::Series points{"measured", {}, false}, law{"published law", {}, true};
    std::size_t done = 0;
    for (const Member& member : members) {
        ModelProbe& probe = *member.probe;
        const double size = parametersOf(probe);
        if (probe.graph() == nullptr || probe.candidates().empty() || !(size > 0))
            return fail(
                ErrorCode::Unsupported, "the fit needs language models that can be run and some formats");
        const double original = TRY(probe.losses({}, chunks)).negativeLogLikelihood;
        if (!std::isfinite(original) || !(original > 0)) // 0: not one token could be scored
            return fail(
                ErrorCode::Unsupported,
                "the calibration text scores no token of {}: name a longer one with --calibration",
                member.name);
        for (std::size_t c = 0; c < probe.candidates().size(); ++c) {
            const CandidateInfo& candidate = probe.candidates()[c];
            const double lost = TRY(lossAs(probe, c, chunks, context)) - original,
                         bits = codeBits(candidate.format), expected = unifiedDegradation(size, tokens, bits);
            rows.push_back({size, tokens, bits, lost});
            measured.rows.push_back(
                {member.name, candidate.format, candidate.method, number(bits), number(lost),
                 number(expected), number(lost / expected)});
            if (lost > 0)
                points.points.push_back({bits, lost, 0});
            context.progress(double(++done) / double(members.size() * probe.candidates().size()));
        }
    }
    if (rows.empty())
        return fail(ErrorCode::Unsupported, "no model and no format: there is nothing to fit");
    const double size = rows.front().parameters;
    const auto fit = fitDegradation(rows, context.seed);
    Report report{
        .title = "What bits cost here, beside the law", .paragraphs = {}, .tables = {}, .charts = {}};
    report.paragraphs = {
        fmt::format(
            "{} parameters without embeddings in the first model. Bits are nominal, as in the published fit "
            "of "
            "GPTQ on Pythia; losses are of the calibration text, embeddings and head as stored.",
            number(size)),
        fit ? fmt::format(
            "Fitted to {} measurements above {} nats; of their logarithms it tells {:.3g} of the variance. "
            "It "
            "says nothing of methods that were not among them.",
            fit->rows, leastDegradation, fit->rSquared)
            : fmt::format("No fit: {}.", fit.error().message)};
    report.tables.push_back(std::move(measured));
    Report::Series own{"fitted here", {}, true};
    for (int i = 0; i <= 40; ++i) {
        const double bits = 2 + 6.0 * i / 40;
        law.points.push_back({bits, unifiedDegradation(size, tokens, bits), 0});
        if (fit)
            own.points.push_back({bits, fit->at(size, tokens, bits), 0});
    }
    chart.series = {points, law};
    if (fit) {
        chart.series.push_back(own);
        report.tables.push_back(
            {"Fitted: k D^beta / (N^alpha P^gamma)",
             {"constant", "value", "5 % to 95 %"},
             {{"k", number(std::exp(fit->logFactor)), ""},
              exponentRow("beta, of training tokens", fit->beta),
              exponentRow("alpha, of parameters", fit->alpha),
              exponentRow("gamma, of bits", fit->gamma)}});
    }
    report.charts.push_back(std::move(chart));
    return report;
}

} // namespace tritloom
