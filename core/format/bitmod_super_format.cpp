#include "core/format/bitmod_super_format.h"

#include "core/format/bitmod_group.h"
#include "core/format/block_format.h"
#include "core/format/group_id.h"

namespace tritloom::bitmodSuperFormat {

Scales secondLevel(std::span<const float> scales, float largest)
{
    Scales result{.unit = largest / 255, .numbers = {}};
    for (const float scale : scales) {
        const float number = result.unit > 0 ? std::nearbyint(scale / result.unit) : 0.0f;
        result.numbers.push_back(
            static_cast<std::uint8_t>(std::clamp(number, scale > 0 ? 1.0f : 0.0f, 255.0f)));
    }
    return result;
}

namespace {

class BitmodSuperFormat final : public bitmod::GroupFormat {
public:
    BitmodSuperFormat(unsigned bits, std::size_t group, std::size_t groups)
        : GroupFormat(bits, group)
        , m_groups(groups)
    {
    }
    std::string id() const override { return fmt::format("bitmod{}g{}s{}", m_bits, m_group, m_groups); }
    std::size_t blockElements() const override { return m_group * m_groups; }
    std::size_t blockBytes() const override { return codesAt() + m_groups * codeBytes(); }

    void decode(std::span<const std::byte> packed, std::span<float> values) const override
    {
        for (std::size_t g = 0; g < m_groups; ++g) {
            const bitmod::Choice choice = choiceOf(packed, g);
            const auto table = bitmod::levels(m_bits, choice.special);
            for (std::size_t i = 0; i < m_group; ++i)
                values[g * m_group + i] = choice.scale * table[loadField(codesOf(packed, g), i, m_bits)];
        }
    }
    void levels(std::span<const std::byte> packed, std::size_t element, std::span<float> out) const override
    {
        const bitmod::Choice choice = choiceOf(packed, element / m_group);
        const auto table = bitmod::levels(m_bits, choice.special);
        for (std::size_t code = 0; code < out.size(); ++code)
            out[code] = choice.scale * table[code];
    }
    void setLevel(std::span<std::byte> packed, std::size_t element, std::size_t level) const override
    {
        storeField(
            codesOf(packed, element / m_group), element % m_group, m_bits, static_cast<unsigned>(level));
    }

    LineNumbers lineNumbers() const override { return LineNumbers::Single; }
    void readCodes(
        std::span<const std::byte> block, std::span<std::uint8_t> codes, std::span<Line> lines) const override
    {
        for (std::size_t g = 0; g < m_groups; ++g) {
            const bitmod::Choice choice = choiceOf(block, g);
            lines[g] = {choice.scale, 0};
            const auto& place = m_places[static_cast<std::size_t>(choice.special)];
            for (std::size_t i = 0; i < m_group; ++i)
                codes[g * m_group + i] = place[loadField(codesOf(block, g), i, m_bits)];
        }
    }

private:
    std::size_t tagsAt() const { return 2 + m_groups; }
    std::size_t codesAt() const { return tagsAt() + (m_groups + 3) / 4; }
    std::size_t codeBytes() const { return m_group * m_bits / 8; }
    template <typename Byte>
    std::span<Byte> codesOf(std::span<Byte> packed, std::size_t group) const
    {
        return packed.subspan(codesAt() + group * codeBytes(), codeBytes());
    }

    bitmod::Choice choiceOf(std::span<const std::byte> packed, std::size_t group) const override
    {
        const auto number = std::to_integer<unsigned>(packed[2 + group]);
        return {
            static_cast<float>(number) * (loadHalf(packed, 0) / 255),
            bitmod::specials[loadField(packed.subspan(tagsAt()), group, 2)]};
    }

    /// The grids by exact scales, then the scales of all groups, then the codes anew by what is stored.
    void store(
        std::span<const float> given, std::span<const float> importance, std::span<const float> shares,
        std::span<std::byte> packed) const override
    {
        std::fill(packed.begin(), packed.end(), std::byte{0});
        const std::vector<float> values = bitmod::finiteOf(given);
        std::vector<float> scales(m_groups);
        std::vector<std::byte> tried(codeBytes());
        for (std::size_t g = 0; g < m_groups; ++g) {
            const bitmod::Choice best = bitmod::choose(
                m_bits, std::span(values).subspan(g * m_group, m_group),
                importance.subspan(g * m_group, m_group), shares, [](float scale) { return scale; }, tried);
            scales[g] = best.scale;
            storeField(packed.subspan(tagsAt()), g, 2, static_cast<unsigned>(best.special));
        }
        storeHalf(packed, 0, *std::max_element(scales.begin(), scales.end()));
        const Scales stored = secondLevel(scales, loadHalf(packed, 0));
        for (std::size_t g = 0; g < m_groups; ++g) {
            packed[2 + g] = std::byte(stored.numbers[g]);
            const bitmod::Choice choice = choiceOf(packed, g);
            if (choice.scale > 0)
                bitmod::storeNearest(
                    m_bits, std::span(values).subspan(g * m_group, m_group),
                    importance.subspan(g * m_group, m_group), choice, std::numeric_limits<double>::infinity(),
                    codesOf(packed, g));
        }
    }

    std::size_t m_groups;
};

} // namespace

Result<NumberFormatPtr> parse(std::string_view id)
{
    std::string_view rest = id;
    std::size_t bits = 0, group = 0, groups = 0;
    if (!takeWord(rest, "bitmod") || !takeNumber(rest, bits) || !takeWord(rest, "g")
        || !takeNumber(rest, group) || !takeWord(rest, "s") || !takeNumber(rest, groups) || !rest.empty())
        return fail(ErrorCode::InvalidInput, "'{}' is not of the form bitmod<bits>g<group>s<groups>", id);
    if (bits != 3 && bits != 4)
        return fail(ErrorCode::Unsupported, "'{}': {} bits, there are 3 and 4", id, bits);
    TRY_VOID(checkGroup(id, group));
    if (groups < 2 || groups > 64 || group * groups > maximumGroup)
        return fail(
            ErrorCode::Unsupported, "'{}': {} groups under one scale, there are 2 to 64 of {} weights in all",
            id, groups, maximumGroup);
    return std::make_shared<const BitmodSuperFormat>(static_cast<unsigned>(bits), group, groups);
}

} // namespace tritloom::bitmodSuperFormat
