#include "core/image/metrics.h"
#include "core/image/planes.h"
#include "core/image/ssim_parts.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace tritloom {
namespace {

/// Half the size by 2 x 2 means; odd sides repeat their last row or column.
Plane halved(const Plane& x)
{
    Plane y((x.height + 1) / 2, (x.width + 1) / 2);
    for (std::size_t i = 0; i < y.height; ++i)
        for (std::size_t j = 0; j < y.width; ++j) {
            const std::size_t down = std::min(2 * i + 1, x.height - 1), right = std::min(2 * j + 1, x.width - 1);
            y.at(i, j) = (x.at(2 * i, 2 * j) + x.at(down, 2 * j) + x.at(2 * i, right) + x.at(down, right)) / 4;
        }
    return y;
}

double mean(const std::vector<double>& values)
{
    double sum = 0;
    for (const double value : values)
        sum += value;
    return values.empty() ? 0 : sum / double(values.size());
}

/// The value around (y, x) in a plane of zeros outside.
double zeroOutside(const Plane& plane, std::ptrdiff_t y, std::ptrdiff_t x)
{
    const bool inside = y >= 0 && x >= 0 && y < std::ptrdiff_t(plane.height) && x < std::ptrdiff_t(plane.width);
    return inside ? plane.at(std::size_t(y), std::size_t(x)) : 0;
}

/// Prewitt's operator, thirds, in both directions; zeros outside.
Plane gradient(const Plane& x)
{
    Plane g(x.height, x.width);
    for (std::size_t i = 0; i < x.height; ++i)
        for (std::size_t j = 0; j < x.width; ++j) {
            double across = 0, down = 0;
            for (std::ptrdiff_t k = -1; k <= 1; ++k) {
                const auto y = std::ptrdiff_t(i), c = std::ptrdiff_t(j);
                across += zeroOutside(x, y + k, c - 1) - zeroOutside(x, y + k, c + 1);
                down += zeroOutside(x, y - 1, c + k) - zeroOutside(x, y + 1, c + k);
            }
            g.at(i, j) = std::hypot(across / 3, down / 3);
        }
    return g;
}

Plane greyPlane(const Picture& picture)
{
    return planeOf(grey(picture), 0);
}

} // namespace

double msSsim(const Picture& a, const Picture& b)
{
    constexpr std::array<double, 5> weights{0.0448, 0.2856, 0.3001, 0.2363, 0.1333};
    double total = 0;
    for (std::size_t c = 0; c < a.channels; ++c) {
        Plane x = planeOf(a, c), y = planeOf(b, c);
        double product = 1;
        for (std::size_t scale = 0; scale < weights.size(); ++scale) {
            const SsimParts parts = ssimParts(x.values, y.values, x.height, x.width);
            if (parts.contrast.empty())
                return 0;
            std::vector<double> map = parts.contrast;
            if (scale + 1 == weights.size())
                for (std::size_t i = 0; i < map.size(); ++i)
                    map[i] *= parts.luminance[i];
            product *= std::pow(std::max(mean(map), 0.0), weights[scale]);
            x = halved(x);
            y = halved(y);
        }
        total += product;
    }
    return a.channels == 0 ? 0 : total / double(a.channels);
}

Picture gmsMap(const Picture& a, const Picture& b)
{
    constexpr double t = 170;
    const Plane x = gradient(halved(greyPlane(a))), y = gradient(halved(greyPlane(b)));
    Picture map(1, x.height, x.width);
    for (std::size_t i = 0; i < map.values.size(); ++i) {
        const double gx = x.values[i], gy = y.values[i];
        map.values[i] = float((2 * gx * gy + t) / (gx * gx + gy * gy + t));
    }
    return map;
}

double gmsd(const Picture& a, const Picture& b)
{
    constexpr double t = 170;
    const Plane x = gradient(halved(greyPlane(a))), y = gradient(halved(greyPlane(b)));
    std::vector<double> map;
    for (std::size_t i = 0; i < x.values.size(); ++i) {
        const double gx = x.values[i], gy = y.values[i];
        map.push_back((2 * gx * gy + t) / (gx * gx + gy * gy + t));
    }
    const double average = mean(map);
    double squares = 0;
    for (const double value : map)
        squares += (value - average) * (value - average);
    return map.empty() ? 0 : std::sqrt(squares / double(map.size()));
}

} // namespace tritloom
