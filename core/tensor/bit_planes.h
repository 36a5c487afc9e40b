#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tritloom {

// What lies in the lowest bits of a picture, as LOTA looks at it (arXiv 2510.14230): pictures that a network
// made differ there from those of a camera. Pictures must be bytes exactly as stored: any resampling or
// change of colours destroys what is looked at.

/// [channels][height][width]
struct ByteImage {
    std::size_t channels = 0, height = 0, width = 0;
    std::vector<std::uint8_t> values;

    [[nodiscard]] std::uint8_t at(std::size_t c, std::size_t y, std::size_t x) const
    {
        return values[(c * height + y) * width + x];
    }
};

/// One bit of every byte, 0 or 255. bit: 0 (lowest) to 7.
[[nodiscard]] ByteImage bitPlane(const ByteImage& image, int bit);

enum class NoiseScale : std::uint8_t {
    Scaled, ///< the lowest three bits times 36, which is 255 / 7 rounded down: 252 is the most
    Thresholded ///< 255 where one of them is set
};
[[nodiscard]] ByteImage noiseImage(const ByteImage& image, NoiseScale scale = NoiseScale::Scaled);

/// Bilinear with half-pixel centres, rounded.
[[nodiscard]] ByteImage enlarged(const ByteImage& image, std::size_t height, std::size_t width);

constexpr std::size_t noisePatchSide = 32; ///< pixels
/// A part of a noise image, and how much neighbours differ in it.
struct NoisePatch {
    std::size_t top = 0, left = 0;
    std::uint64_t score = 0;
};
/// Absolute differences of all neighbours inside a part, across, down and along both diagonals, summed over
/// channels. The part must lie inside.
[[nodiscard]] std::uint64_t
patchScore(const ByteImage& noise, std::size_t top, std::size_t left, std::size_t height, std::size_t width);
/// patchScore() of patches of noisePatchSide on a grid of 8 pixels and along the far borders, row after row.
/// None of an image that is smaller than a patch.
[[nodiscard]] std::vector<NoisePatch> gridPatches(const ByteImage& noise);
/// 64 patches at random places.
[[nodiscard]] std::vector<NoisePatch> randomPatches(const ByteImage& noise, std::uint64_t seed);
/// The first of the largest score. patches: at least one.
[[nodiscard]] NoisePatch strongest(const std::vector<NoisePatch>& patches);

/// The noise image that patches are taken of: enlarged to 256 x 256 where a side is shorter than a patch.
[[nodiscard]] ByteImage detectorNoise(const ByteImage& image, NoiseScale scale = NoiseScale::Scaled);
/// A patch as a detector is shown it: enlarged to 256 x 256.
[[nodiscard]] ByteImage detectorPatch(const ByteImage& noise, const NoisePatch& patch);

struct BitStatistics {
    std::array<double, 8> ones{}; ///< share of bytes with this bit set, lowest first
    double noisy = 0; ///< share with one of the lowest three
    double meanScore = 0; ///< of a patch of the grid, a channel
    NoisePatch best; ///< of the grid
};
[[nodiscard]] BitStatistics bitStatistics(const ByteImage& image);

} // namespace tritloom
