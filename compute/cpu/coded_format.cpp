#include "compute/cpu/coded_format.h"

#include "core/base/half.h"
#include "core/format/coded_blocks.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

namespace tritloom::cpu {
namespace {

/// The largest power of two that all levels are whole multiples of; 0 where there is none in the range of
/// normal numbers.
float commonUnit(std::span<const float> levels)
{
    int exponent = 1000;
    for (const float level : levels) {
        if (level == 0)
            continue;
        const auto bits = std::bit_cast<std::uint32_t>(level);
        const std::uint32_t mantissa = (bits & 0x7fffff) | 0x800000;
        if ((bits & 0x7f800000) == 0)
            return 0;
        exponent = std::min(exponent, int(bits >> 23 & 255) - 150 + std::countr_zero(mantissa));
    }
    return exponent < -100 || exponent > 100 ? 0 : std::ldexp(1.0f, exponent);
}

/// What is multiplied, and which of its codes stands for each of the format's.
struct Coding {
    FormatLayout layout;
    std::vector<std::uint8_t> codes; ///< by code of the format; empty: the same
};

std::optional<Scales> scalesFor(LineNumbers numbers)
{
    switch (numbers) {
    case LineNumbers::HalfScale:
        return Scales::Half;
    case LineNumbers::HalfScaleAndZero:
        return Scales::HalfZero;
    case LineNumbers::Single:
        return Scales::SingleLine;
    }
    return std::nullopt;
}

/// Levels that are whole numbers, in units; ascending from `low` to `high`, -128..127 or 0..255.
std::optional<Coding> wholeCoding(std::span<const float> levels, FormatLayout layout, float low, float high)
{
    Coding coding{layout, {}};
    FormatLayout& to = coding.layout;
    const bool halves = to.scales == Scales::Half;
    bool isRange = true;
    for (std::size_t code = 0; code < levels.size(); ++code)
        isRange = isRange && levels[code] / to.unit == low + float(code);
    to.zero = int(-low);
    if (!isRange && halves && levels.size() == 2 && levels[0] < 0 && low == -1 && high == 1) {
        to.bits = 1;
        to.levels = Levels::Sign;
        return coding;
    }
    if (!isRange && halves && levels.size() <= 16 && high <= 127) {
        to.levels = Levels::Table;
        to.bits = levels.size() <= 8 ? 3 : 4;
        // Numbers up to 127 are multiplied quicker than those up to 255 where there is no VNNI.
        if (low < -64 || high - low > 127)
            to.zero = 128;
        for (std::size_t code = 0; code < levels.size(); ++code)
            to.table[code] = levels[code] / to.unit;
        return coding;
    }
    if (!isRange)
        for (const float level : levels)
            coding.codes.push_back(std::uint8_t(level / to.unit - low));
    to.bits = std::max(2u, unsigned(std::bit_width(unsigned(high - low))));
    if (!halves && to.bits > 4)
        to.bits = 8;
    return coding;
}

/// Nothing where levels fit no kind of product.
std::optional<Coding> codingOf(std::span<const float> levels, LineNumbers numbers)
{
    FormatLayout layout{.scales = scalesFor(numbers).value()};
    const auto [lowest, highest] = std::minmax_element(levels.begin(), levels.end());
    if (const float unit = commonUnit(levels); unit > 0) {
        const float low = std::min(0.0f, *lowest / unit), high = std::max(0.0f, *highest / unit);
        // What a tile unit takes: signed levels or unsigned codes.
        if ((low >= -128 && high <= 127) || (low == 0 && high <= 255)) {
            layout.unit = unit;
            return wholeCoding(levels, layout, low, high);
        }
    }
    if (numbers != LineNumbers::HalfScale || levels.size() > 16)
        return std::nullopt;
    layout.levels = Levels::Fraction;
    for (const float level : levels)
        while (std::fabs(level) > layout.unit)
            layout.unit *= 2;
    for (std::size_t code = 0; code < levels.size(); ++code)
        layout.table[code] = levels[code] / layout.unit;
    return Coding{layout, {}};
}

/// Lines of 16 have fewer kernels.
bool widenForSixteen(FormatLayout& layout)
{
    const bool halves = layout.scales == Scales::Half;
    if (!halves && layout.bits == 3)
        layout.bits = 4;
    return layout.levels == Levels::Fraction
        || (layout.levels == Levels::Whole && (halves || layout.bits <= 4));
}

constexpr std::size_t mostLines = 64; ///< of a block

template <typename Number>
std::uint8_t* put(std::uint8_t* to, Number number)
{
    std::memcpy(to, &number, sizeof number);
    return to + sizeof number;
}

} // namespace

std::optional<PackedFormat> codedFormat(const NumberFormat& format)
{
    const CodedBlocks* const coded = codedBlocks(format);
    if (coded == nullptr || format.blockElements() > mostLines * coded->lineElements())
        return std::nullopt;
    auto coding = codingOf(coded->levelTable(), coded->lineNumbers());
    if (!coding || (coded->lineElements() == 16 && !widenForSixteen(coding->layout)))
        return std::nullopt;
    FormatLayout& layout = coding->layout;
    layout.line = coded->lineElements();
    return PackedFormat{
        layout, // the weights that are read hold the format, so that it outlives the reader
        [coded, scales = layout.scales, bytes = format.blockBytes(), recoded = std::move(coding->codes)](
            const std::byte* block, std::size_t elements, std::uint8_t* codes, std::uint8_t*,
            std::uint8_t* to) {
            std::array<Line, mostLines> lines;
            const std::size_t count = elements / coded->lineElements();
            coded->readCodes({block, bytes}, {codes, elements}, std::span(lines).first(count));
            if (!recoded.empty())
                for (std::size_t i = 0; i < elements; ++i)
                    codes[i] = recoded[codes[i]];
            for (const Line& line : std::span(lines).first(count)) {
                if (scales == Scales::SingleLine) {
                    to = put(put(to, line.scale), line.offset);
                    continue;
                }
                to = put(to, floatToHalf(line.scale));
                if (scales == Scales::HalfZero)
                    to = put(to, floatToHalf(line.scale != 0 ? -line.offset / line.scale : 0.0f));
            }
        }};
}

} // namespace tritloom::cpu
