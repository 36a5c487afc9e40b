#include "core/image/metrics.h"
#include "core/image/planes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <limits>
#include <numbers>

namespace tritloom {
namespace {

// Zhang, Shen, Li 2014 (VSI) and Zhang, Gu, Li 2013 (SDSP, the saliency it weights with).
constexpr double saliencyConstant = 1.27, gradientConstant = 386, chromaConstant = 130, gradientPower = 0.4,
                 chromaPower = 0.02;
constexpr double centreFrequency = 0.021, bandwidth = 1.34, centreSigma = 145, warmSigma = 0.001;
constexpr std::size_t side = 256; ///< of the picture that saliency is found in, a power of two
constexpr double epsilon = std::numeric_limits<double>::epsilon();

using Complex = std::complex<double>;
using Spectrum = std::vector<Complex>; ///< [side][side]

/// Fourier transform of `side` numbers in place, not normalised.
void transform(Complex* values, bool isInverse)
{
    static const std::vector<Complex> turns = [] {
        std::vector<Complex> list;
        for (std::size_t k = 0; k < side / 2; ++k)
            list.push_back(std::polar(1.0, -2 * std::numbers::pi * double(k) / double(side)));
        return list;
    }();
    for (std::size_t i = 1, j = 0; i < side; ++i) {
        std::size_t bit = side / 2;
        for (; (j & bit) != 0; bit /= 2)
            j ^= bit;
        j ^= bit;
        if (i < j)
            std::swap(values[i], values[j]);
    }
    for (std::size_t length = 2; length <= side; length *= 2)
        for (std::size_t first = 0; first < side; first += length)
            for (std::size_t k = 0; k < length / 2; ++k) {
                const Complex step = turns[k * (side / length)], even = values[first + k],
                              other = values[first + k + length / 2];
                const double im = isInverse ? -step.imag() : step.imag();
                const Complex odd(
                    step.real() * other.real() - im * other.imag(),
                    step.real() * other.imag() + im * other.real());
                values[first + k] = even + odd;
                values[first + k + length / 2] = even - odd;
            }
}

/// Of both dimensions; the result is transposed, so that both run along memory.
void transformBoth(Spectrum& values, bool isInverse)
{
    for (const int pass : {0, 1}) {
        for (std::size_t i = 0; i < side; ++i)
            transform(values.data() + i * side, isInverse);
        if (pass == 0)
            for (std::size_t y = 0; y < side; ++y)
                for (std::size_t x = 0; x < y; ++x)
                    std::swap(values[y * side + x], values[x * side + y]);
    }
}

/// How much of a frequency passes: a log-Gabor filter within a circle.
double passed(std::size_t y, std::size_t x)
{
    const auto frequency = [](std::size_t i) { return double(i < side / 2 ? i : side - i) / double(side); };
    const double radius = std::hypot(frequency(y), frequency(x));
    if (radius == 0 || radius > 0.5)
        return 0;
    const double octaves = std::log(radius / centreFrequency);
    return std::exp(-octaves * octaves / (2 * bandwidth * bandwidth));
}

/// Adds the squares of what passes of both planes: the filter is real and even, so that one plane can be the
/// imaginary part of the other.
void addBandPower(Plane& power, const Plane& plane, const Plane* other)
{
    static const std::vector<double> filter = [] {
        std::vector<double> list;
        for (std::size_t i = 0; i < side * side; ++i)
            list.push_back(passed(i / side, i % side) / double(side * side));
        return list;
    }();
    Spectrum values(side * side);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = {plane.values[i], other != nullptr ? other->values[i] : 0};
    transformBoth(values, false);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] *= filter[i];
    transformBoth(values, true);
    for (std::size_t i = 0; i < values.size(); ++i)
        power.values[i] += std::norm(values[i]);
}

/// Bilinear. Corners on corners, or pixel areas on pixel areas.
enum class Align { Corners, Areas };
Plane stretched(const Plane& plane, std::size_t height, std::size_t width, Align align)
{
    const auto source = [align](std::size_t i, std::size_t size, std::size_t from) {
        const double place = align == Align::Corners
            ? (size > 1 ? double(i) * double(from - 1) / double(size - 1) : 0)
            : (double(i) + 0.5) * double(from) / double(size) - 0.5;
        return std::clamp(place, 0.0, double(from - 1));
    };
    Plane result(height, width);
    for (std::size_t y = 0; y < height; ++y) {
        const double sy = source(y, height, plane.height);
        const auto y0 = std::size_t(sy), y1 = std::min(y0 + 1, plane.height - 1);
        for (std::size_t x = 0; x < width; ++x) {
            const double sx = source(x, width, plane.width);
            const auto x0 = std::size_t(sx), x1 = std::min(x0 + 1, plane.width - 1);
            const double down = sy - double(y0), across = sx - double(x0);
            result.at(y, x) = (plane.at(y0, x0) * (1 - across) + plane.at(y0, x1) * across) * (1 - down)
                + (plane.at(y1, x0) * (1 - across) + plane.at(y1, x1) * across) * down;
        }
    }
    return result;
}

/// To 0..1; planes of one value become 0.
void normalise(Plane& plane)
{
    const auto [least, most] = std::ranges::minmax(plane.values);
    for (double& value : plane.values)
        value = (value - least) / (most - least + epsilon);
}

/// CIELAB of sRGB planes of 0..255, white D50 as SDSP has it.
std::array<Plane, 3> lab(const std::array<Plane, 3>& rgb)
{
    std::array<Plane, 3> linear = rgb;
    for (Plane& plane : linear)
        for (double& value : plane.values) {
            const double v = value / 255;
            value = v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
        }
    const auto cubeRoot = [](Plane plane, double white) {
        for (double& value : plane.values) {
            const double v = value / white;
            value = v <= 0.008856 ? (903.3 * v + 16) / 116 : std::cbrt(v);
        }
        return plane;
    };
    const Plane &r = linear[0], &g = linear[1], &b = linear[2];
    const Plane x = cubeRoot(mixed(r, g, b, 0.4124564, 0.3575761, 0.1804375), 0.9642119944211994),
                y = cubeRoot(mixed(r, g, b, 0.2126729, 0.7151522, 0.0721750), 1),
                z = cubeRoot(mixed(r, g, b, 0.0193339, 0.1191920, 0.9503041), 0.8251882845188288);
    std::array<Plane, 3> result{
        mixed(x, y, z, 0, 116, 0), mixed(x, y, z, 500, -500, 0), mixed(x, y, z, 0, 200, -200)};
    for (double& value : result[0].values)
        value -= 16;
    return result;
}

/// Where people look first, 0..1: what stands out at one scale, near the middle, in warm colours.
Plane saliency(const std::array<Plane, 3>& rgb)
{
    std::array<Plane, 3> small;
    for (std::size_t c = 0; c < 3; ++c)
        small[c] = stretched(rgb[c], side, side, Align::Areas);
    std::array<Plane, 3> colours = lab(small);
    Plane map(side, side);
    addBandPower(map, colours[0], nullptr);
    addBandPower(map, colours[1], &colours[2]);
    normalise(colours[1]);
    normalise(colours[2]);
    for (std::size_t y = 0; y < side; ++y)
        for (std::size_t x = 0; x < side; ++x) {
            // The script that defined it counts pixels from 1.
            const double dy = double(y) + 1 - double(side) / 2, dx = double(x) + 1 - double(side) / 2;
            const double warm = std::pow(colours[1].at(y, x), 2) + std::pow(colours[2].at(y, x), 2);
            map.at(y, x) = std::sqrt(map.at(y, x))
                * std::exp(-(dy * dy + dx * dx) / (centreSigma * centreSigma))
                * (1 - std::exp(-warm / (warmSigma * warmSigma)));
        }
    Plane result = stretched(map, rgb[0].height, rgb[0].width, Align::Corners);
    normalise(result);
    return result;
}

/// Means of blocks, whole ones only.
Plane blockMeans(const Plane& plane, std::size_t block)
{
    Plane result(plane.height / block, plane.width / block);
    for (std::size_t y = 0; y < result.height * block; ++y)
        for (std::size_t x = 0; x < result.width * block; ++x)
            result.at(y / block, x / block) += plane.at(y, x) / double(block * block);
    return result;
}

/// Length of the Scharr gradient, zeros outside.
Plane gradient(const Plane& plane)
{
    const auto value = [&](std::size_t y, std::size_t x) { // one further down and right: 0 is outside
        return y == 0 || x == 0 || y > plane.height || x > plane.width ? 0.0 : plane.at(y - 1, x - 1);
    };
    Plane result(plane.height, plane.width);
    for (std::size_t y = 0; y < plane.height; ++y)
        for (std::size_t x = 0; x < plane.width; ++x) {
            const double topLeft = value(y, x), topRight = value(y, x + 2), bottomLeft = value(y + 2, x),
                         bottomRight = value(y + 2, x + 2);
            const double across = 3 * (topLeft - topRight + bottomLeft - bottomRight)
                + 10 * (value(y + 1, x) - value(y + 1, x + 2)),
                         down = 3 * (topLeft - bottomLeft + topRight - bottomRight)
                + 10 * (value(y, x + 1) - value(y + 2, x + 1));
            result.at(y, x) = std::hypot(across, down) / 16;
        }
    return result;
}

double similarity(double a, double b, double constant)
{
    return (2 * a * b + constant) / (a * a + b * b + constant);
}

/// A picture as VSI compares it.
struct Seen {
    Plane salient, gradient, m, n;

    explicit Seen(const Picture& picture)
    {
        const std::array<Plane, 3> rgb{
            planeOf(picture, 0), planeOf(picture, picture.channels == 3 ? 1 : 0),
            planeOf(picture, picture.channels == 3 ? 2 : 0)};
        const auto block = std::max<std::size_t>(
            1, std::size_t(std::nearbyint(double(std::min(picture.height, picture.width)) / double(side))));
        salient = blockMeans(saliency(rgb), block);
        gradient = tritloom::gradient(blockMeans(mixed(rgb[0], rgb[1], rgb[2], 0.06, 0.63, 0.27), block));
        m = blockMeans(mixed(rgb[0], rgb[1], rgb[2], 0.30, 0.04, -0.35), block);
        n = blockMeans(mixed(rgb[0], rgb[1], rgb[2], 0.34, -0.6, 0.17), block);
    }
};

} // namespace

double vsi(const Picture& a, const Picture& b)
{
    if (a.isEmpty())
        return 0;
    const Seen x(a), y(b);
    double sum = 0, weights = 0;
    for (std::size_t i = 0; i < x.salient.values.size(); ++i) {
        const double colour = similarity(x.m.values[i], y.m.values[i], chromaConstant)
            * similarity(x.n.values[i], y.n.values[i], chromaConstant);
        // The real part of the power of a number that may be below 0.
        const double chroma = std::pow(std::abs(colour), chromaPower)
            * (colour < 0 ? std::cos(std::numbers::pi * chromaPower) : 1);
        const double weight = std::max(x.salient.values[i], y.salient.values[i]);
        sum += weight * similarity(x.salient.values[i], y.salient.values[i], saliencyConstant)
            * std::pow(
                   similarity(x.gradient.values[i], y.gradient.values[i], gradientConstant), gradientPower)
            * chroma;
        weights += weight;
    }
    return (sum + epsilon) / (weights + epsilon);
}

} // namespace tritloom
