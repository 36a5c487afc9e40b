#include "plugins/deepshape/reshape.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tritloom {

double momentRatio(double shape)
{
    return std::exp(std::lgamma(1 / shape) + std::lgamma(3 / shape) - 2 * std::lgamma(2 / shape));
}

GeneralisedGaussian fitMoments(double meanAbsolute, double meanSquare)
{
    double low = 0.1, high = 3;
    const double ratio = meanAbsolute > 0 ? meanSquare / (meanAbsolute * meanAbsolute) : momentRatio(2);
    for (int i = 0; i < 60; ++i) {
        const double middle = (low + high) / 2;
        (momentRatio(middle) > ratio ? low : high) = middle;
    }
    const double shape = (low + high) / 2;
    return {
        shape,
        std::max(
            1e-9, std::sqrt(meanSquare) * std::exp(0.5 * (std::lgamma(1 / shape) - std::lgamma(3 / shape))))};
}

std::vector<std::uint64_t>
targetCounts(const GeneralisedGaussian& target, std::int64_t most, std::uint64_t total)
{
    const auto levels = static_cast<std::size_t>(2 * most + 1);
    std::vector<double> shares(levels);
    double sum = 0;
    for (std::size_t k = 0; k < levels; ++k) {
        const double x = std::fabs(static_cast<double>(static_cast<std::int64_t>(k) - most));
        shares[k] = std::exp(-std::pow(x / target.scale, target.shape));
        sum += shares[k];
    }
    std::vector<std::uint64_t> counts(levels);
    std::vector<std::pair<double, std::size_t>> remainders(levels);
    std::uint64_t given = 0;
    for (std::size_t k = 0; k < levels; ++k) {
        const double wanted = shares[k] / sum * static_cast<double>(total);
        counts[k] = static_cast<std::uint64_t>(wanted);
        given += counts[k];
        remainders[k] = {wanted - std::floor(wanted), k};
    }
    std::stable_sort(
        remainders.begin(), remainders.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    for (std::size_t k = 0; given < total; ++k, ++given)
        ++counts[remainders[k % levels].second];
    return counts;
}

std::vector<std::vector<Move>>
monotoneMoves(std::span<const std::uint64_t> counts, std::span<const std::uint64_t> target)
{
    const auto most = static_cast<std::int64_t>(counts.size() / 2);
    std::vector<std::vector<Move>> moves(counts.size());
    std::size_t to = 0;
    std::uint64_t left = target.empty() ? 0 : target[0];
    for (std::size_t from = 0; from < counts.size(); ++from) {
        for (std::uint64_t rest = counts[from]; rest > 0;) {
            while (left == 0 && to + 1 < target.size())
                left = target[++to];
            const std::uint64_t taken = left == 0 ? rest : std::min(rest, left);
            moves[from].push_back({static_cast<std::int64_t>(to) - most, taken});
            rest -= taken;
            left -= std::min(left, taken);
        }
    }
    return moves;
}

} // namespace tritloom
