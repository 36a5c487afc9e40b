#pragma once

#include "core/image/picture.h"

namespace tritloom {

/// One plane of numbers in double, row after row.
struct Plane {
    std::size_t height = 0, width = 0;
    std::vector<double> values;

    Plane() = default;
    Plane(std::size_t h, std::size_t w)
        : height(h)
        , width(w)
        , values(h * w)
    {
    }
    [[nodiscard]] double& at(std::size_t y, std::size_t x) { return values[y * width + x]; }
    [[nodiscard]] double at(std::size_t y, std::size_t x) const { return values[y * width + x]; }
};

/// A channel of a picture, times `range`.
[[nodiscard]] inline Plane planeOf(const Picture& picture, std::size_t channel, double range = 255)
{
    Plane plane(picture.height, picture.width);
    for (std::size_t i = 0; i < plane.values.size(); ++i)
        plane.values[i] = range * double(picture.values[channel * picture.plane() + i]);
    return plane;
}

/// Weighted sums of three planes: rows of a colour matrix.
[[nodiscard]] inline Plane mixed(const Plane& a, const Plane& b, const Plane& c, double x, double y, double z)
{
    Plane plane(a.height, a.width);
    for (std::size_t i = 0; i < plane.values.size(); ++i)
        plane.values[i] = x * a.values[i] + y * b.values[i] + z * c.values[i];
    return plane;
}

} // namespace tritloom
