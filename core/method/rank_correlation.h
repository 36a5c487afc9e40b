#pragma once

#include <span>

namespace tritloom {

/// Spearman's rho with average ranks for ties; 0 where one side is constant. What is no number
/// ranks last.
[[nodiscard]] double spearman(std::span<const double> x, std::span<const double> y);
/// Kendall's tau-b.
[[nodiscard]] double kendall(std::span<const double> x, std::span<const double> y);

} // namespace tritloom
