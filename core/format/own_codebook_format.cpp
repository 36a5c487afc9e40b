#include "core/format/own_codebook_format.h"

#include "core/format/block_format.h"
#include "core/format/group_id.h"

#include <limits>

namespace tritloom {
namespace ownCodebook {
namespace {

constexpr int whole = 127; ///< what the level of largest magnitude is stored as

struct Places {
    Shape shape;
    std::size_t levels() const { return std::size_t{1} << shape.bits; }
    std::size_t scalesAt() const { return levels(); }
    std::size_t codesAt() const { return scalesAt() + 2 * shape.groups; }
    std::size_t codeBytes() const { return shape.group * shape.bits / 8; } ///< of a group
    std::size_t bytes() const { return codesAt() + shape.groups * codeBytes(); }
};

int levelAt(std::span<const std::byte> packed, std::size_t code)
{
    // -128 only where a file is broken.
    return std::max<int>(static_cast<std::int8_t>(std::to_integer<std::uint8_t>(packed[code])), -whole);
}

float valueOf(int level)
{
    return static_cast<float>(level) / static_cast<float>(whole);
}

/// The nearest of ascending levels, of two as near the lower.
std::size_t nearest(const Levels& levels, float position)
{
    const auto above =
        std::lower_bound(levels.begin() + 1, levels.end(), position, [](std::int8_t level, float wanted) {
            return valueOf(level) < wanted;
        });
    if (above == levels.end())
        return levels.size() - 1;
    const auto below = above - 1;
    return static_cast<std::size_t>(
        (position - valueOf(*below) <= valueOf(*above) - position ? below : above) - levels.begin());
}

std::vector<float> finiteOf(std::span<const float> values)
{
    std::vector<float> result(values.begin(), values.end());
    for (float& value : result)
        value = std::isfinite(value) ? value : 0.0f;
    return result;
}

} // namespace

Levels levelsOf(std::span<const double> numbers, unsigned bits)
{
    Levels levels;
    for (const double number : numbers)
        levels.push_back(static_cast<std::int8_t>(std::lround(std::clamp(number, -1.0, 1.0) * whole)));
    std::ranges::sort(levels);
    levels.erase(std::ranges::unique(levels).begin(), levels.end());
    const std::size_t count = std::size_t{1} << bits;
    if (!std::ranges::binary_search(levels, 0)) {
        // All levels are taken: the one nearest to 0 becomes 0.
        const auto zero = std::ranges::lower_bound(levels, 0);
        if (levels.size() < count)
            levels.insert(zero, 0);
        else
            *(zero == levels.end() || (zero != levels.begin() && -*(zero - 1) <= *zero) ? zero - 1 : zero) =
                0;
    }
    levels.resize(count, levels.back());
    return levels;
}

Levels estimatedQuantiles(std::span<const float> values, unsigned bits)
{
    constexpr std::size_t enough = std::size_t{1} << 18;
    const std::size_t every = std::max<std::size_t>(1, values.size() / enough);
    std::vector<float> sorted;
    for (std::size_t i = 0; i < values.size(); i += every)
        if (std::isfinite(values[i]))
            sorted.push_back(values[i]);
    std::vector<double> quantiles{0};
    if (!sorted.empty())
        std::ranges::sort(sorted);
    const unsigned count = (1u << bits) - 1;
    for (unsigned i = 0; i < count && !sorted.empty(); ++i) {
        const double place = (2.0 * i + 1) / (2.0 * count) * static_cast<double>(sorted.size()) - 0.5;
        const auto below = static_cast<std::size_t>(std::max(0.0, place));
        const std::size_t above = std::min(below + 1, sorted.size() - 1);
        const double share = std::clamp(place - static_cast<double>(below), 0.0, 1.0);
        quantiles.push_back(
            (1 - share) * static_cast<double>(sorted[below]) + share * static_cast<double>(sorted[above]));
    }
    double largest = 0;
    for (const double quantile : quantiles)
        largest = std::max(largest, std::fabs(quantile));
    for (double& quantile : quantiles)
        quantile = largest > 0 ? quantile / largest : 0;
    return levelsOf(quantiles, bits);
}

void store(
    const Shape& shape, std::span<const float> given, std::span<const float> importance, const Levels& levels,
    bool search, std::span<std::byte> packed)
{
    const Places places{shape};
    assert(packed.size() == places.bytes() && levels.size() == places.levels());
    const std::vector<float> values = finiteOf(given);
    std::fill(packed.begin(), packed.end(), std::byte{0});
    for (std::size_t code = 0; code < levels.size(); ++code)
        packed[code] = std::byte(static_cast<std::uint8_t>(levels[code]));
    constexpr float wholeRange[] = {1.0f}, smaller[] = {1.0f, .97f, .94f, .91f, .88f, .85f, .8f, .75f, .7f};
    std::vector<std::size_t> codes(shape.group), best(shape.group);
    for (std::size_t g = 0; g < shape.groups; ++g) {
        const auto part = std::span(values).subspan(g * shape.group, shape.group),
                   weights = importance.subspan(g * shape.group, shape.group);
        const float largest = std::fabs(extreme(part));
        double least = std::numeric_limits<double>::infinity();
        for (const float share :
             search ? std::span<const float>(smaller) : std::span<const float>(wholeRange)) {
            const float scale = halfToFloat(floatToFiniteHalf(share * largest)), factor = inverse(scale);
            double error = 0;
            for (std::size_t i = 0; i < part.size() && (error < least || share == 1); ++i) {
                codes[i] = nearest(levels, part[i] * factor);
                const double off = static_cast<double>(part[i]) - scale * valueOf(levels[codes[i]]);
                error += static_cast<double>(weights[i]) * off * off;
            }
            if (!(error < least) && share < 1)
                continue;
            least = error;
            best = codes;
            storeHalf(packed, places.scalesAt() + 2 * g, scale);
        }
        for (std::size_t i = 0; i < part.size(); ++i)
            storeField(
                packed.subspan(places.codesAt() + g * places.codeBytes()), i, shape.bits,
                static_cast<unsigned>(best[i]));
    }
}

Result<Shape> parseShape(std::string_view id)
{
    std::string_view rest = id;
    if (!takeWord(rest, "book"))
        return fail(ErrorCode::NotFound, "'{}' has no codebook of its own", id);
    std::size_t bits = 0, group = 0, groups = 0;
    if (!takeNumber(rest, bits) || !takeWord(rest, "g") || !takeNumber(rest, group) || !takeWord(rest, "s")
        || !takeNumber(rest, groups) || !rest.empty())
        return fail(ErrorCode::InvalidInput, "'{}' is not of the form book<bits>g<group>s<groups>", id);
    if (bits < 2 || bits > 5)
        return fail(ErrorCode::Unsupported, "'{}': {} bits, there are 2 to 5", id, bits);
    TRY_VOID(checkGroup(id, group));
    if (groups < 1 || group * groups > maximumGroup)
        return fail(
            ErrorCode::Unsupported, "'{}': {} groups under one codebook are more than {} weights", id, groups,
            maximumGroup);
    return Shape{static_cast<unsigned>(bits), group, groups};
}

Result<Shape> shapeOf(const NumberFormat& format)
{
    const auto shape = parseShape(format.id());
    if (!shape)
        return fail(
            ErrorCode::Unsupported, "{} has no codebook of its own: take book4g64s16", format.id());
    return *shape;
}

} // namespace ownCodebook

namespace ownCodebookFormat {
namespace {

using namespace ownCodebook;

class OwnCodebookFormat final : public NumberFormat, public CodedBlocks {
public:
    explicit OwnCodebookFormat(const Shape& shape)
        : m_places{shape}
    {
    }
    std::string id() const override
    {
        return fmt::format("book{}g{}s{}", bits(), group(), m_places.shape.groups);
    }
    std::size_t blockElements() const override { return group() * m_places.shape.groups; }
    std::size_t blockBytes() const override { return m_places.bytes(); }
    std::size_t levelCount() const override { return m_places.levels(); }
    std::size_t levelRun() const override { return group(); }

    void encode(std::span<const float> values, std::span<std::byte> packed) const override
    {
        store(
            m_places.shape, values, std::vector<float>(values.size(), 1.0f),
            estimatedQuantiles(values, bits()), false, packed);
    }
    void
    fit(std::span<const float> values, std::span<const float> importance,
        std::span<std::byte> packed) const override
    {
        std::vector<float> weights = finiteOf(importance);
        if (std::ranges::all_of(weights, [](float weight) { return weight <= 0; }))
            std::ranges::fill(weights, 1.0f);
        store(m_places.shape, values, weights, estimatedQuantiles(values, bits()), true, packed);
    }

    void decode(std::span<const std::byte> packed, std::span<float> values) const override
    {
        for (std::size_t g = 0; g < m_places.shape.groups; ++g) {
            const float scale = scaleOf(packed, g);
            for (std::size_t i = 0; i < group(); ++i)
                values[g * group() + i] = scale * valueOf(levelAt(packed, codeAt(packed, g, i)));
        }
    }
    void levels(std::span<const std::byte> packed, std::size_t element, std::span<float> out) const override
    {
        const float scale = scaleOf(packed, element / group());
        for (std::size_t code = 0; code < out.size(); ++code)
            out[code] = scale * valueOf(levelAt(packed, code));
    }
    void setLevel(std::span<std::byte> packed, std::size_t element, std::size_t level) const override
    {
        const std::size_t g = element / group();
        storeField(
            packed.subspan(m_places.codesAt() + g * m_places.codeBytes()), element % group(), bits(),
            static_cast<unsigned>(level));
    }

    /// All that a codebook can hold, so that one table serves every block.
    std::vector<float> levelTable() const override
    {
        std::vector<float> table;
        for (int level = -whole; level <= whole; ++level)
            table.push_back(valueOf(level));
        return table;
    }
    std::size_t lineElements() const override { return group(); }
    LineNumbers lineNumbers() const override { return LineNumbers::HalfScale; }
    void readCodes(
        std::span<const std::byte> block, std::span<std::uint8_t> codes, std::span<Line> lines) const override
    {
        for (std::size_t g = 0; g < m_places.shape.groups; ++g) {
            lines[g] = {scaleOf(block, g), 0};
            for (std::size_t i = 0; i < group(); ++i)
                codes[g * group() + i] =
                    static_cast<std::uint8_t>(levelAt(block, codeAt(block, g, i)) + whole);
        }
    }

private:
    unsigned bits() const { return m_places.shape.bits; }
    std::size_t group() const { return m_places.shape.group; }
    float scaleOf(std::span<const std::byte> packed, std::size_t g) const
    {
        return loadHalf(packed, m_places.scalesAt() + 2 * g);
    }
    unsigned codeAt(std::span<const std::byte> packed, std::size_t g, std::size_t i) const
    {
        return loadField(packed.subspan(m_places.codesAt() + g * m_places.codeBytes()), i, bits());
    }

    Places m_places;
};

} // namespace

Result<NumberFormatPtr> parse(std::string_view id)
{
    return std::make_shared<const OwnCodebookFormat>(TRY(parseShape(id)));
}

std::vector<std::string> examples()
{
    return {"book2g64s8", "book3g64s8", "book4g64s4", "book4g64s16", "book5g32s8"};
}

} // namespace ownCodebookFormat
} // namespace tritloom
