#include "core/format/block_format.h"
#include "core/format/ggml_formats.h"
#include "core/format/line_search.h"
#include "core/format/plain_encode.h"

// ggml's types of one or two bits a weight, with one half-precision scale a block.

namespace tritloom::ggmlFormat {
namespace {

constexpr std::array<float, 4> twoBitLevels{-1, 0, 1, 2};

/// The scale is the largest magnitude, each weight goes to the nearest of -1, 0, 1 times it.
template <typename Layout>
void encodeTernary(std::span<const float> values, std::span<std::byte> block)
{
    const float scale = std::fabs(extreme(values));
    const float factor = inverse(scale);
    storeHalf(block, Layout::scaleOffset, scale);
    for (std::size_t i = 0; i < values.size(); ++i)
        Layout::setCode(block, i, static_cast<unsigned>(std::lround(values[i] * factor) + 1));
}

/// 48 bytes of five digits, 4 bytes of four, f16 d; value = d * (digit - 1).
///
/// A byte holds digits t0.. as the fraction t0/3 + t1/9 + ..., rounded up to 1/256: times 3, the carry out of
/// the byte is the next digit.
struct TQ1_0 {
    static constexpr std::string_view name() { return "tq1_0"; }
    static constexpr std::size_t elements() { return 256; }
    static constexpr std::size_t lineElements() { return 256; }
    static constexpr std::size_t bytes() { return 54; }
    static constexpr std::size_t scaleOffset = 52;
    static std::span<const float> table() { return std::span(twoBitLevels).first(3); }
    static Line line(std::span<const std::byte> block, std::size_t)
    {
        return {loadHalf(block, scaleOffset), 0};
    }

    struct Place {
        std::size_t byte;
        unsigned digit;
    };
    static constexpr Place placeOf(std::size_t i)
    {
        if (i < 160)
            return {i % 32, static_cast<unsigned>(i / 32)};
        if (i < 240)
            return {32 + i % 16, static_cast<unsigned>((i - 160) / 16)};
        return {48 + i % 4, static_cast<unsigned>((i - 240) / 4)};
    }
    static constexpr std::array<unsigned, 6> powers{1, 3, 9, 27, 81, 243};
    static unsigned digit(unsigned byte, unsigned index) { return ((byte * powers[index] & 255u) * 3) >> 8; }
    static unsigned code(std::span<const std::byte> block, std::size_t i)
    {
        const auto [byte, index] = placeOf(i);
        return digit(std::to_integer<unsigned>(block[byte]), index);
    }
    static void setCode(std::span<std::byte> block, std::size_t i, unsigned code)
    {
        const auto [byte, index] = placeOf(i);
        unsigned number = 0;
        for (unsigned n = 0; n < 5; ++n)
            number = number * 3 + (n == index ? code : digit(std::to_integer<unsigned>(block[byte]), n));
        block[byte] = static_cast<std::byte>((number * 256 + 242) / 243);
    }
    static void setCodes(std::span<std::byte> block, std::span<const std::uint8_t> codes)
    {
        const auto run = [&](std::size_t firstByte, std::size_t count, std::size_t digits,
                             std::size_t first) {
            for (std::size_t m = 0; m < count; ++m) {
                unsigned number = 0;
                for (std::size_t n = 0; n < 5; ++n) // a digit that is not there is 0
                    number = number * 3 + (n < digits ? codes[first + n * count + m] : 0u);
                block[firstByte + m] = static_cast<std::byte>((number * 256 + 242) / 243);
            }
        };
        run(0, 32, 5, 0);
        run(32, 16, 5, 160);
        run(48, 4, 4, 240);
    }
    static constexpr bool fitsBlocks() { return true; }
    static void
    fitBlocks(std::span<const float> values, std::span<const float> importance, std::span<std::byte> blocks)
    {
        static const ScaleGrid grid = ternaryGrid(256);
        fitHalfScales(
            TQ1_0{}, scaleOffset, grid, [](const LineBatch& b) { return scalesToEnd(b, 1); }, values,
            importance, blocks);
    }
    static void encodeBlocks(std::span<const float> values, std::span<std::byte> blocks)
    {
        encodeHalfScales(
            TQ1_0{}, {.offset = scaleOffset, .grid = {.lowest = -1, .highest = 1, .first = -1}}, values, blocks);
    }
    static void encode(std::span<const float> values, std::span<std::byte> block)
    {
        encodeTernary<TQ1_0>(values, block);
    }
    static void decode(std::span<const std::byte> block, std::span<float> values)
    {
        const float scale = loadHalf(block, scaleOffset);
        const auto run = [&](std::size_t firstByte, std::size_t count, unsigned index, float* to) {
            for (std::size_t m = 0; m < count; ++m) {
                const auto q = digit(std::to_integer<unsigned>(block[firstByte + m]), index);
                to[m] = scale * static_cast<float>(static_cast<int>(q) - 1);
            }
        };
        for (unsigned n = 0; n < 5; ++n)
            run(0, 32, n, &values[32 * n]);
        for (unsigned n = 0; n < 5; ++n)
            run(32, 16, n, &values[160 + 16 * n]);
        for (unsigned n = 0; n < 4; ++n)
            run(48, 4, n, &values[240 + 4 * n]);
    }
};

/// 64 bytes of pairs, f16 d; value = d * (field - 1), field 3 unused. Half h, run l of 32 in it, place m:
/// byte 32h + m, bits 2l.
struct TQ2_0 {
    static constexpr std::string_view name() { return "tq2_0"; }
    static constexpr std::size_t elements() { return 256; }
    static constexpr std::size_t lineElements() { return 256; }
    static constexpr std::size_t bytes() { return 66; }
    static constexpr std::size_t scaleOffset = 64;
    static std::span<const float> table() { return std::span(twoBitLevels).first(3); }
    static Line line(std::span<const std::byte> block, std::size_t)
    {
        return {loadHalf(block, scaleOffset), 0};
    }
    static unsigned code(std::span<const std::byte> block, std::size_t i)
    {
        return bitField(block[i / 128 * 32 + i % 32], static_cast<unsigned>(i % 128 / 32) * 2, 2);
    }
    static void setCode(std::span<std::byte> block, std::size_t i, unsigned code)
    {
        setBitField(block[i / 128 * 32 + i % 32], static_cast<unsigned>(i % 128 / 32) * 2, 2, code);
    }
    static void setCodes(std::span<std::byte> block, std::span<const std::uint8_t> codes)
    {
        for (std::size_t half = 0; half < 2; ++half)
            for (std::size_t m = 0; m < 32; ++m) {
                const std::uint8_t* const c = codes.data() + 128 * half + m;
                block[32 * half + m] = static_cast<std::byte>(c[0] | c[32] << 2 | c[64] << 4 | c[96] << 6);
            }
    }
    static constexpr bool fitsBlocks() { return true; }
    static void
    fitBlocks(std::span<const float> values, std::span<const float> importance, std::span<std::byte> blocks)
    {
        static const ScaleGrid grid = ternaryGrid(256);
        fitHalfScales(
            TQ2_0{}, scaleOffset, grid, [](const LineBatch& b) { return scalesToEnd(b, 1); }, values,
            importance, blocks);
    }
    static void encodeBlocks(std::span<const float> values, std::span<std::byte> blocks)
    {
        encodeHalfScales(
            TQ2_0{}, {.offset = scaleOffset, .grid = {.lowest = -1, .highest = 1, .first = -1}}, values, blocks);
    }
    static void encode(std::span<const float> values, std::span<std::byte> block)
    {
        encodeTernary<TQ2_0>(values, block);
    }
    static void decode(std::span<const std::byte> block, std::span<float> values)
    {
        const float scale = loadHalf(block, scaleOffset);
        for (std::size_t run = 0; run < 8; ++run) {
            const std::byte* const from = block.data() + run / 4 * 32;
            const unsigned shift = static_cast<unsigned>(run % 4) * 2;
            float* const to = values.data() + run * 32;
            for (std::size_t m = 0; m < 32; ++m)
                to[m] = scale * static_cast<float>((std::to_integer<int>(from[m]) >> shift & 3) - 1);
        }
    }
};

/// f16 d, 16 bytes of pairs in order; value = d * (field - 1), so -d, 0, d and 2d.
struct Q2_0 {
    static constexpr std::string_view name() { return "q2_0"; }
    static constexpr std::size_t elements() { return 64; }
    static constexpr std::size_t lineElements() { return 64; }
    static constexpr std::size_t bytes() { return 18; }
    static constexpr std::size_t scaleOffset = 0;
    static std::span<const float> table() { return twoBitLevels; }
    static Line line(std::span<const std::byte> block, std::size_t) { return {loadHalf(block, 0), 0}; }
    static unsigned code(std::span<const std::byte> block, std::size_t i)
    {
        return bitField(block[2 + i / 4], static_cast<unsigned>(i % 4) * 2, 2);
    }
    static void setCode(std::span<std::byte> block, std::size_t i, unsigned code)
    {
        setBitField(block[2 + i / 4], static_cast<unsigned>(i % 4) * 2, 2, code);
    }
    static void
    search(std::span<const float> values, std::span<const float> importance, std::span<std::byte> block)
    {
        searchHalfScale(Q2_0{}, 0, wholeLevels(-1, 2), ScaleSign::Any, values, importance, block);
    }
    static void encodeBlocks(std::span<const float> values, std::span<std::byte> blocks)
    {
        encodeHalfScales(
            Q2_0{}, {.offset = scaleOffset, .grid = {.lowest = -1, .highest = 1, .first = -1}}, values, blocks);
    }
    static void encode(std::span<const float> values, std::span<std::byte> block)
    {
        encodeTernary<Q2_0>(values, block);
    }
};

/// f16 d, 16 bytes of signs in order; value = d where the bit is set, else -d.
struct Q1_0 {
    static constexpr std::string_view name() { return "q1_0"; }
    static constexpr std::size_t elements() { return 128; }
    static constexpr std::size_t lineElements() { return 128; }
    static constexpr std::size_t bytes() { return 18; }
    static std::span<const float> table()
    {
        static constexpr std::array<float, 2> levels{-1, 1};
        return levels;
    }
    static Line line(std::span<const std::byte> block, std::size_t) { return {loadHalf(block, 0), 0}; }
    static unsigned code(std::span<const std::byte> block, std::size_t i)
    {
        return bitField(block[2 + i / 8], static_cast<unsigned>(i % 8), 1);
    }
    static void setCode(std::span<std::byte> block, std::size_t i, unsigned code)
    {
        setBitField(block[2 + i / 8], static_cast<unsigned>(i % 8), 1, code);
    }
    static void
    search(std::span<const float> values, std::span<const float> importance, std::span<std::byte> block)
    {
        // The sign is the best code for any scale, and their weighted mean magnitude the best scale for it.
        double weighted = 0, weight = 0;
        for (std::size_t i = 0; i < values.size(); ++i) {
            weighted += static_cast<double>(importance[i]) * std::fabs(values[i]);
            weight += importance[i];
            setCode(block, i, values[i] >= 0 ? 1 : 0);
        }
        storeHalf(block, 0, static_cast<float>(weighted / weight));
    }
    static void encode(std::span<const float> values, std::span<std::byte> block)
    {
        // Summed in single precision, in order, as ggml does: the scale must come out the same.
        float sum = 0;
        for (const float value : values)
            sum += std::fabs(value);
        storeHalf(block, 0, sum / 128);
        for (std::size_t i = 0; i < values.size(); ++i)
            setCode(block, i, values[i] >= 0 ? 1 : 0);
    }
};

constexpr Row rows[] = {
    {"tq1_0", sharedFormat<TQ1_0>},
    {"tq2_0", sharedFormat<TQ2_0>},
    {"q1_0", sharedFormat<Q1_0>},
    {"q2_0", sharedFormat<Q2_0>},
};

} // namespace

std::span<const Row> ternaryRows()
{
    return rows;
}

} // namespace tritloom::ggmlFormat
