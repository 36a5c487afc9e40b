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
    unsigned code(std::span<const std::byte> block, std::size_t i) const
    {
        unsigned value = 0;
        for (std::size_t p = 0; p < planes(); ++p)
            value |= bitField(block[header + (p * m_group + i) / 8], i % 8, 1) << p;
        return std::min(value, static_cast<unsigned>(top()));
    }
    void setCode(std::span<std::byte> block, std::size_t i, unsigned code) const
    {
        for (std::size_t p = 0; p < planes(); ++p)
            setBitField(block[header + (p * m_group + i) / 8], i % 8, 1, code >> p & 1);
    }

    void encode(std::span<const float> values, std::span<std::byte> block) const
    {
        const Range range = rangeOf(values);
        store(values, std::min(range.lowest, 0.0f), std::max(range.highest, 0.0f), block);
    }

    /// Ends of the range between all and 40 % of it, each on its own; what ABQ-LLM learns.
    void
    search(std::span<const float> values, std::span<const float> importance, std::span<std::byte> block) const
    {
        const Range range = rangeOf(values);
        std::vector<std::byte> trial(block.size());
        std::vector<float> decoded(values.size());
        double least = std::numeric_limits<double>::infinity();
        constexpr int steps = 13;
        for (int low = 0; low < steps; ++low) {
            for (int high = 0; high < steps; ++high) {
                if (m_balance == Balance::On && low != high)
                    continue;
                store(
                    values, std::min(range.lowest, 0.0f) * (1 - 0.05f * static_cast<float>(low)),
                    std::max(range.highest, 0.0f) * (1 - 0.05f * static_cast<float>(high)), trial);
                const Line line = this->line(trial, 0);
                for (std::size_t i = 0; i < values.size(); ++i)
                    decoded[i] = line.scale * static_cast<float>(code(trial, i)) + line.offset;
                const double error = weightedError(values, importance, decoded);
                if (error < least) {
                    least = error;
                    std::copy(trial.begin(), trial.end(), block.begin());
                }
            }
        }
    }

private:
    static constexpr std::size_t header = 3;
    std::size_t planes() const { return m_bits + (m_balance == Balance::On ? 1 : 0); }
    int top() const { return m_balance == Balance::On ? 1 << m_bits : (1 << m_bits) - 1; }

    void store(std::span<const float> values, float lowest, float highest, std::span<std::byte> block) const
    {
        int zero = top() / 2;
        if (m_balance == Balance::On) {
            storeHalf(block, 0, std::max(-lowest, highest) / static_cast<float>(top() / 2));
        } else {
            storeHalf(block, 0, highest / static_cast<float>(top()) - lowest / static_cast<float>(top()));
            zero = static_cast<int>(std::clamp(
                std::nearbyint(-lowest * inverse(loadHalf(block, 0))), 0.0f, static_cast<float>(top())));
        }
        block[2] = static_cast<std::byte>(zero);
        const float factor = inverse(loadHalf(block, 0));
        for (std::size_t i = 0; i < values.size(); ++i) {
            const float q =
                std::nearbyint(std::clamp(values[i] * factor, -512.0f, 512.0f)) + static_cast<float>(zero);
            setCode(block, i, static_cast<unsigned>(std::clamp(q, 0.0f, static_cast<float>(top()))));
        }
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
