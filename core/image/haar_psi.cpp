#include "core/image/metrics.h"
#include "core/image/planes.h"

#include <array>
#include <cmath>

namespace tritloom {
namespace {

constexpr double c = 30, alpha = 4.2; // Reisenhofer et al. 2018

double similarity(double a, double b)
{
    return (2 * a * b + c) / (a * a + b * b + c);
}

/// 2 x 2 means, every second one.
Plane subsampled(const Plane& x)
{
    Plane y(x.height / 2, x.width / 2);
    for (std::size_t i = 0; i < y.height; ++i)
        for (std::size_t j = 0; j < y.width; ++j)
            y.at(i, j) = (x.at(2 * i, 2 * j) + x.at(2 * i + 1, 2 * j) + x.at(2 * i, 2 * j + 1) + x.at(2 * i + 1, 2 * j + 1)) / 4;
    return y;
}

/// Magnitudes of the n x n Haar filter: the upper (left) half minus the lower (right) one, over n. Zeros outside, n / 2
/// - 1 before and n / 2 behind.
Plane haar(const Plane& x, std::ptrdiff_t n, bool across)
{
    Plane y(x.height, x.width);
    const auto h = std::ptrdiff_t(x.height), w = std::ptrdiff_t(x.width);
    for (std::ptrdiff_t i = 0; i < h; ++i)
        for (std::ptrdiff_t j = 0; j < w; ++j) {
            double sum = 0;
            for (std::ptrdiff_t u = 0; u < n; ++u)
                for (std::ptrdiff_t v = 0; v < n; ++v) {
                    const std::ptrdiff_t p = i + u - n / 2 + 1, q = j + v - n / 2 + 1;
                    if (p < 0 || q < 0 || p >= h || q >= w)
                        continue;
                    const double value = x.at(std::size_t(p), std::size_t(q));
                    sum += (across ? v : u) < n / 2 ? value : -value;
                }
            y.at(std::size_t(i), std::size_t(j)) = std::abs(sum) / double(n);
        }
    return y;
}

/// |mean| of 2 x 2 at every place; zeros behind the end.
Plane meanAbove(const Plane& x)
{
    Plane y(x.height, x.width);
    for (std::size_t i = 0; i < x.height; ++i)
        for (std::size_t j = 0; j < x.width; ++j) {
            double sum = x.at(i, j);
            if (i + 1 < x.height)
                sum += x.at(i + 1, j);
            if (j + 1 < x.width)
                sum += x.at(i, j + 1);
            if (i + 1 < x.height && j + 1 < x.width)
                sum += x.at(i + 1, j + 1);
            y.at(i, j) = std::abs(sum / 4);
        }
    return y;
}

struct Sums {
    double weighted = 0, weight = 0;
    void add(double w, double s)
    {
        weighted += w / (1 + std::exp(-alpha * s));
        weight += w;
    }
};

/// Y, I and Q of a coloured picture, one plane of a grey one; half size.
std::vector<Plane> channelsOf(const Picture& picture)
{
    if (picture.channels == 1)
        return {subsampled(planeOf(picture, 0))};
    const Plane r = planeOf(picture, 0), g = planeOf(picture, 1), b = planeOf(picture, 2);
    return {
        subsampled(mixed(r, g, b, 0.299, 0.587, 0.114)), subsampled(mixed(r, g, b, 0.5959, -0.2746, -0.3213)),
        subsampled(mixed(r, g, b, 0.2115, -0.5227, 0.3112))};
}

} // namespace

double haarPsi(const Picture& a, const Picture& b)
{
    const std::vector<Plane> x = channelsOf(a), y = channelsOf(b);
    const std::size_t count = x[0].values.size();
    Sums sums;
    std::vector<double> chromaWeight(count);
    for (const bool across : {false, true}) {
        const std::array<Plane, 3> p{haar(x[0], 2, across), haar(x[0], 4, across), haar(x[0], 8, across)};
        const std::array<Plane, 3> q{haar(y[0], 2, across), haar(y[0], 4, across), haar(y[0], 8, across)};
        for (std::size_t i = 0; i < count; ++i) {
            const double weight = std::max(p[2].values[i], q[2].values[i]);
            const double local = (similarity(p[0].values[i], q[0].values[i]) + similarity(p[1].values[i], q[1].values[i])) / 2;
            sums.add(weight, local);
            chromaWeight[i] += weight / 2;
        }
    }
    if (x.size() == 3) {
        const Plane ix = meanAbove(x[1]), iy = meanAbove(y[1]), qx = meanAbove(x[2]), qy = meanAbove(y[2]);
        for (std::size_t i = 0; i < count; ++i)
            sums.add(
                chromaWeight[i],
                (similarity(ix.values[i], iy.values[i]) + similarity(qx.values[i], qy.values[i])) / 2);
    }
    if (sums.weight == 0)
        return 1;
    const double ratio = sums.weighted / sums.weight, logit = std::log(ratio / (1 - ratio)) / alpha;
    return logit * logit;
}

} // namespace tritloom
