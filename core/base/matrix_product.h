#pragma once

#include <cstddef>

namespace tritloom {

/// Rows of numbers, one after the other; `stride` elements from one row to the next.
template <typename T>
struct MatrixView {
    T* data = nullptr;
    std::size_t rows = 0, columns = 0, stride = 0;

    [[nodiscard]] T* row(std::size_t r) const { return data + r * stride; }
    /// rows x columns of it, from there on.
    [[nodiscard]] MatrixView
    block(std::size_t firstRow, std::size_t firstColumn, std::size_t rowCount, std::size_t columnCount) const
    {
        return {data + firstRow * stride + firstColumn, rowCount, columnCount, stride};
    }
    operator MatrixView<const T>() const { return {data, rows, columns, stride}; }
};

enum class Right { AsItIs, Transposed };
enum class Sign { Plus, Minus };

/// c += a b or c -= a b; b transposed when said so: a [m, k], b [k, n] or [n, k], c [m, n], not overlapping.
///
/// On the calling thread. Each element is summed over k in ascending order, with fused multiply-adds where
/// the machine has them (AVX2 and AVX-512 give the same bits), however the work is cut into blocks.
void addProduct(
    MatrixView<const float> a, MatrixView<const float> b, MatrixView<float> c, Sign = Sign::Plus,
    Right = Right::AsItIs);
void addProduct(
    MatrixView<const double> a, MatrixView<const double> b, MatrixView<double> c, Sign = Sign::Plus,
    Right = Right::AsItIs);

/// out += sum over i of factors[i] * rows[i], each `columns` long; in ascending order of i.
void addScaledRows(
    const float* factors, const float* const* rows, std::size_t count, float* out, std::size_t columns);

} // namespace tritloom
