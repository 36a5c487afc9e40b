#include "core/method/column_order.h"

#include "core/method/inverse_factor.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tritloom {

Result<ColumnOrder> orderColumns(
    std::span<const float> gram, std::size_t columns, VisitOrder order, double damping,
    const std::stop_token& stop)
{
    ColumnOrder result;
    result.columns.resize(columns);
    std::iota(result.columns.begin(), result.columns.end(), std::size_t{0});
    const auto diagonal = [&](std::size_t c) { return static_cast<double>(gram[c * columns + c]); };
    if (order == VisitOrder::LoudestFirst) {
        std::stable_sort(result.columns.begin(), result.columns.end(), [&](std::size_t a, std::size_t b) {
            return diagonal(a) > diagonal(b);
        });
        result.isNatural = std::is_sorted(result.columns.begin(), result.columns.end());
    }
    double mean = 0;
    for (std::size_t c = 0; c < columns; ++c)
        mean += std::max(0.0, diagonal(c)) / static_cast<double>(columns);
    if (!(mean > 0))
        mean = 1; // no input was ever heard: every order is as good, nothing spreads
    std::vector<double> matrix(columns * columns);
    constexpr int attempts = 6;
    for (int attempt = 0; attempt < attempts; ++attempt, damping *= 10) {
        for (std::size_t i = 0; i < columns; ++i) {
            if (stop.stop_requested())
                return fail(ErrorCode::Cancelled, "cancelled while ordering columns");
            const float* const from = gram.data() + result.columns[i] * columns;
            double* const to = matrix.data() + i * columns;
            for (std::size_t j = 0; j < columns; ++j)
                to[j] = from[result.columns[j]];
            // A silent input gets a diagonal of its own: nothing spreads from or to it.
            to[i] = (to[i] > 0 ? to[i] : mean) + std::max(damping, 1e-8) * mean;
        }
        auto factor = inverseFactor(matrix, columns, stop);
        if (factor) {
            result.factor = std::move(*factor);
            result.damping = static_cast<float>(std::max(damping, 1e-8) * mean);
            result.importance.resize(columns);
            for (std::size_t i = 0; i < columns; ++i) {
                const float pivot = result.row(i)[i];
                const auto loudness =
                    static_cast<float>(std::max(0.0, diagonal(result.columns[i])) + 1e-9 * mean);
                result.importance[result.columns[i]] = std::sqrt(loudness) / pivot;
            }
            return result;
        }
        if (factor.error().code == ErrorCode::Cancelled || attempt + 1 == attempts)
            return tl::make_unexpected(std::move(factor).error());
    }
    return fail(ErrorCode::InvalidInput, "the Gram matrix cannot be factored");
}

} // namespace tritloom
