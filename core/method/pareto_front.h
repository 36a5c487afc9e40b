#pragma once

#include <span>
#include <vector>

namespace tritloom {

/// Two numbers of which less is better: a size and an error, a cost and a quality turned around.
struct Tradeoff {
    double cost = 0, loss = 0;
};
/// Points that no other beats: none has no more of both and less of one. Equal points do not beat each other.
[[nodiscard]] std::vector<bool> paretoFront(std::span<const Tradeoff> points);

} // namespace tritloom
