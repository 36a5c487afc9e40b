#include "plugins/top_eigenvalue/power_iteration.h"

#include <cmath>
#include <numeric>
#include <random>

namespace tritloom {
namespace {

double dot(const std::vector<double>& a, const std::vector<double>& b)
{
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

void scale(std::vector<double>& values, double factor)
{
    for (double& value : values)
        value *= factor;
}

} // namespace

Result<TopEigenvalue> topEigenvalue(
    std::size_t size, const std::function<Result<std::vector<double>>(const std::vector<double>&)>& product,
    std::size_t mostProducts, double tolerance, std::uint64_t seed, const std::stop_token& stop)
{
    TopEigenvalue top;
    // Signs rather than normal numbers: their order of drawing is the standard's, so results are everywhere
    // the same.
    std::mt19937_64 random(seed);
    top.direction.resize(size);
    for (double& value : top.direction)
        value = ((random() >> 63) != 0 ? 1 : -1) / std::sqrt(double(size));
    while (top.products < mostProducts && !top.isSettled) {
        if (stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled after {} products", top.products);
        std::vector<double> made = TRY(product(top.direction));
        const double value = dot(top.direction, made), length = std::sqrt(dot(made, made));
        top.isSettled = top.products > 0 && std::fabs(value - top.value) <= tolerance * std::fabs(value);
        top.value = value;
        ++top.products;
        if (length == 0 || !std::isfinite(length)) { // H v is 0, or no number: there is nowhere to go
            top.isSettled = length == 0;
            break;
        }
        scale(made, 1 / length);
        top.direction = std::move(made);
    }
    return top;
}

} // namespace tritloom
