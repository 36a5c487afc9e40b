#include "core/format/balanced_format.h"

#include "core/format/block_format.h"
#include "core/format/group_id.h"
#include "core/format/scale_search.h"

namespace tritloom::balancedFormat {
namespace {

struct Packing {
    unsigned levels, perWord, wordBytes;
};
constexpr Packing packings[] = {{3, 5, 1}, {5, 27, 8}, {9, 5, 2}, {17, 7, 4}};

constexpr std::uint64_t power(std::uint64_t base, unsigned exponent)
{
    std::uint64_t result = 1;
    for (unsigned i = 0; i < exponent; ++i)
        result *= base;
    return result;
}
static_assert(power(3, 5) <= 1u << 8 && power(9, 5) <= 1u << 16 && power(17, 7) <= std::uint64_t{1} << 32);
static_assert(power(5, 27) < std::uint64_t{1} << 63);

class BalancedLayout {
public:
    BalancedLayout(const Packing& packing, std::size_t group)
        : m_packing(packing)
        , m_group(group)
    {
        for (unsigned i = 0; i < packing.perWord; ++i)
            m_powers[i] = power(packing.levels, i);
        for (unsigned code = 0; code < packing.levels; ++code)
            m_table[code] = float(int(code)) - largest();
    }
    std::string name() const { return fmt::format("balanced{}g{}", m_packing.levels, m_group); }
    std::size_t elements() const { return m_group; }
    std::size_t lineElements() const { return m_group; }
    static LineNumbers lineNumbers() { return LineNumbers::HalfScale; }
    std::size_t bytes() const
    {
        return header + (m_group + m_packing.perWord - 1) / m_packing.perWord * m_packing.wordBytes;
    }
    std::span<const float> table() const { return std::span(m_table).first(m_packing.levels); }
    static Line line(std::span<const std::byte> block, std::size_t) { return {loadHalf(block, 0), 0}; }

    /// Words beyond the last number of so many digits, which only a broken file has, lose what is above.
    void codes(std::span<const std::byte> block, std::span<std::uint8_t> codes) const
    {
        for (std::size_t i = 0, word = 0; i < codes.size(); ++word) {
            std::uint64_t rest = load(block, word);
            for (unsigned k = 0; k < m_packing.perWord && i < codes.size(); ++k, ++i) {
                codes[i] = static_cast<std::uint8_t>(rest % m_packing.levels);
                rest /= m_packing.levels;
            }
        }
    }
    void setCode(std::span<std::byte> block, std::size_t i, unsigned code) const
    {
        const std::uint64_t before = load(block, i / m_packing.perWord),
                            place = m_powers[i % m_packing.perWord];
        store(
            block, i / m_packing.perWord,
            before + place * code - place * (before / place % m_packing.levels));
    }

    void encode(std::span<const float> values, std::span<std::byte> block) const
    {
        storeHalf(block, 0, std::fabs(extreme(values)) / largest());
        storeNearestCodes(*this, values, wholeLevels(-largest(), largest()), block);
    }
    void
    search(std::span<const float> values, std::span<const float> importance, std::span<std::byte> block) const
    {
        searchHalfScale(
            *this, 0, wholeLevels(-largest(), largest()), ScaleSign::Positive, values, importance, block);
    }

private:
    static constexpr std::size_t header = 2;
    float largest() const { return float(int(m_packing.levels / 2)); }
    std::uint64_t load(std::span<const std::byte> block, std::size_t word) const
    {
        std::uint64_t value = 0;
        std::memcpy(&value, block.data() + header + word * m_packing.wordBytes, m_packing.wordBytes);
        return value;
    }
    void store(std::span<std::byte> block, std::size_t word, std::uint64_t value) const
    {
        std::memcpy(block.data() + header + word * m_packing.wordBytes, &value, m_packing.wordBytes);
    }

    Packing m_packing;
    std::size_t m_group;
    std::array<std::uint64_t, 27> m_powers{};
    std::array<float, 17> m_table{};
};

} // namespace

Result<NumberFormatPtr> parse(std::string_view id)
{
    std::string_view rest = id;
    if (!takeWord(rest, "balanced"))
        return fail(ErrorCode::NotFound, "'{}' is not balanced", id);
    std::size_t levels = 0, group = 0;
    if (!takeNumber(rest, levels) || !takeWord(rest, "g") || !takeNumber(rest, group) || !rest.empty())
        return fail(ErrorCode::InvalidInput, "'{}' is not of the form balanced<levels>g<group>", id);
    const auto* const packing = std::find_if(
        std::begin(packings), std::end(packings), [&](const Packing& p) { return p.levels == levels; });
    if (packing == std::end(packings))
        return fail(ErrorCode::Unsupported, "'{}': there are 3, 5, 9 or 17 levels, not {}", id, levels);
    TRY_VOID(checkGroup(id, group));
    return std::make_shared<const BlockFormat<BalancedLayout>>(BalancedLayout(*packing, group));
}

std::vector<std::string> examples()
{
    return {"balanced3g64", "balanced3g320", "balanced5g64", "balanced9g128", "balanced17g64"};
}

} // namespace tritloom::balancedFormat
