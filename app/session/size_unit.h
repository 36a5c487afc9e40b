#pragma once

#include <cstdint>

namespace tritloom {

/// A unit for an amount of bytes, and how many of them it is.
struct SizeUnit {
    double bytes = 1;
    const char* name = "B";
};

/// The one convention for bytes, in the window and on the command line: files and memory count in decimal
/// units, as file managers and download pages have them, so that what stands side by side can be compared.
/// What people type may be in binary ones. B, kB, MB, GB or TB: that in which the amount shows as less than a
/// thousand.
[[nodiscard]] SizeUnit sizeUnitOf(std::uint64_t bytes);

} // namespace tritloom
