#include "canvas.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace sample {
namespace {

float mixed(float a, float b, double share)
{
    return float(double(a) + (double(b) - double(a)) * share);
}

/// Cloudy noise of 0..1: random heights on a grid, joined smoothly, two sizes of it.
class Clouds {
public:
    explicit Clouds(Dice& dice)
        : m_cell(dice.real(5, 14))
    {
        for (float& height : m_heights)
            height = float(dice.real(0, 1));
    }
    [[nodiscard]] double at(double x, double y) const
    {
        return 0.65 * level(x / m_cell, y / m_cell)
            + 0.35 * level(2.7 * x / m_cell + 5, 2.7 * y / m_cell + 9);
    }

private:
    [[nodiscard]] double level(double x, double y) const
    {
        const int left = int(std::floor(x)), top = int(std::floor(y));
        const double u = smooth(x - left), v = smooth(y - top);
        return std::lerp(
            std::lerp(height(left, top), height(left + 1, top), u),
            std::lerp(height(left, top + 1), height(left + 1, top + 1), u), v);
    }
    [[nodiscard]] double height(int x, int y) const
    {
        return double(m_heights[std::size_t((x & 31) + 32 * (y & 31))]);
    }
    static double smooth(double t) { return t * t * (3 - 2 * t); }

    double m_cell;
    std::array<float, 1024> m_heights{};
};

double cubic(double t)
{
    constexpr double a = -0.5;
    t = std::abs(t);
    if (t <= 1)
        return ((a + 2) * t - (a + 3)) * t * t + 1;
    return t < 2 ? ((a * t - 5 * a) * t + 8 * a) * t - 4 * a : 0;
}

/// Bicubic resampling along both directions.
Canvas resampled(const Canvas& picture, int side)
{
    const double scale = double(picture.side) / side, stretch = std::max(scale, 1.0);
    const int last = picture.side - 1;
    std::vector<std::vector<std::pair<int, double>>> taps(static_cast<std::size_t>(side));
    for (int o = 0; o < side; ++o) {
        const double centre = (o + 0.5) * scale - 0.5;
        double total = 0;
        auto& mine = taps[std::size_t(o)];
        for (int i = int(std::floor(centre - 2 * stretch)); i <= int(std::ceil(centre + 2 * stretch)); ++i) {
            const double weight = cubic((i - centre) / stretch);
            const int inside = i < 0 ? -1 - i : i > last ? 2 * last + 1 - i : i;
            if (weight != 0)
                mine.emplace_back(inside, weight);
            total += weight;
        }
        for (auto& [at, weight] : mine)
            weight /= total;
    }
    Canvas result(side);
    std::vector<double> lines(std::size_t(side) * std::size_t(picture.side));
    for (int c = 0; c < 3; ++c) {
        for (int y = 0; y < picture.side; ++y)
            for (int x = 0; x < side; ++x) {
                double sum = 0;
                for (const auto& [at, weight] : taps[std::size_t(x)])
                    sum += weight * double(picture.at(c, y, at));
                lines[std::size_t(y * side + x)] = sum;
            }
        for (int y = 0; y < side; ++y)
            for (int x = 0; x < side; ++x) {
                double sum = 0;
                for (const auto& [at, weight] : taps[std::size_t(y)])
                    sum += weight * lines[std::size_t(at * side + x)];
                result.at(c, y, x) = float(sum);
            }
    }
    return result;
}

} // namespace

std::uint64_t Dice::next()
{
    std::uint64_t z = m_state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

double Dice::real(double low, double high)
{
    return low + (high - low) * double(next() >> 11) * 0x1p-53;
}

int Dice::whole(int low, int high)
{
    return low + int(next() % std::uint64_t(high - low + 1));
}

double Dice::normal()
{
    const double u = 1 - real(0, 1), v = real(0, 1);
    return std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v);
}

Colour Dice::colour()
{
    return {float(real(0, 1)), float(real(0, 1)), float(real(0, 1))};
}

void fill(Canvas& canvas, const Distance& shape, const Place& place, const Colour& colour, double opacity)
{
    const double c = std::cos(place.angle), s = std::sin(place.angle), reach = 1.6 * place.size + 2;
    const auto low = [&](double centre) { return std::max(0, int(std::floor(centre - reach))); };
    const auto high = [&](double centre) {
        return std::min(canvas.side - 1, int(std::ceil(centre + reach)));
    };
    for (int y = low(place.y); y <= high(place.y); ++y)
        for (int x = low(place.x); x <= high(place.x); ++x) {
            const double dx = (x + 0.5 - place.x) / place.size, dy = (y + 0.5 - place.y) / place.size;
            const double outside = shape(c * dx + s * dy, c * dy - s * dx) * place.size;
            const double share = opacity * std::clamp(0.5 - outside, 0.0, 1.0);
            for (int channel = 0; share > 0 && channel < 3; ++channel)
                canvas.at(channel, y, x) =
                    mixed(canvas.at(channel, y, x), colour[std::size_t(channel)], share);
        }
}

void paint(Canvas& canvas, Ground ground, const Colour& a, const Colour& b, Dice& dice)
{
    const double angle = dice.real(0, 2 * std::numbers::pi), c = std::cos(angle), s = std::sin(angle);
    const double period = dice.real(4, 16), phase = dice.real(0, period), side = canvas.side;
    const double x0 = dice.real(-0.3, 1.3) * side, y0 = dice.real(-0.3, 1.3) * side;
    const Clouds clouds(dice);
    // Of something that goes up and down once a period: where it is high, with edges a pixel wide.
    const auto band = [&](double t) {
        const double within = t - period * std::floor(t / period);
        return std::clamp(0.5 + std::min(within, period / 2 - within), 0.0, 1.0);
    };
    const auto shareAt = [&](double x, double y) {
        const double along = c * x + s * y, across = c * y - s * x;
        switch (ground) {
        case Ground::Plain:
            return 0.0;
        case Ground::Gradient:
            return std::clamp(0.5 + (c * (x - side / 2) + s * (y - side / 2)) / side, 0.0, 1.0);
        case Ground::Stripes:
            return band(along + phase);
        case Ground::Checks: {
            const double u = band(along + phase), v = band(across + phase);
            return u + v - 2 * u * v;
        }
        case Ground::Rings:
            return band(std::hypot(x - x0, y - y0) + phase);
        case Ground::Clouds:
            return clouds.at(x, y);
        }
        return 0.0;
    };
    for (int y = 0; y < canvas.side; ++y)
        for (int x = 0; x < canvas.side; ++x) {
            const double share = shareAt(x + 0.5, y + 0.5);
            for (int channel = 0; channel < 3; ++channel)
                canvas.at(channel, y, x) = mixed(a[std::size_t(channel)], b[std::size_t(channel)], share);
        }
}

void addNoise(Canvas& canvas, double deviation, Dice& dice)
{
    for (float& value : canvas.values)
        value += float(deviation * dice.normal());
}

void round8(Canvas& canvas)
{
    for (float& value : canvas.values)
        value = std::floor(std::clamp(value, 0.0f, 1.0f) * 255 + 0.5f) / 255;
}

Canvas halved(const Canvas& canvas)
{
    return resampled(canvas, canvas.side / 2);
}

Canvas doubled(const Canvas& canvas)
{
    return resampled(canvas, canvas.side * 2);
}

} // namespace sample
