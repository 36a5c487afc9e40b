#include "core/tensor/bit_planes.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace tritloom {
namespace {

template <typename Map>
ByteImage mapped(const ByteImage& image, Map map)
{
    ByteImage result = image;
    std::ranges::transform(result.values, result.values.begin(), map);
    return result;
}

/// Sums over rectangles from the top left corner: [height + 1][width + 1].
class IntegralImage {
public:
    IntegralImage(std::size_t height, std::size_t width)
        : m_width(width + 1)
        , m_sums((height + 1) * (width + 1))
    {
    }
    template <typename Value>
    void fill(Value value)
    {
        for (std::size_t y = 1; y < m_sums.size() / m_width; ++y)
            for (std::size_t x = 1; x < m_width; ++x)
                at(y, x) = value(y - 1, x - 1) + at(y - 1, x) + at(y, x - 1) - at(y - 1, x - 1);
    }
    [[nodiscard]] std::uint64_t
    sum(std::size_t top, std::size_t left, std::size_t height, std::size_t width) const
    {
        return m_sums[(top + height) * m_width + left + width] + m_sums[top * m_width + left]
            - m_sums[top * m_width + left + width] - m_sums[(top + height) * m_width + left];
    }

private:
    std::uint64_t& at(std::size_t y, std::size_t x) { return m_sums[y * m_width + x]; }
    std::size_t m_width;
    std::vector<std::uint64_t> m_sums;
};

std::uint64_t distance(std::uint8_t a, std::uint8_t b)
{
    return a > b ? std::uint64_t(a - b) : std::uint64_t(b - a);
}

/// Places 0, 8, 16 ... that a patch fits at, and the last one.
std::vector<std::size_t> gridPlaces(std::size_t size)
{
    constexpr std::size_t step = 8;
    std::vector<std::size_t> places;
    for (std::size_t at = 0; at + noisePatchSide <= size; at += step)
        places.push_back(at);
    if (!places.empty() && places.back() + noisePatchSide < size)
        places.push_back(size - noisePatchSide);
    return places;
}

} // namespace

ByteImage bitPlane(const ByteImage& image, int bit)
{
    return mapped(image, [bit](std::uint8_t v) { return std::uint8_t((v >> bit & 1) * 255); });
}

ByteImage noiseImage(const ByteImage& image, NoiseScale scale)
{
    if (scale == NoiseScale::Thresholded)
        return mapped(image, [](std::uint8_t v) { return std::uint8_t((v & 7) != 0 ? 255 : 0); });
    return mapped(image, [](std::uint8_t v) { return std::uint8_t((v & 7) * 36); });
}

ByteImage enlarged(const ByteImage& image, std::size_t height, std::size_t width)
{
    ByteImage result{image.channels, height, width, {}};
    result.values.reserve(image.channels * height * width);
    const auto source = [](std::size_t at, std::size_t size, std::size_t from) {
        const double place = (double(at) + 0.5) * double(from) / double(size) - 0.5;
        return std::clamp(place, 0.0, double(from - 1));
    };
    for (std::size_t c = 0; c < image.channels; ++c)
        for (std::size_t y = 0; y < height; ++y) {
            const double sy = source(y, height, image.height);
            const auto y0 = std::size_t(sy), y1 = std::min(y0 + 1, image.height - 1);
            for (std::size_t x = 0; x < width; ++x) {
                const double sx = source(x, width, image.width);
                const auto x0 = std::size_t(sx), x1 = std::min(x0 + 1, image.width - 1);
                const double down = sy - double(y0), across = sx - double(x0);
                const double top = image.at(c, y0, x0) * (1 - across) + image.at(c, y0, x1) * across,
                             bottom = image.at(c, y1, x0) * (1 - across) + image.at(c, y1, x1) * across;
                result.values.push_back(std::uint8_t(std::lround(top * (1 - down) + bottom * down)));
            }
        }
    return result;
}

std::uint64_t
patchScore(const ByteImage& n, std::size_t top, std::size_t left, std::size_t height, std::size_t width)
{
    std::uint64_t score = 0;
    for (std::size_t c = 0; c < n.channels; ++c)
        for (std::size_t y = top; y < top + height; ++y)
            for (std::size_t x = left; x < left + width; ++x) {
                const bool hasRight = x + 1 < left + width, hasBelow = y + 1 < top + height;
                if (hasRight)
                    score += distance(n.at(c, y, x), n.at(c, y, x + 1));
                if (hasBelow)
                    score += distance(n.at(c, y, x), n.at(c, y + 1, x));
                if (hasRight && hasBelow)
                    score += distance(n.at(c, y, x), n.at(c, y + 1, x + 1))
                        + distance(n.at(c, y, x + 1), n.at(c, y + 1, x));
            }
    return score;
}

std::vector<NoisePatch> gridPatches(const ByteImage& n)
{
    constexpr std::size_t side = noisePatchSide;
    const auto rows = gridPlaces(n.height), columns = gridPlaces(n.width);
    if (rows.empty() || columns.empty())
        return {};
    // Each kind of neighbours has a rectangle of its own: the last column has none across.
    IntegralImage across(n.height, n.width - 1), down(n.height - 1, n.width), both(n.height - 1, n.width - 1);
    const auto summed = [&](auto value) {
        return [&n, value](std::size_t y, std::size_t x) {
            std::uint64_t sum = 0;
            for (std::size_t c = 0; c < n.channels; ++c)
                sum += value(c, y, x);
            return sum;
        };
    };
    across.fill(summed([&](std::size_t c, std::size_t y, std::size_t x) {
        return distance(n.at(c, y, x), n.at(c, y, x + 1));
    }));
    down.fill(summed([&](std::size_t c, std::size_t y, std::size_t x) {
        return distance(n.at(c, y, x), n.at(c, y + 1, x));
    }));
    both.fill(summed([&](std::size_t c, std::size_t y, std::size_t x) {
        return distance(n.at(c, y, x), n.at(c, y + 1, x + 1))
            + distance(n.at(c, y, x + 1), n.at(c, y + 1, x));
    }));
    std::vector<NoisePatch> patches;
    for (const std::size_t y : rows)
        for (const std::size_t x : columns)
            patches.push_back(
                {y, x,
                 across.sum(y, x, side, side - 1) + down.sum(y, x, side - 1, side)
                     + both.sum(y, x, side - 1, side - 1)});
    return patches;
}

std::vector<NoisePatch> randomPatches(const ByteImage& n, std::uint64_t seed)
{
    if (n.height < noisePatchSide || n.width < noisePatchSide)
        return {};
    constexpr std::size_t count = 64; // (256 / 32)^2
    std::mt19937_64 random(seed);
    std::vector<NoisePatch> patches;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t top = random() % (n.height - noisePatchSide + 1),
                          left = random() % (n.width - noisePatchSide + 1);
        patches.push_back({top, left, patchScore(n, top, left, noisePatchSide, noisePatchSide)});
    }
    return patches;
}

NoisePatch strongest(const std::vector<NoisePatch>& patches)
{
    return *std::ranges::max_element(patches, {}, &NoisePatch::score);
}

ByteImage detectorNoise(const ByteImage& image, NoiseScale scale)
{
    constexpr std::size_t side = 256;
    const ByteImage noise = noiseImage(image, scale);
    return std::min(noise.height, noise.width) < noisePatchSide ? enlarged(noise, side, side) : noise;
}

ByteImage detectorPatch(const ByteImage& noise, const NoisePatch& patch)
{
    constexpr std::size_t side = 256;
    ByteImage part{noise.channels, noisePatchSide, noisePatchSide, {}};
    for (std::size_t c = 0; c < noise.channels; ++c)
        for (std::size_t y = 0; y < noisePatchSide; ++y)
            for (std::size_t x = 0; x < noisePatchSide; ++x)
                part.values.push_back(noise.at(c, patch.top + y, patch.left + x));
    return enlarged(part, side, side);
}

BitStatistics bitStatistics(const ByteImage& image)
{
    BitStatistics statistics;
    const double one = 1 / double(std::max<std::size_t>(image.values.size(), 1));
    for (const std::uint8_t value : image.values) {
        for (std::size_t bit = 0; bit < 8; ++bit)
            statistics.ones[bit] += (value >> bit & 1) != 0 ? one : 0;
        statistics.noisy += (value & 7) != 0 ? one : 0;
    }
    if (image.values.empty())
        return statistics;
    const std::vector<NoisePatch> patches = gridPatches(detectorNoise(image));
    for (const NoisePatch& patch : patches)
        statistics.meanScore += double(patch.score) / double(patches.size() * image.channels);
    statistics.best = strongest(patches);
    return statistics;
}

} // namespace tritloom
