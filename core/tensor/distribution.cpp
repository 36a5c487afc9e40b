#include "core/tensor/distribution.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace tritloom {
namespace {

constexpr std::size_t rowsPerChunk = 16;

/// Sums of one chunk of rows; combined in order.
struct Moments {
    std::size_t count = 0, nans = 0, infinities = 0, zeros = 0;
    double minimum = std::numeric_limits<double>::infinity(), maximum = -minimum;
    double sum = 0;
};

struct Central {
    double second = 0, fourth = 0, absolute = 0;
    std::vector<std::uint64_t> bins;
};

/// Which rows are looked at: `every`-th of them.
template <typename Function>
void forRows(const Tensor& tensor, std::size_t every, Function function)
{
    const std::size_t columns = tensor.type().columns(), rows = (tensor.type().rows() + every - 1) / every;
    parallelFor(rows, rowsPerChunk, [&](std::size_t begin, std::size_t end) {
        std::vector<float> row(columns);
        for (std::size_t r = begin; r < end; ++r) {
            tensor.decodeRows(r * every, row);
            function(begin / rowsPerChunk, std::span<const float>(row));
        }
    });
}

/// The generalised Gaussian's shape from E|x|^2 / (E|x|)^2 = G(1/b) G(3/b) / G(2/b)^2, by bisection
/// (moment matching, Mallat 1989; Sharifi and Leon-Garcia 1995).
double shapeFromRatio(double ratio)
{
    const auto ratioOf = [](double b) {
        return std::exp(std::lgamma(1 / b) + std::lgamma(3 / b) - 2 * std::lgamma(2 / b));
    };
    double low = 0.15, high = 12;
    if (ratio >= ratioOf(low))
        return low;
    if (ratio <= ratioOf(high))
        return high;
    for (int i = 0; i < 60; ++i) {
        const double middle = (low + high) / 2;
        (ratioOf(middle) > ratio ? low : high) = middle;
    }
    return (low + high) / 2;
}

} // namespace

double FittedDensity::density(double x) const
{
    return shape / (2 * scale * std::tgamma(1 / shape)) * std::exp(-std::pow(std::abs(x - location) / scale, shape));
}

Result<Distribution>
distributionOf(const Tensor& tensor, std::size_t binCount, std::size_t everyRow, std::stop_token stop)
{
    Distribution result;
    everyRow = std::max<std::size_t>(1, everyRow);
    const std::size_t rows = (tensor.type().rows() + everyRow - 1) / everyRow,
                      parts = (rows + rowsPerChunk - 1) / rowsPerChunk;
    std::vector<Moments> moments(parts);
    forRows(tensor, everyRow, [&](std::size_t part, std::span<const float> row) {
        if (stop.stop_requested())
            return;
        Moments& m = moments[part];
        for (const float value : row) {
            if (!std::isfinite(value)) {
                ++(std::isnan(value) ? m.nans : m.infinities);
                continue;
            }
            const double x = double(value);
            ++m.count;
            m.zeros += x == 0 ? 1 : 0;
            m.minimum = std::min(m.minimum, x);
            m.maximum = std::max(m.maximum, x);
            m.sum += x;
        }
    });
    Moments total;
    for (const Moments& m : moments) {
        total.count += m.count;
        total.nans += m.nans;
        total.infinities += m.infinities;
        total.zeros += m.zeros;
        total.minimum = std::min(total.minimum, m.minimum);
        total.maximum = std::max(total.maximum, m.maximum);
        total.sum += m.sum;
    }
    result.nanCount = total.nans;
    result.infiniteCount = total.infinities;
    result.count = total.count;
    result.bins.assign(binCount, 0);
    if (stop.stop_requested())
        return fail(ErrorCode::Cancelled, "cancelled");
    if (total.count == 0)
        return result;
    const double count = double(total.count);
    result.minimum = total.minimum;
    result.maximum = total.maximum;
    result.mean = total.sum / count;
    result.zeroShare = double(total.zeros) / count;

    std::vector<Central> centrals(parts);
    const float mean = float(result.mean), low = float(result.minimum);
    const float perWidth
        = result.maximum > result.minimum ? float(double(binCount) / (result.maximum - result.minimum)) : 0;
    forRows(tensor, everyRow, [&](std::size_t part, std::span<const float> row) {
        if (stop.stop_requested())
            return;
        Central& c = centrals[part];
        c.bins.resize(binCount);
        float second = 0, fourth = 0, absolute = 0; // one row: few enough values for float sums
        for (const float value : row) {
            if (!std::isfinite(value))
                continue;
            const float d = value - mean;
            second += d * d;
            fourth += d * d * d * d;
            absolute += std::abs(d);
            ++c.bins[std::min(binCount - 1, std::size_t((value - low) * perWidth))];
        }
        c.second += double(second);
        c.fourth += double(fourth);
        c.absolute += double(absolute);
    });
    if (stop.stop_requested())
        return fail(ErrorCode::Cancelled, "cancelled");
    double second = 0, fourth = 0, absolute = 0;
    for (const Central& c : centrals) {
        second += c.second;
        fourth += c.fourth;
        absolute += c.absolute;
        for (std::size_t b = 0; b < c.bins.size(); ++b)
            result.bins[b] += c.bins[b];
    }
    second /= count;
    fourth /= count;
    absolute /= count;
    result.sigma = std::sqrt(second);
    result.kurtosis = second > 0 ? fourth / (second * second) : 0;
    for (std::size_t b = 0; b < binCount; ++b) {
        const double center = result.minimum + (double(b) + 0.5) * result.binWidth();
        if (std::abs(center - result.mean) > 4 * result.sigma)
            result.outlierShare += double(result.bins[b]) / count;
    }
    if (second > 0) {
        const double shape = shapeFromRatio(second / (absolute * absolute));
        result.gaussian = {result.mean, result.sigma * std::numbers::sqrt2, 2, 0};
        result.laplace = {result.mean, absolute, 1, 0};
        result.generalised
            = {result.mean, result.sigma * std::exp((std::lgamma(1 / shape) - std::lgamma(3 / shape)) / 2), shape, 0};
        for (FittedDensity* const fit : {&result.gaussian, &result.laplace, &result.generalised})
            for (std::size_t b = 0; b < binCount; ++b) {
                const double center = result.minimum + (double(b) + 0.5) * result.binWidth();
                const double scaled = std::pow(std::abs(center - fit->location) / fit->scale, fit->shape);
                fit->logLikelihood += double(result.bins[b]) / count
                    * (std::log(fit->shape / (2 * fit->scale)) - std::lgamma(1 / fit->shape) - scaled);
            }
    }
    return result;
}

} // namespace tritloom
