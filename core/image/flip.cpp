#include "core/image/metrics.h"
#include "core/image/planes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace tritloom {
namespace {

using Three = std::array<Plane, 3>;

constexpr double pixelsPerDegree = 0.7 * (3840 / 0.7) * std::numbers::pi / 180;
constexpr Three::size_type channels = 3;

// Linear RGB (sRGB primaries) to XYZ, and the white it makes.
constexpr double toXyz[3][3] = {
    {10135552.0 / 24577794.0, 8788810.0 / 24577794.0, 4435075.0 / 24577794.0},
    {2613072.0 / 12288897.0, 8788810.0 / 12288897.0, 887015.0 / 12288897.0},
    {1425312.0 / 73733382.0, 8788810.0 / 73733382.0, 70074185.0 / 73733382.0}};

std::array<double, 3> xyz(const std::array<double, 3>& rgb)
{
    std::array<double, 3> result{};
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t j = 0; j < 3; ++j)
            result[i] += toXyz[i][j] * rgb[j];
    return result;
}

std::array<double, 3> white()
{
    return xyz({1, 1, 1});
}

/// The inverse of toXyz, by Cramer's rule.
std::array<double, 3> rgbOf(const std::array<double, 3>& v)
{
    const auto minor = [](std::size_t i, std::size_t j) {
        const std::size_t a = (i + 1) % 3, b = (i + 2) % 3, c = (j + 1) % 3, d = (j + 2) % 3;
        return toXyz[a][c] * toXyz[b][d] - toXyz[a][d] * toXyz[b][c];
    };
    const double determinant = toXyz[0][0] * minor(0, 0) + toXyz[0][1] * minor(0, 1) + toXyz[0][2] * minor(0, 2);
    std::array<double, 3> rgb{};
    for (std::size_t j = 0; j < 3; ++j)
        for (std::size_t i = 0; i < 3; ++i)
            rgb[j] += minor(i, j) / determinant * v[i];
    return rgb;
}

double linear(double s)
{
    return s <= 0.04045 ? s / 12.92 : std::pow((s + 0.055) / 1.055, 2.4);
}

/// Y, Cx and Cz: a linear opponent space.
Three opponent(const Picture& picture)
{
    Three result{Plane(picture.height, picture.width), Plane(picture.height, picture.width), Plane(picture.height, picture.width)};
    const auto w = white();
    for (std::size_t i = 0; i < picture.plane(); ++i) {
        std::array<double, 3> rgb{};
        for (std::size_t c = 0; c < 3; ++c)
            rgb[c] = linear(std::clamp(double(picture.values[c * picture.plane() + i]), 0.0, 1.0));
        const auto v = xyz(rgb);
        const double y = v[1] / w[1];
        result[0].values[i] = 116 * y - 16;
        result[1].values[i] = 500 * (v[0] / w[0] - y);
        result[2].values[i] = 200 * (y - v[2] / w[2]);
    }
    return result;
}

std::array<double, 3> linearOf(double y, double cx, double cz)
{
    const auto w = white();
    const double share = (y + 16) / 116;
    return rgbOf({(cx / 500 + share) * w[0], share * w[1], (share - cz / 200) * w[2]});
}

/// L*, and a*, b* scaled by Hunt's effect.
std::array<double, 3> hunted(const std::array<double, 3>& rgb)
{
    constexpr double delta = 6.0 / 29;
    const auto w = white(), v = xyz(rgb);
    const auto f = [](double t) {
        return t > delta * delta * delta ? std::cbrt(t) : t / (3 * delta * delta) + 4.0 / 29;
    };
    const double fx = f(v[0] / w[0]), fy = f(v[1] / w[1]), fz = f(v[2] / w[2]);
    const double lightness = 116 * fy - 16;
    return {lightness, 0.01 * lightness * 500 * (fx - fy), 0.01 * lightness * 200 * (fy - fz)};
}

double hyab(const std::array<double, 3>& a, const std::array<double, 3>& b)
{
    return std::abs(a[0] - b[0]) + std::hypot(a[1] - b[1], a[2] - b[2]);
}

/// A row filter, then a column filter; the border is repeated.
Plane filtered(const Plane& x, const std::vector<double>& across, const std::vector<double>& down)
{
    const auto h = std::ptrdiff_t(x.height), w = std::ptrdiff_t(x.width);
    const auto half = std::ptrdiff_t(across.size() / 2);
    Plane middle(x.height, x.width), y(x.height, x.width);
    for (std::ptrdiff_t i = 0; i < h; ++i)
        for (std::ptrdiff_t j = 0; j < w; ++j) {
            double sum = 0;
            for (std::ptrdiff_t k = -half; k <= half; ++k)
                sum += across[std::size_t(k + half)] * x.at(std::size_t(i), std::size_t(std::clamp<std::ptrdiff_t>(j + k, 0, w - 1)));
            middle.at(std::size_t(i), std::size_t(j)) = sum;
        }
    for (std::ptrdiff_t i = 0; i < h; ++i)
        for (std::ptrdiff_t k = -half; k <= half; ++k) {
            const double weight = down[std::size_t(k + half)];
            const auto row = std::size_t(std::clamp<std::ptrdiff_t>(i + k, 0, h - 1));
            for (std::size_t j = 0; j < x.width; ++j)
                y.at(std::size_t(i), j) += weight * middle.at(row, j);
        }
    return y;
}

/// Contrast sensitivity of a channel: a sum of up to two Gaussians, each of which is separable.
Plane seen(const Plane& x, std::size_t channel)
{
    struct Row {
        double a1, b1, a2, b2;
    };
    constexpr Row rows[channels] = {{1, 0.0047, 0, 1e-5}, {1, 0.0053, 0, 1e-5}, {34.1, 0.04, 13.5, 0.025}};
    const auto radius = std::ptrdiff_t(
        std::ceil(3 * std::sqrt(0.04 / (2 * std::numbers::pi * std::numbers::pi)) * pixelsPerDegree));
    const Row& row = rows[channel];
    Plane result(x.height, x.width);
    double total = 0;
    for (const auto& [a, b] : {std::pair{row.a1, row.b1}, {row.a2, row.b2}}) {
        if (a == 0)
            continue;
        std::vector<double> taps;
        double sum = 0;
        for (std::ptrdiff_t k = -radius; k <= radius; ++k) {
            const double d = double(k) / pixelsPerDegree;
            taps.push_back(std::exp(-std::numbers::pi * std::numbers::pi * d * d / b));
            sum += taps.back();
        }
        const double height = a * std::sqrt(std::numbers::pi / b);
        total += height * sum * sum;
        const Plane part = filtered(x, taps, taps);
        for (std::size_t i = 0; i < result.values.size(); ++i)
            result.values[i] += height * part.values[i];
    }
    for (double& value : result.values)
        value /= total;
    return result;
}

/// Length of the response to edges (first derivative) or points (second) at every pixel.
Plane features(const Plane& x, bool points)
{
    const double sigma = 0.5 * 0.082 * pixelsPerDegree;
    const auto radius = std::ptrdiff_t(std::ceil(3 * sigma));
    std::vector<double> smooth, sharp;
    double total = 0, positive = 0, negative = 0;
    for (std::ptrdiff_t k = -radius; k <= radius; ++k) {
        const double d = double(k), gaussian = std::exp(-d * d / (2 * sigma * sigma));
        smooth.push_back(gaussian);
        sharp.push_back(points ? (d * d / (sigma * sigma) - 1) * gaussian : -d * gaussian);
        total += gaussian;
        (sharp.back() > 0 ? positive : negative) += std::abs(sharp.back());
    }
    for (double& value : smooth)
        value /= total;
    for (double& value : sharp)
        value /= value > 0 ? positive : negative;
    const Plane across = filtered(x, sharp, smooth), down = filtered(x, smooth, sharp);
    Plane result(x.height, x.width);
    for (std::size_t i = 0; i < result.values.size(); ++i)
        result.values[i] = std::hypot(across.values[i], down.values[i]);
    return result;
}

} // namespace

Flip flip(const Picture& reference, const Picture& test)
{
    constexpr double power = 0.7, knee = 0.4, kneeValue = 0.95;
    const Three a = opponent(withChannels(reference, 3)), b = opponent(withChannels(test, 3));
    const double most = std::pow(hyab(hunted({0, 1, 0}), hunted({0, 0, 1})), power);
    Three x, y;
    for (std::size_t c = 0; c < channels; ++c) {
        x[c] = seen(a[c], c);
        y[c] = seen(b[c], c);
    }
    Plane lightA(a[0].height, a[0].width), lightB = lightA;
    for (std::size_t i = 0; i < lightA.values.size(); ++i) {
        lightA.values[i] = (a[0].values[i] + 16) / 116;
        lightB.values[i] = (b[0].values[i] + 16) / 116;
    }
    const Plane edgeA = features(lightA, false), edgeB = features(lightB, false), pointA = features(lightA, true),
                pointB = features(lightB, true);
    Flip result{.map = Picture(1, a[0].height, a[0].width)};
    std::vector<double> errors(lightA.values.size());
    for (std::size_t i = 0; i < errors.size(); ++i) {
        const auto colour = [&](const Three& planes) {
            auto rgb = linearOf(planes[0].values[i], planes[1].values[i], planes[2].values[i]);
            for (double& value : rgb)
                value = std::clamp(value, 0.0, 1.0);
            return hunted(rgb);
        };
        const double distance = std::pow(hyab(colour(x), colour(y)), power);
        const double bend = knee * most;
        const double colourError = distance < bend ? kneeValue / bend * distance
                                                   : kneeValue + (distance - bend) / (most - bend) * (1 - kneeValue);
        const double feature = std::max(
            std::abs(edgeA.values[i] - edgeB.values[i]), std::abs(pointA.values[i] - pointB.values[i]));
        const double featureError = std::sqrt(feature / std::numbers::sqrt2);
        errors[i] = std::pow(colourError, 1 - featureError);
        result.map.values[i] = float(errors[i]);
        result.mean += errors[i] / double(errors.size());
    }
    std::sort(errors.begin(), errors.end());
    const auto at = [&](double share) {
        const double place = share * double(errors.size() - 1);
        const auto low = std::size_t(place);
        const double high = errors[std::min(low + 1, errors.size() - 1)];
        return errors[low] + (place - double(low)) * (high - errors[low]);
    };
    if (!errors.empty()) {
        result.median = at(0.5);
        result.p95 = at(0.95);
    }
    return result;
}

} // namespace tritloom
