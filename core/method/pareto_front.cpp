#include "core/method/pareto_front.h"

#include <algorithm>

namespace tritloom {

std::vector<bool> paretoFront(std::span<const Tradeoff> points)
{
    std::vector<bool> front;
    for (const Tradeoff& point : points)
        front.push_back(std::ranges::none_of(points, [&](const Tradeoff& other) {
            return other.cost <= point.cost && other.loss <= point.loss
                && (other.cost < point.cost || other.loss < point.loss);
        }));
    return front;
}

} // namespace tritloom
