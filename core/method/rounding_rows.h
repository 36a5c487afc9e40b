#pragma once

#include "core/base/matrix_product.h"
#include "core/method/layer_method.h"
#include "core/method/row_state.h"
#include "core/tensor/tensor.h"

#include <functional>
#include <stop_token>

namespace tritloom {

/// Some rows of a layer for methods that learn which way to round: every weight lies between two levels, and
/// the output error e H e^T of a row is a quadratic form of the choices. Keeps the best choices seen, which
/// at first are those of plain rounding.
///
/// A row's result does not depend on the others.
class RoundingRows {
public:
    /// gram: [columns, columns], the caller's. importance: for the scales, or empty for those of `rtn`.
    RoundingRows(
        NumberFormatPtr format, const Tensor& weights, std::size_t firstRow, std::size_t rows,
        std::span<const float> gram, std::span<const float> importance, const std::stop_token& stop);

    [[nodiscard]] std::size_t rows() const { return m_states.size(); }
    [[nodiscard]] std::size_t columns() const { return m_columns; }
    [[nodiscard]] std::span<const float> weights() const { return m_weights; } ///< [rows, columns]
    /// The levels around each weight; equal where it lies outside of all. [rows, columns]
    [[nodiscard]] std::span<const float> lower() const { return m_lower; }
    [[nodiscard]] std::span<const float> upper() const { return m_upper; }
    /// Mean loss of a row when rounded to nearest.
    [[nodiscard]] double nearestLoss(std::size_t r) const { return m_nearestLoss[r]; }
    [[nodiscard]] RowState& state(std::size_t r) { return m_states[r]; }

    /// slopes = errors * H. Cut into parts between which `stop` is asked. Both [rows, columns].
    void
    findSlopes(std::span<const float> errors, std::span<float> slopes, const std::stop_token& stop) const;
    /// sum over the row of errors * slopes
    [[nodiscard]] double
    lossOf(std::size_t r, std::span<const float> errors, std::span<const float> slopes) const;

    /// Finds the levels around the weights of row r anew, after its state was given other scales.
    void bracket(std::size_t r);

    /// Row r with the upper level where isUpper(c), at this loss: kept when it is the least so far.
    template <typename IsUpper>
    void offer(std::size_t r, double loss, const IsUpper& isUpper)
    {
        if (!(loss < m_bestLoss[r]))
            return;
        for (std::size_t c = 0; c < m_columns; ++c) {
            const std::size_t i = r * m_columns + c;
            m_states[r].setLevel(c, isUpper(c) ? m_upperCode[i] : m_lowerCode[i]);
        }
        offerPacked(r, loss);
    }

    /// Row r with the levels that its state has now, at this loss: kept when it is the least so far.
    void offerPacked(std::size_t r, double loss)
    {
        if (!(loss < m_bestLoss[r]))
            return;
        m_bestLoss[r] = loss;
        const auto packed = m_states[r].packed();
        std::copy(packed.begin(), packed.end(), m_best.begin() + std::ptrdiff_t(r * packed.size()));
    }

    /// The best packed rows.
    [[nodiscard]] std::span<const std::byte> best() const { return m_best; }
    [[nodiscard]] double bestLoss(std::size_t r) const { return m_bestLoss[r]; }

private:
    std::size_t m_columns;
    std::span<const float> m_gram;
    std::vector<float> m_weights, m_lower, m_upper;
    std::vector<std::uint16_t> m_lowerCode, m_upperCode;
    std::vector<RowState> m_states;
    std::vector<std::byte> m_best;
    std::vector<double> m_bestLoss, m_nearestLoss;
};

/// A layer in the best roundings that `learn` finds, some rows at a time, in parallel.
/// weighted: scales by the loudness of each input, else those of `rtn`. learn: called from many threads.
/// Errors: Unsupported (no levels to choose from), InvalidInput (the Gram matrix), Cancelled.
[[nodiscard]] Result<Tensor> packByRounding(
    const LayerProblem& layer, const NumberFormatPtr& format, bool weighted, const MethodContext& context,
    const std::function<void(RoundingRows&)>& learn);

} // namespace tritloom
