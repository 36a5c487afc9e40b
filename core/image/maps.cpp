#include "core/image/maps.h"

#include "core/image/metrics.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace tritloom {
namespace {

Picture flipMap(const Picture& reference, const Picture& test)
{
    return flip(withChannels(reference, 3), withChannels(test, 3)).map;
}

/// 1 - l * cs; the border of half a window, which the metric leaves out, stays 0.
Picture ssimErrors(const Picture& reference, const Picture& test)
{
    Picture result(1, reference.height, reference.width);
    const Picture inner = ssimMap(reference, test);
    const std::size_t top = (result.height - inner.height) / 2, left = (result.width - inner.width) / 2;
    for (std::size_t y = 0; y < inner.height; ++y)
        for (std::size_t x = 0; x < inner.width; ++x)
            result.at(0, top + y, left + x) = std::max(0.0f, 1 - inner.at(0, y, x));
    return result;
}

/// 1 - gradient similarity, every value as two by two pixels.
Picture gradientErrors(const Picture& reference, const Picture& test)
{
    Picture result(1, reference.height, reference.width);
    const Picture half = gmsMap(reference, test);
    if (half.isEmpty())
        return result;
    for (std::size_t y = 0; y < result.height; ++y)
        for (std::size_t x = 0; x < result.width; ++x)
            result.at(0, y, x) = std::max(
                0.0f, 1 - half.at(0, std::min(y / 2, half.height - 1), std::min(x / 2, half.width - 1)));
    return result;
}

/// How far apart the lowest three bits of the bytes are, mean over channels: a detector of generated pictures
/// looks there (LOTA, arXiv 2510.14230).
Picture lowBitErrors(const Picture& reference, const Picture& test)
{
    const auto low = [](float value) { return std::lround(std::clamp(value, 0.0f, 1.0f) * 255) & 7; };
    Picture result(1, reference.height, reference.width);
    for (std::size_t i = 0; i < reference.values.size(); ++i)
        result.values[i % result.plane()] += float(std::labs(low(reference.values[i]) - low(test.values[i])))
            / (7 * float(reference.channels));
    return result;
}

} // namespace

Picture differenceMap(const Picture& a, const Picture& b)
{
    Picture result(1, a.height, a.width);
    for (std::size_t c = 0; c < a.channels; ++c)
        for (std::size_t i = 0; i < a.plane(); ++i)
            result.values[i] +=
                std::abs(a.values[c * a.plane() + i] - b.values[c * a.plane() + i]) / float(a.channels);
    return result;
}

std::span<const ErrorMap> errorMaps()
{
    static constexpr ErrorMap list[] = {
        {"difference", "Difference", differenceMap},
        {"flip", "FLIP", flipMap},
        {"ssim", "SSIM map", ssimErrors},
        {"gms", "Gradient similarity", gradientErrors},
        {"low-bits", "Lowest three bits", lowBitErrors},
    };
    return list;
}

} // namespace tritloom
