#include "scenes.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace sample {
namespace {

constexpr double pi = std::numbers::pi;

/// From a point to a line between two others.
double segment(double x, double y, double ax, double ay, double bx, double by)
{
    const double dx = bx - ax, dy = by - ay;
    const double t = std::clamp(((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy), 0.0, 1.0);
    return std::hypot(x - ax - t * dx, y - ay - t * dy);
}

struct Stroke {
    double ax, ay, bx, by;
};

/// Letters are strokes of the same width.
double strokes(double x, double y, std::initializer_list<Stroke> list)
{
    double nearest = 10;
    for (const Stroke& s : list)
        nearest = std::min(nearest, segment(x, y, s.ax, s.ay, s.bx, s.by));
    return nearest - 0.17;
}

/// Inside of all sides of a polygon around the middle: corners at `radius`, the first one up.
double regular(double x, double y, int corners, double radius)
{
    double outside = -10;
    for (int i = 0; i < corners; ++i) {
        const double angle = -pi / 2 + pi / corners + 2 * pi * i / corners;
        outside =
            std::max(outside, std::cos(angle) * x + std::sin(angle) * y - radius * std::cos(pi / corners));
    }
    return outside;
}

double letterA(double x, double y)
{
    return strokes(x, y, {{-0.62, 0.82, 0, -0.82}, {0, -0.82, 0.62, 0.82}, {-0.38, 0.3, 0.38, 0.3}});
}
double letterE(double x, double y)
{
    return strokes(
        x, y, {{-0.5, -0.8, -0.5, 0.8}, {-0.5, -0.8, 0.55, -0.8}, {-0.5, 0, 0.4, 0}, {-0.5, 0.8, 0.55, 0.8}});
}
double letterF(double x, double y)
{
    return strokes(x, y, {{-0.5, -0.8, -0.5, 0.82}, {-0.5, -0.8, 0.55, -0.8}, {-0.5, 0, 0.4, 0}});
}
double letterH(double x, double y)
{
    return strokes(x, y, {{-0.55, -0.82, -0.55, 0.82}, {0.55, -0.82, 0.55, 0.82}, {-0.55, 0, 0.55, 0}});
}
double letterK(double x, double y)
{
    return strokes(
        x, y, {{-0.52, -0.82, -0.52, 0.82}, {-0.52, 0.15, 0.55, -0.82}, {-0.18, -0.12, 0.6, 0.82}});
}
double letterL(double x, double y)
{
    return strokes(x, y, {{-0.45, -0.82, -0.45, 0.8}, {-0.45, 0.8, 0.6, 0.8}});
}
double letterT(double x, double y)
{
    return strokes(x, y, {{-0.68, -0.8, 0.68, -0.8}, {0, -0.8, 0, 0.82}});
}
double letterY(double x, double y)
{
    return strokes(x, y, {{-0.62, -0.82, 0, 0}, {0.62, -0.82, 0, 0}, {0, 0, 0, 0.82}});
}
double crescent(double x, double y)
{
    return std::max(std::hypot(x, y) - 0.92, 0.78 - std::hypot(x - 0.45, y + 0.1));
}
double cross(double x, double y)
{
    const double u = std::abs(x), v = std::abs(y);
    return std::min(std::max(u - 0.9, v - 0.3), std::max(u - 0.3, v - 0.9));
}
double disc(double x, double y)
{
    return std::hypot(x, y) - 0.88;
}
double heart(double x, double y)
{
    const double u = std::abs(x);
    const double lobe = std::hypot(u - 0.42, y + 0.32) - 0.46;
    // Below the lobes a wedge down to the point.
    const double wedge = std::max((u * 0.70 + (y - 0.92) * 0.60) / 0.922, -0.32 - y);
    return std::min(lobe, wedge);
}
double ring(double x, double y)
{
    return std::abs(std::hypot(x, y) - 0.68) - 0.2;
}
double square(double x, double y)
{
    return std::max(std::abs(x), std::abs(y)) - 0.76;
}
double star(double x, double y)
{
    // A fifth of it, mirrored: between a point outside and a notch inside.
    const double turn = 2 * pi / 5;
    double angle = std::atan2(x, -y);
    angle = std::abs(angle - turn * std::round(angle / turn));
    const double r = std::hypot(x, y), px = r * std::sin(angle), py = r * std::cos(angle);
    const double nx = 0.42 * std::sin(turn / 2), ny = 0.42 * std::cos(turn / 2);
    const double ex = nx, ey = ny - 1;
    return (px * -ey + (py - 1) * ex) / std::hypot(ex, ey);
}
double triangle(double x, double y)
{
    return regular(x, y - 0.18, 3, 1.05);
}

double difference(const Colour& a, const Colour& b)
{
    return std::abs(double(a[0] - b[0])) + std::abs(double(a[1] - b[1])) + std::abs(double(a[2] - b[2]));
}

/// A colour that can be told from both.
Colour contrasting(const Colour& a, const Colour& b, Dice& dice)
{
    Colour best{}, tried{};
    double most = -1;
    for (int i = 0; i < 12 && most < 0.9; ++i) {
        tried = dice.colour();
        const double apart = std::min(difference(tried, a), difference(tried, b));
        if (apart > most) {
            most = apart;
            best = tried;
        }
    }
    return best;
}

} // namespace

std::span<const Figure> figures()
{
    static constexpr Figure list[] = {
        {"crescent", crescent}, {"cross", cross},      {"disc", disc},        {"heart", heart},
        {"letter-A", letterA},  {"letter-E", letterE}, {"letter-F", letterF}, {"letter-H", letterH},
        {"letter-K", letterK},  {"letter-L", letterL}, {"letter-T", letterT}, {"letter-Y", letterY},
        {"ring", ring},         {"square", square},    {"star", star},        {"triangle", triangle},
    };
    return list;
}

Canvas labelledScene(std::size_t figure, Dice& dice)
{
    Canvas canvas(32);
    const Colour a = dice.colour();
    Colour b = dice.colour();
    // The two colours of a ground lie nearer to each other than to the figure.
    for (std::size_t c = 0; c < 3; ++c)
        b[c] = 0.6f * a[c] + 0.4f * b[c];
    paint(canvas, Ground(dice.whole(0, grounds - 1)), a, b, dice);
    const double size = dice.real(8, 14), free = std::max(0.0, 15.5 - 1.1 * size);
    const Place place{16 + dice.real(-free, free), 16 + dice.real(-free, free), size, dice.real(-0.35, 0.35)};
    fill(canvas, figures()[figure].distance, place, contrasting(a, b, dice));
    if (dice.whole(0, 1) == 1)
        addNoise(canvas, dice.real(0, 0.08), dice);
    round8(canvas);
    return canvas;
}

Canvas plainScene(std::size_t figure, Dice& dice)
{
    Canvas canvas(32);
    const float dark = float(dice.real(0.02, 0.15));
    paint(canvas, Ground::Plain, {dark, dark, dark * 1.3f}, {}, dice);
    Colour colour = dice.colour();
    const float most = std::max({colour[0], colour[1], colour[2], 0.05f});
    for (float& value : colour)
        value = 0.15f + 0.8f * value / most;
    const Place place{
        16 + dice.real(-1, 1), 16 + dice.real(-1, 1), dice.real(11, 12.5), dice.real(-0.05, 0.05)};
    fill(canvas, figures()[figure].distance, place, colour);
    round8(canvas);
    return canvas;
}

Canvas crowdedScene(int side, Dice& dice)
{
    Canvas canvas(side);
    paint(canvas, Ground(dice.whole(0, grounds - 1)), dice.colour(), dice.colour(), dice);
    const auto all = figures();
    const auto any = [&] { return all[std::size_t(dice.whole(0, int(all.size()) - 1))].distance; };
    const int large = 2 + side * side / 1500;
    for (int i = dice.whole(large / 2, large); i > 0; --i) {
        const Place place{dice.real(0, side), dice.real(0, side), dice.real(5, 24), dice.real(0, 2 * pi)};
        fill(canvas, any(), place, dice.colour(), dice.whole(0, 3) == 0 ? dice.real(0.4, 1) : 1);
    }
    // A line of letters, as text on a sign.
    for (int line = dice.whole(0, 1 + side / 64); line > 0; --line) {
        const double size = dice.real(3, 7), angle = dice.real(-0.4, 0.4);
        const Colour ink = dice.colour();
        double x = dice.real(0, side / 2.0), y = dice.real(0, side);
        for (int i = dice.whole(3, 9); i > 0; --i) {
            fill(canvas, all[std::size_t(dice.whole(4, 11))].distance, {x, y, size, angle}, ink);
            x += 2 * size * std::cos(angle);
            y += 2 * size * std::sin(angle);
        }
    }
    if (dice.whole(0, 3) == 0)
        addNoise(canvas, dice.real(0, 0.015), dice);
    round8(canvas);
    return canvas;
}

} // namespace sample
