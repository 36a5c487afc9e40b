#include "core/method/rank_correlation.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace tritloom {
namespace {

std::vector<double> ranks(std::span<const double> given)
{
    std::vector<double> values(given.begin(), given.end());
    for (double& value : values)
        value = std::isnan(value) ? std::numeric_limits<double>::infinity() : value; // no number: last
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(
        order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    std::vector<double> result(values.size());
    for (std::size_t i = 0; i < order.size();) {
        std::size_t end = i;
        while (end < order.size() && values[order[end]] == values[order[i]])
            ++end;
        for (std::size_t j = i; j < end; ++j)
            result[order[j]] = double(i + end - 1) / 2;
        i = end;
    }
    return result;
}

} // namespace

double spearman(std::span<const double> x, std::span<const double> y)
{
    const std::vector<double> a = ranks(x), b = ranks(y);
    const double middle = (double(a.size()) - 1) / 2;
    double both = 0, left = 0, right = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        both += (a[i] - middle) * (b[i] - middle);
        left += (a[i] - middle) * (a[i] - middle);
        right += (b[i] - middle) * (b[i] - middle);
    }
    return left > 0 && right > 0 ? both / std::sqrt(left * right) : 0;
}

double kendall(std::span<const double> x, std::span<const double> y)
{
    double balance = 0, left = 0, right = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
        for (std::size_t j = 0; j < i; ++j) {
            const double a = x[i] == x[j] ? 0
                : x[i] < x[j]             ? -1
                                          : 1,
                         b = y[i] == y[j] ? 0
                : y[i] < y[j]             ? -1
                                          : 1;
            balance += a * b;
            left += a * a;
            right += b * b;
        }
    return left > 0 && right > 0 ? balance / std::sqrt(left * right) : 0;
}

} // namespace tritloom
