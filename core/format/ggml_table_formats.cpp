#include "core/format/block_format.h"
#include "core/format/ggml_formats.h"
#include "core/format/line_search.h"
#include "core/format/nibbles.h"

// ggml's 4-bit types whose levels are a table, and its 8-bit types for activations.

namespace tritloom::ggmlFormat {
namespace {

constexpr std::array<float, 16> nonlinearLevels{-127, -104, -83, -65, -49, -35, -22, -10,
                                                1,    13,   25,  38,  53,  69,  89,  113};

/// E2M1 (OCP Microscaling Formats 1.0, 5.3.3) in units of a half: sign, two bits exponent, one bit mantissa.
constexpr std::array<float, 16> miniFloatLevels{0, 1, 2, 3, 4, 6, 8, 12, -0.0f, -1, -2, -3, -4, -6, -8, -12};

constexpr TableForSearch nonlinearSearch(nonlinearLevels);
constexpr TableForSearch miniFloatSearch(std::array<float, 15>{
    -12, -8, -6, -4, -3, -2, -1, 0, 1, 2, 3, 4, 6, 8, 12});

/// The stored scale first..last with the least error; at most 32 of them. decodeScale: what a byte means.
std::byte bestStoredScale(
    std::span<const float> values, std::span<const float> importance, int first, int last,
    float (*decodeScale)(std::byte))
{
    const FitSamples samples(values, importance);
    std::array<SearchCandidate, 32> candidates;
    const auto count = static_cast<std::size_t>(last - first + 1);
    assert(first <= last && count <= candidates.size());
    for (std::size_t k = 0; k < count; ++k)
        candidates[k] = {
            decodeScale(static_cast<std::byte>(first + static_cast<int>(k))) / samples.unit(), 0};
    std::array<float, 32> errors;
    searchKernels().errors(samples.all(), miniFloatSearch.levels(), candidates.data(), count, errors.data());
    const auto best = std::min_element(errors.begin(), errors.begin() + static_cast<std::ptrdiff_t>(count))
        - errors.begin();
    return static_cast<std::byte>(first + static_cast<int>(best));
}

/// The first of the nearest levels.
unsigned nearest(std::span<const float> levels, float scale, float value)
{
    unsigned best = 0;
    float least = std::fabs(levels[0] * scale - value);
    for (unsigned code = 1; code < levels.size(); ++code) {
        const float error = std::fabs(levels[code] * scale - value);
        if (error < least) {
            best = code;
            least = error;
        }
    }
    return best;
}

/// f16 d, nibbles; value = d * table[nibble].
struct IQ4_NL : NibbleBlock<2> {
    static constexpr std::string_view name() { return "iq4_nl"; }
    static constexpr std::size_t bytes() { return 18; }
    static std::span<const float> table() { return nonlinearLevels; }
    static Line line(std::span<const std::byte> block, std::size_t) { return {loadHalf(block, 0), 0}; }
    static constexpr bool fitsBlocks() { return true; }
    static void
    fitBlocks(std::span<const float> values, std::span<const float> importance, std::span<std::byte> blocks)
    {
        static const ScaleGrid grid = scaleGrid(tableLines(nonlinearSearch), ScaleSign::Any, 32);
        fitHalfScales(
            IQ4_NL{}, 0, grid, [](const LineBatch& b) { return scalesToEnd(b, table().front()); }, values,
            importance, blocks);
    }
    static void encode(std::span<const float> values, std::span<std::byte> block)
    {
        storeHalf(block, 0, extreme(values) / table().front());
        const float scale = loadHalf(block, 0);
        for (std::size_t i = 0; i < 32; ++i)
            setCode(block, i, nearest(table(), scale, values[i]));
    }
    static void decode(std::span<const std::byte> block, std::span<float> values)
    {
        const float scale = loadHalf(block, 0);
        forEachNibble(block, 2, values, [scale](int q) {
            return scale * nonlinearLevels[static_cast<std::size_t>(q)];
        });
    }
};

/// f16 d, u16 and 4 bytes with the high pairs and low nibbles of eight scales plus 32, 128 bytes of nibbles;
/// value = d * scale * table[nibble].
struct IQ4_XS {
    static constexpr std::string_view name() { return "iq4_xs"; }
    static constexpr std::size_t elements() { return 256; }
    static constexpr std::size_t lineElements() { return 32; }
    static constexpr std::size_t bytes() { return 136; }
    static std::span<const float> table() { return nonlinearLevels; }
    static Line line(std::span<const std::byte> block, std::size_t s)
    {
        const unsigned low = bitField(block[4 + s / 2], static_cast<unsigned>(s % 2) * 4, 4);
        const unsigned high = bitField(block[2 + s / 4], static_cast<unsigned>(s % 4) * 2, 2);
        return {loadHalf(block, 0) * static_cast<float>(static_cast<int>(low | high << 4) - 32), 0};
    }
    static void setScale(std::span<std::byte> block, std::size_t s, int scale)
    {
        const unsigned stored = static_cast<unsigned>(scale + 32);
        setBitField(block[4 + s / 2], static_cast<unsigned>(s % 2) * 4, 4, stored & 15);
        setBitField(block[2 + s / 4], static_cast<unsigned>(s % 4) * 2, 2, stored >> 4);
    }
    static unsigned code(std::span<const std::byte> block, std::size_t i)
    {
        return nibble(block, 8 + i / 32 * 16, i % 32);
    }
    static void setCode(std::span<std::byte> block, std::size_t i, unsigned code)
    {
        setNibble(block, 8 + i / 32 * 16, i % 32, code);
    }
    static void setCodes(std::span<std::byte> block, std::span<const std::uint8_t> codes)
    {
        for (std::size_t s = 0; s < 8; ++s)
            setNibbles(block, 8 + 16 * s, codes.subspan(32 * s, 32));
    }
    static constexpr bool fitsBlocks() { return true; }
    static void
    fitBlocks(std::span<const float> values, std::span<const float> importance, std::span<std::byte> blocks)
    {
        static const ScaleGrid scales = scaleGrid(tableLines(nonlinearSearch), ScaleSign::Any, 32);
        static constexpr SuperGrid supers{.lanes = 8, .lowestScale = -32, .highestScale = 31};
        fitSupers(
            IQ4_XS{}, scales.levels,
            [](const LineSamples& samples, const float* units, SuperFit* out) {
                lineKernels().superScales(supers, scales, samples, units, out);
            },
            [](std::span<std::byte> block, float scale, float) { storeHalf(block, 0, scale); },
            [](std::span<std::byte> block, std::size_t s, int scale, int) { setScale(block, s, scale); },
            values, importance, blocks);
    }
    static void encode(std::span<const float> values, std::span<std::byte> block)
    {
        std::array<float, 8> scales;
        for (std::size_t s = 0; s < 8; ++s)
            scales[s] = extreme(values.subspan(s * 32, 32)) / table().front();
        const float scale = extreme(scales) / -32;
        storeHalf(block, 0, scale);
        for (std::size_t s = 0; s < 8; ++s) {
            setScale(block, s, std::clamp(static_cast<int>(std::round(scales[s] * inverse(scale))), -32, 31));
            const Line line = IQ4_XS::line(block, s);
            for (std::size_t i = s * 32; i < s * 32 + 32; ++i)
                setCode(block, i, nearest(table(), line.scale, values[i]));
        }
    }
};

/// E8M0 (a power of two, bias 127) halved, since the levels are in units of a half.
float powerScale(std::byte exponent)
{
    const unsigned e = std::to_integer<unsigned>(exponent);
    return std::bit_cast<float>(e < 2 ? 0x00200000u << e : (e - 1) << 23);
}

/// u8 e, nibbles; value = 2^(e - 128) * table[nibble].
struct MXFP4 : NibbleBlock<1> {
    static constexpr std::string_view name() { return "mxfp4"; }
    static constexpr std::size_t bytes() { return 17; }
    static std::span<const float> table() { return miniFloatLevels; }
    static Line line(std::span<const std::byte> block, std::size_t) { return {powerScale(block[0]), 0}; }
    static constexpr bool fitsBlocks() { return true; }
    /// The best of the exponents around the one that encode() takes.
    static void
    fitBlocks(std::span<const float> values, std::span<const float> importance, std::span<std::byte> blocks)
    {
        forEachBatch(MXFP4{}, values, importance, blocks, [](LineBatch& batch, std::span<std::byte> packed) {
            const LineLevels levels = tableLines(miniFloatSearch);
            constexpr std::array<float, lanesOfLines> none{};
            std::array<float, lanesOfLines> scale, error, bestScale{}, least{};
            std::array<std::byte, lanesOfLines> stored{};
            for (int step = -2; step <= 2; ++step) {
                std::array<std::byte, lanesOfLines> tried;
                for (std::size_t lane = 0; lane < lanesOfLines; ++lane) {
                    const float unit = batch.units()[lane];
                    tried[lane] = exponentAbove(std::fabs(batch.extremeOf(lane)) * unit, step);
                    scale[lane] = powerScale(tried[lane]) / unit;
                }
                lineKernels().errors(levels, batch.samples(), scale.data(), none.data(), error.data());
                for (std::size_t lane = 0; lane < lanesOfLines; ++lane)
                    if (step == -2 || error[lane] < least[lane]) {
                        least[lane] = error[lane];
                        bestScale[lane] = scale[lane];
                        stored[lane] = tried[lane];
                    }
            }
            const auto levelNumbers = batch.codes(levels, bestScale.data(), none.data());
            for (std::size_t lane = 0; lane * bytes() < packed.size(); ++lane) {
                std::array<std::uint8_t, elements()> codes;
                for (std::size_t i = 0; i < elements(); ++i)
                    codes[i] = codeOfLevel[levelNumbers[lane * elements() + i]];
                const auto block = packed.subspan(lane * bytes(), bytes());
                block[0] = stored[lane];
                setCodes(block, codes);
            }
        });
    }
    static void encode(std::span<const float> values, std::span<std::byte> block)
    {
        block[0] = exponentAbove(std::fabs(extreme(values)), 0);
        for (std::size_t i = 0; i < 32; ++i)
            setCode(block, i, nearest(table(), powerScale(block[0]), values[i]));
    }

private:
    /// By number of a level of miniFloatSearch.
    static constexpr std::array<std::uint8_t, 15> codeOfLevel{15, 14, 13, 12, 11, 10, 9, 0,
                                                              1,  2,  3,  4,  5,  6,  7};

    /// The stored scale, `step` octaves beside the one with which `largest` lies in the octave of 6 = 1.5 *
    /// 2^2, the largest E2M1 number.
    static std::byte exponentAbove(float largest, int step)
    {
        const int exponent = largest > 0 ? std::ilogb(largest) - 2 + 127 : 0;
        return static_cast<std::byte>(std::clamp(exponent + step, 0, 252));
    }
};

/// Unsigned E4M3 (bias 7) halved, since the levels are in units of a half; 0 and 127 mean 0.
float miniScale(std::byte stored)
{
    const unsigned bits = std::to_integer<unsigned>(stored) & 127;
    if (std::to_integer<unsigned>(stored) == 127)
        return 0;
    const int exponent = static_cast<int>(bits >> 3), mantissa = static_cast<int>(bits & 7);
    return exponent == 0 ? std::ldexp(static_cast<float>(mantissa), -10)
                         : std::ldexp(static_cast<float>(8 + mantissa), exponent - 11);
}

/// The nearest unsigned E4M3 number, ties up, at most 448.
std::byte toMiniScale(float value)
{
    if (!(value > 0))
        return std::byte{0};
    if (value < 0.015625f) // below 2^-6: units of 2^-9, never rounded up to the next exponent
        return static_cast<std::byte>(std::min(7, static_cast<int>(value * 512 + 0.5f)));
    const auto bits = std::bit_cast<std::uint32_t>(std::min(value, 448.0f));
    const std::uint32_t rounded = (bits + 0x80000u) >> 20; // three bits of mantissa remain
    return static_cast<std::byte>(std::min(rounded - (120u << 3), 126u));
}

/// Four E4M3 scales of 16 weights each, then for each 8 bytes: byte j holds weight j below, weight j + 8
/// above.
struct NVFP4 {
    static constexpr std::string_view name() { return "nvfp4"; }
    static constexpr std::size_t elements() { return 64; }
    static constexpr std::size_t lineElements() { return 16; }
    static constexpr std::size_t bytes() { return 36; }
    static std::span<const float> table() { return miniFloatLevels; }
    static Line line(std::span<const std::byte> block, std::size_t s) { return {miniScale(block[s]), 0}; }
    static unsigned code(std::span<const std::byte> block, std::size_t i)
    {
        return bitField(block[4 + i / 16 * 8 + i % 8], static_cast<unsigned>(i % 16 / 8) * 4, 4);
    }
    static void setCode(std::span<std::byte> block, std::size_t i, unsigned code)
    {
        setBitField(block[4 + i / 16 * 8 + i % 8], static_cast<unsigned>(i % 16 / 8) * 4, 4, code);
    }
    static void
    search(std::span<const float> values, std::span<const float> importance, std::span<std::byte> block)
    {
        for (std::size_t s = 0; s < 4; ++s) {
            const auto part = values.subspan(s * 16, 16);
            const int near = std::to_integer<int>(toMiniScale(std::fabs(extreme(part)) / 6));
            block[s] = bestStoredScale(
                part, importance.subspan(s * 16, 16), std::max(0, near - 8), std::min(126, near + 8),
                miniScale);
            for (std::size_t i = s * 16; i < s * 16 + 16; ++i)
                setCode(block, i, nearest(table(), miniScale(block[s]), values[i]));
        }
    }
    static void encode(std::span<const float> values, std::span<std::byte> block)
    {
        for (std::size_t s = 0; s < 4; ++s) {
            block[s] = toMiniScale(std::fabs(extreme(values.subspan(s * 16, 16))) / 6);
            const float scale = miniScale(block[s]);
            for (std::size_t i = s * 16; i < s * 16 + 16; ++i)
                setCode(block, i, nearest(table(), scale, values[i]));
        }
    }
};

/// f16 d, f16 d * sum of q, i8 q[32]. ggml's activations; not found in files.
struct Q8_1 {
    static constexpr std::string_view name() { return "q8_1"; }
    static constexpr std::size_t elements() { return 32; }
    static constexpr std::size_t bytes() { return 36; }
    static std::span<const float> table() { return {}; } // setting a level would leave the sum behind
    static void encode(std::span<const float> values, std::span<std::byte> block)
    {
        const float scale = std::fabs(extreme(values)) / 127;
        const float factor = inverse(scale);
        int sum = 0;
        for (std::size_t i = 0; i < 32; ++i) {
            const int q = static_cast<int>(std::round(values[i] * factor));
            block[4 + i] = static_cast<std::byte>(q);
            sum += q;
        }
        storeHalf(block, 0, scale);
        storeHalf(block, 2, static_cast<float>(sum) * scale);
    }
    static void decode(std::span<const std::byte> block, std::span<float> values)
    {
        const float scale = loadHalf(block, 0);
        for (std::size_t i = 0; i < 32; ++i)
            values[i] = scale * static_cast<float>(static_cast<std::int8_t>(block[4 + i]));
    }
};

/// f32 d, i8 q[256], i16 sums of 16. ggml's activations; not found in files.
struct Q8_K {
    static constexpr std::string_view name() { return "q8_k"; }
    static constexpr std::size_t elements() { return 256; }
    static constexpr std::size_t bytes() { return 292; }
    static std::span<const float> table() { return {}; }
    static void encode(std::span<const float> values, std::span<std::byte> block)
    {
        // The extreme lands on -127, so that no sum of products of 16 overflows.
        const float largest = extreme(values);
        const float factor = std::fabs(largest) > 1e-36f ? -127 / largest : 0.0f;
        constexpr float most = std::numeric_limits<float>::max() / 128;
        const float scale = std::clamp(inverse(factor), -most, most);
        std::memcpy(block.data(), &scale, sizeof scale);
        for (std::size_t run = 0; run < 16; ++run) {
            std::int16_t sum = 0;
            for (std::size_t i = run * 16; i < run * 16 + 16; ++i) {
                const int q = std::min(127, static_cast<int>(std::nearbyint(values[i] * factor)));
                block[4 + i] = static_cast<std::byte>(q);
                sum = static_cast<std::int16_t>(sum + q);
            }
            std::memcpy(block.data() + 260 + run * 2, &sum, sizeof sum);
        }
    }
    static void decode(std::span<const std::byte> block, std::span<float> values)
    {
        float scale;
        std::memcpy(&scale, block.data(), sizeof scale);
        for (std::size_t i = 0; i < 256; ++i)
            values[i] = scale * static_cast<float>(static_cast<std::int8_t>(block[4 + i]));
    }
};

constexpr Row rows[] = {
    {"iq4_nl", sharedFormat<IQ4_NL>}, {"iq4_xs", sharedFormat<IQ4_XS>}, {"mxfp4", sharedFormat<MXFP4>},
    {"nvfp4", sharedFormat<NVFP4>},   {"q8_1", sharedFormat<Q8_1>},     {"q8_k", sharedFormat<Q8_K>},
};

} // namespace

std::span<const Row> tableRows()
{
    return rows;
}

} // namespace tritloom::ggmlFormat
