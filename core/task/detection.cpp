#include "core/task/detection.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace tritloom {

namespace {

constexpr std::size_t mostBoxes = 4096; ///< a network that sees something everywhere has nothing to tell

} // namespace

double overlapOf(const Box& a, const Box& b)
{
    const auto area = [](const Box& box) {
        return double(std::max(box.right - box.left, 0.0f)) * double(std::max(box.bottom - box.top, 0.0f));
    };
    const double width = double(std::min(a.right, b.right)) - double(std::max(a.left, b.left)),
                 height = double(std::min(a.bottom, b.bottom)) - double(std::max(a.top, b.top));
    if (!(width > 0 && height > 0))
        return 0;
    const double both = width * height;
    return both / (area(a) + area(b) - both);
}

std::vector<Box> boxesOf(const Tensor& output, std::size_t classes, float least, float overlap)
{
    const auto values = output.floats();
    const std::size_t each = classes + 4;
    std::vector<Box> all;
    if (classes < 2)
        return all;
    for (std::size_t at = 0; at + each <= values.size(); at += each) {
        const auto scores = values.subspan(at, classes), sides = values.subspan(at + classes, 4);
        for (std::size_t label = 1; label < classes; ++label)
            if (scores[label] > least)
                all.push_back({sides[0], sides[1], sides[2], sides[3], scores[label], label});
    }
    std::ranges::stable_sort(all, std::greater<>(), &Box::score);
    all.resize(std::min(all.size(), mostBoxes));
    std::vector<Box> kept;
    for (const Box& box : all)
        if (std::ranges::none_of(kept, [&](const Box& better) {
                return better.label == box.label && overlapOf(better, box) > double(overlap);
            }))
            kept.push_back(box);
    return kept;
}

double agreementOf(std::span<const Box> expected, std::span<const Box> found)
{
    if (expected.empty() && found.empty())
        return 1;
    std::vector<bool> taken(expected.size(), false);
    std::size_t pairs = 0;
    for (const Box& box : found) {
        std::size_t best = expected.size();
        double most = 0.5;
        for (std::size_t i = 0; i < expected.size(); ++i)
            if (const double overlap = overlapOf(expected[i], box);
                !taken[i] && expected[i].label == box.label && overlap >= most) {
                best = i;
                most = overlap;
            }
        if (best == expected.size())
            continue;
        taken[best] = true;
        ++pairs;
    }
    return 2 * double(pairs) / double(expected.size() + found.size());
}

Picture withBoxes(const Picture& picture, std::span<const Box> boxes)
{
    Picture drawn = withChannels(picture, 3);
    const auto height = double(drawn.height), width = double(drawn.width);
    const auto pixel = [](double share, double size) {
        return std::size_t(std::lround(std::clamp(share * size, 0.0, size - 1)));
    };
    constexpr std::array<float, 3> colour{1, 0.85f, 0}; // seen on dark and on light skin
    for (const Box& box : boxes) {
        if (!std::isfinite(box.left + box.top + box.right + box.bottom))
            continue; // a network that gives no numbers has no place to draw
        const std::size_t left = pixel(double(box.left), width), right = pixel(double(box.right), width),
                          top = pixel(double(box.top), height), bottom = pixel(double(box.bottom), height);
        for (std::size_t c = 0; c < 3; ++c) {
            for (std::size_t x = left; x <= right; ++x)
                drawn.at(c, top, x) = drawn.at(c, bottom, x) = colour[c];
            for (std::size_t y = top; y <= bottom; ++y)
                drawn.at(c, y, left) = drawn.at(c, y, right) = colour[c];
        }
    }
    return drawn;
}

} // namespace tritloom
