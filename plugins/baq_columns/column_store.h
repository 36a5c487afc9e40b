#pragma once

#include "core/method/column_order.h"

namespace tritloom {

/// The values that a row's codes run between: low + range * code / (levels - 1). As stored, in halves.
struct RowRanges {
    std::vector<float> low, range; ///< [rows]
};

/// Least and largest weight of each row, 0 among them (BAQ, arXiv 2506.05664); where steps of the columns are
/// given, as for storeColumns(), both ends shrunk, together and then each by itself, to what leaves the least
/// weighted error of rounding. importance: [columns]; steps: [columns] or empty. weights: [rows, columns].
[[nodiscard]] RowRanges rangesOfRows(
    std::span<const float> weights, std::span<const float> importance, std::span<const float> steps,
    const std::stop_token& stop);

struct StoredColumns {
    std::vector<std::uint8_t> codes; ///< [rows, columns]
    std::vector<double> losses; ///< by column: sum over rows of (w - q)^2 / U_jj^2, w as it was at its turn
};

/// GPTQ's loop with levels of its own for each column: column j has 1 / steps[j] + 1 levels, none where
/// steps[j] is 0 (it is stored as 0). The columns to come absorb each error. Equal bytes for any number of
/// threads. Errors: Cancelled.
[[nodiscard]] Result<StoredColumns> storeColumns(
    std::span<const float> weights, const ColumnOrder& order, const RowRanges& ranges,
    std::span<const float> steps, const MethodContext& context);

} // namespace tritloom
