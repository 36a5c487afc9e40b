#include "core/tensor/delta.h"

#include <Eigen/Eigenvalues>

#include <algorithm>
#include <cmath>
#include <vector>

namespace tritloom {
namespace {

constexpr std::size_t mostRows = 512;
constexpr double heldShare = 0.9;

std::size_t effectiveRank(const Eigen::MatrixXd& rows)
{
    Eigen::MatrixXd gram;
    if (rows.rows() <= rows.cols())
        gram = rows * rows.transpose();
    else
        gram = rows.transpose() * rows;
    const double whole = gram.trace();
    if (!(whole > 0))
        return 0;
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(gram, Eigen::EigenvaluesOnly);
    const Eigen::VectorXd& squares = solver.eigenvalues(); // ascending
    double held = 0;
    std::size_t rank = 0;
    for (Eigen::Index i = squares.size(); i-- > 0 && held < heldShare * whole; ++rank)
        held += squares[i];
    return rank;
}

} // namespace

Result<DeltaFigures> deltaFigures(const Tensor& tuned, const Tensor& base)
{
    const std::size_t rows = tuned.type().rows(), columns = tuned.type().columns();
    if (base.type().rows() != rows || base.type().columns() != columns)
        return fail(
            ErrorCode::InvalidInput, "the base is [{}, {}] here, not [{}, {}]", base.type().rows(),
            base.type().columns(), rows, columns);
    const std::size_t told = std::min(rows, mostRows);
    Eigen::MatrixXd kept = Eigen::MatrixXd::Zero(Eigen::Index(told), Eigen::Index(columns));
    std::vector<float> a(columns), b(columns);
    std::size_t zeros = 0, next = 0;
    double difference = 0, norm = 0;
    for (std::size_t r = 0; r < rows; ++r) {
        tuned.decodeRows(r, a);
        base.decodeRows(r, b);
        const bool isKept = next < told && r == next * rows / told;
        for (std::size_t c = 0; c < columns; ++c) {
            const float step = a[c] - b[c];
            const double delta = std::isfinite(step) ? double(step) : 0;
            zeros += delta == 0 ? 1 : 0;
            difference += delta * delta;
            norm += std::isfinite(b[c]) ? double(b[c]) * double(b[c]) : 0;
            if (isKept)
                kept(Eigen::Index(next), Eigen::Index(c)) = delta;
        }
        next += isKept ? 1 : 0;
    }
    DeltaFigures figures;
    if (rows * columns == 0)
        return figures;
    figures.zeroShare = double(zeros) / double(rows * columns);
    figures.relativeNorm = difference == 0 ? 0 : std::sqrt(difference / norm);
    figures.effectiveRank = effectiveRank(kept);
    return figures;
}

} // namespace tritloom
