#include "plugins/bitstack/bitstack.h"

#include "core/base/parallel.h"

#include <Eigen/QR>
#include <Eigen/SVD>

#include <random>

namespace tritloom {
namespace {

template <typename Real>
using MatrixOf = Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Matrix = MatrixOf<float>;
using View = Eigen::Map<const Matrix>;
using Index = Eigen::Index;

/// m * thin in the numbers of thin, by rows.
template <typename Real>
MatrixOf<Real> times(const View& m, const MatrixOf<Real>& thin, const std::stop_token& stop)
{
    MatrixOf<Real> product(m.rows(), thin.cols());
    parallelFor(std::size_t(m.rows()), 32, [&](std::size_t begin, std::size_t end) {
        if (stop.stop_requested())
            return;
        const auto first = Index(begin), count = Index(end - begin);
        product.middleRows(first, count).noalias() = m.middleRows(first, count).template cast<Real>() * thin;
    });
    return product;
}

/// m^T * thin likewise, by columns of m, so that every sum runs over all rows in order.
template <typename Real>
MatrixOf<Real> transposedTimes(const View& m, const MatrixOf<Real>& thin, const std::stop_token& stop)
{
    MatrixOf<Real> product(m.cols(), thin.cols());
    parallelFor(std::size_t(m.cols()), 64, [&](std::size_t begin, std::size_t end) {
        if (stop.stop_requested())
            return;
        const auto first = Index(begin), count = Index(end - begin);
        product.middleRows(first, count).noalias() =
            m.middleCols(first, count).transpose().template cast<Real>() * thin;
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
    // range^T m is small in one direction: its transpose is what transposedTimes() gives. From here in
    // doubles, and left is m on the directions of right: what a matrix of rank k leaves is then what floats
    // cannot say of it.
    const MatrixOf<double> small = transposedTimes<double>(matrix, range.cast<double>(), stop);
    if (stop.stop_requested())
        return cancelled();
    const Eigen::JacobiSVD<Eigen::MatrixXd, Eigen::HouseholderQRPreconditioner> svd(
        Eigen::MatrixXd(small), Eigen::ComputeThinU | Eigen::ComputeThinV);
    const Index rank = std::min(Index(k), width);
    const Eigen::VectorXd roots = svd.singularValues().head(rank).cwiseSqrt();
    const Eigen::VectorXd shares = (roots.array() > 0).select(roots.cwiseInverse(), 0);
    const MatrixOf<double> directions = svd.matrixU().leftCols(rank);
    const Matrix left = (times<double>(matrix, directions, stop) * shares.asDiagonal()).cast<float>();
    const Matrix right = (roots.asDiagonal() * directions.transpose()).cast<float>();
    if (stop.stop_requested())
        return cancelled();
    Factors factors{std::vector<float>(rows * k), std::vector<float>(k * columns)};
    for (Index r = 0; r < left.rows(); ++r)
        for (Index i = 0; i < rank; ++i)
            factors.left[std::size_t(r) * k + std::size_t(i)] = left(r, i);
    std::copy_n(right.data(), right.size(), factors.right.data());
    return factors;
}

} // namespace tritloom
