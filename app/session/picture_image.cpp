#include "app/session/picture_image.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace tritloom {
namespace {

int byteOf(double value)
{
    return int(std::lround(std::clamp(value, 0.0, 1.0) * 255));
}

} // namespace

QImage toImage(const Picture& picture)
{
    if (picture.isEmpty())
        return {};
    QImage image(int(picture.width), int(picture.height), QImage::Format_RGB32);
    const std::size_t green = picture.channels == 3 ? 1 : 0, blue = picture.channels == 3 ? 2 : 0;
    for (std::size_t y = 0; y < picture.height; ++y) {
        auto* const line = reinterpret_cast<QRgb*>(image.scanLine(int(y)));
        for (std::size_t x = 0; x < picture.width; ++x)
            line[x] = qRgb(
                byteOf(double(picture.at(0, y, x))), byteOf(double(picture.at(green, y, x))),
                byteOf(double(picture.at(blue, y, x))));
    }
    return image;
}

// Lightness grows evenly along the scale, so that it can be read without its colours.
QRgb heatColor(double fraction)
{
    static constexpr std::array<std::array<double, 3>, 5> stops{
        {{0.03, 0.03, 0.06}, {0.38, 0.06, 0.16}, {0.80, 0.22, 0.12}, {0.98, 0.66, 0.20}, {1, 1, 0.92}}};
    const double place = std::clamp(fraction, 0.0, 1.0) * double(stops.size() - 1);
    const auto low = std::min(std::size_t(place), stops.size() - 2);
    const double part = place - double(low);
    const auto mixed = [&](std::size_t c) {
        return byteOf(stops[low][c] + part * (stops[low + 1][c] - stops[low][c]));
    };
    return qRgb(mixed(0), mixed(1), mixed(2));
}

QImage toHeat(const Picture& map, double largest)
{
    if (map.isEmpty())
        return {};
    std::array<QRgb, 256> colors{};
    for (std::size_t i = 0; i < colors.size(); ++i)
        colors[i] = heatColor(double(i) / 255);
    QImage image(int(map.width), int(map.height), QImage::Format_RGB32);
    for (std::size_t y = 0; y < map.height; ++y) {
        auto* const line = reinterpret_cast<QRgb*>(image.scanLine(int(y)));
        for (std::size_t x = 0; x < map.width; ++x)
            line[x] = colors[std::size_t(byteOf(largest > 0 ? double(map.at(0, y, x)) / largest : 0))];
    }
    return image;
}

} // namespace tritloom
