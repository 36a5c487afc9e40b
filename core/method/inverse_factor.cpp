#include "core/method/inverse_factor.h"

#include "core/base/matrix_product.h"
#include "core/base/parallel.h"

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

using View = MatrixView<double>;

/// Columns a step: one step of a row strip stays far below 50 ms.
constexpr std::size_t width = 128;

/// block = R R^T in place, R upper triangular. False when the block is not positive definite.
bool factorBlock(const View& block)
{
    for (std::size_t j = block.rows; j-- > 0;) {
        double pivot = block.row(j)[j];
        for (std::size_t k = j + 1; k < block.rows; ++k)
            pivot -= block.row(j)[k] * block.row(j)[k];
        if (!(pivot > 0) || !std::isfinite(pivot))
            return false;
        const double root = std::sqrt(pivot);
        block.row(j)[j] = root;
        for (std::size_t i = 0; i < j; ++i) {
            double sum = block.row(i)[j];
            for (std::size_t k = j + 1; k < block.rows; ++k)
                sum -= block.row(i)[k] * block.row(j)[k];
            block.row(i)[j] = sum / root;
        }
    }
    return true;
}

/// The inverse of the upper triangle of `block`, zeros below. [size, size] without gaps.
std::vector<double> inverseOfTriangle(const View& block)
{
    const std::size_t n = block.rows;
    std::vector<double> result(n * n);
    for (std::size_t j = 0; j < n; ++j) {
        result[j * n + j] = 1 / block.row(j)[j];
        for (std::size_t i = j; i-- > 0;) {
            double sum = 0;
            for (std::size_t k = i + 1; k <= j; ++k)
                sum += block.row(i)[k] * result[k * n + j];
            result[i * n + j] = -sum / block.row(i)[i];
        }
    }
    return result;
}

/// H = R R^T, from the last block to the first, upper triangle only. inverses: by block, of the diagonal
/// ones.
bool factor(const View& h, std::vector<std::vector<double>>& inverses, const std::stop_token& stop)
{
    const std::size_t n = h.rows;
    inverses.resize((n + width - 1) / width);
    for (std::size_t end = n; end > 0 && !stop.stop_requested();) {
        const std::size_t begin = (end - 1) / width * width, size = end - begin;
        const View corner = h.block(begin, begin, size, size);
        if (!factorBlock(corner))
            return false;
        inverses[begin / width] = inverseOfTriangle(corner);
        const MatrixView<const double> inverse{inverses[begin / width].data(), size, size, size};
        const std::size_t strips = begin / width;
        // R_ik = H_ik R_kk^-T
        parallelFor(strips, 4, [&](std::size_t first, std::size_t last) {
            std::vector<double> kept(width * size);
            for (std::size_t s = first; s < last; ++s) {
                const View strip = h.block(s * width, begin, width, size);
                for (std::size_t r = 0; r < width; ++r) {
                    std::copy_n(strip.row(r), size, kept.data() + r * size);
                    std::fill_n(strip.row(r), size, 0.0);
                }
                addProduct({kept.data(), width, size, size}, inverse, strip, Sign::Plus, Right::Transposed);
            }
        });
        // H_ij -= R_ik R_jk^T for i <= j < k
        constexpr std::size_t tall =
            240; // rows that share one packing of R_jk; below the diagonal is never read
        parallelFor((begin + tall - 1) / tall, 1, [&](std::size_t first, std::size_t last) {
            for (std::size_t s = first; s < last && !stop.stop_requested(); ++s) {
                const std::size_t row = s * tall, columns = begin - row, rows = std::min(tall, columns);
                addProduct(
                    h.block(row, begin, rows, size), h.block(row, begin, columns, size),
                    h.block(row, row, rows, columns), Sign::Minus, Right::Transposed);
            }
        });
        end = begin;
    }
    return true;
}

} // namespace

Result<std::vector<float>> inverseFactor(std::span<double> matrix, std::size_t n, const std::stop_token& stop)
{
    const View r{matrix.data(), n, n, n};
    std::vector<std::vector<double>> inverses;
    const bool positive = factor(r, inverses, stop);
    if (stop.stop_requested())
        return fail(ErrorCode::Cancelled, "cancelled while factoring the Gram matrix");
    if (!positive)
        return fail(ErrorCode::InvalidInput, "the Gram matrix is not positive definite");
    // H^-1 = R^-T R^-1, so U = R^-1; a column strip of it needs nothing of the others.
    std::vector<float> inverse(n * n, 0.0f);
    parallelFor((n + width - 1) / width, 1, [&](std::size_t first, std::size_t last) {
        for (std::size_t s = first; s < last; ++s) {
            const std::size_t begin = s * width, columns = std::min(width, n - begin);
            std::vector<double> numbers((begin + columns) * columns), part;
            const View strip{numbers.data(), begin + columns, columns, columns};
            for (std::size_t c = 0; c < columns; ++c)
                strip.row(begin + c)[c] = 1;
            for (std::size_t block = s + 1; block-- > 0 && !stop.stop_requested();) {
                const std::size_t row = block * width, rows = std::min(width, n - row);
                const View solved = strip.block(row, 0, rows, columns);
                part.assign(solved.data, solved.data + rows * columns);
                std::fill_n(solved.data, rows * columns, 0.0);
                addProduct(
                    {inverses[block].data(), rows, rows, rows}, {part.data(), rows, columns, columns},
                    solved);
                addProduct(r.block(0, row, row, rows), solved, strip.block(0, 0, row, columns), Sign::Minus);
            }
            for (std::size_t i = 0; i < begin + columns; ++i)
                for (std::size_t c = 0; c < columns; ++c) // what is next to nothing spreads nothing
                    inverse[i * n + begin + c] =
                        std::fabs(strip.row(i)[c]) < 1e-25 ? 0.0f : static_cast<float>(strip.row(i)[c]);
        }
    });
    if (stop.stop_requested())
        return fail(ErrorCode::Cancelled, "cancelled while factoring the Gram matrix");
    return inverse;
}

} // namespace tritloom
