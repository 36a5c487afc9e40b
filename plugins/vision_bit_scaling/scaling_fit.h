#pragma once

#include <optional>
#include <span>
#include <vector>

namespace tritloom {

/// A network somewhere on a scaling curve: all its bits (or bit operations), and a measure of which less is
/// better; both above 0.
struct ScalingPoint {
    double size = 0, measure = 0;
};

/// measure = floor + exp(a) * size^b
struct PowerLaw {
    double a = 0, b = 0, floor = 0;
    double residual = 0; ///< mean square of what it misses of log(measure)
    [[nodiscard]] double at(double size) const;
};
/// Least squares of log(measure) over log(size). At least two points of different sizes; nullopt else.
[[nodiscard]] std::optional<PowerLaw> fitPowerLaw(std::span<const ScalingPoint> points);
/// The same above a floor, which is looked for below the least measure. At least four points.
[[nodiscard]] std::optional<PowerLaw> fitWithFloor(std::span<const ScalingPoint> points);

/// How much larger log(size) of the second curve is than of the first at equal measure, both with the slope
/// that suits them together. nullopt: no slope.
[[nodiscard]] std::optional<double>
horizontalShift(std::span<const ScalingPoint> first, std::span<const ScalingPoint> second);

/// Whether the first curve lies on or below the second wherever both have sizes; straight in logarithms
/// between points. nullopt: they share no size.
[[nodiscard]] std::optional<bool>
liesBelow(std::span<const ScalingPoint> first, std::span<const ScalingPoint> second);

} // namespace tritloom
