#include "core/format/bitmod_format.h"

#include "core/format/bitmod_group.h"
#include "core/format/bitmod_super_format.h"
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

std::vector<float> allLevels(unsigned bits)
{
    std::vector<float> table;
    for (const Special special : specials)
        for (const float level : levels(bits, special))
            if (std::find(table.begin(), table.end(), level) == table.end())
                table.push_back(level);
    return table;
}

std::vector<double> GroupFormat::grids() const
{
    std::vector<double> found;
    for (const Special special : specials)
        found.push_back(
            static_cast<double>(bitmod::levels(m_bits, special)[std::size_t{1} << (m_bits - 1)])
            / (m_bits == 4 ? 2 : 1)); // its whole numbers are twice E2M1
    return found;
}

Places placesOf(unsigned bits)
{
    Places places{};
    const std::vector<float> all = allLevels(bits);
    for (const Special special : specials) {
        const auto table = levels(bits, special);
        for (std::size_t code = 0; code < table.size(); ++code)
            places[static_cast<std::size_t>(special)][code] =
                static_cast<std::uint8_t>(std::find(all.begin(), all.end(), table[code]) - all.begin());
    }
    return places;
}

std::vector<float> finiteOf(std::span<const float> values)
{
    std::vector<float> result(values.begin(), values.end());
    for (float& value : result)
        value = std::isfinite(value) ? value : 0.0f;
    return result;
}

std::vector<float> weightsOf(std::span<const float> importance)
{
    std::vector<float> weights = finiteOf(importance);
    if (std::all_of(weights.begin(), weights.end(), [](float factor) { return factor <= 0; }))
        std::fill(weights.begin(), weights.end(), 1.0f);
    return weights;
}

double storeNearest(
    unsigned bits, std::span<const float> values, std::span<const float> importance, const Choice& choice,
    double enough, std::span<std::byte> codes)
{
    // Ascending levels with their codes.
    std::array<std::pair<float, unsigned>, 16> sorted;
    const auto table = levels(bits, choice.special);
    for (unsigned code = 0; code < table.size(); ++code)
        sorted[code] = {table[code], code};
    const auto end = sorted.begin() + static_cast<std::ptrdiff_t>(table.size());
    std::sort(sorted.begin(), end);
    const float factor = inverse(choice.scale);
    double error = 0;
    for (std::size_t i = 0; i < values.size() && error < enough; ++i) {
        const float position = values[i] * factor;
        auto best = sorted.begin();
        while (best + 1 != end && position > (best[0].first + best[1].first) / 2)
            ++best;
        const double distance = static_cast<double>(values[i]) - choice.scale * best->first;
        error += importance[i] * distance * distance;
        storeField(codes, i, bits, best->second);
    }
    return error;
}

Choice choose(
    unsigned bits, std::span<const float> values, std::span<const float> importance,
    std::span<const float> shares, float (*stored)(float scale), std::span<std::byte> codes)
{
    Choice best;
    const float largest = std::fabs(extreme(values));
    if (largest == 0)
        return best;
    std::vector<std::byte> trial(codes.size());
    double least = std::numeric_limits<double>::infinity();
    for (const float share : shares)
        for (const Special special : specials) {
            const Choice choice{stored(share * largest / top(bits, special)), special};
            const double error = storeNearest(bits, values, importance, choice, least, trial);
            if (error < least) {
                least = error;
                best = choice;
                std::copy(trial.begin(), trial.end(), codes.begin());
            }
        }
    return best;
}

} // namespace bitmod

namespace bitmodFormat {
namespace {

class BitmodFormat final : public bitmod::GroupFormat {
public:
    BitmodFormat(unsigned bits, std::size_t group)
        : GroupFormat(bits, group)
    {
    }
    std::string id() const override { return fmt::format("bitmod{}g{}", m_bits, m_group); }
    std::size_t blockElements() const override { return m_group; }
    std::size_t blockBytes() const override { return 2 + m_group * m_bits / 8; }

    void decode(std::span<const std::byte> packed, std::span<float> values) const override
    {
        const bitmod::Choice head = choiceOf(packed, 0);
        const auto table = bitmod::levels(m_bits, head.special);
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = head.scale * table[loadField(packed.subspan(2), i, m_bits)];
    }

    void levels(std::span<const std::byte> packed, std::size_t, std::span<float> out) const override
    {
        const bitmod::Choice head = choiceOf(packed, 0);
        const auto table = bitmod::levels(m_bits, head.special);
        for (std::size_t code = 0; code < out.size(); ++code)
            out[code] = head.scale * table[code];
    }

    void setLevel(std::span<std::byte> packed, std::size_t element, std::size_t level) const override
    {
        storeField(packed.subspan(2), element, m_bits, static_cast<unsigned>(level));
    }

    LineNumbers lineNumbers() const override { return LineNumbers::HalfScale; }
    void readCodes(
        std::span<const std::byte> block, std::span<std::uint8_t> codes, std::span<Line> lines) const override
    {
        const bitmod::Choice head = choiceOf(block, 0);
        lines[0] = {head.scale, 0};
        const auto& place = m_places[static_cast<std::size_t>(head.special)];
        for (std::size_t i = 0; i < codes.size(); ++i)
            codes[i] = place[loadField(block.subspan(2), i, m_bits)];
    }

private:
    void store(
        std::span<const float> values, std::span<const float> importance, std::span<const float> shares,
        std::span<std::byte> packed) const override
    {
        std::fill(packed.begin(), packed.end(), std::byte{0});
        const auto stored = [](float scale) { return halfToFloat(halfOf(scale)); };
        const bitmod::Choice best =
            bitmod::choose(m_bits, bitmod::finiteOf(values), importance, shares, stored, packed.subspan(2));
        if (best.scale > 0)
            storeHead(packed, best);
    }

    bitmod::Choice choiceOf(std::span<const std::byte> packed, std::size_t) const override
    {
        std::uint16_t bits;
        std::memcpy(&bits, packed.data(), sizeof bits);
        const unsigned special = (bits & 1u) << 1 | bits >> 15;
        return {halfToFloat(bits & 0x7ffeu), bitmod::specials[special]};
    }

    /// The nearest scale that leaves the lowest bit free.
    static std::uint16_t halfOf(float scale)
    {
        return static_cast<std::uint16_t>(std::min((floatToFiniteHalf(scale) + 1u) & 0x7ffeu, 0x7bfeu));
    }
    static void storeHead(std::span<std::byte> packed, const bitmod::Choice& choice)
    {
        const auto kind = static_cast<unsigned>(choice.special);
        const auto bits = static_cast<std::uint16_t>(halfOf(choice.scale) | kind >> 1 | (kind & 1u) << 15);
        std::memcpy(packed.data(), &bits, sizeof bits);
    }
};

} // namespace

Result<NumberFormatPtr> parse(std::string_view id)
{
    std::string_view rest = id;
    if (!takeWord(rest, "bitmod"))
        return fail(ErrorCode::NotFound, "'{}' is not bitmod", id);
    std::size_t bits = 0, group = 0;
    if (rest.find('s') != std::string_view::npos)
        return bitmodSuperFormat::parse(id);
    if (!takeNumber(rest, bits) || !takeWord(rest, "g") || !takeNumber(rest, group) || !rest.empty())
        return fail(ErrorCode::InvalidInput, "'{}' is not of the form bitmod<bits>g<group>", id);
    if (bits != 3 && bits != 4)
        return fail(ErrorCode::Unsupported, "'{}': {} bits, there are 3 and 4", id, bits);
    TRY_VOID(checkGroup(id, group));
    return std::make_shared<const BitmodFormat>(static_cast<unsigned>(bits), group);
}

std::vector<std::string> examples()
{
    return {"bitmod3g128", "bitmod4g128", "bitmod3g32", "bitmod3g128s8"};
}

} // namespace bitmodFormat
} // namespace tritloom
