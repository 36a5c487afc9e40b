#include "plugins/float_splits/float_splits.h"

#include "core/method/clip_search.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tritloom {

std::vector<float> splitLevels(int bits, int exponent)
{
    std::vector<float> magnitudes;
    const int mantissa = bits - 1 - exponent;
    if (exponent == 0) {
        for (int code = 0; code < 1 << (bits - 1); ++code)
            magnitudes.push_back(float(code));
    } else {
        for (int e = 0; e < 1 << exponent; ++e)
            for (int m = 0; m < 1 << mantissa; ++m) {
                const float part = float(m) / float(1 << mantissa);
                magnitudes.push_back(std::ldexp(e == 0 ? part : 1 + part, std::max(e, 1)));
            }
    }
    std::vector<float> levels;
    for (auto value = magnitudes.rbegin(); value != magnitudes.rend(); ++value)
        if (*value > 0)
            levels.push_back(-*value);
    levels.insert(levels.end(), magnitudes.begin(), magnitudes.end());
    return levels;
}

double relativeClippedError(std::span<const float> values, std::size_t columns, std::span<const float> levels)
{
    double error = 0, power = 0;
    for (std::size_t begin = 0; begin < values.size(); begin += columns) {
        const auto row = values.subspan(begin, std::min(columns, values.size() - begin));
        error += bestLevelClip(row, levels).error;
        for (const float value : row)
            power += double(value) * double(value);
    }
    return power > 0 ? error / power : 0;
}

std::vector<ParameterSpec> FloatSplits::parameters() const
{
    return {
        {.key = "bits",
         .title = "Bits",
         .unit = "sign included",
         .standard = 4,
         .lowest = 3,
         .highest = 8,
         .whole = true}};
}

Result<Report>
FloatSplits::run(ModelProbe* probe, const Parameters& given, const MethodContext& context) const
{
    const int bits = int(TRY(parameterValue(parameters(), given, "bits")));
    const int most = std::min(5, bits - 1);
    std::vector<std::vector<float>> tables;
    Report::Table table{"Squared error over power, best clip a row", {"layer"}, {}};
    for (int exponent = 0; exponent <= most; ++exponent) {
        // One exponent bit makes whole numbers too: the first binade has the step of the subnormals.
        if (exponent == 1)
            continue;
        tables.push_back(splitLevels(bits, exponent));
        table.columns.push_back(
            exponent == 0 ? fmt::format("int{}", bits)
                          : fmt::format("E{}M{}", exponent, bits - 1 - exponent));
    }
    table.columns.emplace_back("best");
    std::vector<std::size_t> wins(tables.size());
    const auto layers = probe->layers();
    for (std::size_t i = 0; i < layers.size(); ++i) {
        if (context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled at layer {} of {}", i, layers.size());
        std::vector<float> values = TRY(probe->weights(i)).toFloats();
        for (float& value : values)
            value = std::isfinite(value) ? value : 0.0f;
        std::vector<std::string> row{layers[i].name};
        std::size_t best = 0;
        double least = std::numeric_limits<double>::infinity();
        for (std::size_t t = 0; t < tables.size(); ++t) {
            const double error = relativeClippedError(values, layers[i].columns, tables[t]);
            row.push_back(fmt::format("{:.5g}", error));
            if (error < least) {
                least = error;
                best = t;
            }
        }
        row.push_back(table.columns[best + 1]);
        ++wins[best];
        table.rows.push_back(std::move(row));
        context.progress(double(i + 1) / double(layers.size()));
    }
    Report report{.title = "Splits of small floats", .paragraphs = {}, .tables = {}, .charts = {}};
    for (std::size_t t = 0; t < tables.size(); ++t)
        report.paragraphs.push_back(fmt::format(
            "{} leaves the least error on {} of {} layers.", table.columns[t + 1], wins[t], layers.size()));
    report.paragraphs.emplace_back(
        "A format of E exponent bits is fp<bits>e<E>row, whole numbers are int<bits>row; one "
        "exponent bit makes whole numbers again.");
    report.tables.push_back(std::move(table));
    return report;
}

} // namespace tritloom
