#pragma once

#include "core/method/allocator.h"

#include <random>

namespace tritloom::fixture {

/// Items of as many options as widths; costs that fall with the width.
inline AllocationProblem randomProblem(std::size_t items, unsigned seed)
{
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> real(0, 1);
    AllocationProblem problem;
    for (std::size_t i = 0; i < items; ++i) {
        AllocationItem item;
        item.name = std::to_string(i);
        item.parameters = 64 + 8 * (random() % 100);
        item.group = int(random() % 2);
        double cost = 60 * real(random);
        for (const double bits : {2.0, 4.0, 8.0}) {
            item.options.push_back(
                {.bytes = std::uint64_t(double(item.parameters) * bits / 8), .cost = cost, .bits = bits});
            cost *= real(random);
        }
        problem.items.push_back(std::move(item));
    }
    return problem;
}

} // namespace tritloom::fixture
