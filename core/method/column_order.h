#pragma once

#include "core/method/layer_method.h"

namespace tritloom {

/// What the rows of a layer share: in which order columns are visited and how errors spread.
struct ColumnOrder {
    std::vector<std::size_t> columns; ///< by visit
    std::vector<float> factor; ///< U, [visit, visit], upper triangular; the damped Gram matrix is (U^T U)^-1
    std::vector<float> importance; ///< by column, for fitting scales: sqrt(H_ii) / U_ii
    float damping = 0; ///< what was added to the diagonal of the Gram matrix
    bool isNatural = true; ///< columns[i] == i

    [[nodiscard]] std::size_t size() const { return columns.size(); }
    [[nodiscard]] const float* row(std::size_t visit) const { return factor.data() + visit * size(); }
};

enum class VisitOrder { Natural, LoudestFirst };

/// damping: share of the mean diagonal that is added to the diagonal; ten times more after each failure to
/// factor. Errors: InvalidInput, Cancelled.
[[nodiscard]] Result<ColumnOrder> orderColumns(
    std::span<const float> gram, std::size_t columns, VisitOrder, double damping,
    const std::stop_token& stop);

} // namespace tritloom
