#pragma once

#include "core/image/picture.h"
#include "core/tensor/tensor.h"

#include <span>
#include <vector>

namespace tritloom {

/// A box that a detector found, as shares of width and height.
struct Box {
    float left = 0, top = 0, right = 0, bottom = 0;
    float score = 0; ///< probability of its class
    std::size_t label = 0; ///< its class; 0 is the background, which no box has
};

/// Boxes of one output [1, places, classes + 4]: probabilities of the classes (the first is the background),
/// then left, top, right and bottom as shares of the picture. Those above `least`, the better ones first; of
/// those (at most 4,096) of a class that overlap by more than `overlap` (intersection over union) the best
/// alone stays (greedy non-maximum suppression).
[[nodiscard]] std::vector<Box>
boxesOf(const Tensor& output, std::size_t classes, float least = 0.7f, float overlap = 0.3f);

/// Intersection over union; 0 where they do not meet.
[[nodiscard]] double overlapOf(const Box& a, const Box& b);

/// F1: twice the pairs over all boxes of both. A pair is of one class and overlaps by at least a half; every
/// box is in one pair at most, the better ones of `found` choose first. 1 where there is no box at all.
[[nodiscard]] double agreementOf(std::span<const Box> expected, std::span<const Box> found);

/// The picture with an outline of every box, three channels.
[[nodiscard]] Picture withBoxes(const Picture& picture, std::span<const Box> boxes);

} // namespace tritloom
