#include "plugins/gptq/inverse_factor.h"

#include "core/base/parallel.h"

#include <Eigen/Dense>

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Index = Eigen::Index;

/// Columns a step: one step of a row strip stays far below 50 ms.
constexpr Index width = 64;

/// block = R R^T in place, R upper triangular. False when the block is not positive definite.
bool factorBlock(Eigen::Ref<Matrix, 0, Eigen::OuterStride<>> block)
{
    for (Index j = block.rows() - 1; j >= 0; --j) {
        const Index after = block.rows() - 1 - j;
        const double pivot = block(j, j) - block.row(j).tail(after).squaredNorm();
        if (!(pivot > 0) || !std::isfinite(pivot))
            return false;
        const double root = std::sqrt(pivot);
        block(j, j) = root;
        for (Index i = 0; i < j; ++i)
            block(i, j) = (block(i, j) - block.row(i).tail(after).dot(block.row(j).tail(after))) / root;
    }
    return true;
}

/// H = R R^T, from the last block to the first, upper triangle only.
bool factor(Eigen::Map<Matrix>& h, const std::stop_token& stop)
{
    const Index n = h.rows();
    for (Index end = n; end > 0 && !stop.stop_requested();) {
        const Index begin = (end - 1) / width * width, size = end - begin;
        if (!factorBlock(h.block(begin, begin, size, size)))
            return false;
        const Matrix corner = h.block(begin, begin, size, size).triangularView<Eigen::Upper>();
        const std::size_t strips = static_cast<std::size_t>(begin / width);
        // R_ik = H_ik R_kk^-T
        parallelFor(strips, 4, [&](std::size_t first, std::size_t last) {
            for (std::size_t s = first; s < last; ++s) {
                auto strip = h.block(static_cast<Index>(s) * width, begin, width, size);
                corner.triangularView<Eigen::Upper>().transpose().solveInPlace<Eigen::OnTheRight>(strip);
            }
        });
        // H_ij -= R_ik R_jk^T for i <= j < k
        parallelFor(strips, 1, [&](std::size_t first, std::size_t last) {
            for (std::size_t s = first; s < last && !stop.stop_requested(); ++s) {
                const Index row = static_cast<Index>(s) * width;
                h.block(row, row, width, begin - row).noalias() -=
                    h.block(row, begin, width, size) * h.block(row, begin, begin - row, size).transpose();
            }
        });
        end = begin;
    }
    return true;
}

} // namespace

Result<std::vector<float>> inverseFactor(std::span<double> matrix, std::size_t n, const std::stop_token& stop)
{
    const auto size = static_cast<Index>(n);
    Eigen::Map<Matrix> r(matrix.data(), size, size);
    const bool positive = factor(r, stop);
    if (stop.stop_requested())
        return fail(ErrorCode::Cancelled, "cancelled while factoring the Gram matrix");
    if (!positive)
        return fail(ErrorCode::InvalidInput, "the Gram matrix is not positive definite");
    // H^-1 = R^-T R^-1, so U = R^-1; a column strip of it needs nothing of the others.
    std::vector<float> inverse(n * n, 0.0f);
    Eigen::Map<Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>> out(
        inverse.data(), size, size);
    const std::size_t strips = (n + width - 1) / width;
    parallelFor(strips, 1, [&](std::size_t first, std::size_t last) {
        for (std::size_t s = first; s < last; ++s) {
            const Index begin = static_cast<Index>(s) * width, columns = std::min(width, size - begin);
            Matrix strip = Matrix::Zero(begin + columns, columns);
            strip.bottomRows(columns).setIdentity();
            for (Index row = begin; row >= 0 && !stop.stop_requested(); row -= width) {
                const Index rows = std::min(width, size - row), below = begin + columns - row - rows;
                auto part = strip.middleRows(row, rows);
                part.noalias() -= r.block(row, row + rows, rows, below) * strip.bottomRows(below);
                r.block(row, row, rows, rows).triangularView<Eigen::Upper>().solveInPlace(part);
            }
            out.block(0, begin, begin + columns, columns) = strip.cast<float>();
        }
    });
    if (stop.stop_requested())
        return fail(ErrorCode::Cancelled, "cancelled while factoring the Gram matrix");
    return inverse;
}

} // namespace tritloom
