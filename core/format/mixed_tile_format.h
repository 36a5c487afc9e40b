#pragma once

#include "core/format/number_format.h"

#include <array>
#include <span>

namespace tritloom {

/// Groups of 2 and 4 bits in tiles of sixteen groups, of which a fixed number has 4 bits: every tile is as
/// long as every other, so that loads stay aligned ("Enabling Fast 2-bit LLM on GPUs", arXiv 2311.16442; the
/// layout is our own, as no code is public).
namespace mixedTile {

inline constexpr std::size_t groups = 16; ///< of a tile

/// Which groups get 4 bits.
enum class Score {
    Range, ///< the paper: largest minus smallest weight
    Gain, ///< ours: the error that 4 bits take away
};

/// Stores one tile. values, importance: groups * group; wide: how many groups have 4 bits.
/// clip: tries smaller ranges too. Scales are 4-bit shares of the tile's largest, codes belong to those.
void store(
    std::span<const float> values, std::span<const float> importance, std::size_t wide, Score score,
    bool clip, std::span<std::byte> packed);

/// The groups with 4 bits, bit g for group g.
[[nodiscard]] std::uint16_t maskOf(std::span<const std::byte> packed);

/// The `wide` largest scores, of equal ones the first.
[[nodiscard]] std::uint16_t choose(std::span<const double> scores, std::size_t wide);

} // namespace mixedTile

/// "mix24g<group>w<wide>": <wide> of 16 groups have 4 bits, e.g. mix24g32w3 with 2.64 bits a weight.
namespace mixedTileFormat {

struct Shape {
    std::size_t group, wide;
};
/// Errors: NotFound, InvalidInput, Unsupported.
[[nodiscard]] Result<Shape> parseShape(std::string_view id);
[[nodiscard]] Result<NumberFormatPtr> parse(std::string_view id);
[[nodiscard]] std::vector<std::string> examples();

} // namespace mixedTileFormat

} // namespace tritloom
