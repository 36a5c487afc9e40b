#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <vector>

namespace tritloom {

/// A picture as planes of numbers, [channels][height][width]; 0..1 where nothing else is said.
struct Picture {
    std::size_t channels = 0, height = 0, width = 0;
    std::vector<float> values;

    Picture() = default;
    Picture(std::size_t c, std::size_t h, std::size_t w)
        : channels(c)
        , height(h)
        , width(w)
        , values(c * h * w)
    {
    }
    [[nodiscard]] bool isEmpty() const { return values.empty(); }
    [[nodiscard]] std::size_t plane() const { return height * width; }
    [[nodiscard]] float& at(std::size_t c, std::size_t y, std::size_t x) { return values[(c * height + y) * width + x]; }
    [[nodiscard]] float at(std::size_t c, std::size_t y, std::size_t x) const
    {
        return values[(c * height + y) * width + x];
    }
    [[nodiscard]] bool sameSize(const Picture& other) const
    {
        return channels == other.channels && height == other.height && width == other.width;
    }
};

/// The part of `height` x `width` from (top, left) on; it must lie inside.
[[nodiscard]] Picture cropped(const Picture& picture, std::size_t top, std::size_t left, std::size_t height, std::size_t width);
/// The middle of it, at most as large as asked for.
[[nodiscard]] Picture centreCrop(const Picture& picture, std::size_t height, std::size_t width);
/// Without `border` pixels on every side.
[[nodiscard]] Picture withoutBorder(const Picture& picture, std::size_t border);
/// As an 8-bit file would hold it: clamped to 0..1, rounded to multiples of 1 / 255.
[[nodiscard]] Picture rounded8(Picture picture);
/// One plane: itself, or 0.299 R + 0.587 G + 0.114 B.
[[nodiscard]] Picture grey(const Picture& picture);
/// One plane of BT.601 luma in studio range, (16 + 65.481 R + 128.553 G + 24.966 B) / 255; grey pictures as they are.
[[nodiscard]] Picture studioLuma(const Picture& picture);
/// Three equal planes of a grey picture, or one grey plane of a coloured one.
[[nodiscard]] Picture withChannels(const Picture& picture, std::size_t channels);

/// How resized() samples. All are separable and repeat the border.
struct Resampling {
    double cubic = -0.5; ///< Keys' coefficient; -0.5 is what Pillow and MATLAB have
    bool antialias = true; ///< widen the filter when the picture shrinks
    bool round8 = false; ///< to 8 bits after each direction, as Pillow does
    bool mirrored = false; ///< mirror the picture at its border, as MATLAB does, instead of cutting the filter
};
/// Bicubic. height, width: at least 1.
[[nodiscard]] Picture resized(const Picture& picture, std::size_t height, std::size_t width, Resampling how = {});

} // namespace tritloom
