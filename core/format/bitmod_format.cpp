#include "core/format/bitmod_format.h"

#include "core/format/block_format.h"
#include "core/format/group_id.h"

namespace tritloom {
namespace bitmod {
namespace {

constexpr float magnitudes3[] = {0, 1, 2, 4}, magnitudes4[] = {0, 1, 2, 3, 4, 6, 8, 12};
constexpr float extras3[] = {3, -3, 6, -6}, extras4[] = {10, -10, 16, -16}; // by Special

struct Tables {
    std::array<std::array<float, 16>, 8> levels{}; ///< [bits - 3, special], by code

    Tables()
    {
        for (const unsigned bits : {3u, 4u})
            for (const Special special : specials) {
                auto& row = levels[(bits - 3) * 4 + static_cast<unsigned>(special)];
                const unsigned half = 1u << (bits - 1);
                for (unsigned k = 0; k < half; ++k) {
                    const float magnitude = bits == 3 ? magnitudes3[k] : magnitudes4[k];
                    row[k] = magnitude;
                    row[half + k] = -magnitude;
                }
                row[half] =
                    bits == 3 ? extras3[static_cast<int>(special)] : extras4[static_cast<int>(special)];
            }
    }
};

} // namespace

std::span<const float> levels(unsigned bits, Special special)
{
    static const Tables tables;
    return std::span(tables.levels[(bits - 3) * 4 + static_cast<unsigned>(special)]).first(1u << bits);
}

float top(unsigned bits, Special special)
{
    const bool beyond = special == Special::AsymmetryPlus || special == Special::AsymmetryMinus;
    return bits == 3 ? (beyond ? 6.0f : 4.0f) : (beyond ? 16.0f : 12.0f);
}

} // namespace bitmod

namespace bitmodFormat {
namespace {

using bitmod::Special;

class BitmodFormat final : public NumberFormat, public CodedBlocks {
public:
    BitmodFormat(unsigned bits, std::size_t group)
        : m_bits(bits)
        , m_group(group)
    {
        const std::vector<float> all = BitmodFormat::levelTable();
        for (const Special special : bitmod::specials) {
            const auto table = bitmod::levels(bits, special);
            for (std::size_t code = 0; code < table.size(); ++code)
                m_places[static_cast<std::size_t>(special)][code] =
                    static_cast<std::uint8_t>(std::find(all.begin(), all.end(), table[code]) - all.begin());
        }
    }
    std::string id() const override { return fmt::format("bitmod{}g{}", m_bits, m_group); }
    std::size_t blockElements() const override { return m_group; }
    std::size_t blockBytes() const override { return 2 + m_group * m_bits / 8; }
    std::size_t levelCount() const override { return std::size_t{1} << m_bits; }
    std::size_t levelRun() const override { return m_group; }

    void encode(std::span<const float> values, std::span<std::byte> packed) const override
    {
        const std::vector<float> finite = finiteOf(values);
        const std::vector<float> equal(values.size(), 1.0f);
        std::fill(packed.begin(), packed.end(), std::byte{0});
        tryAll(finite, equal, {1.0f}, packed);
    }

    /// The paper's choice, and clipped ranges: cheap beside what they gain.
    void
    fit(std::span<const float> values, std::span<const float> importance,
        std::span<std::byte> packed) const override
    {
        const std::vector<float> finite = finiteOf(values);
        std::vector<float> weights = finiteOf(importance);
        if (std::all_of(weights.begin(), weights.end(), [](float factor) { return factor <= 0; }))
            std::fill(weights.begin(), weights.end(), 1.0f);
        std::fill(packed.begin(), packed.end(), std::byte{0});
        tryAll(
            finite, weights, {1.0f, .98f, .96f, .94f, .92f, .9f, .88f, .86f, .84f, .82f, .8f, .76f, .7f},
            packed);
    }

    void decode(std::span<const std::byte> packed, std::span<float> values) const override
    {
        const Head head = headOf(packed);
        const auto table = bitmod::levels(m_bits, head.special);
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = head.scale * table[loadField(packed.subspan(2), i, m_bits)];
    }

    void levels(std::span<const std::byte> packed, std::size_t, std::span<float> out) const override
    {
        const Head head = headOf(packed);
        const auto table = bitmod::levels(m_bits, head.special);
        for (std::size_t code = 0; code < out.size(); ++code)
            out[code] = head.scale * table[code];
    }

    void setLevel(std::span<std::byte> packed, std::size_t element, std::size_t level) const override
    {
        storeField(packed.subspan(2), element, m_bits, static_cast<unsigned>(level));
    }

    /// The levels of all four grids, so that one table serves every block.
    std::vector<float> levelTable() const override
    {
        std::vector<float> table;
        for (const Special special : bitmod::specials)
            for (const float level : bitmod::levels(m_bits, special))
                if (std::find(table.begin(), table.end(), level) == table.end())
                    table.push_back(level);
        return table;
    }
    std::size_t lineElements() const override { return m_group; }
    LineNumbers lineNumbers() const override { return LineNumbers::HalfScale; }
    void readCodes(
        std::span<const std::byte> block, std::span<std::uint8_t> codes, std::span<Line> lines) const override
    {
        const Head head = headOf(block);
        lines[0] = {head.scale, 0};
        const auto& place = m_places[static_cast<std::size_t>(head.special)];
        for (std::size_t i = 0; i < codes.size(); ++i)
            codes[i] = place[loadField(block.subspan(2), i, m_bits)];
    }

private:
    struct Head {
        float scale;
        Special special;
    };

    static Head headOf(std::span<const std::byte> packed)
    {
        std::uint16_t bits;
        std::memcpy(&bits, packed.data(), sizeof bits);
        const unsigned special = (bits & 1u) << 1 | bits >> 15;
        return {halfToFloat(bits & 0x7ffeu), bitmod::specials[special]};
    }

    /// The nearest scale that leaves the lowest bit free.
    static void storeHead(std::span<std::byte> packed, float scale, Special special)
    {
        const unsigned half = std::min((floatToFiniteHalf(scale) + 1u) & 0x7ffeu, 0x7bfeu);
        const auto kind = static_cast<unsigned>(special);
        const auto bits = static_cast<std::uint16_t>(half | kind >> 1 | (kind & 1u) << 15);
        std::memcpy(packed.data(), &bits, sizeof bits);
    }

    static std::vector<float> finiteOf(std::span<const float> values)
    {
        std::vector<float> result(values.begin(), values.end());
        for (float& value : result)
            value = std::isfinite(value) ? value : 0.0f;
        return result;
    }

    /// The best of the four grids at each share of the range; of equal ones the first.
    void tryAll(
        std::span<const float> values, std::span<const float> importance, std::initializer_list<float> shares,
        std::span<std::byte> packed) const
    {
        const float largest = std::fabs(extreme(values));
        if (largest == 0)
            return;
        std::vector<std::byte> trial(packed.size()), best;
        double least = std::numeric_limits<double>::infinity();
        for (const float share : shares)
            for (const Special special : bitmod::specials) {
                storeHead(trial, share * largest / bitmod::top(m_bits, special), special);
                const double error = storeNearest(values, importance, least, trial);
                if (error < least) {
                    least = error;
                    best = trial;
                }
            }
        if (!best.empty())
            std::copy(best.begin(), best.end(), packed.begin());
    }

    /// Nearest levels for the head that is there; gives up beyond `enough`. Of two as near, the lower.
    double storeNearest(
        std::span<const float> values, std::span<const float> importance, double enough,
        std::span<std::byte> packed) const
    {
        const Head head = headOf(packed);
        // Ascending levels with their codes.
        std::array<std::pair<float, unsigned>, 16> sorted;
        const auto table = bitmod::levels(m_bits, head.special);
        for (unsigned code = 0; code < table.size(); ++code)
            sorted[code] = {table[code], code};
        const auto end = sorted.begin() + static_cast<std::ptrdiff_t>(table.size());
        std::sort(sorted.begin(), end);
        const float factor = inverse(head.scale);
        double error = 0;
        for (std::size_t i = 0; i < values.size() && error < enough; ++i) {
            const float position = values[i] * factor;
            auto best = sorted.begin();
            while (best + 1 != end && position > (best[0].first + best[1].first) / 2)
                ++best;
            const double distance = static_cast<double>(values[i]) - head.scale * best->first;
            error += importance[i] * distance * distance;
            storeField(packed.subspan(2), i, m_bits, best->second);
        }
        return error;
    }

    unsigned m_bits;
    std::size_t m_group;
    std::array<std::array<std::uint8_t, 16>, 4> m_places{}; ///< in levelTable(), by special and code
};

} // namespace

Result<NumberFormatPtr> parse(std::string_view id)
{
    std::string_view rest = id;
    if (!takeWord(rest, "bitmod"))
        return fail(ErrorCode::NotFound, "'{}' is not bitmod", id);
    std::size_t bits = 0, group = 0;
    if (!takeNumber(rest, bits) || !takeWord(rest, "g") || !takeNumber(rest, group) || !rest.empty())
        return fail(ErrorCode::InvalidInput, "'{}' is not of the form bitmod<bits>g<group>", id);
    if (bits != 3 && bits != 4)
        return fail(ErrorCode::Unsupported, "'{}': {} bits, there are 3 and 4", id, bits);
    TRY_VOID(checkGroup(id, group));
    return std::make_shared<const BitmodFormat>(static_cast<unsigned>(bits), group);
}

std::vector<std::string> examples()
{
    return {"bitmod3g128", "bitmod4g128", "bitmod3g32"};
}

} // namespace bitmodFormat
} // namespace tritloom
