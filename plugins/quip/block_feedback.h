#pragma once

#include "core/base/matrix_product.h"
#include "core/method/column_order.h"

#include <array>

namespace tritloom {

/// What the rows of a layer share: for each eight columns, how their errors become those of the columns
/// after.
class BlockFeedback {
public:
    static constexpr std::size_t width = 8;
    using Square = std::array<float, width * width>;

    explicit BlockFeedback(const ColumnOrder& order);

    /// The inverse of the block of U on the diagonal; normalised error = error * inverse.
    [[nodiscard]] const Square& inverse(std::size_t block) const { return m_inverses[block]; }
    [[nodiscard]] const ColumnOrder& order() const { return *m_order; }

private:
    const ColumnOrder* m_order;
    std::vector<Square> m_inverses;
};

/// Stores some rows column block by column block. weights: [rows, columns]; packed: rows of the format.
void storeWithFeedback(
    const BlockFeedback& feedback, const NumberFormat& format, std::span<const float> weights,
    std::span<std::byte> packed, const std::stop_token& stop);

/// e H e^T of each row. errors: [rows, columns].
[[nodiscard]] std::vector<double> rowLosses(
    std::span<const float> gram, std::span<const float> errors, std::size_t columns,
    const std::stop_token& stop);

} // namespace tritloom
