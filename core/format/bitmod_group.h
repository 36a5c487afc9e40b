#pragma once

#include "core/format/bitmod_format.h"
#include "core/format/coded_blocks.h"
#include "core/format/group_grids.h"

#include <array>
#include <vector>

// One group of BitMoD: what the formats with one and with two levels of scales have in common.

namespace tritloom::bitmod {

struct Choice {
    float scale = 0;
    Special special = Special::ResolutionPlus;
};

/// The levels of all four grids, so that one table serves every block.
[[nodiscard]] std::vector<float> allLevels(unsigned bits);
using Places = std::array<std::array<std::uint8_t, 16>, 4>; ///< in allLevels(), by special and code
[[nodiscard]] Places placesOf(unsigned bits);

[[nodiscard]] std::vector<float> finiteOf(std::span<const float> values);
/// Finite, all 1 where none is above 0.
[[nodiscard]] std::vector<float> weightsOf(std::span<const float> importance);

/// What the largest weight is cut to: the paper's choice, and smaller ranges, cheap beside what they gain.
inline constexpr float wholeRange[] = {1.0f};
inline constexpr float clippedRanges[] = {1.0f, .98f, .96f, .94f, .92f, .9f, .88f,
                                          .86f, .84f, .82f, .8f,  .76f, .7f};

/// Nearest levels, fields of `bits` bits; gives up beyond `enough`. The weighted squared error.
double storeNearest(
    unsigned bits, std::span<const float> values, std::span<const float> importance, const Choice& choice,
    double enough, std::span<std::byte> codes);

/// The best of the four grids at each share of the range; of equal ones the first. stored: a scale as it will
/// be read. Of zeros the scale is 0 and the codes stay as they are.
[[nodiscard]] Choice choose(
    unsigned bits, std::span<const float> values, std::span<const float> importance,
    std::span<const float> shares, float (*stored)(float scale), std::span<std::byte> codes);

/// What the formats of such groups have in common.
class GroupFormat : public NumberFormat, public CodedBlocks, public GroupGrids {
public:
    GroupFormat(unsigned bits, std::size_t group)
        : m_bits(bits)
        , m_group(group)
        , m_places(placesOf(bits))
    {
    }
    std::size_t levelCount() const final { return std::size_t{1} << m_bits; }
    std::size_t levelRun() const final { return m_group; }
    std::vector<float> levelTable() const final { return allLevels(m_bits); }
    std::size_t lineElements() const final { return m_group; }
    Kind gridKind() const final { return Kind::SpecialLevel; }
    std::vector<double> grids() const final;
    std::size_t gridOf(std::span<const std::byte> packed, std::size_t element) const final
    {
        return static_cast<std::size_t>(choiceOf(packed, element / m_group).special);
    }

    void encode(std::span<const float> values, std::span<std::byte> packed) const final
    {
        store(values, std::vector<float>(values.size(), 1.0f), wholeRange, packed);
    }
    /// The paper's choice, and clipped ranges.
    void
    fit(std::span<const float> values, std::span<const float> importance,
        std::span<std::byte> packed) const final
    {
        store(values, weightsOf(importance), clippedRanges, packed);
    }

protected:
    [[nodiscard]] virtual Choice choiceOf(std::span<const std::byte> packed, std::size_t group) const = 0;
    /// One block. shares: of the range, to choose among.
    virtual void store(
        std::span<const float> values, std::span<const float> importance, std::span<const float> shares,
        std::span<std::byte> packed) const = 0;

    unsigned m_bits;
    std::size_t m_group;
    Places m_places;
};

} // namespace tritloom::bitmod
