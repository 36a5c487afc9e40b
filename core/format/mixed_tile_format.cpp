#include "core/format/mixed_tile_format.h"

#include "core/format/block_format.h"
#include "core/format/group_grids.h"
#include "core/format/group_id.h"

#include <bit>

namespace tritloom {
namespace mixedTile {
namespace {

/// Where things lie in a tile: mask, base of the scales, 16 scale codes of 4 bits, 16 zero points of 2 bits
/// and the upper 2 bits of those of wide groups, the plane of low bit pairs, the plane of high ones.
struct Places {
    std::size_t group, wide;
    static constexpr std::size_t mask = 0, base = 2, scales = 4, zeros = 12, highZeros = 16;
    std::size_t lowCodes() const { return highZeros + (2 * wide + 7) / 8; }
    std::size_t highCodes() const { return lowCodes() + groups * group / 4; }
    std::size_t bytes() const { return highCodes() + wide * group / 4; }
};

/// The rank of group g among the wide ones.
std::size_t rankOf(std::uint16_t mask, std::size_t g)
{
    return static_cast<std::size_t>(std::popcount(static_cast<unsigned>(mask & ((1u << g) - 1))));
}

bool isWide(std::uint16_t mask, std::size_t g)
{
    return (mask >> g & 1) != 0;
}

/// What the codes of one group mean: step * (code - zero).
struct Grid {
    float step = 0;
    int zero = 0, top = 3;
};

Grid gridOf(std::span<const float> values, int top, float share)
{
    const Range range = rangeOf(values);
    const float lowest = std::min(range.lowest, 0.0f) * share,
                highest = std::max(range.highest, 0.0f) * share;
    Grid grid{(highest - lowest) / static_cast<float>(top), 0, top};
    grid.zero = grid.step > 0
        ? std::clamp(static_cast<int>(std::nearbyint(-lowest * inverse(grid.step))), 0, top)
        : 0;
    return grid;
}

int codeOf(const Grid& grid, float value)
{
    const float position = std::clamp(value * inverse(grid.step), -64.0f, 64.0f);
    return std::clamp(static_cast<int>(std::nearbyint(position)) + grid.zero, 0, grid.top);
}

double errorOf(const Grid& grid, std::span<const float> values, std::span<const float> importance)
{
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double error = static_cast<double>(values[i])
            - grid.step * static_cast<float>(codeOf(grid, values[i]) - grid.zero);
        sum += importance[i] * error * error;
    }
    return sum;
}

struct FittedGrid {
    Grid grid;
    double error = std::numeric_limits<double>::infinity();
};

FittedGrid bestGrid(std::span<const float> values, std::span<const float> importance, int top, bool clip)
{
    FittedGrid best;
    for (const float share : {1.0f, 0.95f, 0.9f, 0.85f, 0.8f, 0.75f, 0.7f, 0.65f, 0.6f, 0.55f, 0.5f}) {
        const Grid grid = gridOf(values, top, share);
        const double error = errorOf(grid, values, importance);
        if (error < best.error)
            best = {grid, error};
        if (!clip)
            break;
    }
    return best;
}

} // namespace

std::uint16_t choose(std::span<const double> scores, std::size_t wide)
{
    std::array<std::size_t, groups> order;
    for (std::size_t g = 0; g < groups; ++g)
        order[g] = g;
    std::stable_sort(
        order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
    unsigned mask = 0;
    for (std::size_t k = 0; k < wide; ++k)
        mask |= 1u << order[k];
    return static_cast<std::uint16_t>(mask);
}

std::uint16_t maskOf(std::span<const std::byte> packed)
{
    std::uint16_t mask;
    std::memcpy(&mask, packed.data() + Places::mask, sizeof mask);
    return mask;
}

void store(
    std::span<const float> values, std::span<const float> importance, std::size_t wide, Score score,
    bool clip, std::span<std::byte> packed)
{
    const std::size_t group = values.size() / groups;
    const Places places{group, wide};
    assert(packed.size() == places.bytes());
    std::array<FittedGrid, groups> narrow, broad;
    std::array<double, groups> scores;
    for (std::size_t g = 0; g < groups; ++g) {
        const auto part = values.subspan(g * group, group), weights = importance.subspan(g * group, group);
        narrow[g] = bestGrid(part, weights, 3, clip);
        broad[g] = bestGrid(part, weights, 15, clip);
        const Range range = rangeOf(part);
        scores[g] = score == Score::Gain ? narrow[g].error - broad[g].error
                                         : static_cast<double>(range.highest) - range.lowest;
    }
    const std::uint16_t mask = choose(scores, wide);
    float base = 0;
    for (std::size_t g = 0; g < groups; ++g)
        base = std::max(base, (isWide(mask, g) ? broad : narrow)[g].grid.step);
    std::fill(packed.begin(), packed.end(), std::byte{0});
    std::memcpy(packed.data() + Places::mask, &mask, sizeof mask);
    storeHalf(packed, Places::base, base);
    base = loadHalf(packed, Places::base);
    for (std::size_t g = 0; g < groups; ++g) {
        Grid grid = (isWide(mask, g) ? broad : narrow)[g].grid;
        const float position = std::min(15 * grid.step * inverse(base), 15.0f);
        const unsigned code = static_cast<unsigned>(std::max(1.0f, std::nearbyint(position)));
        storeField(packed.subspan(Places::scales), g, 4, code);
        grid.step = base * static_cast<float>(code) / 15;
        storeField(packed.subspan(Places::zeros), g, 2, static_cast<unsigned>(grid.zero) & 3);
        const std::size_t rank = rankOf(mask, g);
        if (isWide(mask, g))
            storeField(packed.subspan(Places::highZeros), rank, 2, static_cast<unsigned>(grid.zero) >> 2);
        for (std::size_t i = 0; i < group; ++i) {
            const auto q = static_cast<unsigned>(codeOf(grid, values[g * group + i]));
            storeField(packed.subspan(places.lowCodes()), g * group + i, 2, q & 3);
            if (isWide(mask, g))
                storeField(packed.subspan(places.highCodes()), rank * group + i, 2, q >> 2);
        }
    }
}

namespace {

/// The grid of group g. A mask from a broken file may name more groups than there is room for.
Grid loadGrid(std::span<const std::byte> packed, const Places& places, std::uint16_t mask, std::size_t g)
{
    const float base = loadHalf(packed, Places::base);
    Grid grid;
    grid.step = base * static_cast<float>(loadField(packed.subspan(Places::scales), g, 4)) / 15;
    grid.zero = static_cast<int>(loadField(packed.subspan(Places::zeros), g, 2));
    if (isWide(mask, g) && rankOf(mask, g) < places.wide) {
        grid.zero += static_cast<int>(loadField(packed.subspan(Places::highZeros), rankOf(mask, g), 2)) * 4;
        grid.top = 15;
    }
    return grid;
}

} // namespace
} // namespace mixedTile

namespace mixedTileFormat {
namespace {

using mixedTile::Places;

class MixedTileFormat final : public NumberFormat, public CodedBlocks, public GroupGrids {
public:
    explicit MixedTileFormat(Shape shape)
        : m_places{shape.group, shape.wide}
    {
    }
    std::string id() const override { return fmt::format("mix24g{}w{}", m_places.group, m_places.wide); }
    std::size_t blockElements() const override { return mixedTile::groups * m_places.group; }
    std::size_t blockBytes() const override { return m_places.bytes(); }
    std::size_t levelCount() const override { return 16; }
    std::size_t levelRun() const override { return m_places.group; }

    void encode(std::span<const float> values, std::span<std::byte> packed) const override
    {
        const std::vector<float> equal(values.size(), 1.0f);
        mixedTile::store(finiteOf(values), equal, m_places.wide, mixedTile::Score::Range, false, packed);
    }

    void
    fit(std::span<const float> values, std::span<const float> importance,
        std::span<std::byte> packed) const override
    {
        std::vector<float> weights = finiteOf(importance);
        if (std::all_of(weights.begin(), weights.end(), [](float factor) { return factor <= 0; }))
            std::fill(weights.begin(), weights.end(), 1.0f);
        const std::vector<float> finite = finiteOf(values);
        // Steps are rounded to shares of the largest, so what fits alone may lose together: the best of all.
        std::vector<std::byte> trial(packed.size());
        std::vector<float> decoded(values.size());
        double least = std::numeric_limits<double>::infinity();
        const auto consider = [&](mixedTile::Score score, bool clip) {
            mixedTile::store(finite, weights, m_places.wide, score, clip, trial);
            decode(trial, decoded);
            const double error = weightedError(finite, weights, decoded);
            if (error < least) {
                least = error;
                std::copy(trial.begin(), trial.end(), packed.begin());
            }
        };
        encode(finite, packed);
        decode(packed, decoded);
        least = weightedError(finite, weights, decoded);
        for (const mixedTile::Score score : {mixedTile::Score::Gain, mixedTile::Score::Range})
            for (const bool clip : {true, false})
                consider(score, clip);
    }

    void decode(std::span<const std::byte> packed, std::span<float> values) const override
    {
        const std::uint16_t mask = mixedTile::maskOf(packed);
        for (std::size_t g = 0; g < mixedTile::groups; ++g) {
            const mixedTile::Grid grid = mixedTile::loadGrid(packed, m_places, mask, g);
            for (std::size_t i = g * m_places.group; i < (g + 1) * m_places.group; ++i)
                values[i] = grid.step * static_cast<float>(codeAt(packed, mask, g, i, grid.top) - grid.zero);
        }
    }

    /// A group of 2 bits has each of its levels four times, so that the count is the same for all.
    void levels(std::span<const std::byte> packed, std::size_t element, std::span<float> out) const override
    {
        const mixedTile::Grid grid =
            mixedTile::loadGrid(packed, m_places, mixedTile::maskOf(packed), element / m_places.group);
        for (int code = 0; code < 16; ++code)
            out[static_cast<std::size_t>(code)] =
                grid.step * static_cast<float>((grid.top == 15 ? code : code / 4) - grid.zero);
    }

    void setLevel(std::span<std::byte> packed, std::size_t element, std::size_t level) const override
    {
        const std::uint16_t mask = mixedTile::maskOf(packed);
        const std::size_t g = element / m_places.group, rank = mixedTile::rankOf(mask, g);
        const bool wide = mixedTile::isWide(mask, g) && rank < m_places.wide;
        const unsigned code = static_cast<unsigned>(wide ? level : level / 4);
        storeField(packed.subspan(m_places.lowCodes()), element, 2, code & 3);
        if (wide)
            storeField(
                packed.subspan(m_places.highCodes()), rank * m_places.group + element % m_places.group, 2,
                code >> 2);
    }

    Kind gridKind() const override { return Kind::Bits; }
    std::vector<double> grids() const override { return {2, 4}; }
    std::size_t gridOf(std::span<const std::byte> packed, std::size_t element) const override
    {
        const mixedTile::Grid grid =
            mixedTile::loadGrid(packed, m_places, mixedTile::maskOf(packed), element / m_places.group);
        return grid.top == 15 ? 1 : 0;
    }

    std::vector<float> levelTable() const override
    {
        static constexpr auto whole = wholeNumbers<16>(0);
        return {whole.begin(), whole.begin() + (m_places.wide > 0 ? 16 : 4)};
    }
    std::size_t lineElements() const override { return m_places.group; }
    LineNumbers lineNumbers() const override { return LineNumbers::SingleAndZero; }
    void readCodes(
        std::span<const std::byte> block, std::span<std::uint8_t> codes, std::span<Line> lines) const override
    {
        const std::uint16_t mask = mixedTile::maskOf(block);
        for (std::size_t g = 0; g < mixedTile::groups; ++g) {
            const mixedTile::Grid grid = mixedTile::loadGrid(block, m_places, mask, g);
            lines[g] = {grid.step, -grid.step * static_cast<float>(grid.zero)};
            for (std::size_t i = g * m_places.group; i < (g + 1) * m_places.group; ++i)
                codes[i] = static_cast<std::uint8_t>(codeAt(block, mask, g, i, grid.top));
        }
    }

private:
    int codeAt(
        std::span<const std::byte> packed, std::uint16_t mask, std::size_t g, std::size_t element,
        int top) const
    {
        unsigned code = loadField(packed.subspan(m_places.lowCodes()), element, 2);
        if (top == 15)
            code |= loadField(
                        packed.subspan(m_places.highCodes()),
                        mixedTile::rankOf(mask, g) * m_places.group + element % m_places.group, 2)
                << 2;
        return static_cast<int>(code);
    }

    static std::vector<float> finiteOf(std::span<const float> values)
    {
        std::vector<float> result(values.begin(), values.end());
        for (float& value : result)
            value = std::isfinite(value) ? value : 0.0f;
        return result;
    }

    Places m_places;
};

} // namespace

Result<Shape> parseShape(std::string_view id)
{
    std::string_view rest = id;
    if (!takeWord(rest, "mix24"))
        return fail(ErrorCode::NotFound, "'{}' is not mix24", id);
    Shape shape{0, 0};
    const bool read = takeWord(rest, "g") && takeNumber(rest, shape.group) && takeWord(rest, "w")
        && (takeNumber(rest, shape.wide) || takeWord(rest, "0")) && rest.empty();
    if (!read)
        return fail(ErrorCode::InvalidInput, "'{}' is not of the form mix24g<group>w<groups of 4 bits>", id);
    TRY_VOID(checkGroup(id, shape.group));
    if (shape.wide > mixedTile::groups)
        return fail(
            ErrorCode::Unsupported, "'{}': {} groups of 4 bits, a tile has {}", id, shape.wide,
            mixedTile::groups);
    return shape;
}

Result<NumberFormatPtr> parse(std::string_view id)
{
    return std::make_shared<const MixedTileFormat>(TRY(parseShape(id)));
}

std::vector<std::string> examples()
{
    return {"mix24g32w3", "mix24g16w3", "mix24g32w0", "mix24g16w16"};
}

} // namespace mixedTileFormat
} // namespace tritloom
