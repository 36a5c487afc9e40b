#include "core/image/ssim_parts.h"

#include "core/image/metrics.h"

#include <array>
#include <cmath>
#include <limits>

namespace tritloom {
namespace {

constexpr std::size_t taps = 11;

std::array<double, taps> window()
{
    std::array<double, taps> weights{};
    double total = 0;
    for (std::size_t i = 0; i < taps; ++i) {
        const double d = double(i) - double(taps / 2);
        total += weights[i] = std::exp(-d * d / (2 * 1.5 * 1.5));
    }
    for (double& weight : weights)
        weight /= total;
    return weights;
}

/// The Gaussian over the valid region of a plane.
std::vector<double> blurred(const std::vector<double>& plane, std::size_t height, std::size_t width)
{
    static const std::array<double, taps> weights = window();
    const std::size_t h = height - taps + 1, w = width - taps + 1;
    std::vector<double> across(height * w), result(h * w);
    for (std::size_t y = 0; y < height; ++y)
        for (std::size_t x = 0; x < w; ++x)
            for (std::size_t k = 0; k < taps; ++k)
                across[y * w + x] += weights[k] * plane[y * width + x + k];
    for (std::size_t y = 0; y < h; ++y)
        for (std::size_t k = 0; k < taps; ++k)
            for (std::size_t x = 0; x < w; ++x)
                result[y * w + x] += weights[k] * across[(y + k) * w + x];
    return result;
}

} // namespace

SsimParts ssimParts(const std::vector<double>& x, const std::vector<double>& y, std::size_t height, std::size_t width)
{
    constexpr double c1 = 0.01 * 255 * 0.01 * 255, c2 = 0.03 * 255 * 0.03 * 255;
    SsimParts parts;
    if (height < taps || width < taps)
        return parts;
    std::vector<double> xx(x.size()), yy(x.size()), xy(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
        xx[i] = x[i] * x[i];
        yy[i] = y[i] * y[i];
        xy[i] = x[i] * y[i];
    }
    const auto mx = blurred(x, height, width), my = blurred(y, height, width), mxx = blurred(xx, height, width),
               myy = blurred(yy, height, width), mxy = blurred(xy, height, width);
    parts.height = height - taps + 1;
    parts.width = width - taps + 1;
    for (std::size_t i = 0; i < mx.size(); ++i) {
        const double sxx = mxx[i] - mx[i] * mx[i], syy = myy[i] - my[i] * my[i], sxy = mxy[i] - mx[i] * my[i];
        parts.luminance.push_back((2 * mx[i] * my[i] + c1) / (mx[i] * mx[i] + my[i] * my[i] + c1));
        parts.contrast.push_back((2 * sxy + c2) / (sxx + syy + c2));
    }
    return parts;
}

std::vector<double> plane255(const Picture& picture, std::size_t channel)
{
    std::vector<double> plane(picture.plane());
    for (std::size_t i = 0; i < plane.size(); ++i)
        plane[i] = 255 * double(picture.values[channel * picture.plane() + i]);
    return plane;
}

double meanSquaredError(const Picture& a, const Picture& b)
{
    double sum = 0;
    for (std::size_t i = 0; i < a.values.size(); ++i) {
        const double d = 255 * (double(a.values[i]) - double(b.values[i]));
        sum += d * d;
    }
    return a.values.empty() ? 0 : sum / double(a.values.size());
}

double psnr(const Picture& a, const Picture& b)
{
    const double error = meanSquaredError(a, b);
    return error == 0 ? std::numeric_limits<double>::infinity() : 10 * std::log10(255 * 255 / error);
}

double ssim(const Picture& a, const Picture& b)
{
    double total = 0;
    for (std::size_t c = 0; c < a.channels; ++c) {
        const SsimParts parts = ssimParts(plane255(a, c), plane255(b, c), a.height, a.width);
        double sum = 0;
        for (std::size_t i = 0; i < parts.contrast.size(); ++i)
            sum += parts.luminance[i] * parts.contrast[i];
        total += parts.contrast.empty() ? 0 : sum / double(parts.contrast.size());
    }
    return a.channels == 0 ? 0 : total / double(a.channels);
}

Picture ssimMap(const Picture& a, const Picture& b)
{
    Picture map;
    for (std::size_t c = 0; c < a.channels; ++c) {
        const SsimParts parts = ssimParts(plane255(a, c), plane255(b, c), a.height, a.width);
        if (c == 0)
            map = Picture(1, parts.height, parts.width);
        for (std::size_t i = 0; i < map.values.size(); ++i)
            map.values[i] += float(parts.luminance[i] * parts.contrast[i] / double(a.channels));
    }
    return map;
}

} // namespace tritloom
