#include "noise_schedule.h"

#include <cmath>
#include <utility>

namespace sample {

std::vector<double> signalShares()
{
    std::vector<double> shares;
    double product = 1;
    for (int t = 0; t < timeSteps; ++t) {
        product *= 1 - (1e-4 + (0.02 - 1e-4) * t / (timeSteps - 1));
        shares.push_back(product);
    }
    return shares;
}

// Sums of powers of betas that grow evenly are polynomials of t: six points give all that counts.
std::array<double, 6> logSharePolynomial()
{
    constexpr std::size_t size = 6;
    const std::vector<double> shares = signalShares();
    double rows[size][size + 1];
    for (std::size_t i = 0; i < size; ++i) {
        const auto t = std::size_t(999 * i / (size - 1));
        double power = 1;
        for (std::size_t k = 0; k < size; ++k, power *= double(t) / timeSteps)
            rows[i][k] = power;
        rows[i][size] = std::log(shares[t]);
    }
    for (std::size_t k = 0; k < size; ++k) {
        std::size_t pivot = k;
        for (std::size_t i = k; i < size; ++i)
            pivot = std::fabs(rows[i][k]) > std::fabs(rows[pivot][k]) ? i : pivot;
        std::swap(rows[k], rows[pivot]);
        for (std::size_t i = 0; i < size; ++i) {
            if (i == k)
                continue;
            const double factor = rows[i][k] / rows[k][k];
            for (std::size_t c = k; c <= size; ++c)
                rows[i][c] -= factor * rows[k][c];
        }
    }
    std::array<double, size> result{};
    for (std::size_t k = 0; k < size; ++k)
        result[k] = rows[k][size] / rows[k][k];
    return result;
}

} // namespace sample
