#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tritloom {

/// Bits that minimise sum c_j 4^-R_j with mean R: R + log2(c_j / GM(c)) / 2, negative ones at 0 and the
/// others anew until none is negative (reverse water-filling).
[[nodiscard]] std::vector<double> idealBits(std::span<const double> c, double mean);

/// The released rule: levels_j = round(max(1, ((L_j / GM(L)) 2^(exponent R))^(1 / exponent))), at most 256.
[[nodiscard]] std::vector<std::uint16_t>
levelsByRule(std::span<const double> losses, double mean, double exponent);

/// levelsByRule() with the largest R for which the mean of log2(levels) stays within `mean`.
[[nodiscard]] std::vector<std::uint16_t>
levelsWithin(std::span<const double> losses, double mean, double exponent);

/// What a run of columns loses at each width.
struct RunLoss {
    std::size_t columns = 0;
    double pruned = 0; ///< at 0 bits
    double c = 0; ///< c 4^-bits at others
};

/// Whole bits of each run, from `widths` (ascending, the first may be 0), together at most budget bits:
/// always the step that lowers the loss most per bit. Best possible where all steps are of one bit and runs
/// of equal size, since losses are convex.
[[nodiscard]] std::vector<std::uint8_t>
bitsOfRuns(std::span<const RunLoss> runs, std::span<const std::uint8_t> widths, double budget);

} // namespace tritloom
