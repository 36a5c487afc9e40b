#pragma once

#include <array>
#include <vector>

namespace sample {

constexpr int timeSteps = 1000;

/// Share of the picture in the variance after every time step: betas from 1e-4 to 0.02.
[[nodiscard]] std::vector<double> signalShares();

/// log(signalShares()[t]) as a polynomial of t / 1000, the constant first; off by less than 1e-6.
[[nodiscard]] std::array<double, 6> logSharePolynomial();

} // namespace sample
