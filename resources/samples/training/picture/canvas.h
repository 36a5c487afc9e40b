#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

namespace sample {

using Colour = std::array<float, 3>; ///< red, green, blue, 0..1

/// Numbers that are the same on every machine, whatever its standard library.
class Dice {
public:
    explicit Dice(std::uint64_t seed)
        : m_state(seed)
    {
    }
    std::uint64_t next(); ///< splitmix64
    double real(double low, double high);
    int whole(int low, int high); ///< both included
    double normal(); ///< mean 0, deviation 1
    Colour colour();

private:
    std::uint64_t m_state;
};

/// How far a point lies outside of something, in the units of its coordinates; below 0 inside.
using Distance = std::function<double(double x, double y)>;

/// A square picture, red, green and blue planes one after the other, 0..1.
struct Canvas {
    explicit Canvas(int sideLength)
        : side(sideLength)
        , values(std::size_t(3) * std::size_t(sideLength) * std::size_t(sideLength))
    {
    }
    float& at(int channel, int y, int x)
    {
        return values
            [(std::size_t(channel) * std::size_t(side) + std::size_t(y)) * std::size_t(side)
             + std::size_t(x)];
    }
    [[nodiscard]] float at(int channel, int y, int x) const
    {
        return values
            [(std::size_t(channel) * std::size_t(side) + std::size_t(y)) * std::size_t(side)
             + std::size_t(x)];
    }

    int side;
    std::vector<float> values;
};

/// What stands where: centre in pixels, size in pixels for the unit of the shape, turned by an angle in
/// radians.
struct Place {
    double x = 0, y = 0, size = 1, angle = 0;
};

/// Fills the shape with smooth edges a pixel wide.
void fill(Canvas&, const Distance& shape, const Place&, const Colour&, double opacity = 1);

/// What lies behind: plain, a gradient, stripes, checks, rings, or cloudy noise, in two colours.
enum class Ground { Plain, Gradient, Stripes, Checks, Rings, Clouds };
constexpr int grounds = 6;
void paint(Canvas&, Ground, const Colour&, const Colour&, Dice&);

void addNoise(Canvas&, double deviation, Dice&);
/// Values as a file of 8 bits would have them.
void round8(Canvas&);

/// Half the side: bicubic with a = -0.5, widened by the scale, mirrored at the borders.
[[nodiscard]] Canvas halved(const Canvas&);
/// Twice the side by the same rule: what a trained network has to beat.
[[nodiscard]] Canvas doubled(const Canvas&);

} // namespace sample
