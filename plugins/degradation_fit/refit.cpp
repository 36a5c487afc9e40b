#include "plugins/degradation_fit/refit.h"

#include "core/method/degradation_law.h"

#include <Eigen/LU>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <random>
#include <set>
#include <vector>

namespace tritloom {
namespace {

constexpr std::size_t exponentCount = 3;
using Logarithms = std::array<double, exponentCount>; ///< of tokens, 1 / parameters, 1 / bits

struct Sample {
    Logarithms x;
    double y;
};

/// The exponents of the published law.
Logarithms published()
{
    const double at = unifiedDegradation(1e9, 1e11, 4);
    return {
        std::log2(unifiedDegradation(1e9, 2e11, 4) / at), std::log2(at / unifiedDegradation(2e9, 1e11, 4)),
        std::log2(at / unifiedDegradation(1e9, 1e11, 8))};
}

Sample meanOf(std::span<const Sample> samples)
{
    Sample mean{};
    for (const Sample& sample : samples) {
        mean.y += sample.y / double(samples.size());
        for (std::size_t i = 0; i < exponentCount; ++i)
            mean.x[i] += sample.x[i] / double(samples.size());
    }
    return mean;
}

/// Exponents of the free logarithms by least squares, the others as given; nullopt where they cannot be told
/// apart.
std::optional<Logarithms>
exponents(std::span<const Sample> samples, const std::array<bool, exponentCount>& isFree, Logarithms held)
{
    const Sample mean = meanOf(samples);
    Eigen::Matrix<double, exponentCount, exponentCount> matrix;
    Eigen::Vector<double, exponentCount> right;
    matrix.setZero();
    right.setZero();
    for (std::size_t n = 0; n < exponentCount; ++n) {
        const auto i = Eigen::Index(n);
        if (!isFree[n]) {
            matrix(i, i) = 1;
            right(i) = held[n];
            continue;
        }
        for (const Sample& sample : samples) {
            const double x = sample.x[n] - mean.x[n];
            for (std::size_t m = 0; m < exponentCount; ++m)
                matrix(i, Eigen::Index(m)) += x * (sample.x[m] - mean.x[m]);
            right(i) += x * (sample.y - mean.y);
        }
    }
    const Eigen::PartialPivLU<decltype(matrix)> factors(matrix);
    if ((factors.matrixLU().diagonal().array().abs() < 1e-9).any())
        return {};
    const Eigen::Vector<double, exponentCount> solved = factors.solve(right);
    Logarithms found;
    std::ranges::copy(solved, found.begin());
    return found;
}

} // namespace

double FittedDegradation::at(double parameters, double tokens, double bits) const
{
    return std::exp(
        logFactor + beta.value * std::log(tokens) - alpha.value * std::log(parameters)
        - gamma.value * std::log(bits));
}

Result<FittedDegradation> fitDegradation(std::span<const DegradationRow> rows, std::uint64_t seed)
{
    std::vector<Sample> samples;
    std::array<std::set<double>, exponentCount> values;
    for (const DegradationRow& row : rows) {
        if (!(row.degradation > leastDegradation) || !std::isfinite(row.degradation))
            continue;
        samples.push_back(
            {{std::log(row.tokens), -std::log(row.parameters), -std::log(row.bits)},
             std::log(row.degradation)});
        for (std::size_t i = 0; i < exponentCount; ++i)
            values[i].insert(samples.back().x[i]);
    }
    const std::array<bool, exponentCount> isFree{values[0].size() > 1, values[1].size() > 1, true};
    const auto unknowns = std::size_t(1 + std::ranges::count(isFree, true));
    if (values[2].size() < 3)
        return fail(
            ErrorCode::InvalidInput,
            "{} widths cost more than {} nats, and a fit takes three: add narrower formats", values[2].size(),
            leastDegradation);
    if (samples.size() <= unknowns)
        return fail(
            ErrorCode::InvalidInput, "{} measurements cannot tell {} numbers: add formats or models",
            samples.size(), unknowns);
    const auto found = exponents(samples, isFree, published());
    if (!found)
        return fail(
            ErrorCode::InvalidInput, "size and width vary together in all {} measurements: add formats",
            samples.size());
    std::array<std::vector<double>, exponentCount> drawn;
    std::mt19937_64 random(seed);
    std::vector<Sample> again(samples.size());
    for (int draw = 0; draw < 200; ++draw) {
        for (Sample& sample : again)
            sample = samples[random() % samples.size()];
        if (const auto other = exponents(again, isFree, published()))
            for (std::size_t i = 0; i < exponentCount; ++i)
                drawn[i].push_back((*other)[i]);
    }
    FittedDegradation fit;
    fit.rows = samples.size();
    FittedDegradation::Exponent* const fitted[] = {&fit.beta, &fit.alpha, &fit.gamma};
    for (std::size_t i = 0; i < exponentCount; ++i) {
        std::ranges::sort(drawn[i]);
        const auto place = [&](double share) {
            return drawn[i].empty() ? (*found)[i]
                                    : drawn[i][std::size_t(share * double(drawn[i].size() - 1))];
        };
        *fitted[i] = {(*found)[i], isFree[i], place(.05), place(.95)};
    }
    const Sample mean = meanOf(samples);
    fit.logFactor = mean.y;
    for (std::size_t i = 0; i < exponentCount; ++i)
        fit.logFactor -= (*found)[i] * mean.x[i];
    double left = 0, all = 0;
    for (const Sample& sample : samples) {
        double predicted = fit.logFactor;
        for (std::size_t i = 0; i < exponentCount; ++i)
            predicted += (*found)[i] * sample.x[i];
        left += (sample.y - predicted) * (sample.y - predicted);
        all += (sample.y - mean.y) * (sample.y - mean.y);
    }
    fit.rSquared = all > 0 ? 1 - left / all : 1;
    return fit;
}

} // namespace tritloom
