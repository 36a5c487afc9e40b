#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <functional>
#include <stop_token>
#include <vector>

namespace tritloom {

struct TopEigenvalue {
    double value = 0; ///< v^T H v of the last v
    std::vector<double> direction; ///< v, of length 1
    std::size_t products = 0;
    bool isSettled = false; ///< within the tolerance; else the products ran out
};

/// The eigenvalue of the largest magnitude of a symmetric H of `size` rows, of which only products are known:
/// v becomes H v / |H v| until v^T H v moves by no more than `tolerance` of itself, from a random v. 0 where
/// H v is 0. Errors: Cancelled, those of `product`.
[[nodiscard]] Result<TopEigenvalue> topEigenvalue(
    std::size_t size, const std::function<Result<std::vector<double>>(const std::vector<double>&)>& product,
    std::size_t mostProducts, double tolerance, std::uint64_t seed, const std::stop_token& stop);

} // namespace tritloom
