#include "core/format/e8p_points.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

namespace tritloom::e8p {
namespace {

constexpr std::size_t patternCount = 256, size = 8;

/// The patterns of squared norm 12 that QuIP# takes (Cornell-RelaxML/quip-sharp): the coordinates, as bits,
/// that are 1/2 where the others are 3/2.
constexpr std::array<std::uint8_t, 29> longPatterns = {
    0x07, 0x0b, 0x0d, 0x0e, 0x13, 0x31, 0x34, 0x38, 0x51, 0x52, 0x54, 0x58, 0x61, 0x62, 0x64,
    0x68, 0x8c, 0x91, 0x92, 0x94, 0x98, 0xa1, 0xa2, 0xa4, 0xa8, 0xc1, 0xc2, 0xc4, 0xc8};

/// Patterns by coordinate, so that a loop over patterns is a loop over neighbours in memory.
struct Codebook {
    std::array<Vector, patternCount> patterns{};
    std::array<std::array<float, patternCount>, size> coordinates{};
    std::array<float, patternCount> halfNorms{};
    std::array<unsigned, patternCount> parities{}; ///< of the sum of magnitudes

    Codebook()
    {
        // All of 1/2, 3/2, 5/2 with squared norm up to 10, by norm, then those of norm 12.
        std::vector<std::pair<float, Vector>> found;
        Vector vector{};
        const auto extend = [&](const auto& self, std::size_t at, float norm) -> void {
            if (norm > 10)
                return;
            if (at == size) {
                found.emplace_back(norm, vector);
                return;
            }
            for (const float magnitude : {0.5f, 1.5f, 2.5f}) {
                vector[at] = magnitude;
                self(self, at + 1, norm + magnitude * magnitude);
            }
        };
        extend(extend, 0, 0);
        std::sort(found.begin(), found.end());
        for (const unsigned small : longPatterns) {
            for (std::size_t i = 0; i < size; ++i)
                vector[i] = (small >> i & 1) != 0 ? 0.5f : 1.5f;
            found.emplace_back(12.0f, vector);
        }
        assert(found.size() == patternCount);
        for (std::size_t k = 0; k < patternCount; ++k) {
            patterns[k] = found[k].second;
            halfNorms[k] = found[k].first / 2;
            float sum = 0;
            for (std::size_t i = 0; i < size; ++i) {
                coordinates[i][k] = patterns[k][i];
                sum += patterns[k][i];
            }
            parities[k] = static_cast<unsigned>(sum) % 2;
        }
    }
};

const Codebook& codebook()
{
    static const Codebook book;
    return book;
}

struct Candidate {
    float gain = -std::numeric_limits<float>::infinity(); ///< x p - |p|^2 / 2
    std::size_t pattern = 0;
};

/// The best pattern for y with signs of y, one of them turned where the sum would be odd.
Candidate bestPattern(const Vector& y)
{
    const Codebook& book = codebook();
    Vector magnitudes;
    unsigned negative = 0;
    for (std::size_t i = 0; i < size; ++i) {
        magnitudes[i] = std::fabs(y[i]);
        negative += y[i] < 0;
    }
    std::array<float, patternCount> gains, cheapest;
    for (std::size_t k = 0; k < patternCount; ++k) {
        gains[k] = -book.halfNorms[k];
        cheapest[k] = std::numeric_limits<float>::max();
    }
    for (std::size_t i = 0; i < size; ++i)
        for (std::size_t k = 0; k < patternCount; ++k) {
            const float share = magnitudes[i] * book.coordinates[i][k];
            gains[k] += share;
            cheapest[k] = share < cheapest[k] ? share : cheapest[k];
        }
    Candidate best;
    for (std::size_t k = 0; k < patternCount; ++k) {
        const float gain = (book.parities[k] + negative) % 2 == 0 ? gains[k] : gains[k] - 2 * cheapest[k];
        if (gain > best.gain)
            best = {gain, k};
    }
    return best;
}

} // namespace

const Vector& pattern(std::size_t index)
{
    return codebook().patterns[index];
}

Vector decode(std::uint16_t code)
{
    // Seven signs as in the code, and the eighth, which makes the sum even: [odd magnitudes][signs].
    static const auto signs = [] {
        std::array<std::array<Vector, 128>, 2> table{};
        for (unsigned odd = 0; odd < 2; ++odd)
            for (unsigned bits = 0; bits < 128; ++bits) {
                const unsigned all = bits | ((static_cast<unsigned>(std::popcount(bits)) + odd) % 2) << 7;
                for (std::size_t i = 0; i < size; ++i)
                    table[odd][bits][i] = (all >> i & 1) != 0 ? -1.0f : 1.0f;
            }
        return table;
    }();
    const Codebook& book = codebook();
    const std::size_t k = code & 0xff;
    const Vector &magnitudes = book.patterns[k], &sign = signs[book.parities[k]][code >> 8 & 0x7f];
    const float shift = (code >> 15 & 1) != 0 ? 0.25f : -0.25f;
    Vector result;
    for (std::size_t i = 0; i < size; ++i)
        result[i] = magnitudes[i] * sign[i] + shift;
    return result;
}

std::uint16_t nearest(const Vector& x)
{
    std::uint16_t best = 0;
    float least = std::numeric_limits<float>::infinity();
    for (const unsigned shift : {0u, 1u}) {
        Vector y = x;
        for (float& value : y)
            value -= shift != 0 ? 0.25f : -0.25f;
        const std::size_t k = bestPattern(y).pattern;
        // The signs of y; where the sum is odd, that of the smallest product turns.
        std::array<bool, size> negative{};
        unsigned count = 0;
        std::size_t cheapest = 0;
        for (std::size_t i = 0; i < size; ++i) {
            negative[i] = y[i] < 0;
            count += negative[i];
            if (std::fabs(y[i]) * pattern(k)[i] < std::fabs(y[cheapest]) * pattern(k)[cheapest])
                cheapest = i;
        }
        if ((codebook().parities[k] + count) % 2 != 0)
            negative[cheapest] = !negative[cheapest];
        unsigned code = static_cast<unsigned>(k) | shift << 15;
        for (std::size_t i = 0; i + 1 < size; ++i)
            code |= (negative[i] ? 1u : 0u) << (8 + i);
        const Vector point = decode(static_cast<std::uint16_t>(code));
        float distance = 0;
        for (std::size_t i = 0; i < size; ++i)
            distance += (x[i] - point[i]) * (x[i] - point[i]);
        if (distance < least) {
            least = distance;
            best = static_cast<std::uint16_t>(code);
        }
    }
    return best;
}

namespace {

using ShortPoints = std::array<Vector, patternCount>;

const ShortPoints& shortPoints()
{
    static const ShortPoints points = [] {
        ShortPoints made{};
        std::size_t count = 1; // the first is 0
        for (std::size_t i = 0; i < size; ++i)
            for (std::size_t j = 0; j < i; ++j)
                for (const unsigned signs : {0u, 1u, 2u, 3u}) {
                    made[count][i] = (signs & 1) != 0 ? -1.0f : 1.0f;
                    made[count++][j] = (signs & 2) != 0 ? -1.0f : 1.0f;
                }
        for (unsigned signs = 0; signs < 256; ++signs) {
            if (std::popcount(signs) % 2 != 0)
                continue;
            for (std::size_t i = 0; i < size; ++i)
                made[count][i] = (signs >> i & 1) != 0 ? -0.5f : 0.5f;
            ++count;
        }
        for (std::size_t i = 0; count < made.size(); ++i)
            made[count++][i / 2] = i % 2 != 0 ? -2.0f : 2.0f;
        return made;
    }();
    return points;
}

std::uint8_t nearestShort(const Vector& x)
{
    std::size_t best = 0;
    float most = -std::numeric_limits<float>::infinity();
    for (std::size_t k = 0; k < patternCount; ++k) {
        float gain = 0; // x p - |p|^2 / 2
        for (std::size_t i = 0; i < size; ++i)
            gain += (x[i] - shortPoints()[k][i] / 2) * shortPoints()[k][i];
        if (gain > most) {
            most = gain;
            best = k;
        }
    }
    return static_cast<std::uint8_t>(best);
}

} // namespace

std::uint16_t codeAt(std::span<const std::byte> bytes, std::size_t offset)
{
    std::uint16_t code;
    std::memcpy(&code, bytes.data() + offset, sizeof code);
    return code;
}

const Vector& shortPoint(std::size_t index)
{
    return shortPoints()[index];
}

Vector load(std::span<const std::byte> code)
{
    Vector point = decode(codeAt(code, 0));
    if (code.size() == 2)
        return point;
    const Vector rest =
        code.size() == 3 ? shortPoint(std::to_integer<std::size_t>(code[2])) : decode(codeAt(code, 2));
    for (std::size_t i = 0; i < size; ++i)
        point[i] += rest[i] / residualFactor(code.size());
    return point;
}

void store(const Vector& x, std::span<std::byte> code)
{
    const std::uint16_t first = nearest(x);
    std::memcpy(code.data(), &first, sizeof first);
    if (code.size() == 2)
        return;
    Vector rest = decode(first);
    for (std::size_t i = 0; i < size; ++i)
        rest[i] = (x[i] - rest[i]) * residualFactor(code.size());
    if (code.size() == 3) {
        code[2] = std::byte(nearestShort(rest));
    } else {
        const std::uint16_t second = nearest(rest);
        std::memcpy(code.data() + 2, &second, sizeof second);
    }
}

} // namespace tritloom::e8p
