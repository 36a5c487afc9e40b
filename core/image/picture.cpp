#include "core/image/picture.h"

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

/// Inputs and weights of one output along a line.
struct Tap {
    std::vector<std::size_t> from;
    std::vector<double> weight;
};

double cubicAt(double t, double a)
{
    t = std::abs(t);
    if (t <= 1)
        return ((a + 2) * t - (a + 3)) * t * t + 1;
    return t < 2 ? ((a * t - 5 * a) * t + 8 * a) * t - 4 * a : 0;
}

std::vector<Tap> tapsOf(std::size_t input, std::size_t output, const Resampling& how)
{
    const double scale = double(input) / double(output), stretch = how.antialias ? std::max(scale, 1.0) : 1.0;
    const auto last = std::ptrdiff_t(input) - 1;
    std::vector<Tap> taps(output);
    for (std::size_t o = 0; o < output; ++o) {
        const double centre = (double(o) + 0.5) * scale - 0.5;
        double total = 0;
        for (auto i = std::ptrdiff_t(std::floor(centre - 2 * stretch)); i <= std::ptrdiff_t(std::ceil(centre + 2 * stretch)); ++i) {
            const double weight = cubicAt((double(i) - centre) / stretch, how.cubic);
            if (weight == 0 || (!how.mirrored && (i < 0 || i > last)))
                continue;
            std::ptrdiff_t at = i;
            while (at < 0 || at > last)
                at = at < 0 ? -1 - at : 2 * last + 1 - at;
            taps[o].from.push_back(std::size_t(at));
            taps[o].weight.push_back(weight);
            total += weight;
        }
        for (double& weight : taps[o].weight)
            weight /= total;
    }
    return taps;
}

float round8(double value)
{
    return float(std::floor(std::clamp(value, 0.0, 1.0) * 255 + 0.5) / 255);
}

} // namespace

Picture cropped(const Picture& picture, std::size_t top, std::size_t left, std::size_t height, std::size_t width)
{
    Picture part(picture.channels, height, width);
    for (std::size_t c = 0; c < part.channels; ++c)
        for (std::size_t y = 0; y < height; ++y)
            for (std::size_t x = 0; x < width; ++x)
                part.at(c, y, x) = picture.at(c, top + y, left + x);
    return part;
}

Picture centreCrop(const Picture& picture, std::size_t height, std::size_t width)
{
    height = std::min(height, picture.height);
    width = std::min(width, picture.width);
    return cropped(picture, (picture.height - height) / 2, (picture.width - width) / 2, height, width);
}

Picture withoutBorder(const Picture& picture, std::size_t border)
{
    if (2 * border >= std::min(picture.height, picture.width))
        return picture;
    return cropped(picture, border, border, picture.height - 2 * border, picture.width - 2 * border);
}

Picture rounded8(Picture picture)
{
    for (float& value : picture.values)
        value = round8(double(value));
    return picture;
}

Picture grey(const Picture& picture)
{
    if (picture.channels == 1)
        return picture;
    Picture result(1, picture.height, picture.width);
    for (std::size_t i = 0; i < result.values.size(); ++i)
        result.values[i] = float(
            0.299 * double(picture.values[i]) + 0.587 * double(picture.values[picture.plane() + i])
            + 0.114 * double(picture.values[2 * picture.plane() + i]));
    return result;
}

Picture studioLuma(const Picture& picture)
{
    if (picture.channels == 1)
        return picture;
    Picture result(1, picture.height, picture.width);
    for (std::size_t i = 0; i < result.values.size(); ++i)
        result.values[i] = float(
            (16 + 65.481 * double(picture.values[i]) + 128.553 * double(picture.values[picture.plane() + i])
             + 24.966 * double(picture.values[2 * picture.plane() + i]))
            / 255);
    return result;
}

Picture withChannels(const Picture& picture, std::size_t channels)
{
    if (picture.channels == channels)
        return picture;
    Picture result = grey(picture);
    if (channels == 1)
        return result;
    const std::vector<float> plane = result.values;
    result.channels = channels;
    for (std::size_t c = 1; c < channels; ++c)
        result.values.insert(result.values.end(), plane.begin(), plane.end());
    return result;
}

Picture resized(const Picture& picture, std::size_t height, std::size_t width, Resampling how)
{
    const auto line = [&](const Tap& tap, auto value) {
        double sum = 0;
        for (std::size_t k = 0; k < tap.from.size(); ++k)
            sum += tap.weight[k] * double(value(tap.from[k]));
        return how.round8 ? round8(sum) : float(sum);
    };
    Picture across = picture;
    if (width != picture.width) {
        across = Picture(picture.channels, picture.height, width);
        const std::vector<Tap> taps = tapsOf(picture.width, width, how);
        for (std::size_t c = 0; c < across.channels; ++c)
            for (std::size_t y = 0; y < across.height; ++y)
                for (std::size_t x = 0; x < width; ++x)
                    across.at(c, y, x) = line(taps[x], [&](std::size_t i) { return picture.at(c, y, i); });
    }
    if (height == picture.height)
        return across;
    Picture result(picture.channels, height, width);
    const std::vector<Tap> taps = tapsOf(picture.height, height, how);
    for (std::size_t c = 0; c < result.channels; ++c)
        for (std::size_t y = 0; y < height; ++y)
            for (std::size_t x = 0; x < width; ++x)
                result.at(c, y, x) = line(taps[y], [&](std::size_t i) { return across.at(c, i, x); });
    return result;
}

} // namespace tritloom
