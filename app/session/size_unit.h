#pragma once

#include <cstdint>

namespace tritloom {

/// A unit for an amount of bytes, and how many of them it is.
struct SizeUnit {
    double bytes = 1;
    const char* name = "B";
};

/// The one convention for bytes, in the window and on the command line: the size of a file counts in decimal
/// units, as file managers and download pages have it; memory counts in binary ones, as it is built and sold.
/// A unit is that in which the amount shows as less than a thousand.
[[nodiscard]] SizeUnit fileUnitOf(std::uint64_t bytes); ///< B, kB, MB, GB, TB
[[nodiscard]] SizeUnit memoryUnitOf(std::uint64_t bytes); ///< B, KiB, MiB, GiB, TiB

} // namespace tritloom
