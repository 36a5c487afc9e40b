#include "core/format/block_format.h"
#include "core/format/ggml_formats.h"
#include "core/format/line_search.h"
#include "core/format/nibbles.h"
#include "core/format/plain_encode.h"

// ggml's blocks of 32 weights with one half-precision scale, and for *_1 a half-precision offset.

namespace tritloom::ggmlFormat {
namespace {

struct Block32 {
    static constexpr std::size_t elements() { return 32; }
    static constexpr std::size_t lineElements() { return 32; }
};

/// f16 d, i8 q[32]; value = d * q.
struct Q8_0 : Block32 {
    static constexpr std::string_view name() { return "q8_0"; }
    static constexpr std::size_t bytes() { return 34; }
    static std::span<const float> table()
    {
        static constexpr auto levels = wholeNumbers<256>(-128);
        return levels;
    }
    static Line line(std::span<const std::byte> block, std::size_t) { return {loadHalf(block, 0), 0}; }
    // Codes count from -128 up, so that levels ascend; the byte is two's complement.
    static unsigned code(std::span<const std::byte> block, std::size_t i)
    {
        return std::to_integer<unsigned>(block[2 + i]) ^ 0x80u;
    }
    static void setCode(std::span<std::byte> block, std::size_t i, unsigned code)
    {
        block[2 + i] = static_cast<std::byte>(code ^ 0x80u);
    }
    /// From -127 up.
    static void setCodes(std::span<std::byte> block, std::span<const std::uint8_t> codes)
    {
        for (std::size_t i = 0; i < 32; ++i)
            block[2 + i] = static_cast<std::byte>(codes[i] - 127);
    }
    static constexpr bool fitsBlocks() { return true; }
    static void
    fitBlocks(std::span<const float> values, std::span<const float> importance, std::span<std::byte> blocks)
    {
        // Not -128: kernels negate.
        static const ScaleGrid grid = scaleGrid(wholeLines(-127, 127), ScaleSign::Any, 32);
        fitHalfScales(
            Q8_0{}, 0, grid, [](const LineBatch& b) { return scalesToEnd(b, 127); }, values, importance,
            blocks);
    }
    static void encodeBlocks(std::span<const float> values, std::span<std::byte> blocks)
    {
        encodeHalfScales(Q8_0{}, {.end = 127, .grid = {.lowest = -127, .highest = 127, .first = -127}}, values, blocks);
    }
    static void encode(std::span<const float> values, std::span<std::byte> block)
    {
        const float scale = std::fabs(extreme(values)) / 127;
        const float factor = inverse(scale);
        storeHalf(block, 0, scale);
        for (std::size_t i = 0; i < 32; ++i)
            block[2 + i] = static_cast<std::byte>(static_cast<int>(std::round(values[i] * factor)));
    }
    static void decode(std::span<const std::byte> block, std::span<float> values)
    {
        const float scale = loadHalf(block, 0);
        for (std::size_t i = 0; i < 32; ++i)
            values[i] = scale * static_cast<float>(static_cast<std::int8_t>(block[2 + i]));
    }
};

/// f16 d, nibbles; value = d * (nibble - 8). The extreme of a block lands on -8.
struct Q4_0 : NibbleBlock<2> {
    static constexpr std::string_view name() { return "q4_0"; }
    static constexpr std::size_t bytes() { return 18; }
    static std::span<const float> table()
    {
        static constexpr auto levels = wholeNumbers<16>(-8);
        return levels;
    }
    static Line line(std::span<const std::byte> block, std::size_t) { return {loadHalf(block, 0), 0}; }
    static constexpr bool fitsBlocks() { return true; }
    static void
    fitBlocks(std::span<const float> values, std::span<const float> importance, std::span<std::byte> blocks)
    {
        static const ScaleGrid grid = scaleGrid(wholeLines(-8, 7), ScaleSign::Any, 32);
        fitHalfScales(
            Q4_0{}, 0, grid, [](const LineBatch& b) { return scalesToEnd(b, -8); }, values, importance,
            blocks);
    }
    static void encodeBlocks(std::span<const float> values, std::span<std::byte> blocks)
    {
        encodeHalfScales(Q4_0{}, {.end = -8, .grid = {.lowest = -8, .highest = 7, .first = -8, .halfUp = true}}, values, blocks);
    }
    static void encode(std::span<const float> values, std::span<std::byte> block)
    {
        const float scale = extreme(values) / -8;
        const float factor = inverse(scale);
        storeHalf(block, 0, scale);
        for (std::size_t i = 0; i < 32; ++i)
            setCode(block, i, std::min(15u, static_cast<unsigned>(values[i] * factor + 8.5f)));
    }
    static void decode(std::span<const std::byte> block, std::span<float> values)
    {
        const float scale = loadHalf(block, 0);
        forEachNibble(block, 2, values, [scale](int q) { return scale * static_cast<float>(q - 8); });
    }
};

/// f16 d, f16 m, nibbles; value = d * nibble + m.
struct Q4_1 : NibbleBlock<4> {
    static constexpr std::string_view name() { return "q4_1"; }
    static constexpr std::size_t bytes() { return 20; }
    static std::span<const float> table()
    {
        static constexpr auto levels = wholeNumbers<16>(0);
        return levels;
    }
    static Line line(std::span<const std::byte> block, std::size_t)
    {
        return {loadHalf(block, 0), loadHalf(block, 2)};
    }
    static constexpr bool fitsBlocks() { return true; }
    static void
    fitBlocks(std::span<const float> values, std::span<const float> importance, std::span<std::byte> blocks)
    {
        static const LineGrid grid = lineGrid(15, OffsetSign::Any, 32);
        fitHalfLines(Q4_1{}, 0, 2, grid, values, importance, blocks);
    }
    static void encode(std::span<const float> values, std::span<std::byte> block)
    {
        const auto [lowest, highest] = rangeOf(values);
        const float scale = (highest - lowest) / 15;
        const float factor = inverse(scale);
        storeHalf(block, 0, scale);
        storeHalf(block, 2, lowest);
        for (std::size_t i = 0; i < 32; ++i)
            setCode(block, i, std::min(15u, static_cast<unsigned>((values[i] - lowest) * factor + 0.5f)));
    }
    static void decode(std::span<const std::byte> block, std::span<float> values)
    {
        const Line line = Q4_1::line(block, 0);
        forEachNibble(
            block, 4, values, [line](int q) { return line.scale * static_cast<float>(q) + line.offset; });
    }
};

/// f16 d, u32 with the fifth bits (bit i for weight i), nibbles; value = d * (q - 16).
struct Q5_0 : Block32 {
    static constexpr std::string_view name() { return "q5_0"; }
    static constexpr std::size_t bytes() { return 22; }
    static std::span<const float> table()
    {
        static constexpr auto levels = wholeNumbers<32>(-16);
        return levels;
    }
    static Line line(std::span<const std::byte> block, std::size_t) { return {loadHalf(block, 0), 0}; }
    static unsigned code(std::span<const std::byte> block, std::size_t i)
    {
        return nibble(block, 6, i) | bitField(block[2 + i / 8], i % 8, 1) << 4;
    }
    static void setCode(std::span<std::byte> block, std::size_t i, unsigned code)
    {
        setNibble(block, 6, i, code & 15);
        setBitField(block[2 + i / 8], i % 8, 1, code >> 4);
    }
    static constexpr bool fitsBlocks() { return true; }
    static void
    fitBlocks(std::span<const float> values, std::span<const float> importance, std::span<std::byte> blocks)
    {
        static const ScaleGrid grid = scaleGrid(wholeLines(-16, 15), ScaleSign::Any, 32);
        fitHalfScales(
            Q5_0{}, 0, grid, [](const LineBatch& b) { return scalesToEnd(b, -16); }, values, importance,
            blocks);
    }
    static void encodeBlocks(std::span<const float> values, std::span<std::byte> blocks)
    {
        encodeHalfScales(Q5_0{}, {.end = -16, .grid = {.lowest = -16, .highest = 15, .first = -16, .halfUp = true}}, values, blocks);
    }
    static void encode(std::span<const float> values, std::span<std::byte> block)
    {
        const float scale = extreme(values) / -16;
        const float factor = inverse(scale);
        storeHalf(block, 0, scale);
        for (std::size_t i = 0; i < 32; ++i)
            setCode(block, i, std::min(31u, static_cast<unsigned>(values[i] * factor + 16.5f)));
    }
};

/// f16 d, f16 m, u32 with the fifth bits, nibbles; value = d * q + m.
struct Q5_1 : Block32 {
    static constexpr std::string_view name() { return "q5_1"; }
    static constexpr std::size_t bytes() { return 24; }
    static std::span<const float> table()
    {
        static constexpr auto levels = wholeNumbers<32>(0);
        return levels;
    }
    static Line line(std::span<const std::byte> block, std::size_t)
    {
        return {loadHalf(block, 0), loadHalf(block, 2)};
    }
    static unsigned code(std::span<const std::byte> block, std::size_t i)
    {
        return nibble(block, 8, i) | bitField(block[4 + i / 8], i % 8, 1) << 4;
    }
    static void setCode(std::span<std::byte> block, std::size_t i, unsigned code)
    {
        setNibble(block, 8, i, code & 15);
        setBitField(block[4 + i / 8], i % 8, 1, code >> 4);
    }
    static constexpr bool fitsBlocks() { return true; }
    static void
    fitBlocks(std::span<const float> values, std::span<const float> importance, std::span<std::byte> blocks)
    {
        static const LineGrid grid = lineGrid(31, OffsetSign::Any, 32);
        fitHalfLines(Q5_1{}, 0, 2, grid, values, importance, blocks);
    }
    static void encode(std::span<const float> values, std::span<std::byte> block)
    {
        const auto [lowest, highest] = rangeOf(values);
        const float scale = (highest - lowest) / 31;
        const float factor = inverse(scale);
        storeHalf(block, 0, scale);
        storeHalf(block, 2, lowest);
        for (std::size_t i = 0; i < 32; ++i)
            setCode(block, i, std::min(31u, static_cast<unsigned>((values[i] - lowest) * factor + 0.5f)));
    }
};

constexpr Row rows[] = {
    {"q8_0", sharedFormat<Q8_0>}, {"q4_0", sharedFormat<Q4_0>}, {"q4_1", sharedFormat<Q4_1>},
    {"q5_0", sharedFormat<Q5_0>}, {"q5_1", sharedFormat<Q5_1>},
};

} // namespace

std::span<const Row> simpleRows()
{
    return rows;
}

} // namespace tritloom::ggmlFormat
