#pragma once

#include "core/base/matrix_product.h"
#include "core/method/row_state.h"
#include "core/method/column_order.h"

#include <stop_token>

namespace tritloom {

/// When the scales of a block are fitted: to the weights as given, or when its first column is reached.
enum class Grids { Static, Growing };

/// Some rows of one layer on their way through the columns. A row's result does not depend on the others.
class RowChunk {
public:
    RowChunk(
        const ColumnOrder& order, const NumberFormatPtr& format, const Tensor& weights, std::size_t firstRow,
        std::size_t rows);

    /// Stores all columns in order, each error absorbed by the columns to come.
    void run(Grids grids, const std::stop_token& stop);

    /// Coordinate descent on the output error: each weight in turn to the level that is best for the others
    /// as they are, scales untouched. Never raises the error. gram: [columns, columns].
    void refine(std::span<const float> gram, int sweeps, const std::stop_token& stop);

    /// Takes the row of `plain` where its output error is lower. gram: [columns, columns].
    void
    keepBetter(std::span<const float> gram, std::span<const std::byte> plain, const std::stop_token& stop);

    void store(std::span<std::byte> packed) const;

    [[nodiscard]] std::size_t rows() const { return m_rows.size(); }
    /// The weights as they were given, not finite ones as 0.
    [[nodiscard]] std::span<const float> row(std::size_t r) const
    {
        return std::span(m_weights).subspan(r * m_order.size(), m_order.size());
    }

private:
    using Numbers = std::vector<float>; ///< [rows, columns]
    [[nodiscard]] MatrixView<float> view(Numbers& numbers) const
    {
        return {numbers.data(), m_rows.size(), m_order.size(), m_order.size()};
    }
    void fitAll();
    [[nodiscard]] std::size_t stepEnd(std::size_t begin, std::size_t length, Grids grids) const;
    void visit(std::size_t r, std::size_t begin, std::size_t end, Grids grids, float* errors);
    void findErrors();
    void sweep(std::span<const float> gram, std::vector<char>& active, const std::stop_token& stop);
    [[nodiscard]] std::vector<double>
    losses(std::span<const float> gram, const Numbers& errors, const std::stop_token& stop) const;

    const ColumnOrder& m_order;
    Numbers m_weights;
    Numbers m_current; ///< by visit: what is left to store; afterwards the errors by column
    Numbers m_slopes; ///< errors * gram, once refine() was called
    std::vector<RowState> m_rows;
};

} // namespace tritloom
