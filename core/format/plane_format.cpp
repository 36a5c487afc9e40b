#include "core/format/plane_format.h"

#include "core/format/block_format.h"
#include "core/format/group_id.h"

namespace tritloom::planeFormat {
namespace {

enum class Balance { Off, On };

class PlaneLayout {
public:
    PlaneLayout(unsigned bits, Balance balance, std::size_t group)
        : m_bits(bits)
        , m_balance(balance)
        , m_group(group)
    {
    }
    std::string name() const
    {
        return fmt::format("planes{}{}g{}", m_bits, m_balance == Balance::On ? "b" : "", m_group);
    }
    std::size_t elements() const { return m_group; }
    std::size_t lineElements() const { return m_group; }
    static LineNumbers lineNumbers() { return LineNumbers::HalfScaleAndZero; }
    std::size_t bytes() const { return header + planes() * m_group / 8; }
    std::span<const float> table() const
    {
        static constexpr auto above = wholeNumbers<256>(0);
        return std::span(above).first(static_cast<std::size_t>(top()) + 1);
    }
    Line line(std::span<const std::byte> block, std::size_t) const
    {
        const float scale = loadHalf(block, 0);
        return {scale, -scale * static_cast<float>(std::to_integer<int>(block[2]))};
    }
    /// Fields above the top, which only a broken file has, count as the top.
    void codes(std::span<const std::byte> block, std::span<std::uint8_t> codes) const
    {
        joinPlanes(block.subspan(header), planes(), PlaneOrder::LowestFirst, codes);
        for (std::uint8_t& code : codes)
            code = std::min(code, static_cast<std::uint8_t>(top()));
    }
    void setCode(std::span<std::byte> block, std::size_t i, unsigned code) const
    {
        for (std::size_t p = 0; p < planes(); ++p)
            setBitField(block[header + (p * m_group + i) / 8], i % 8, 1, code >> p & 1);
    }

    void encode(std::span<const float> values, std::span<std::byte> block) const
    {
        const Range range = rangeOf(values);
        store(values, {std::min(range.lowest, 0.0f), std::max(range.highest, 0.0f)}, block);
    }

    /// Ends of the range between all and 40 % of it, each on its own; what ABQ-LLM learns.
    void
    search(std::span<const float> values, std::span<const float> importance, std::span<std::byte> block) const
    {
        const Range range = rangeOf(values);
        Ends best{0, 0};
        double least = std::numeric_limits<double>::infinity();
        constexpr int steps = 13;
        for (int low = 0; low < steps; ++low) {
            for (int high = 0; high < steps; ++high) {
                if (m_balance == Balance::On && low != high)
                    continue;
                const Ends ends{
                    std::min(range.lowest, 0.0f) * (1 - 0.05f * static_cast<float>(low)),
                    std::max(range.highest, 0.0f) * (1 - 0.05f * static_cast<float>(high))};
                const double error = errorOf(values, importance, gridOf(ends), least);
                if (error < least) {
                    least = error;
                    best = ends;
                }
            }
        }
        store(values, best, block);
    }

private:
    static constexpr std::size_t header = 3;
    std::size_t planes() const { return m_bits + (m_balance == Balance::On ? 1 : 0); }
    int top() const { return m_balance == Balance::On ? 1 << m_bits : (1 << m_bits) - 1; }

    struct Ends {
        float lowest, highest;
    };
    struct Grid {
        float scale;
        int zero;
    };

    Grid gridOf(const Ends& ends) const
    {
        if (m_balance == Balance::On)
            return {
                roundToHalf(std::max(-ends.lowest, ends.highest) / static_cast<float>(top() / 2)), top() / 2};
        const float scale =
            roundToHalf(ends.highest / static_cast<float>(top()) - ends.lowest / static_cast<float>(top()));
        return {
            scale,
            static_cast<int>(
                std::clamp(std::nearbyint(-ends.lowest * inverse(scale)), 0.0f, static_cast<float>(top())))};
    }

    float nearest(float value, float factor, int zero) const
    {
        const float q =
            std::nearbyint(std::clamp(value * factor, -512.0f, 512.0f)) + static_cast<float>(zero);
        return std::clamp(q, 0.0f, static_cast<float>(top()));
    }

    double errorOf(
        std::span<const float> values, std::span<const float> importance, const Grid& grid,
        double enough) const
    {
        const float factor = inverse(grid.scale);
        double sum = 0;
        for (std::size_t i = 0; i < values.size() && sum < enough; ++i) {
            const double error = static_cast<double>(values[i])
                - grid.scale * (nearest(values[i], factor, grid.zero) - static_cast<float>(grid.zero));
            sum += importance[i] * error * error;
        }
        return sum;
    }

    void store(std::span<const float> values, const Ends& ends, std::span<std::byte> block) const
    {
        const Grid grid = gridOf(ends);
        storeHalf(block, 0, grid.scale);
        block[2] = static_cast<std::byte>(grid.zero);
        const float factor = inverse(grid.scale);
        for (std::size_t i = 0; i < values.size(); ++i)
            setCode(block, i, static_cast<unsigned>(nearest(values[i], factor, grid.zero)));
    }

    unsigned m_bits;
    Balance m_balance;
    std::size_t m_group;
};

} // namespace

Result<NumberFormatPtr> parse(std::string_view id)
{
    std::string_view rest = id;
    if (!takeWord(rest, "planes"))
        return fail(ErrorCode::NotFound, "'{}' is not planes", id);
    std::size_t bits = 0, group = 0;
    const bool read = takeNumber(rest, bits);
    const Balance balance = read && takeWord(rest, "b") ? Balance::On : Balance::Off;
    if (!read || !takeWord(rest, "g") || !takeNumber(rest, group) || !rest.empty())
        return fail(ErrorCode::InvalidInput, "'{}' is not of the form planes<bits>[b]g<group>", id);
    if (bits < 1 || bits > 8 || (balance == Balance::On && bits > 2))
        return fail(
            ErrorCode::Unsupported, "'{}': {} bits, there are 1 to 8, and 1 or 2 with a balanced level", id,
            bits);
    TRY_VOID(checkGroup(id, group));
    return std::make_shared<const BlockFormat<PlaneLayout>>(
        PlaneLayout(static_cast<unsigned>(bits), balance, group));
}

std::vector<std::string> examples()
{
    return {"planes2g128", "planes2bg128", "planes4g128", "planes3g64", "planes1bg64"};
}

} // namespace tritloom::planeFormat
