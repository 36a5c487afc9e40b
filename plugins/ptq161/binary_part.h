#pragma once

#include "core/method/layer_method.h"

#include <span>
#include <vector>

namespace tritloom {

/// r_j (alpha_i sign_ij + mean_i) for the columns that are not salient.
struct BinaryPart {
    std::size_t rows = 0, columns = 0;
    std::vector<float> signs; ///< [rows, columns], -1 or +1
    std::vector<float> alpha, mean; ///< [rows]
    std::vector<float> columnFactor; ///< [columns]
};

/// Signs around the row means, alpha = mean |w - m| (the least-squares optimum; the released code takes
/// mean |w|), factors 1; then `rounds` of alternating least squares, errors weighted by `importance`
/// [columns]. weights: [rows, columns]. Errors: Cancelled.
[[nodiscard]] Result<BinaryPart> fitBinaryPart(
    std::span<const float> weights, std::size_t rows, std::size_t columns, std::span<const float> importance,
    std::size_t rounds, const MethodContext& context);

/// sum of importance * (w - what the part gives)^2, rows in order.
[[nodiscard]] double
binaryError(const BinaryPart& part, std::span<const float> weights, std::span<const float> importance);

} // namespace tritloom
