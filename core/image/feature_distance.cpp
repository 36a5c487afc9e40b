#include "core/image/feature_distance.h"

#include <Eigen/Eigenvalues>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace tritloom {
namespace {

using Matrix = Eigen::MatrixXd;
using Rows = Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;

constexpr double shortest = 1e-10; // positions without any feature have no direction

Rows rowsOf(const FeatureSet& set)
{
    return {set.values.data(), Eigen::Index(set.count()), Eigen::Index(set.dimension)};
}

Result<void> checkPair(const FeatureSet& a, const FeatureSet& b)
{
    for (const FeatureSet* const set : {&a, &b}) {
        if (set->count() < 2)
            return fail(
                ErrorCode::InvalidInput, "{} picture: distances of sets need at least two on each side",
                set->count());
        if (!std::ranges::all_of(set->values, [](double value) { return std::isfinite(value); }))
            return fail(ErrorCode::InvalidInput, "the feature network gives numbers that are not finite");
    }
    if (a.dimension != b.dimension)
        return fail(ErrorCode::InvalidInput, "features of {} and of {} numbers", a.dimension, b.dimension);
    return {};
}

/// (x.y / d + 1)^3 of every pair of rows.
Matrix kernel(const Matrix& x, const Matrix& y)
{
    return ((x * y.transpose()).array() / double(x.cols()) + 1).cube().matrix();
}

/// Sums from which the estimate follows, and with one picture left out too.
struct KernelSums {
    Matrix x, y, between;
    Eigen::VectorXd xRows, yRows, betweenRows, betweenColumns; ///< diagonals of x and y left out
    double xTotal = 0, yTotal = 0, betweenTotal = 0;

    KernelSums(const Matrix& a, const Matrix& b)
        : x(kernel(a, a))
        , y(kernel(b, b))
        , between(kernel(a, b))
    {
        xRows = x.rowwise().sum() - x.diagonal();
        yRows = y.rowwise().sum() - y.diagonal();
        betweenRows = between.rowwise().sum();
        betweenColumns = between.colwise().sum().transpose();
        xTotal = xRows.sum();
        yTotal = yRows.sum();
        betweenTotal = between.sum();
    }
    static double estimate(double xSum, double m, double ySum, double n, double betweenSum)
    {
        return xSum / (m * (m - 1)) + ySum / (n * (n - 1)) - 2 * betweenSum / (m * n);
    }
    [[nodiscard]] double value() const
    {
        return estimate(xTotal, double(x.rows()), yTotal, double(y.rows()), betweenTotal);
    }
    [[nodiscard]] double withoutA(Eigen::Index i) const
    {
        return estimate(
            xTotal - 2 * xRows[i], double(x.rows() - 1), yTotal, double(y.rows()),
            betweenTotal - betweenRows[i]);
    }
    [[nodiscard]] double withoutB(Eigen::Index i) const
    {
        return estimate(
            xTotal, double(x.rows()), yTotal - 2 * yRows[i], double(y.rows() - 1),
            betweenTotal - betweenColumns[i]);
    }
    [[nodiscard]] double withoutPair(Eigen::Index i) const
    {
        return estimate(
            xTotal - 2 * xRows[i], double(x.rows() - 1), yTotal - 2 * yRows[i], double(y.rows() - 1),
            betweenTotal - betweenRows[i] - betweenColumns[i] + between(i, i));
    }
};

/// The jackknife's variance of an estimate out of those with one left out.
double jackknife(const std::vector<double>& estimates)
{
    const double count = double(estimates.size()),
                 mean = std::accumulate(estimates.begin(), estimates.end(), 0.0) / count;
    double squares = 0;
    for (const double estimate : estimates)
        squares += (estimate - mean) * (estimate - mean);
    return squares * (count - 1) / count;
}

/// Of sets of one size picture i of one and picture i of the other go together: they may be made from one
/// seed, and where they are not, it does no harm.
double standardError(const KernelSums& sums)
{
    const Eigen::Index m = sums.x.rows(), n = sums.y.rows();
    if (std::min(m, n) < 3)
        return 0; // one picture has no pairs
    std::vector<double> a, b;
    for (Eigen::Index i = 0; i < m; ++i)
        a.push_back(m == n ? sums.withoutPair(i) : sums.withoutA(i));
    if (m == n)
        return std::sqrt(jackknife(a));
    for (Eigen::Index i = 0; i < n; ++i)
        b.push_back(sums.withoutB(i));
    return std::sqrt(jackknife(a) + jackknife(b));
}

/// `size` different rows, drawn.
Matrix drawn(const FeatureSet& set, std::size_t size, std::mt19937_64& random)
{
    std::vector<std::size_t> order(set.count());
    std::iota(order.begin(), order.end(), std::size_t{0});
    Matrix rows(Eigen::Index(size), Eigen::Index(set.dimension));
    for (std::size_t i = 0; i < size; ++i) {
        std::swap(order[i], order[i + random() % (order.size() - i)]);
        rows.row(Eigen::Index(i)) = rowsOf(set).row(Eigen::Index(order[i]));
    }
    return rows;
}

} // namespace

std::vector<double> pooled(const FeatureMap& map)
{
    const std::size_t plane = map.height * map.width;
    std::vector<double> means(map.channels);
    for (std::size_t c = 0; c < map.channels; ++c) {
        const float* const values = map.values.data() + c * plane;
        means[c] = std::accumulate(values, values + plane, 0.0) / double(std::max<std::size_t>(plane, 1));
    }
    return means;
}

Result<double> lpips(
    std::span<const FeatureMap> a, std::span<const FeatureMap> b,
    std::span<const std::vector<double>> weights)
{
    if (a.size() != b.size() || (!weights.empty() && weights.size() != a.size()))
        return fail(
            ErrorCode::InvalidInput, "{} and {} layers, weights of {}", a.size(), b.size(), weights.size());
    double total = 0;
    for (std::size_t layer = 0; layer < a.size(); ++layer) {
        const FeatureMap &x = a[layer], &y = b[layer];
        if (x.channels != y.channels || x.height != y.height || x.width != y.width)
            return fail(ErrorCode::InvalidInput, "layer {} of the feature network has two sizes", layer);
        if (!weights.empty() && weights[layer].size() != x.channels)
            return fail(
                ErrorCode::InvalidInput,
                "layer {} of the feature network has {} channels, its linear weights are {}", layer,
                x.channels, weights[layer].size());
        if (!weights.empty()
            && std::ranges::any_of(weights[layer], [](double w) { return !(w >= 0) || std::isinf(w); }))
            return fail(
                ErrorCode::InvalidInput, "linear weights of layer {} are negative or no numbers", layer);
        const std::size_t plane = x.height * x.width;
        double sum = 0;
        for (std::size_t at = 0; at < plane; ++at) {
            double xSquares = 0, ySquares = 0;
            for (std::size_t c = 0; c < x.channels; ++c) {
                xSquares += double(x.values[c * plane + at]) * double(x.values[c * plane + at]);
                ySquares += double(y.values[c * plane + at]) * double(y.values[c * plane + at]);
            }
            const double xScale = 1 / (std::sqrt(xSquares) + shortest),
                         yScale = 1 / (std::sqrt(ySquares) + shortest);
            for (std::size_t c = 0; c < x.channels; ++c) {
                const double difference =
                    double(x.values[c * plane + at]) * xScale - double(y.values[c * plane + at]) * yScale;
                sum += (weights.empty() ? 1 : weights[layer][c]) * difference * difference;
            }
        }
        total += plane == 0 ? 0 : sum / double(plane);
    }
    return total;
}

Result<void> FeatureSet::add(std::span<const double> features)
{
    if (values.empty())
        dimension = features.size();
    if (features.size() != dimension)
        return fail(ErrorCode::InvalidInput, "features of {} and of {} numbers", dimension, features.size());
    values.insert(values.end(), features.begin(), features.end());
    return {};
}

Result<FeatureMoments> momentsOf(const FeatureSet& set)
{
    TRY_VOID(checkPair(set, set));
    const Rows rows = rowsOf(set);
    const Eigen::RowVectorXd mean = rows.colwise().mean();
    const Matrix centred = rows.rowwise() - mean;
    const Matrix covariance = centred.transpose() * centred / double(set.count() - 1);
    return FeatureMoments{
        {mean.data(), mean.data() + mean.size()}, {covariance.data(), covariance.data() + covariance.size()}};
}

Result<double> frechetDistance(const FeatureMoments& a, const FeatureMoments& b)
{
    const auto d = Eigen::Index(a.mean.size());
    if (a.mean.size() != b.mean.size() || a.covariance.size() != std::size_t(d * d)
        || b.covariance.size() != std::size_t(d * d))
        return fail(
            ErrorCode::InvalidInput, "features of {} and of {} numbers", a.mean.size(), b.mean.size());
    const Eigen::Map<const Matrix> s1(a.covariance.data(), d, d), s2(b.covariance.data(), d, d);
    const Eigen::Map<const Eigen::VectorXd> m1(a.mean.data(), d), m2(b.mean.data(), d);
    const Eigen::SelfAdjointEigenSolver<Matrix> first(s1);
    const Matrix root = first.eigenvectors() * first.eigenvalues().cwiseMax(0).cwiseSqrt().asDiagonal()
        * first.eigenvectors().transpose();
    const Matrix product = root * s2 * root;
    const Eigen::SelfAdjointEigenSolver<Matrix> second(
        (product + product.transpose()) / 2, Eigen::EigenvaluesOnly);
    const double rootTrace = second.eigenvalues().cwiseMax(0).cwiseSqrt().sum();
    // Equal sets end a rounding below 0, which no distance is.
    return std::max(0.0, (m1 - m2).squaredNorm() + s1.trace() + s2.trace() - 2 * rootTrace);
}

Result<double> frechetDistance(const FeatureSet& a, const FeatureSet& b)
{
    TRY_VOID(checkPair(a, b));
    return frechetDistance(TRY(momentsOf(a)), TRY(momentsOf(b)));
}

bool isBiasedFrechet(const FeatureSet& a, const FeatureSet& b)
{
    return std::min(a.count(), b.count()) < 10 * a.dimension;
}

Result<KernelDistance>
kernelDistance(const FeatureSet& a, const FeatureSet& b, KernelSubsets subsets, std::stop_token stop)
{
    TRY_VOID(checkPair(a, b));
    if (std::max(a.count(), b.count()) <= subsets.size) {
        const KernelSums sums(rowsOf(a), rowsOf(b));
        return KernelDistance{sums.value(), standardError(sums), 0};
    }
    std::mt19937_64 random(subsets.seed);
    const std::size_t m = std::min(subsets.size, a.count()), n = std::min(subsets.size, b.count());
    double sum = 0, squares = 0;
    for (std::size_t i = 0; i < subsets.count; ++i) {
        if (stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled at subset {} of {}", i, subsets.count);
        const Matrix x = drawn(a, m, random), y = drawn(b, n, random);
        const double value = KernelSums(x, y).value();
        sum += value;
        squares += value * value;
    }
    const double count = double(subsets.count), mean = sum / count;
    return KernelDistance{mean, std::sqrt(std::max(0.0, squares / count - mean * mean)), subsets.count};
}

} // namespace tritloom
