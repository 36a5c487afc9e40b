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

/// Mean of the kernel over all pairs; |x - y|^2 is 2 - 2 x.y at length 1. Some rows at a time: of tens of
/// thousands of pictures the products would not fit.
Result<double> meanKernel(const Matrix& x, const Matrix& y, const std::stop_token& stop)
{
    constexpr Eigen::Index rowsAtOnce = 256;
    double sum = 0;
    for (Eigen::Index row = 0; row < x.rows(); row += rowsAtOnce) {
        if (stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled at picture {} of {}", row, x.rows());
        sum += ((x.middleRows(row, std::min(rowsAtOnce, x.rows() - row)) * y.transpose()).array() - 1)
                   .unaryExpr([](double v) { return std::exp(v / (width * width)); })
                   .sum();
    }
    return sum / (double(x.rows()) * double(y.rows()));
}

} // namespace

Result<double> clipDiscrepancy(const FeatureSet& a, const FeatureSet& b, std::stop_token stop)
{
    if (a.count() == 0 || b.count() == 0 || a.dimension != b.dimension)
        return fail(
            ErrorCode::InvalidInput, "{} pictures of {} features and {} of {} cannot be compared", a.count(),
            a.dimension, b.count(), b.dimension);
    const Matrix x = TRY(unitRows(a)), y = TRY(unitRows(b));
    const double xx = TRY(meanKernel(x, x, stop)), yy = TRY(meanKernel(y, y, stop)),
                 xy = TRY(meanKernel(x, y, stop));
    return scale * (xx + yy - 2 * xy);
}

} // namespace tritloom
