#include "plugins/memory_faults/protected_half.h"

#include <array>
#include <bit>
#include <cstdlib>

namespace tritloom {
namespace {

/// SplitMix64's finaliser over a counter.
std::uint64_t mixed(std::uint64_t seed, std::uint64_t place)
{
    std::uint64_t z = seed * 0x9e3779b97f4a7c15u + (place + 1) * 0xd1b54a32d192ed03u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

std::uint16_t rounded(std::uint16_t word)
{
    constexpr std::array<int, 4> soft{0, 3, 12, 15};
    const int low = word & 15;
    int best = soft[0];
    for (const int candidate : soft)
        if (std::abs(candidate - low) < std::abs(best - low))
            best = candidate;
    return std::uint16_t((word & ~15) | best);
}

bool isSubnormal(std::uint16_t word)
{
    return (word & 0x3c00) == 0 && (word & 0x3ff) != 0;
}

} // namespace

int hardCells(std::uint16_t word)
{
    return std::popcount(std::uint16_t((word ^ (word >> 1)) & 0x5555));
}

bool canBackUp(std::uint16_t word)
{
    return (word & 0x4000) == 0;
}

std::uint16_t backedUp(std::uint16_t word)
{
    return std::uint16_t((word & 0xbfff) | ((word & 0x8000) >> 1));
}

std::uint16_t coded(std::uint16_t word, Coding coding)
{
    if (coding == Coding::Round)
        return rounded(word);
    if (coding == Coding::NoChange)
        return word;
    const unsigned low = word & 0x3fffu;
    return std::uint16_t((word & 0xc000u) | (low >> 1) | ((low & 1u) << 13));
}

std::uint16_t decoded(std::uint16_t word, Coding coding)
{
    unsigned low = word & 0x3fffu;
    if (coding == Coding::Rotate)
        low = ((low << 1) | (low >> 13)) & 0x3fffu;
    return std::uint16_t((word & 0x8000u) | low);
}

Coding bestCoding(std::span<const std::uint16_t> words, bool lossless)
{
    std::array<int, 3> cost{};
    bool canRound = !lossless;
    for (const std::uint16_t word : words) {
        for (int c = 0; c < 3; ++c)
            cost[std::size_t(c)] += hardCells(coded(word, Coding(c)));
        canRound = canRound && !isSubnormal(word);
    }
    int best = 0;
    for (int c = 1; c < (canRound ? 3 : 2); ++c)
        if (cost[std::size_t(c)] < cost[std::size_t(best)])
            best = c;
    return Coding(best);
}

ProtectedWords protect(std::span<const std::uint16_t> words, std::size_t block, bool lossless)
{
    ProtectedWords result;
    result.words.reserve(words.size());
    for (const std::uint16_t word : words)
        result.words.push_back(backedUp(word));
    for (std::size_t begin = 0; begin < words.size(); begin += block) {
        const auto part = std::span(result.words).subspan(begin, std::min(block, words.size() - begin));
        const Coding coding = bestCoding(part, lossless);
        for (std::uint16_t& word : part)
            word = coded(word, coding);
        result.codings.push_back(coding);
    }
    return result;
}

void injectFaults(std::span<std::uint8_t> bytes, double hard, double soft, std::uint64_t seed)
{
    for (std::size_t i = 0; i < bytes.size(); ++i)
        for (unsigned cell = 0; cell < 4; ++cell) {
            const unsigned pair = bytes[i] >> (2 * cell) & 3u;
            const std::uint64_t random = mixed(seed, 4 * i + cell);
            const double rate = pair == 1 || pair == 2 ? hard : soft;
            if (double(random >> 11) * 0x1.0p-53 < rate)
                bytes[i] = std::uint8_t(bytes[i] ^ (1u << (2 * cell + (random & 1u))));
        }
}

PatternCounts patternsIn(std::span<const std::uint8_t> bytes)
{
    PatternCounts counts{};
    for (const std::uint8_t byte : bytes)
        for (unsigned cell = 0; cell < 4; ++cell)
            ++counts[byte >> (2 * cell) & 3u];
    return counts;
}

} // namespace tritloom
