#include "core/format/block_format.h"
#include "core/format/ggml_formats.h"
#include "core/format/iq_grids.h"

// ggml's "IQ1", "IQ2" and "IQ3" types: eight or four weights at a time are a point of a grid, with signs
// beside it. They can be read, not written: their encoders are searches of their own.

namespace tritloom::ggmlFormat {
namespace {

using Bytes = std::span<const std::byte>;

unsigned byteAt(Bytes block, std::size_t at)
{
    return std::to_integer<unsigned>(block[at]);
}

template <typename Word>
Word wordAt(Bytes block, std::size_t at)
{
    Word word;
    std::memcpy(&word, block.data() + at, sizeof word);
    return word;
}

/// Seven stored signs; the eighth makes the number of negative ones even.
unsigned evenSigns(unsigned seven)
{
    return seven | static_cast<unsigned>(std::popcount(seven) & 1) << 7;
}

/// to[j] = scale * point[j], negative where bit j of signs is set.
template <std::size_t Count>
void placeSigned(float* to, float scale, const std::array<std::int8_t, Count>& point, unsigned signs)
{
    for (std::size_t j = 0; j < Count; ++j) {
        const float value = scale * static_cast<float>(point[j]);
        to[j] = signs >> j & 1 ? -value : value;
    }
}

/// f16 d; for each 32 weights four u8 points and u32: four times seven signs, 4 bits scale.
struct IQ2_XXS {
    static constexpr std::string_view name() { return "iq2_xxs"; }
    static constexpr std::size_t bytes() { return 66; }
    static void decode(Bytes block, std::span<float> values)
    {
        const float d = loadHalf(block, 0);
        for (std::size_t run = 0; run < 8; ++run) {
            const auto word = wordAt<std::uint32_t>(block, 2 + 8 * run + 4);
            const float scale = d * (0.5f + static_cast<float>(word >> 28)) * 0.25f;
            for (std::size_t l = 0; l < 4; ++l)
                placeSigned(
                    &values[32 * run + 8 * l], scale, iqGrid::three256()[byteAt(block, 2 + 8 * run + l)],
                    evenSigns(word >> (7 * l) & 127));
        }
    }
};

/// f16 d; 32 u16: 9 bits point, 7 signs; 8 bytes with a scale for each 16 weights.
struct IQ2_XS {
    static constexpr std::string_view name() { return "iq2_xs"; }
    static constexpr std::size_t bytes() { return 74; }
    static void decode(Bytes block, std::span<float> values)
    {
        const float d = loadHalf(block, 0);
        for (std::size_t point = 0; point < 32; ++point) {
            const unsigned scaleBits =
                bitField(block[66 + point / 4], static_cast<unsigned>(point / 2 % 2) * 4, 4);
            const unsigned word = wordAt<std::uint16_t>(block, 2 + 2 * point);
            placeSigned(
                &values[8 * point], d * (0.5f + static_cast<float>(scaleBits)) * 0.25f,
                iqGrid::three512()[word & 511], evenSigns(word >> 9));
        }
    }
};

/// f16 d; 32 low bytes of points, 32 bytes of signs, 8 bytes of high pairs, 8 of scales for 16 weights each.
struct IQ2_S {
    static constexpr std::string_view name() { return "iq2_s"; }
    static constexpr std::size_t bytes() { return 82; }
    static void decode(Bytes block, std::span<float> values)
    {
        const float d = loadHalf(block, 0);
        for (std::size_t point = 0; point < 32; ++point) {
            const unsigned scaleBits =
                bitField(block[74 + point / 4], static_cast<unsigned>(point / 2 % 2) * 4, 4);
            const unsigned index = byteAt(block, 2 + point)
                | bitField(block[66 + point / 4], static_cast<unsigned>(point % 4) * 2, 2) << 8;
            placeSigned(
                &values[8 * point], d * (0.5f + static_cast<float>(scaleBits)) * 0.25f,
                iqGrid::three1024()[index], byteAt(block, 34 + point));
        }
    }
};

/// f16 d; 64 points of four weights; for each 32 weights u32: four times seven signs, 4 bits scale.
struct IQ3_XXS {
    static constexpr std::string_view name() { return "iq3_xxs"; }
    static constexpr std::size_t bytes() { return 98; }
    static void decode(Bytes block, std::span<float> values)
    {
        const float d = loadHalf(block, 0);
        for (std::size_t point = 0; point < 64; ++point) {
            const auto word = wordAt<std::uint32_t>(block, 66 + point / 8 * 4);
            const unsigned signs = evenSigns(word >> (point % 8 / 2 * 7) & 127) >> (point % 2 * 4);
            placeSigned(
                &values[4 * point], d * (0.5f + static_cast<float>(word >> 28)) * 0.5f,
                iqGrid::eight256()[byteAt(block, 2 + point)], signs);
        }
    }
};

/// f16 d; 64 low bytes of points, 8 bytes of their ninth bits, 32 bytes of signs, 4 bytes with a scale for
/// each 32.
struct IQ3_S {
    static constexpr std::string_view name() { return "iq3_s"; }
    static constexpr std::size_t bytes() { return 110; }
    static void decode(Bytes block, std::span<float> values)
    {
        const float d = loadHalf(block, 0);
        for (std::size_t point = 0; point < 64; ++point) {
            const unsigned scaleBits =
                bitField(block[106 + point / 16], static_cast<unsigned>(point / 8 % 2) * 4, 4);
            const unsigned index = byteAt(block, 2 + point)
                | bitField(block[66 + point / 8], static_cast<unsigned>(point % 8), 1) << 8;
            placeSigned(
                &values[4 * point], d * static_cast<float>(1 + 2 * scaleBits), iqGrid::eight512()[index],
                byteAt(block, 74 + point / 2) >> (point % 2 * 4));
        }
    }
};

/// All eight weights of a point are moved by an eighth of the step, up or down.
void placeShifted(float* to, float scale, const iqGrid::Point8& point, bool down)
{
    for (std::size_t j = 0; j < 8; ++j)
        to[j] = scale * (static_cast<float>(point[j]) + (down ? -0.125f : 0.125f));
}

/// f16 d; 32 low bytes of points; 8 u16, one for each 32 weights: four times three high bits, 3 bits scale,
/// shift.
struct IQ1_S {
    static constexpr std::string_view name() { return "iq1_s"; }
    static constexpr std::size_t bytes() { return 50; }
    static void decode(Bytes block, std::span<float> values)
    {
        const float d = loadHalf(block, 0);
        for (std::size_t point = 0; point < 32; ++point) {
            const unsigned word = wordAt<std::uint16_t>(block, 34 + point / 4 * 2);
            const unsigned index = byteAt(block, 2 + point) | (word >> (point % 4 * 3) & 7) << 8;
            placeShifted(
                &values[8 * point], d * static_cast<float>(2 * (word >> 12 & 7) + 1),
                iqGrid::ternary2048()[index], word >> 15);
        }
    }
};

/// 32 low bytes of points; 16 bytes with a nibble a point: three high bits, shift; 4 u16, each four 3-bit
/// scales of 16 weights and in its top nibble a quarter of the f16 d.
struct IQ1_M {
    static constexpr std::string_view name() { return "iq1_m"; }
    static constexpr std::size_t bytes() { return 56; }
    static void decode(Bytes block, std::span<float> values)
    {
        unsigned half = 0;
        for (std::size_t part = 0; part < 4; ++part)
            half |= static_cast<unsigned>(wordAt<std::uint16_t>(block, 48 + 2 * part) >> 12) << (4 * part);
        const float d = halfToFloat(static_cast<std::uint16_t>(half));
        for (std::size_t point = 0; point < 32; ++point) {
            const unsigned scales = wordAt<std::uint16_t>(block, 48 + point / 8 * 2);
            const unsigned scaleBits = scales >> (point % 8 / 2 * 3) & 7;
            const unsigned high = bitField(block[32 + point / 2], static_cast<unsigned>(point % 2) * 4, 4);
            placeShifted(
                &values[8 * point], d * static_cast<float>(2 * scaleBits + 1),
                iqGrid::ternary2048()[byteAt(block, point) | (high & 7) << 8], high >> 3);
        }
    }
};

/// A format that can be read only.
template <typename Layout>
class GridFormat final : public NumberFormat {
public:
    std::string id() const override { return std::string(Layout::name()); }
    std::size_t blockElements() const override { return 256; }
    std::size_t blockBytes() const override { return Layout::bytes(); }
    bool isWritable() const override { return false; }
    void encode(std::span<const float>, std::span<std::byte>) const override
    {
        assert(false && "only for formats with isWritable()");
    }
    void decode(std::span<const std::byte> packed, std::span<float> values) const override
    {
        assert(packed.size() == blockBytes() && values.size() == 256);
        Layout::decode(packed, values);
    }
};

template <typename Layout>
NumberFormatPtr shared()
{
    static const NumberFormatPtr format = std::make_shared<const GridFormat<Layout>>();
    return format;
}

constexpr Row rows[] = {
    {"iq1_s", shared<IQ1_S>},   {"iq1_m", shared<IQ1_M>}, {"iq2_xxs", shared<IQ2_XXS>},
    {"iq2_xs", shared<IQ2_XS>}, {"iq2_s", shared<IQ2_S>}, {"iq3_xxs", shared<IQ3_XXS>},
    {"iq3_s", shared<IQ3_S>},
};

} // namespace

std::span<const Row> gridRows()
{
    return rows;
}

} // namespace tritloom::ggmlFormat
