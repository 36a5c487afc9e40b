#include "plugins/baq/baq.h"

#include "core/method/inverse_factor.h"
#include "core/method/loss_gain.h"
#include "core/method/usual_parameters.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tritloom {
namespace {

/// sum over rows of (max(w, 0) - min(w, 0))^2
double squaredRanges(const std::vector<float>& weights, std::size_t columns)
{
    double sum = 0;
    for (std::size_t begin = 0; begin < weights.size(); begin += columns) {
        float low = 0, high = 0;
        for (std::size_t c = 0; c < columns; ++c) {
            low = std::min(low, weights[begin + c]);
            high = std::max(high, weights[begin + c]);
        }
        sum += double(high - low) * double(high - low);
    }
    return sum;
}

/// 1 / U_jj^2 of each column j
Result<std::vector<double>>
columnWeights(const std::vector<float>& gram, std::size_t n, double damping, const std::stop_token& stop)
{
    double mean = 0;
    for (std::size_t i = 0; i < n; ++i)
        mean += double(gram[i * n + i]) / double(n);
    std::vector<double> matrix(gram.begin(), gram.end());
    for (std::size_t i = 0; i < n; ++i) {
        double& diagonal = matrix[i * n + i];
        diagonal = diagonal > 0 ? diagonal + damping * mean : std::max(mean, 1e-12);
    }
    const std::vector<float> factor = TRY(inverseFactor(matrix, n, stop));
    std::vector<double> weights;
    for (std::size_t i = 0; i < n; ++i)
        weights.push_back(1 / std::max(1e-30, double(factor[i * (n + 1)]) * double(factor[i * (n + 1)])));
    return weights;
}

} // namespace

std::vector<ParameterSpec> BaqMetric::parameters() const
{
    return {dampeningParameter()};
}

Result<MetricScores>
BaqMetric::score(ModelProbe& probe, const Parameters& given, const MethodContext& context) const
{
    const double damping = TRY(parameterValue(parameters(), given, "dampening")) / 100;
    MetricScores scores{
        .title = "c 4^-bits", .unit = "", .costs = {}, .isAdditive = true, .perLayer = {}, .notices = {}};
    scores.further = {
        "GM/AM",
        "what is left of the loss with columns of unequal bits in place of equal ones, geometric over "
        "arithmetic mean of what columns lose",
        {}};
    const auto layers = probe.layers();
    double logSum = 0, sum = 0, parameters = 0;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        if (context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled at layer {} of {}", i, layers.size());
        const std::size_t columns = layers[i].columns;
        const std::vector<float> weights = TRY(probe.weights(i)).toFloats();
        const double perColumn = squaredRanges(weights, columns) / 12;
        const std::vector<double> ofColumns =
            TRY(columnWeights(TRY(probe.gram(i)).toFloats(), columns, damping, context.stop));
        const double c = perColumn * std::accumulate(ofColumns.begin(), ofColumns.end(), 0.0);
        // Ranges are of rows, the same for every column: what columns differ by is U alone.
        scores.further.values.push_back(gainOf(ofColumns));
        scores.perLayer.push_back(c);
        std::vector<double> costs;
        for (std::size_t k = 0; k < probe.candidates().size(); ++k)
            costs.push_back(
                c * std::exp2(-2 * 8.0 * double(probe.bytes(i, k)) / double(layers[i].parameters())));
        scores.costs.push_back(std::move(costs));
        const auto n = double(layers[i].parameters());
        logSum += n * std::log(std::max(c / n, 1e-300));
        sum += c;
        parameters += n;
        context.progress(double(i + 1) / double(layers.size()));
    }
    const double gain = std::exp(logSum / parameters) / (sum / parameters);
    scores.notices.push_back(fmt::format(
        "gain of unequal bits over equal ones: {:.3f} of the loss is left (geometric over arithmetic mean)",
        gain));
    return scores;
}

} // namespace tritloom
