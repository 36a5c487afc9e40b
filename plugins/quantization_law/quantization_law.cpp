#include "plugins/quantization_law/quantization_law.h"

#include "core/method/degradation_law.h"
#include "core/method/usual_parameters.h"

#include <cmath>

namespace tritloom {
namespace {

std::string number(double value)
{
    return fmt::format("{:.4g}", value);
}

} // namespace

std::vector<ParameterSpec> QuantizationLaw::parameters() const
{
    return {
        {.key = "parameters",
         .title = "Parameters without embeddings",
         .unit = "billions",
         .standard = 7,
         .lowest = 1e-3,
         .highest = 1e4},
        trainingTokensParameter(1000)};
}

Result<Report> QuantizationLaw::run(ModelProbe*, const Parameters& given, const MethodContext& context) const
{
    const auto specs = parameters();
    const double n = TRY(parameterValue(specs, given, "parameters")) * 1e9;
    const double d = TRY(parameterValue(specs, given, "tokens")) * 1e9;
    Report report{
        .title = "What low bits cost, by how long a model was trained",
        .paragraphs = {},
        .tables = {},
        .charts = {}};
    report.paragraphs = {
        "A published fit over Pythia models (160 M to 12 B parameters, up to 206 B tokens) quantized by "
        "GPTQ. It says "
        "nothing of better methods, of models trained with quantization, or of 1 bit.",
        n < 1.6e8 || n > 1.2e10 || d > 3e11 ? "These sizes lie outside the fit: read both laws as a band."
                                            : "These sizes lie inside the fit."};
    Report::Table table{
        "Predicted",
        {"bits", "unified law, nats", "table 1 law, nats", "perplexity x", "tokens for 0.2 nats"},
        {}};
    for (const int bits : {2, 3, 4, 5, 6, 8}) {
        const double loss = unifiedDegradation(n, d, bits);
        table.rows.push_back(
            {std::to_string(bits), loss > 2 ? "unusable (" + number(loss) + ")" : number(loss),
             bits <= 4 ? number(perBitDegradation(n, d, bits)) : "not given", number(std::exp(loss)),
             number(unifiedTokens(.2, n, bits))});
    }
    const double level = d / unifiedTokens(.2, n, 4);
    report.tables.push_back(std::move(table));
    report.tables.push_back(
        {"Training",
         {"what", "value"},
         {{"share of the tokens that cost 4 bits 0.2 nats", number(level)},
          {"which is",
           level < .1      ? "undertrained"
               : level < 1 ? "medium"
                           : "well trained"},
          {"loss before quantization, this family", number(baselineLoss(n, d))}}});
    Report::Chart chart{
        "Degradation by training tokens", "training tokens", "nats per token", true, true, {}};
    for (const int bits : {2, 3, 4}) {
        Report::Series unified{fmt::format("{} bits, unified", bits), {}, true},
            own{fmt::format("{} bits, table 1", bits), {}, true};
        for (int i = 0; i <= 50; ++i) {
            const double tokens = std::pow(10.0, 9 + 5.0 * i / 50);
            unified.points.push_back({tokens, unifiedDegradation(n, tokens, bits), 0});
            own.points.push_back({tokens, perBitDegradation(n, tokens, bits), 0});
        }
        chart.series.push_back(std::move(unified));
        chart.series.push_back(std::move(own));
    }
    report.charts.push_back(std::move(chart));
    context.progress(1);
    return report;
}

} // namespace tritloom
