#pragma once

#include "compute/cpu/tile/tile_kernels.h"

#include <bit>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>

/// AMX in plain C++, by the operation sections of Intel's manual, so that everything but its instructions is
/// tested on every machine. Where a processor would fault, the test ends with a sentence.
namespace tritloom::cpu {

class EmulatedRegisters {
public:
    static void configure(const TileConfig& config)
    {
        std::uint8_t bytes[64];
        std::memcpy(bytes, &config, sizeof bytes); // what the instruction reads
        Registers& r = registers();
        demand(!r.configured, "is configured twice");
        demand(bytes[0] == 1, "knows palette 1");
        for (std::size_t i = 1; i < 16; ++i)
            demand(bytes[i] == 0, "wants reserved bytes to be zero");
        for (std::size_t i = 0; i < 16; ++i) {
            const std::size_t width = bytes[16 + 2 * i] + 256u * bytes[17 + 2 * i], height = bytes[48 + i];
            demand(width <= 64 && height <= 16, "has registers of 16 rows of 64 bytes");
            demand(i < 8 ? width > 0 && height > 0 : width == 0 && height == 0, "has 8 registers");
            if (i < 8)
                r.tiles[i] = {width, height, {}};
        }
        r.configured = true;
    }
    static void release()
    {
        demand(registers().configured, "is released before it is configured");
        registers().configured = false;
    }
    template <int C>
    static void zero()
    {
        std::memset(tile(C).bytes, 0, sizeof tile(C).bytes);
    }
    template <int T>
    static void load(const void* from, std::size_t stride)
    {
        zero<T>();
        for (std::size_t row = 0; row < tile(T).rows; ++row)
            std::memcpy(tile(T).bytes[row], static_cast<const char*>(from) + row * stride, tile(T).rowBytes);
    }
    template <int T>
    static void store(void* to, std::size_t stride)
    {
        for (std::size_t row = 0; row < tile(T).rows; ++row)
            std::memcpy(static_cast<char*>(to) + row * stride, tile(T).bytes[row], tile(T).rowBytes);
    }
    template <int C, int A, int B>
    static void dotSigned()
    {
        dot<std::int8_t>(tile(C), tile(A), tile(B));
    }
    template <int C, int A, int B>
    static void dotUnsigned()
    {
        dot<std::uint8_t>(tile(C), tile(A), tile(B));
    }
    template <int C, int A, int B>
    static void dotFloats()
    {
        Tile &c = tile(C), &a = tile(A), &b = tile(B);
        mustFit(c, a, b);
        for (std::size_t m = 0; m < c.rows; ++m)
            for (std::size_t n = 0; n < b.rowBytes / 4; ++n) {
                float even = 0, odd = 0, sum;
                for (std::size_t k = 0; k < b.rows; ++k) {
                    even = flushed(std::fma(brain(a.bytes[m] + 4 * k), brain(b.bytes[k] + 4 * n), even));
                    odd =
                        flushed(std::fma(brain(a.bytes[m] + 4 * k + 2), brain(b.bytes[k] + 4 * n + 2), odd));
                }
                std::memcpy(&sum, c.bytes[m] + 4 * n, sizeof sum);
                sum = flushed(flushed(sum) + flushed(even + odd));
                std::memcpy(c.bytes[m] + 4 * n, &sum, sizeof sum);
            }
    }

private:
    /// Neither reads nor gives numbers below the normal ones.
    static float flushed(float value)
    {
        return std::abs(value) < std::numeric_limits<float>::min() ? std::copysign(0.0f, value) : value;
    }
    static float brain(const std::uint8_t* from)
    {
        const std::uint32_t bits = std::uint32_t(from[0]) << 16 | std::uint32_t(from[1]) << 24;
        return flushed(std::bit_cast<float>(bits));
    }
    struct Tile {
        std::size_t rowBytes, rows;
        std::uint8_t bytes[16][64];
    };
    struct Registers {
        bool configured = false;
        Tile tiles[8];
    };
    static Registers& registers()
    {
        static thread_local Registers r;
        return r;
    }
    static Tile& tile(int index)
    {
        demand(registers().configured, "is used before it is configured");
        return registers().tiles[index];
    }
    static void demand(bool holds, const char* what)
    {
        if (holds)
            return;
        std::fprintf(stderr, "The tile unit %s.\n", what);
        std::abort();
    }
    static void mustFit(const Tile& c, const Tile& a, const Tile& b)
    {
        demand(
            c.rows == a.rows && c.rowBytes == b.rowBytes && a.rowBytes == 4 * b.rows && c.rowBytes % 4 == 0,
            "multiplies tiles that fit");
    }
    template <class Code>
    static void dot(Tile& c, const Tile& a, const Tile& b)
    {
        mustFit(c, a, b);
        for (std::size_t m = 0; m < c.rows; ++m) {
            std::int32_t sums[16];
            std::memcpy(sums, c.bytes[m], sizeof sums);
            for (std::size_t k = 0; k < b.rows; ++k)
                for (std::size_t n = 0; n < b.rowBytes / 4; ++n)
                    for (std::size_t i = 0; i < 4; ++i)
                        sums[n] += std::int8_t(a.bytes[m][4 * k + i]) * Code(b.bytes[k][4 * n + i]);
            std::memcpy(c.bytes[m], sums, sizeof sums);
        }
    }
};

inline constexpr TileUnit emulatedTileUnit = tileUnitOf<EmulatedRegisters>("emulated tiles");

} // namespace tritloom::cpu
