#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <span>
#include <stop_token>
#include <vector>

namespace tritloom {

/// U, upper triangular, [n, n], with matrix^-1 = U^T U. matrix: [n, n], symmetric; its upper triangle is
/// overwritten. Errors: InvalidInput when the matrix is not positive definite, Cancelled.
[[nodiscard]] Result<std::vector<float>>
inverseFactor(std::span<double> matrix, std::size_t n, const std::stop_token& stop);

} // namespace tritloom
