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

/// What all levels are whole multiples of: the largest such power of two; or, where that gives each of them
/// bit for bit, the largest magnitude over at most 127, as floats of few bits have it that are divided by
/// their largest. 0 where there is neither in the range of normal numbers.
float commonUnit(std::span<const float> levels)
{
    int exponent = 1000;
    float largest = 0;
    for (const float level : levels) {
        if (level == 0)
            continue;
        largest = std::max(largest, std::fabs(level));
        const auto bits = std::bit_cast<std::uint32_t>(level);
        const std::uint32_t mantissa = (bits & 0x7fffff) | 0x800000;
        if ((bits & 0x7f800000) == 0)
            return 0;
        exponent = std::min(exponent, int(bits >> 23 & 255) - 150 + std::countr_zero(mantissa));
    }
    if (exponent < -100 || exponent > 100)
        return 0;
    const float power = std::ldexp(1.0f, exponent);
    for (int most = 1; most <= 127 && largest / power > 127; ++most) {
        const float unit = largest / float(most);
        if (std::all_of(levels.begin(), levels.end(), [unit](float level) {
                return std::nearbyint(level / unit) * unit == level;
            }))
            return unit;
    }
    return power;
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
    case LineNumbers::SingleAndZero:
        return Scales::SingleZero;
    case LineNumbers::Single:
        return Scales::SingleLine;
    case LineNumbers::HalfPlanes:
        return Scales::HalfPlanes;
    }
    return std::nullopt;
}

/// Levels that are whole numbers of units, between `low` and `high`: -128..127 or 0..255.
Coding wholeCoding(std::span<const float> numbers, FormatLayout layout, float low, float high)
{
    Coding coding{layout, {}};
    FormatLayout& to = coding.layout;
    const bool halves = to.scales == Scales::Half;
    bool isRange = true;
    for (std::size_t code = 0; code < numbers.size(); ++code)
        isRange = isRange && numbers[code] == low + float(code);
    to.zero = int(-low);
    if (!isRange && halves && numbers.size() == 2 && numbers[0] < 0 && low == -1 && high == 1) {
        to.bits = 1;
        to.levels = Levels::Sign;
        return coding;
    }
    if (!isRange && halves && numbers.size() <= 16 && high <= 127) {
        to.levels = Levels::Table;
        to.bits = numbers.size() <= 8 ? 3 : 4;
        // Numbers up to 127 are multiplied quicker than those up to 255 where there is no VNNI.
        if (low < -64 || high - low > 127)
            to.zero = 128;
        for (std::size_t code = 0; code < numbers.size(); ++code)
            to.table[code] = numbers[code];
        return coding;
    }
    if (!isRange)
        for (const float number : numbers)
            coding.codes.push_back(std::uint8_t(number - low));
    to.bits = std::max(2u, unsigned(std::bit_width(unsigned(high - low))));
    if (!halves && to.bits > 4)
        to.bits = 8;
    return coding;
}

/// Nothing where levels fit no kind of product.
std::optional<Coding> codingOf(std::span<const float> levels, LineNumbers numbers)
{
    FormatLayout layout{.scales = scalesFor(numbers).value()};
    const bool onlyWhole = numbers != LineNumbers::HalfScale && numbers != LineNumbers::Single;
    const std::size_t count = levels.size();
    const unsigned fewest = count <= 16 ? 4
        : count <= 32                   ? 5
        : count <= 64                   ? 6
                                        : 8; // that there are kernels for
    if (const float unit = commonUnit(levels); unit > 0) {
        std::vector<float> whole;
        for (const float level : levels)
            whole.push_back(std::nearbyint(level / unit));
        const auto [lowest, highest] = std::minmax_element(whole.begin(), whole.end());
        const float low = std::min(0.0f, *lowest), high = std::max(0.0f, *highest);
        // What a tile unit takes: signed levels or unsigned codes.
        if ((low >= -128 && high <= 127) || (low == 0 && high <= 255)) {
            layout.unit = unit;
            auto coding = wholeCoding(whole, layout, low, high);
            // Whole numbers far apart take more bits than their codes do.
            if (coding.layout.bits <= fewest + 1 || onlyWhole)
                return coding;
            layout.unit = 1;
        }
    }
    if (onlyWhole)
        return std::nullopt;
    layout.levels = Levels::Fraction;
    layout.bits = numbers == LineNumbers::Single ? 8 : fewest;
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
    if (layout.scales == Scales::HalfPlanes)
        return false;
    if (layout.bits == 3 && (!halves || layout.levels == Levels::Table))
        layout.bits = 4;
    return layout.levels == Levels::Fraction ? layout.bits == 4
        : layout.levels == Levels::Table     ? true
                                             : layout.levels == Levels::Whole && (halves || layout.bits <= 4);
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
                const float zero = line.scale != 0 ? std::nearbyint(-line.offset / line.scale) : 0.0f;
                if (scales == Scales::SingleZero) {
                    to = put(put(to, line.scale), zero);
                    continue;
                }
                to = put(to, floatToHalf(line.scale));
                if (scales == Scales::HalfZero)
                    to = put(to, floatToHalf(zero));
                if (scales == Scales::HalfPlanes)
                    to = put(to, floatToHalf(line.offset));
            }
        }};
}

} // namespace tritloom::cpu
