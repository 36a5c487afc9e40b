#include "core/format/e8p_format.h"

#include "core/format/bit_fields.h"
#include "core/format/block_format.h"
#include "core/format/e8p_points.h"
#include "core/format/group_id.h"

namespace tritloom::e8pFormat {
namespace {

class E8pLayout {
public:
    E8pLayout(std::size_t bits, std::size_t group)
        : m_bits(bits)
        , m_group(group)
    {
    }
    std::string name() const
    {
        return m_bits == 2 ? fmt::format("e8pg{}", m_group) : fmt::format("e8p{}g{}", m_bits, m_group);
    }
    std::size_t elements() const { return m_group; }
    std::size_t bytes() const { return 2 + m_group / 8 * m_bits; }
    static std::span<const float> table() { return {}; } // no levels of single weights

    // Products see single weights: coordinates are odd quarters up to 11 / 4, with short points all quarters
    // up to 15 / 4, of two stages a pair of the former.
    static LineNumbers lineNumbers() { return LineNumbers::HalfScale; }
    static Line line(std::span<const std::byte> block, std::size_t) { return {loadHalf(block, 0), 0}; }
    std::vector<float> codeTable() const
    {
        std::vector<float> table;
        for (int quarter = -15; quarter <= 15 && m_bits == 3; ++quarter)
            table.push_back(0.25f * static_cast<float>(quarter));
        for (unsigned first = 0; first < coordinates && m_bits == 2; ++first)
            table.push_back(coordinate(first));
        for (unsigned pair = 0; pair < coordinates * coordinates && m_bits == 4; ++pair)
            table.push_back(
                coordinate(pair / coordinates) + coordinate(pair % coordinates) / e8p::residualFactor(4));
        return table;
    }
    void codes(std::span<const std::byte> block, std::span<std::uint8_t> codes) const
    {
        for (std::size_t i = 0; i < codes.size(); i += 8) {
            const auto stored = block.subspan(2 + i / 8 * m_bits, m_bits);
            const e8p::Vector point = m_bits == 3 ? e8p::load(stored) : e8p::decode(e8p::codeAt(stored, 0));
            const e8p::Vector second = m_bits == 4 ? e8p::decode(e8p::codeAt(stored, 2)) : e8p::Vector{};
            for (std::size_t j = 0; j < 8; ++j)
                codes[i + j] = static_cast<std::uint8_t>(
                    m_bits == 2       ? placeOf(point[j])
                        : m_bits == 3 ? 15 + static_cast<int>(4 * point[j])
                                      : coordinates * placeOf(point[j]) + placeOf(second[j]));
        }
    }

    void encode(std::span<const float> values, std::span<std::byte> block) const
    {
        storeHalf(block, 0, suitedScale(values));
        storeNearest(values, block);
    }

    void
    search(std::span<const float> values, std::span<const float> importance, std::span<std::byte> block) const
    {
        std::vector<std::byte> trial(block.size());
        std::vector<float> decoded(values.size());
        const float suited = suitedScale(values);
        double least = std::numeric_limits<double>::infinity();
        for (const float factor : {0.84f, 0.9f, 0.95f, 1.0f, 1.05f, 1.12f}) {
            storeHalf(trial, 0, factor * suited);
            storeNearest(values, trial);
            decode(trial, decoded);
            const double error = weightedError(values, importance, decoded);
            if (error < least) {
                least = error;
                std::copy(trial.begin(), trial.end(), block.begin());
            }
        }
    }

    void decode(std::span<const std::byte> block, std::span<float> values) const
    {
        const float scale = loadHalf(block, 0);
        for (std::size_t i = 0; i < values.size(); i += 8) {
            const e8p::Vector point = e8p::load(block.subspan(2 + i / 8 * m_bits, m_bits));
            for (std::size_t j = 0; j < 8; ++j)
                values[i + j] = scale * point[j];
        }
    }

private:
    static constexpr unsigned coordinates = 12; ///< that a weight of one stage can be
    static float coordinate(unsigned place) { return 0.25f * (2 * static_cast<float>(place) - 11); }
    static unsigned placeOf(float coordinate) { return static_cast<unsigned>(4 * coordinate + 11) / 2; }

    float suitedScale(std::span<const float> values) const
    {
        double sum = 0;
        for (const float value : values)
            sum += static_cast<double>(value) * value;
        return static_cast<float>(std::sqrt(sum / static_cast<double>(values.size())))
            / (m_bits == 2       ? e8p::suitedDeviation
                   : m_bits == 3 ? 1.0f
                                 : 0.9f);
    }

    void storeNearest(std::span<const float> values, std::span<std::byte> block) const
    {
        const float factor = inverse(loadHalf(block, 0));
        for (std::size_t i = 0; i < values.size(); i += 8) {
            e8p::Vector x;
            for (std::size_t j = 0; j < 8; ++j)
                x[j] = std::clamp(values[i + j] * factor, -1e6f, 1e6f);
            e8p::store(x, block.subspan(2 + i / 8 * m_bits, m_bits));
        }
    }

    std::size_t m_bits, m_group; ///< bits a weight, which are the bytes of eight
};

} // namespace

Result<NumberFormatPtr> parse(std::string_view id)
{
    std::string_view rest = id;
    if (!takeWord(rest, "e8p"))
        return fail(ErrorCode::NotFound, "'{}' is not e8p", id);
    const std::size_t bits = takeWord(rest, "g") ? 2
        : takeWord(rest, "3g")                   ? 3
        : takeWord(rest, "4g")                   ? 4
                                                 : 0;
    std::size_t group = 0;
    if (bits == 0 || !takeNumber(rest, group) || !rest.empty())
        return fail(
            ErrorCode::InvalidInput, "'{}' is not of the form e8pg<group>, e8p3g<group> or e8p4g<group>", id);
    TRY_VOID(checkGroup(id, group));
    return std::make_shared<const BlockFormat<E8pLayout>>(E8pLayout(bits, group));
}

std::vector<std::string> examples()
{
    return {"e8pg64", "e8pg256", "e8p3g256", "e8p4g256"};
}

} // namespace tritloom::e8pFormat
