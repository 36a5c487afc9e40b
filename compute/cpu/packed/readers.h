#pragma once

#include "compute/cpu/packed/layout.h"

#include <cstring>

/// Block readers: how formats lie in files (core/format documents each), turned into one byte a code.
namespace tritloom::cpu::readers {

// Codes never overlap what they are read from: loops become vectors.
using Bytes = const std::uint8_t* __restrict;
using Codes = std::uint8_t* __restrict;

[[nodiscard]] inline const std::uint8_t* raw(const std::byte* block)
{
    return reinterpret_cast<Bytes>(block);
}

/// ggml's order of nibbles: byte j of 16 holds code j below and code j + 16 above.
inline void nibbles32(Bytes from, Codes codes)
{
    for (int j = 0; j < 16; ++j) {
        codes[j] = from[j] & 15;
        codes[j + 16] = from[j] >> 4;
    }
}

/// int<Bits>g<group>[a], nf4, ternary, q1_0, q2_0: `Header` bytes for the line, then fields in order.
template <unsigned Bits, std::size_t Header, unsigned Flip>
void fields(const std::byte* block, std::size_t elements, Codes codes, std::uint8_t*, std::uint8_t* lines)
{
    std::memcpy(lines, block, Header);
    Bytes from = raw(block) + Header;
    for (std::size_t i = 0; i < elements; i += 8, from += Bits) { // eight fields fill whole bytes
        std::uint64_t eight = 0;
        std::memcpy(&eight, from, Bits);
        for (unsigned f = 0; f < 8; ++f)
            codes[i + f] = std::uint8_t((eight >> (f * Bits) & ((1u << Bits) - 1)) ^ Flip);
    }
}

/// q4_0, q4_1, iq4_nl, mxfp4: `Header` bytes, then 16 bytes of nibbles.
template <std::size_t Header>
void nibbleBlock(const std::byte* block, std::size_t, Codes codes, std::uint8_t*, std::uint8_t* lines)
{
    std::memcpy(lines, block, Header);
    nibbles32(raw(block) + Header, codes);
}

/// q5_0, q5_1: `Header` bytes, 32 fifth bits, nibbles.
template <std::size_t Header>
void fiveBitBlock(const std::byte* block, std::size_t, Codes codes, std::uint8_t*, std::uint8_t* lines)
{
    std::memcpy(lines, block, Header);
    std::uint32_t high;
    std::memcpy(&high, block + Header, sizeof high);
    nibbles32(raw(block) + Header + 4, codes);
    for (unsigned i = 0; i < 32; ++i)
        codes[i] |= std::uint8_t((high >> i & 1) << 4);
}

inline void q8_0(const std::byte* block, std::size_t, Codes codes, std::uint8_t*, std::uint8_t* lines)
{
    std::memcpy(lines, block, 2);
    for (int i = 0; i < 32; ++i)
        codes[i] = raw(block)[2 + i] ^ 0x80;
}

/// 64 bytes of pairs: byte 32h + l, bits 2j holds element 128h + 32j + l.
inline void pairs256(Bytes from, unsigned shiftLeft, Codes codes)
{
    for (int h = 0; h < 2; ++h)
        for (int j = 0; j < 4; ++j)
            for (int l = 0; l < 32; ++l)
                codes[128 * h + 32 * j + l] |= std::uint8_t((from[32 * h + l] >> (2 * j) & 3) << shiftLeft);
}

inline void q2_k(const std::byte* block, std::size_t, Codes codes, std::uint8_t* super, std::uint8_t* lines)
{
    std::memcpy(lines, block, 16);
    std::memcpy(super, block + 80, 4);
    std::memset(codes, 0, 256);
    pairs256(raw(block) + 16, 0, codes);
}

inline void q3_k(const std::byte* block, std::size_t, Codes codes, std::uint8_t* super, std::uint8_t* lines)
{
    const Bytes from = raw(block);
    std::memcpy(super, block + 108, 2);
    for (int s = 0; s < 16; ++s) {
        const int low = from[96 + s % 8] >> (s / 8 * 4) & 15, high = from[104 + s % 4] >> (s / 4 * 2) & 3;
        lines[s] = std::uint8_t((low | high << 4) - 32);
    }
    for (int j = 0; j < 8; ++j)
        for (int l = 0; l < 32; ++l)
            codes[32 * j + l] = std::uint8_t((from[l] >> j & 1) << 2);
    pairs256(from + 32, 0, codes);
}

inline void sixBitScales(Bytes from, std::uint8_t* lines)
{
    for (int s = 0; s < 4; ++s) {
        lines[2 * s] = from[s] & 63;
        lines[2 * s + 1] = from[4 + s] & 63;
        lines[8 + 2 * s] = std::uint8_t((from[8 + s] & 15) | (from[s] >> 6) << 4);
        lines[9 + 2 * s] = std::uint8_t(from[8 + s] >> 4 | (from[4 + s] >> 6) << 4);
    }
}

/// Four runs of 32 bytes: sub-block 2p below, 2p + 1 above.
inline void nibbles256(Bytes from, Codes codes)
{
    for (int p = 0; p < 4; ++p)
        for (int l = 0; l < 32; ++l) {
            codes[64 * p + l] = from[32 * p + l] & 15;
            codes[64 * p + 32 + l] = from[32 * p + l] >> 4;
        }
}

inline void q4_k(const std::byte* block, std::size_t, Codes codes, std::uint8_t* super, std::uint8_t* lines)
{
    std::memcpy(super, block, 4);
    sixBitScales(raw(block) + 4, lines);
    nibbles256(raw(block) + 16, codes);
}

inline void q5_k(const std::byte* block, std::size_t, Codes codes, std::uint8_t* super, std::uint8_t* lines)
{
    std::memcpy(super, block, 4);
    sixBitScales(raw(block) + 4, lines);
    nibbles256(raw(block) + 48, codes);
    for (int s = 0; s < 8; ++s)
        for (int l = 0; l < 32; ++l)
            codes[32 * s + l] |= std::uint8_t((raw(block)[16 + l] >> s & 1) << 4);
}

inline void q6_k(const std::byte* block, std::size_t, Codes codes, std::uint8_t* super, std::uint8_t* lines)
{
    const Bytes from = raw(block);
    std::memcpy(super, block + 208, 2);
    std::memcpy(lines, block + 192, 16);
    for (int h = 0; h < 2; ++h)
        for (int l = 0; l < 64; ++l) {
            codes[128 * h + l] = from[64 * h + l] & 15;
            codes[128 * h + 64 + l] = from[64 * h + l] >> 4;
        }
    pairs256(from + 128, 4, codes);
}

inline void iq4_xs(const std::byte* block, std::size_t, Codes codes, std::uint8_t* super, std::uint8_t* lines)
{
    const Bytes from = raw(block);
    std::memcpy(super, block, 2);
    for (int s = 0; s < 8; ++s) {
        const int low = from[4 + s / 2] >> (s % 2 * 4) & 15, high = from[2 + s / 4] >> (s % 4 * 2) & 3;
        lines[s] = std::uint8_t((low | high << 4) - 32);
        nibbles32(from + 8 + 16 * s, codes + 32 * s);
    }
}

inline void nvfp4(const std::byte* block, std::size_t, Codes codes, std::uint8_t*, std::uint8_t* lines)
{
    const Bytes from = raw(block);
    std::memcpy(lines, block, 4);
    for (int i = 0; i < 64; ++i)
        codes[i] = from[4 + i / 16 * 8 + i % 8] >> (i % 16 / 8 * 4) & 15;
}

inline void tq2_0(const std::byte* block, std::size_t, Codes codes, std::uint8_t*, std::uint8_t* lines)
{
    std::memcpy(lines, block + 64, 2);
    std::memset(codes, 0, 256);
    pairs256(raw(block), 0, codes);
}

inline void tq1_0(const std::byte* block, std::size_t, Codes codes, std::uint8_t*, std::uint8_t* lines)
{
    const Bytes from = raw(block);
    std::memcpy(lines, block + 52, 2);
    const auto run = [&](int firstByte, int count, int digits, std::uint8_t* to) {
        for (int m = 0; m < count; ++m) {
            unsigned fraction = from[firstByte + m];
            for (int n = 0; n < digits; ++n) { // the carry out of times three is the next digit
                to[n * count + m] = std::uint8_t(fraction * 3 >> 8);
                fraction = fraction * 3 & 255;
            }
        }
    };
    run(0, 32, 5, codes);
    run(32, 16, 5, codes + 160);
    run(48, 4, 4, codes + 240);
}

} // namespace tritloom::cpu::readers
