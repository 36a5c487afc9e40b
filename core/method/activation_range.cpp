#include "core/method/activation_range.h"

#include "core/method/layer_method.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace tritloom {
namespace {

constexpr int searchSteps = 100;

ActivationRange minMax(const Histogram& histogram)
{
    return {std::min(0.0, histogram.least()), std::max(0.0, histogram.most())};
}

/// Counts of |x|: bin i holds magnitudes from i to i + 1 widths.
std::vector<double> magnitudes(const Histogram& histogram)
{
    const auto counts = histogram.counts();
    const std::size_t half = counts.size() / 2;
    std::vector<double> result(half);
    for (std::size_t i = 0; i < half; ++i)
        result[i] = double(counts[half + i]) + double(counts[half - 1 - i]);
    while (!result.empty() && result.back() == 0)
        result.pop_back();
    return result;
}

/// KL divergence of the first `used` bins, what lies beyond in the last of them, from the same bins merged
/// into `levels` and spread again over those that were not empty.
double divergence(const std::vector<double>& bins, std::size_t used, std::size_t levels)
{
    std::vector<double> p(bins.begin(), bins.begin() + std::ptrdiff_t(used));
    for (std::size_t i = used; i < bins.size(); ++i)
        p.back() += bins[i];
    std::vector<double> q(used);
    double totalP = 0, totalQ = 0;
    for (std::size_t level = 0; level < levels; ++level) {
        const std::size_t begin = level * used / levels, end = (level + 1) * used / levels;
        double sum = 0, filled = 0;
        for (std::size_t i = begin; i < end; ++i) {
            sum += bins[i]; // what was clipped does not belong to the level's mass
            filled += p[i] > 0 ? 1 : 0;
        }
        for (std::size_t i = begin; i < end; ++i)
            q[i] = p[i] > 0 ? sum / filled : 0;
        totalQ += sum;
    }
    for (const double count : p)
        totalP += count;
    double result = 0;
    for (std::size_t i = 0; i < used; ++i)
        if (p[i] > 0)
            result += p[i] / totalP * std::log(p[i] / totalP / std::max(q[i] / totalQ, 1e-12));
    return result;
}

ActivationRange ofLeastDivergence(const Histogram& histogram, int bits)
{
    const ActivationRange all = minMax(histogram);
    const bool isOneSided = all.low == 0 || all.high == 0;
    const std::size_t levels = std::size_t{1} << (isOneSided ? bits : bits - 1);
    const std::vector<double> bins = magnitudes(histogram);
    if (bins.size() <= levels)
        return all;
    double best = INFINITY;
    std::size_t chosen = bins.size();
    for (std::size_t used = levels; used <= bins.size(); ++used)
        if (const double found = divergence(bins, used, levels); found < best) {
            best = found;
            chosen = used;
        }
    const double threshold = double(chosen) * histogram.binWidth();
    return {std::max(all.low, -threshold), std::min(all.high, threshold)};
}

ActivationRange ofLeastError(const Histogram& histogram, const RangeOptions& options)
{
    const ActivationRange all = minMax(histogram);
    const auto errorOf = [&](const ActivationRange& range) {
        return squaredError(histogram, gridOf(range, options), options.bits);
    };
    ActivationRange best = all;
    double least = errorOf(all);
    const auto take = [&](const ActivationRange& range) {
        if (const double error = errorOf(range); error < least) {
            least = error;
            best = range;
        }
    };
    if (options.isSymmetric || all.low == 0 || all.high == 0) {
        for (int i = 1; i < searchSteps; ++i)
            take({all.low * i / searchSteps, all.high * i / searchSteps});
        return best;
    }
    // Both ends: one after the other, twice.
    for (int round = 0; round < 2; ++round) {
        for (int i = 1; i <= searchSteps; ++i)
            take({best.low, all.high * i / searchSteps});
        for (int i = 1; i <= searchSteps; ++i)
            take({all.low * i / searchSteps, best.high});
    }
    return best;
}

/// Expected squared error of clipping at `clip` and rounding to 2^bits even levels between; unit scale.
double expectedError(ClippedLaw law, double clip, int bits)
{
    const double rounding = clip * clip / (3 * std::exp2(2 * bits));
    if (law == ClippedLaw::Laplace)
        return 2 * std::exp(-clip) + rounding;
    return (1 + clip * clip) * std::erfc(clip / std::numbers::sqrt2)
        - std::sqrt(2 / std::numbers::pi) * clip * std::exp(-clip * clip / 2) + rounding;
}

ActivationRange byLaw(const Histogram& histogram, const RangeOptions& options)
{
    const ActivationRange all = minMax(histogram);
    const bool isOneSided = all.low == 0 || all.high == 0;
    const auto counts = histogram.counts();
    double total = 0, mean = 0, square = 0, magnitude = 0;
    const auto forBins = [&](const auto& use) {
        for (std::size_t i = 0; i < counts.size(); ++i)
            if (counts[i] != 0)
                use(double(counts[i]), histogram.centre(i));
    };
    forBins([&](double count, double x) {
        total += count;
        mean += count * x;
    });
    if (total == 0)
        return all;
    // One side of a law around 0 has the moments of both sides.
    mean = isOneSided || options.isSymmetric ? 0 : mean / total;
    forBins([&](double count, double x) {
        square += count * (x - mean) * (x - mean) / total;
        magnitude += count * std::fabs(x - mean) / total;
    });
    // Likelihoods: -log(2 b) - 1 against -log(2 pi e s^2) / 2.
    const ClippedLaw law =
        std::log(2 * magnitude) + 1 < std::log(2 * std::numbers::pi * std::numbers::e * square) / 2
        ? ClippedLaw::Laplace
        : ClippedLaw::Normal;
    // On one side the levels lie twice as dense.
    const double clip = closedFormClip(law, options.bits + (isOneSided && !options.isSymmetric ? 1 : 0))
        * (law == ClippedLaw::Laplace ? magnitude : std::sqrt(square));
    return {std::clamp(mean - clip, all.low, 0.0), std::clamp(mean + clip, 0.0, all.high)};
}

} // namespace

double closedFormClip(ClippedLaw law, int bits)
{
    // One minimum: golden section.
    constexpr double golden = std::numbers::phi - 1;
    double low = 0.1, high = 30;
    while (high - low > 1e-9) {
        const double left = high - golden * (high - low), right = low + golden * (high - low);
        if (expectedError(law, left, bits) < expectedError(law, right, bits))
            high = right;
        else
            low = left;
    }
    return (low + high) / 2;
}

ParameterSpec rangeParameter(RangeEstimate standard)
{
    return {
        .key = "range",
        .title = "Range",
        .unit = "",
        .standard = double(standard),
        .lowest = 0,
        .highest = double(RangeEstimate::ClosedForm),
        .whole = true,
        .choices = {
            {"min-max", "Least to largest"},
            {"percentile", "Percentile"},
            {"squared-error", "Least squared error"},
            {"divergence", "Least divergence"},
            {"closed-form", "Closed form (ACIQ)"}}};
}

double squaredError(const Histogram& histogram, const ActivationGrid& grid, int bits)
{
    const auto counts = histogram.counts();
    const double last = std::exp2(bits) - 1, scale = double(grid.scale), zero = double(grid.zero);
    double sum = 0, total = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        if (counts[i] == 0)
            continue;
        const double x = histogram.centre(i);
        const double code = std::clamp(std::nearbyint(x / scale) + zero, 0.0, last);
        const double difference = scale * (code - zero) - x;
        sum += double(counts[i]) * difference * difference;
        total += double(counts[i]);
    }
    return total > 0 ? sum / total : 0;
}

ActivationGrid gridOf(const ActivationRange& range, const RangeOptions& options)
{
    const double last = std::exp2(options.bits) - 1;
    if (options.isSymmetric) {
        const double middle = (last + 1) / 2, largest = std::max(-range.low, range.high);
        return {largest > 0 ? float(largest / (middle - 1)) : 1, float(middle)};
    }
    const double width = range.high - range.low;
    if (width <= 0)
        return {1, 0};
    const double scale = width / last;
    return {float(scale), float(std::clamp(std::nearbyint(-range.low / scale), 0.0, last))};
}

ActivationRange estimateRange(const Histogram& histogram, const RangeOptions& options)
{
    switch (options.estimate) {
    case RangeEstimate::MinMax:
        break;
    case RangeEstimate::Percentile: {
        const double outside = 1 - options.percentile / 100;
        const bool isOneSided = histogram.least() >= 0 || histogram.most() <= 0;
        const double each = isOneSided ? outside : outside / 2;
        return {
            histogram.least() >= 0 ? 0 : std::min(0.0, histogram.quantile(each)),
            histogram.most() <= 0 ? 0 : std::max(0.0, histogram.quantile(1 - each))};
    }
    case RangeEstimate::SquaredError:
        return ofLeastError(histogram, options);
    case RangeEstimate::Divergence:
        return ofLeastDivergence(histogram, options.bits);
    case RangeEstimate::ClosedForm:
        return byLaw(histogram, options);
    }
    return minMax(histogram);
}

} // namespace tritloom
