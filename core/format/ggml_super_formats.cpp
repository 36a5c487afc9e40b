#include "core/format/block_format.h"
#include "core/format/ggml_formats.h"
#include "core/format/super_blocks.h"

// ggml's "K" types: super-blocks of 256 weights whose sub-blocks have small whole numbers for scales.

namespace tritloom::ggmlFormat {
namespace {

/// 16 bytes (low nibble scale, high nibble minimum), 64 bytes of codes, f16 d, f16 dmin.
struct Q2_K : Super {
    static constexpr std::string_view name() { return "q2_k"; }
    static constexpr std::size_t bytes() { return 84; }
    static constexpr std::size_t lineElements() { return 16; }
    static constexpr float topScale = 15;
    static std::span<const float> table()
    {
        static constexpr auto levels = wholeNumbers<4>(0);
        return levels;
    }
    static Line line(std::span<const std::byte> block, std::size_t s)
    {
        return {
            loadHalf(block, 80) * static_cast<float>(bitField(block[s], 0, 4)),
            -(loadHalf(block, 82) * static_cast<float>(bitField(block[s], 4, 4)))};
    }
    static void setSuperScales(std::span<std::byte> block, float scale, float minimum)
    {
        storeHalf(block, 80, scale);
        storeHalf(block, 82, minimum);
    }
    static void setScales(std::span<std::byte> block, std::size_t s, unsigned scale, unsigned minimum)
    {
        block[s] = static_cast<std::byte>(scale | minimum << 4);
    }
    static unsigned code(std::span<const std::byte> block, std::size_t i)
    {
        const auto [byte, shift] = pairOf(i);
        return bitField(block[16 + byte], shift, 2);
    }
    static void setCode(std::span<std::byte> block, std::size_t i, unsigned code)
    {
        const auto [byte, shift] = pairOf(i);
        setBitField(block[16 + byte], shift, 2, code);
    }
    static void setCodes(std::span<std::byte> block, std::span<const std::uint8_t> codes)
    {
        setPairs(block.subspan(16, 64), codes);
    }
    static constexpr bool fitsBlocks() { return true; }
    static void
    fitBlocks(std::span<const float> values, std::span<const float> importance, std::span<std::byte> blocks)
    {
        fitSuperLines<Q2_K>(values, importance, blocks);
    }
    static void encode(std::span<const float> values, std::span<std::byte> block)
    {
        encodeRanges<Q2_K>(values, block);
    }
};

/// 32 bytes of high bits, 64 of low pairs, 12 of 6-bit scales plus 32, f16 d; value = d * scale * (-4..3).
struct Q3_K : Super {
    static constexpr std::string_view name() { return "q3_k"; }
    static constexpr std::size_t bytes() { return 110; }
    static constexpr std::size_t lineElements() { return 16; }
    static constexpr float lowestScale = -32;
    static std::span<const float> table()
    {
        static constexpr auto levels = wholeNumbers<8>(-4);
        return levels;
    }
    static Line line(std::span<const std::byte> block, std::size_t s)
    {
        const unsigned low = bitField(block[96 + s % 8], static_cast<unsigned>(s / 8) * 4, 4);
        const unsigned high = bitField(block[104 + s % 4], static_cast<unsigned>(s / 4) * 2, 2);
        return {loadHalf(block, 108) * static_cast<float>(static_cast<int>(low | high << 4) - 32), 0};
    }
    static void setSuperScale(std::span<std::byte> block, float scale) { storeHalf(block, 108, scale); }
    static void setScale(std::span<std::byte> block, std::size_t s, int scale)
    {
        const unsigned stored = static_cast<unsigned>(scale + 32);
        setBitField(block[96 + s % 8], static_cast<unsigned>(s / 8) * 4, 4, stored & 15);
        setBitField(block[104 + s % 4], static_cast<unsigned>(s / 4) * 2, 2, stored >> 4);
    }
    // The high bit of weight i is in byte l, bit 4h + j (h, j, l as in pairOf).
    static unsigned code(std::span<const std::byte> block, std::size_t i)
    {
        const auto [byte, shift] = pairOf(i);
        return bitField(block[32 + byte], shift, 2)
            | bitField(block[i % 32], static_cast<unsigned>(i / 32), 1) << 2;
    }
    static void setCode(std::span<std::byte> block, std::size_t i, unsigned code)
    {
        const auto [byte, shift] = pairOf(i);
        setBitField(block[32 + byte], shift, 2, code & 3);
        setBitField(block[i % 32], static_cast<unsigned>(i / 32), 1, code >> 2);
    }
    static void setCodes(std::span<std::byte> block, std::span<const std::uint8_t> codes)
    {
        setPairs(block.subspan(32, 64), codes);
        setPlane(block.first(32), codes, 2);
    }
    static constexpr bool fitsBlocks() { return true; }
    static void
    fitBlocks(std::span<const float> values, std::span<const float> importance, std::span<std::byte> blocks)
    {
        fitSuperScales<Q3_K>(values, importance, blocks);
    }
    static void encode(std::span<const float> values, std::span<std::byte> block)
    {
        encodeExtremes<Q3_K>(values, block);
    }
};

/// What q4_k and q5_k share: f16 d, f16 dmin, twelve bytes with eight 6-bit scales and eight 6-bit minima.
struct SixBitScales : Super {
    static constexpr std::size_t lineElements() { return 32; }
    static constexpr float topScale = 63;
    static Line line(std::span<const std::byte> block, std::size_t s)
    {
        unsigned scale, minimum;
        if (s < 4) {
            scale = bitField(block[4 + s], 0, 6);
            minimum = bitField(block[8 + s], 0, 6);
        } else {
            scale = bitField(block[8 + s], 0, 4) | bitField(block[s], 6, 2) << 4;
            minimum = bitField(block[8 + s], 4, 4) | bitField(block[4 + s], 6, 2) << 4;
        }
        return {
            loadHalf(block, 0) * static_cast<float>(scale),
            -(loadHalf(block, 2) * static_cast<float>(minimum))};
    }
    static void setSuperScales(std::span<std::byte> block, float scale, float minimum)
    {
        storeHalf(block, 0, scale);
        storeHalf(block, 2, minimum);
    }
    static void setScales(std::span<std::byte> block, std::size_t s, unsigned scale, unsigned minimum)
    {
        if (s < 4) {
            setBitField(block[4 + s], 0, 6, scale);
            setBitField(block[8 + s], 0, 6, minimum);
        } else {
            block[8 + s] = static_cast<std::byte>((scale & 15) | (minimum & 15) << 4);
            setBitField(block[s], 6, 2, scale >> 4);
            setBitField(block[4 + s], 6, 2, minimum >> 4);
        }
    }
    /// Four bits of weight i: bytes 32p.. hold sub-block 2p below and 2p + 1 above.
    static unsigned lowCode(std::span<const std::byte> codes, std::size_t i)
    {
        return bitField(codes[i / 64 * 32 + i % 32], static_cast<unsigned>(i / 32 % 2) * 4, 4);
    }
    static void setLowCode(std::span<std::byte> codes, std::size_t i, unsigned code)
    {
        setBitField(codes[i / 64 * 32 + i % 32], static_cast<unsigned>(i / 32 % 2) * 4, 4, code);
    }
    static void setLowCodes(std::span<std::byte> low, std::span<const std::uint8_t> codes)
    {
        for (std::size_t pair = 0; pair < 4; ++pair)
            for (std::size_t l = 0; l < 32; ++l)
                low[32 * pair + l] = static_cast<std::byte>(
                    (codes[64 * pair + l] & 15) | (codes[64 * pair + 32 + l] & 15) << 4);
    }
};

/// SixBitScales, 128 bytes of nibbles; value = d * scale * nibble - dmin * minimum.
struct Q4_K : SixBitScales {
    static constexpr std::string_view name() { return "q4_k"; }
    static constexpr std::size_t bytes() { return 144; }
    static std::span<const float> table()
    {
        static constexpr auto levels = wholeNumbers<16>(0);
        return levels;
    }
    static unsigned code(std::span<const std::byte> block, std::size_t i)
    {
        return lowCode(block.subspan(16), i);
    }
    static void setCode(std::span<std::byte> block, std::size_t i, unsigned code)
    {
        setLowCode(block.subspan(16), i, code);
    }
    static void setCodes(std::span<std::byte> block, std::span<const std::uint8_t> codes)
    {
        setLowCodes(block.subspan(16), codes);
    }
    static constexpr bool fitsBlocks() { return true; }
    static void
    fitBlocks(std::span<const float> values, std::span<const float> importance, std::span<std::byte> blocks)
    {
        fitSuperLines<Q4_K>(values, importance, blocks);
    }
    static void encode(std::span<const float> values, std::span<std::byte> block)
    {
        encodeRanges<Q4_K>(values, block);
    }
    static void decode(std::span<const std::byte> block, std::span<float> values)
    {
        for (std::size_t pair = 0; pair < 4; ++pair) {
            const Line low = line(block, 2 * pair), high = line(block, 2 * pair + 1);
            const std::byte* const from = block.data() + 16 + 32 * pair;
            float* const to = values.data() + 64 * pair;
            for (std::size_t l = 0; l < 32; ++l)
                to[l] = low.scale * static_cast<float>(std::to_integer<int>(from[l]) & 15) + low.offset;
            for (std::size_t l = 0; l < 32; ++l)
                to[l + 32] =
                    high.scale * static_cast<float>(std::to_integer<int>(from[l]) >> 4) + high.offset;
        }
    }
};

/// SixBitScales, 32 bytes of fifth bits (byte l, bit s for element l of sub-block s), 128 of nibbles.
struct Q5_K : SixBitScales {
    static constexpr std::string_view name() { return "q5_k"; }
    static constexpr std::size_t bytes() { return 176; }
    static std::span<const float> table()
    {
        static constexpr auto levels = wholeNumbers<32>(0);
        return levels;
    }
    static unsigned code(std::span<const std::byte> block, std::size_t i)
    {
        return lowCode(block.subspan(48), i)
            | bitField(block[16 + i % 32], static_cast<unsigned>(i / 32), 1) << 4;
    }
    static void setCode(std::span<std::byte> block, std::size_t i, unsigned code)
    {
        setLowCode(block.subspan(48), i, code & 15);
        setBitField(block[16 + i % 32], static_cast<unsigned>(i / 32), 1, code >> 4);
    }
    static void setCodes(std::span<std::byte> block, std::span<const std::uint8_t> codes)
    {
        setLowCodes(block.subspan(48), codes);
        setPlane(block.subspan(16, 32), codes, 4);
    }
    static constexpr bool fitsBlocks() { return true; }
    static void
    fitBlocks(std::span<const float> values, std::span<const float> importance, std::span<std::byte> blocks)
    {
        fitSuperLines<Q5_K>(values, importance, blocks);
    }
    static void encode(std::span<const float> values, std::span<std::byte> block)
    {
        encodeRanges<Q5_K>(values, block);
    }
};

/// 128 bytes of low nibbles, 64 of high pairs, i8 scales[16], f16 d; value = d * scale * (-32..31).
struct Q6_K : Super {
    static constexpr std::string_view name() { return "q6_k"; }
    static constexpr std::size_t bytes() { return 210; }
    static constexpr std::size_t lineElements() { return 16; }
    static constexpr float lowestScale = -128;
    static std::span<const float> table()
    {
        static constexpr auto levels = wholeNumbers<64>(-32);
        return levels;
    }
    static Line line(std::span<const std::byte> block, std::size_t s)
    {
        return {loadHalf(block, 208) * static_cast<float>(static_cast<std::int8_t>(block[192 + s])), 0};
    }
    static void setSuperScale(std::span<std::byte> block, float scale) { storeHalf(block, 208, scale); }
    static void setScale(std::span<std::byte> block, std::size_t s, int scale)
    {
        block[192 + s] = static_cast<std::byte>(scale);
    }
    // Half h, run j of 32 in it, place l: low nibbles in byte 64h + 32 (j % 2) + l, low half for j < 2; the
    // pair in byte 32h + l at bits 2j, which is pairOf(i).
    static unsigned code(std::span<const std::byte> block, std::size_t i)
    {
        const auto [byte, shift] = pairOf(i);
        return bitField(block[i / 128 * 64 + i % 64], static_cast<unsigned>(i % 128 / 64) * 4, 4)
            | bitField(block[128 + byte], shift, 2) << 4;
    }
    static void setCode(std::span<std::byte> block, std::size_t i, unsigned code)
    {
        const auto [byte, shift] = pairOf(i);
        setBitField(block[i / 128 * 64 + i % 64], static_cast<unsigned>(i % 128 / 64) * 4, 4, code & 15);
        setBitField(block[128 + byte], shift, 2, code >> 4);
    }
    static void setCodes(std::span<std::byte> block, std::span<const std::uint8_t> codes)
    {
        std::array<std::uint8_t, 256> high;
        for (std::size_t i = 0; i < 256; ++i)
            high[i] = static_cast<std::uint8_t>(codes[i] >> 4);
        setPairs(block.subspan(128, 64), high);
        for (std::size_t half = 0; half < 2; ++half)
            for (std::size_t l = 0; l < 64; ++l)
                block[64 * half + l] = static_cast<std::byte>(
                    (codes[128 * half + l] & 15) | (codes[128 * half + 64 + l] & 15) << 4);
    }
    static constexpr bool fitsBlocks() { return true; }
    static void
    fitBlocks(std::span<const float> values, std::span<const float> importance, std::span<std::byte> blocks)
    {
        fitSuperScales<Q6_K>(values, importance, blocks);
    }
    static void encode(std::span<const float> values, std::span<std::byte> block)
    {
        encodeExtremes<Q6_K>(values, block);
    }
};

constexpr Row rows[] = {
    {"q2_k", sharedFormat<Q2_K>}, {"q3_k", sharedFormat<Q3_K>}, {"q4_k", sharedFormat<Q4_K>},
    {"q5_k", sharedFormat<Q5_K>}, {"q6_k", sharedFormat<Q6_K>},
};

} // namespace

std::span<const Row> superRows()
{
    return rows;
}

} // namespace tritloom::ggmlFormat
