#include "plugins/bitstack/bitstack.h"

#include "core/base/parallel.h"

#include <Eigen/QR>
#include <Eigen/SVD>

#include <random>

namespace tritloom {
namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using View = Eigen::Map<const Matrix>;
using Index = Eigen::Index;

/// m * thin, by rows.
Matrix times(const View& m, const Matrix& thin, const std::stop_token& stop)
{
    Matrix product(m.rows(), thin.cols());
    parallelFor(std::size_t(m.rows()), 32, [&](std::size_t begin, std::size_t end) {
        if (stop.stop_requested())
            return;
        const auto first = Index(begin), count = Index(end - begin);
        product.middleRows(first, count).noalias() = m.middleRows(first, count) * thin;
    });
    return product;
}

/// m^T * thin, by columns of m, so that every sum runs over all rows in order.
Matrix transposedTimes(const View& m, const Matrix& thin, const std::stop_token& stop)
{
    Matrix product(m.cols(), thin.cols());
    parallelFor(std::size_t(m.cols()), 64, [&](std::size_t begin, std::size_t end) {
        if (stop.stop_requested())
            return;
        const auto first = Index(begin), count = Index(end - begin);
        product.middleRows(first, count).noalias() = m.middleCols(first, count).transpose() * thin;
    });
    return product;
}

Matrix orthonormal(const Matrix& thin)
{
    const Eigen::HouseholderQR<Matrix> qr(thin);
    return qr.householderQ() * Matrix::Identity(thin.rows(), std::min(thin.rows(), thin.cols()));
}

} // namespace

Result<Factors> rankFactors(
    std::span<const float> m, std::size_t rows, std::size_t columns, std::size_t k, std::uint64_t seed,
    std::stop_token stop)
{
    const View matrix(m.data(), Index(rows), Index(columns));
    const Index width = Index(std::min({k + 16, rows, columns}));
    std::mt19937 random(static_cast<std::mt19937::result_type>(seed));
    std::normal_distribution<float> normal;
    Matrix probe(Index(columns), width);
    for (Index i = 0; i < probe.size(); ++i)
        probe.data()[i] = normal(random);
    const auto cancelled = [&] { return fail(ErrorCode::Cancelled, "cancelled in a decomposition"); };
    Matrix range = orthonormal(times(matrix, probe, stop));
    for (int step = 0; step < 4; ++step) {
        if (stop.stop_requested())
            return cancelled();
        range = orthonormal(times(matrix, orthonormal(transposedTimes(matrix, range, stop)), stop));
    }
    if (stop.stop_requested())
        return cancelled();
    // range^T m is small in one direction: its transpose is what transposedTimes() gives.
    const Matrix small = transposedTimes(matrix, range, stop);
    if (stop.stop_requested())
        return cancelled();
    const Eigen::JacobiSVD<Eigen::MatrixXf, Eigen::HouseholderQRPreconditioner> svd(
        Eigen::MatrixXf(small), Eigen::ComputeThinU | Eigen::ComputeThinV);
    const Index rank = std::min(Index(k), width);
    const Eigen::VectorXf roots = svd.singularValues().head(rank).cwiseSqrt();
    const Matrix left = range * svd.matrixV().leftCols(rank) * roots.asDiagonal();
    const Matrix right = roots.asDiagonal() * svd.matrixU().leftCols(rank).transpose();
    Factors factors{std::vector<float>(rows * k), std::vector<float>(k * columns)};
    for (Index r = 0; r < left.rows(); ++r)
        for (Index i = 0; i < rank; ++i)
            factors.left[std::size_t(r) * k + std::size_t(i)] = left(r, i);
    std::copy_n(right.data(), right.size(), factors.right.data());
    return factors;
}

} // namespace tritloom
