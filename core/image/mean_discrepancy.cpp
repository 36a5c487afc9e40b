#include "core/image/mean_discrepancy.h"

#include <Eigen/Core>

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

using Matrix = Eigen::MatrixXd;
constexpr double width = 10, scale = 1000;

Result<Matrix> unitRows(const FeatureSet& set)
{
    using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    Matrix rows =
        Eigen::Map<const Rows>(set.values.data(), Eigen::Index(set.count()), Eigen::Index(set.dimension));
    for (Eigen::Index i = 0; i < rows.rows(); ++i) {
        const double length = rows.row(i).norm();
        if (!std::isfinite(length) || length == 0)
            return fail(
                ErrorCode::InvalidInput, "the features of picture {} have the length {}, so no direction", i,
                length);
        rows.row(i) /= length;
    }
    return rows;
}

/// Mean of the kernel over all pairs; |x - y|^2 is 2 - 2 x.y at length 1.
double meanKernel(const Matrix& x, const Matrix& y)
{
    return ((x * y.transpose()).array() - 1)
        .unaryExpr([](double v) { return std::exp(v / (width * width)); })
        .mean();
}

} // namespace

Result<double> clipDiscrepancy(const FeatureSet& a, const FeatureSet& b)
{
    if (a.count() == 0 || b.count() == 0 || a.dimension != b.dimension)
        return fail(
            ErrorCode::InvalidInput, "{} pictures of {} features and {} of {} cannot be compared", a.count(),
            a.dimension, b.count(), b.dimension);
    const Matrix x = TRY(unitRows(a)), y = TRY(unitRows(b));
    return scale * (meanKernel(x, x) + meanKernel(y, y) - 2 * meanKernel(x, y));
}

} // namespace tritloom
