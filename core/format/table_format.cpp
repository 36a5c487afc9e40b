#include "core/format/table_format.h"

#include "core/format/group_id.h"
#include "core/format/level_tables.h"

#include <map>
#include <mutex>

namespace tritloom::tableFormat {
namespace {

enum class Scale { Half, SignedHalf, PowerOfTwo };
enum class Rounding { Nearest, Sign, TwoPowers };

struct Kind {
    std::string stem; ///< "fp4e2", all of the id before the group
    unsigned bits = 4;
    Scale scale = Scale::Half;
    Rounding rounding = Rounding::Nearest;
    std::shared_ptr<const LevelTable> table;
};

/// 2^e for a stored exponent; -128 is the scale 0.
float loadExponent(std::span<const std::byte> block)
{
    const int exponent = static_cast<std::int8_t>(std::to_integer<std::uint8_t>(block[0]));
    return exponent == -128 ? 0.0f : std::ldexp(1.0f, exponent);
}

class TableLayout {
public:
    TableLayout(Kind kind, std::size_t group)
        : m_kind(std::move(kind))
        , m_group(group)
    {
    }

    std::string name() const
    {
        return fmt::format("{}g{}{}", m_kind.stem, m_group, m_kind.scale == Scale::SignedHalf ? "s" : "");
    }
    std::size_t elements() const { return m_group; }
    std::size_t lineElements() const { return m_group; }
    LineNumbers lineNumbers() const
    {
        return m_kind.scale == Scale::PowerOfTwo ? LineNumbers::Single : LineNumbers::HalfScale;
    }
    std::size_t bytes() const { return header() + m_group * m_kind.bits / 8; }
    std::span<const float> table() const { return levels().levels(); }
    Line line(std::span<const std::byte> block, std::size_t) const { return {scaleOf(block), 0}; }
    unsigned code(std::span<const std::byte> block, std::size_t i) const
    {
        return levels().levelOf(loadField(block.subspan(header()), i, m_kind.bits));
    }
    void setCode(std::span<std::byte> block, std::size_t i, unsigned code) const
    {
        storeField(block.subspan(header()), i, m_kind.bits, levels().fieldOf(code));
    }

    void encode(std::span<const float> values, std::span<std::byte> block) const
    {
        switch (m_kind.rounding) {
        case Rounding::Sign: {
            // BitNet: the scale is the mean magnitude; a weight of 0 is -1, as in the paper's definition.
            double sum = 0;
            for (const float value : values)
                sum += std::fabs(value);
            storeHalf(block, 0, static_cast<float>(sum / static_cast<double>(values.size())));
            for (std::size_t i = 0; i < values.size(); ++i)
                setCode(block, i, values[i] > 0 ? 1 : 0);
            return;
        }
        case Rounding::TwoPowers: {
            const float largest = std::fabs(extreme(values));
            block[0] = std::byte{0x80};
            if (largest == 0)
                return;
            // The extreme sits in the top octave, whose levels reach 1.25.
            int exponent = std::ilogb(std::fabs(roundToTwoPowers(largest)) / 0.75f);
            storeExponent(block, exponent);
            const float factor = inverse(loadExponent(block));
            for (std::size_t i = 0; i < values.size(); ++i)
                setCode(block, i, levels().nearest(roundToTwoPowers(values[i] * factor)));
            return;
        }
        case Rounding::Nearest:
            break;
        }
        const float largest = extreme(values);
        if (m_kind.scale == Scale::PowerOfTwo) {
            // BCT: n = ceil(log2(max / highest)), so that nothing is clipped.
            block[0] = std::byte{0x80};
            if (largest == 0)
                return storeNearest(values, block);
            int exponent = 0;
            const float mantissa = std::frexp(std::fabs(largest) / levels().highest(), &exponent);
            storeExponent(block, mantissa == 0.5f ? exponent - 1 : exponent);
        } else {
            const float scale = (m_kind.scale == Scale::SignedHalf ? largest : std::fabs(largest))
                / (m_kind.scale == Scale::SignedHalf ? levels().highest() : levels().largest());
            storeHalf(block, 0, scale);
        }
        storeNearest(values, block);
    }

    void
    search(std::span<const float> values, std::span<const float> importance, std::span<std::byte> block) const
    {
        const FitSamples samples(values, importance);
        if (m_kind.scale == Scale::PowerOfTwo) {
            searchExponent(samples, values, block);
        } else {
            const ScaleSign sign = m_kind.scale == Scale::SignedHalf ? ScaleSign::Any : ScaleSign::Positive;
            const float scale = searchTableScale(samples.all(), levels(), sign);
            storeHalf(
                block, 0,
                samples.unit() * bestHalfScale(samples.all(), levels().forSearch(), samples.unit(), scale));
        }
        storeNearest(values, block);
    }

    void decode(std::span<const std::byte> block, std::span<float> values) const
    {
        const float scale = scaleOf(block);
        const auto fields = block.subspan(header());
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = scale * levels().valueOf(loadField(fields, i, m_kind.bits));
    }

private:
    const LevelTable& levels() const { return *m_kind.table; }
    std::size_t header() const { return m_kind.scale == Scale::PowerOfTwo ? 1 : 2; }
    float scaleOf(std::span<const std::byte> block) const
    {
        return m_kind.scale == Scale::PowerOfTwo ? loadExponent(block) : loadHalf(block, 0);
    }

    /// Kept so small that the largest level is still a finite float.
    void storeExponent(std::span<std::byte> block, int exponent) const
    {
        const int most = 127 - std::ilogb(levels().largest());
        block[0] = static_cast<std::byte>(static_cast<std::int8_t>(std::clamp(exponent, -126, most)));
    }

    void storeNearest(std::span<const float> values, std::span<std::byte> block) const
    {
        const float factor = inverse(scaleOf(block));
        for (std::size_t i = 0; i < values.size(); ++i)
            setCode(block, i, levels().nearest(values[i] * factor));
    }

    /// The best of the exponents around the one that clips nothing.
    void
    searchExponent(const FitSamples& samples, std::span<const float> values, std::span<std::byte> block) const
    {
        const float largest = std::fabs(extreme(values));
        block[0] = std::byte{0x80};
        if (largest == 0)
            return;
        constexpr int tried = 4;
        const int top = std::ilogb(largest / levels().largest()) + 1;
        std::array<SearchCandidate, tried> candidates;
        for (int k = 0; k < tried; ++k)
            candidates[std::size_t(k)] = {std::ldexp(1.0f, top - k) / samples.unit(), 0};
        std::array<float, tried> errors;
        searchKernels().errors(samples.all(), levels().forSearch(), candidates.data(), tried, errors.data());
        storeExponent(
            block, top - static_cast<int>(std::min_element(errors.begin(), errors.end()) - errors.begin()));
    }

    Kind m_kind;
    std::size_t m_group;
};

/// Tables are built once: the quantiles take a while.
std::shared_ptr<const LevelTable>
sharedTable(const std::string& stem, const std::function<LevelTable()>& make)
{
    static std::mutex mutex;
    static std::map<std::string, std::shared_ptr<const LevelTable>> tables;
    const std::scoped_lock lock(mutex);
    auto& table = tables[stem];
    if (!table)
        table = std::make_shared<const LevelTable>(make());
    return table;
}

struct Family {
    std::string_view name; ///< what stands before the bits
    unsigned fewest, most; ///< bits
    bool hasExponent; ///< "e<E>" follows the bits
    Scale scale;
    Rounding rounding;
    LevelTable (*make)(unsigned bits, unsigned exponent);
};

std::vector<float> wholeLevelsOf(unsigned bits)
{
    std::vector<float> levels;
    for (int q = -(1 << (bits - 1)); q < 1 << (bits - 1); ++q)
        levels.push_back(static_cast<float>(q));
    return levels;
}

// The only list of table families.
constexpr Family families[] = {
    {"fp", 3, 8, true, Scale::Half, Rounding::Nearest,
     [](unsigned b, unsigned e) { return LevelTable(openFloatLevels(b, e), b); }},
    {"kfp", 3, 8, true, Scale::Half, Rounding::Nearest,
     [](unsigned b, unsigned e) { return LevelTable(scalingLawFloatLevels(b, e), b); }},
    {"dyn", 3, 8, false, Scale::Half, Rounding::Nearest,
     [](unsigned b, unsigned) { return LevelTable(dynamicLevels(b), b); }},
    {"quantile", 2, 8, false, Scale::Half, Rounding::Nearest,
     [](unsigned b, unsigned) { return LevelTable(normalQuantileLevels(b), b); }},
    {"shift", 2, 4, false, Scale::Half, Rounding::Nearest,
     [](unsigned b, unsigned) { return LevelTable(shiftLevels(b), b); }},
    {"sign", 1, 1, false, Scale::Half, Rounding::Sign,
     [](unsigned b, unsigned) {
         return LevelTable({-1.0f, 1.0f}, b);
     }},
    {"bct", 2, 8, false, Scale::PowerOfTwo, Rounding::Nearest,
     [](unsigned b, unsigned) { return LevelTable(wholeLevelsOf(b), b); }},
    {"rf", 8, 8, false, Scale::PowerOfTwo, Rounding::TwoPowers,
     [](unsigned, unsigned) { return twoPowerTable(); }},
};

} // namespace

Result<NumberFormatPtr> parse(std::string_view id)
{
    const std::string_view name = id.substr(0, id.find_first_of("0123456789"));
    const auto family = std::find_if(
        std::begin(families), std::end(families), [&](const Family& row) { return row.name == name; });
    if (family == std::end(families) || name.size() == id.size())
        return fail(ErrorCode::NotFound, "'{}' is no table format", id);
    std::string_view rest = id.substr(name.size());
    std::size_t bits = 0, exponent = 0, group = 0;
    const bool read = takeNumber(rest, bits)
        && (!family->hasExponent || (takeWord(rest, "e") && takeNumber(rest, exponent)))
        && takeWord(rest, "g") && takeNumber(rest, group);
    const bool isSigned = read && name == "dyn" && takeWord(rest, "s");
    if (!read || !rest.empty())
        return fail(
            ErrorCode::InvalidInput, "'{}' is not of the form {}<bits>{}g<group>{}", id, name,
            family->hasExponent ? "e<exponent bits>" : "", name == "dyn" ? "[s]" : "");
    if (bits < family->fewest || bits > family->most)
        return fail(
            ErrorCode::Unsupported, "'{}': {} bits is outside {}..{}", id, bits, family->fewest,
            family->most);
    if (family->hasExponent && (exponent < 1 || exponent + 1 > bits || exponent > 5))
        return fail(
            ErrorCode::Unsupported, "'{}': {} exponent bits do not fit into {} bits beside a sign", id,
            exponent, bits);
    TRY_VOID(checkGroup(id, group));
    Kind kind;
    kind.bits = static_cast<unsigned>(bits);
    kind.stem =
        family->hasExponent ? fmt::format("{}{}e{}", name, bits, exponent) : fmt::format("{}{}", name, bits);
    kind.scale = isSigned ? Scale::SignedHalf : family->scale;
    kind.rounding = family->rounding;
    kind.table =
        sharedTable(kind.stem, [&] { return family->make(kind.bits, static_cast<unsigned>(exponent)); });
    return std::make_shared<const BlockFormat<TableLayout>>(TableLayout(std::move(kind), group));
}

std::vector<std::string> examples()
{
    return {"fp3e2g64",     "fp4e2g64",      "fp6e3g64",  "fp8e4g128", "kfp4e2g64", "kfp3e2g64",
            "kfp5e3g128",   "dyn3g64s",      "dyn4g64",   "dyn4g64s",  "dyn8g128s", "quantile3g64",
            "quantile4g64", "quantile8g128", "shift2g64", "shift3g64", "shift4g64", "sign1g64",
            "bct4g64",      "bct4g256",      "bct8g64",   "rf8g256"};
}

} // namespace tritloom::tableFormat
