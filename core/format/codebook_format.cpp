#include "core/format/codebook_format.h"

#include "core/format/bit_fields.h"
#include "core/format/block_format.h"
#include "core/format/line_search.h"
#include "core/format/ternary_kernels.h"

#include <charconv>

namespace tritloom::codebookFormat {
namespace {

/// Quantiles of the normal distribution, as published, scaled to [-1, 1]; zero is one of them.
constexpr std::array<float, 16> normalLevels{
    -1.0f,
    -0.6961928009986877f,
    -0.5250730514526367f,
    -0.39491748809814453f,
    -0.28444138169288635f,
    -0.18477343022823334f,
    -0.09105003625154495f,
    0.0f,
    0.07958029955625534f,
    0.16093020141124725f,
    0.24611230194568634f,
    0.33791524171829224f,
    0.44070982933044434f,
    0.5626170039176941f,
    0.7229568362236023f,
    1.0f};
constexpr std::array<float, 4> ternaryLevels{-1, 0, 1, 2}; // the last is what a stray field 3 decodes to

/// What both have in common: an f16 scale and fields of Bits bits.
template <unsigned Bits>
class Codebook {
public:
    explicit Codebook(std::size_t group)
        : m_group(group)
    {
    }
    std::size_t elements() const { return m_group; }
    std::size_t lineElements() const { return m_group; }
    std::size_t bytes() const { return 2 + m_group * Bits / 8; }
    static Line line(std::span<const std::byte> block, std::size_t) { return {loadHalf(block, 0), 0}; }
    static unsigned code(std::span<const std::byte> block, std::size_t i)
    {
        return loadField(block.subspan(2), i, Bits);
    }
    static void setCode(std::span<std::byte> block, std::size_t i, unsigned code)
    {
        storeField(block.subspan(2), i, Bits, code);
    }
    static void setCodes(std::span<std::byte> block, std::span<const std::uint8_t> codes)
    {
        const std::uint8_t* const from = codes.data();
        std::byte* to = block.data() + 2;
        for (std::size_t begin = 0; begin < codes.size(); begin += 8, to += Bits) {
            std::uint64_t eight;
            std::memcpy(&eight, from + begin, sizeof eight);
            eight = joinedFields(eight, Bits);
            std::memcpy(to, &eight, Bits);
        }
    }

protected:
    std::size_t m_group;
};

class NormalFloat : public Codebook<4> {
    static constexpr TableForSearch levels{normalLevels};

public:
    using Codebook::Codebook;
    std::string name() const { return fmt::format("nf4g{}", m_group); }
    static std::span<const float> table() { return normalLevels; }
    /// Sixteen long groups side by side would not stay in the cache.
    bool fitsBlocks() const { return m_group <= 256; }
    void fitBlocks(
        std::span<const float> values, std::span<const float> importance, std::span<std::byte> blocks) const
    {
        fitHalfScales(
            *this, 0, scaleGrid(tableLines(levels), ScaleSign::Positive, m_group),
            [](const LineBatch& batch) { return scalesToEnd(batch, 1); }, values, importance, blocks);
    }
    void
    search(std::span<const float> values, std::span<const float> importance, std::span<std::byte> block) const
    {
        searchHalfScale(*this, 0, levels.levels(), ScaleSign::Positive, values, importance, block);
    }
    static void encode(std::span<const float> values, std::span<std::byte> block)
    {
        storeHalf(block, 0, std::fabs(extreme(values)));
        const float factor = inverse(loadHalf(block, 0));
        for (std::size_t i = 0; i < values.size(); ++i) {
            unsigned code = 0;
            while (code < 15 && values[i] * factor > (normalLevels[code] + normalLevels[code + 1]) / 2)
                ++code;
            setCode(block, i, code);
        }
    }
    static void decode(std::span<const std::byte> block, std::span<float> values)
    {
        const float scale = loadHalf(block, 0);
        for (std::size_t i = 0; i < values.size() / 2; ++i) {
            const unsigned pair = std::to_integer<unsigned>(block[2 + i]);
            values[2 * i] = scale * normalLevels[pair & 15];
            values[2 * i + 1] = scale * normalLevels[pair >> 4];
        }
    }
};

/// By line: the scale of Ternary::encode().
std::array<float, lanesOfLines> scaleAboveThreshold(const LineBatch& batch)
{
    const LineSamples samples = batch.samples();
    std::array<float, lanesOfLines> sum{}, above{}, count{};
    for (std::size_t i = 0; i < samples.count; ++i)
        for (std::size_t lane = 0; lane < lanesOfLines; ++lane)
            sum[lane] += std::fabs(samples.values[i * lanesOfLines + lane]);
    for (float& threshold : sum)
        threshold *= 0.7f / static_cast<float>(samples.count);
    for (std::size_t i = 0; i < samples.count; ++i)
        for (std::size_t lane = 0; lane < lanesOfLines; ++lane) {
            const float value = std::fabs(samples.values[i * lanesOfLines + lane]);
            const bool isAbove = value > sum[lane];
            above[lane] += isAbove ? value : 0.0f;
            count[lane] += isAbove ? 1.0f : 0.0f;
        }
    std::array<float, lanesOfLines> scale;
    for (std::size_t lane = 0; lane < lanesOfLines; ++lane)
        scale[lane] = count[lane] > 0 ? above[lane] / count[lane] : 0.0f;
    return scale;
}

class Ternary : public Codebook<2> {
public:
    using Codebook::Codebook;
    std::string name() const { return fmt::format("ternaryg{}", m_group); }
    static std::span<const float> table() { return std::span(ternaryLevels).first(3); }
    /// Sixteen long groups side by side would not stay in the cache.
    bool fitsBlocks() const { return m_group <= 256; }
    void fitBlocks(
        std::span<const float> values, std::span<const float> importance, std::span<std::byte> blocks) const
    {
        fitHalfScales(*this, 0, ternaryGrid(m_group), scaleAboveThreshold, values, importance, blocks);
    }
    void
    search(std::span<const float> values, std::span<const float> importance, std::span<std::byte> block) const
    {
        searchTernary(*this, 0, values, importance, block);
    }
    /// A threshold of 0.7 mean |w|: see TernaryKernels. Ternary weights come back as they were.
    void encode(std::span<const float> values, std::span<std::byte> block) const
    {
        encodeBlocks(values, block);
    }
    void encodeBlocks(std::span<const float> values, std::span<std::byte> blocks) const
    {
        constexpr std::size_t most = 128; // blocks at a time
        const std::size_t batch = std::clamp<std::size_t>(4096 / m_group, 1, most);
        std::array<float, most> scales;
        Scratch<std::uint8_t, 4096> codes(batch * m_group);
        for (std::size_t first = 0; first * m_group < values.size(); first += batch) {
            const auto part = values.subspan(first * m_group);
            const std::size_t groups = std::min(batch, part.size() / m_group);
            ternaryKernels().encode(part.data(), groups, m_group, scales.data(), codes.span.data());
            for (std::size_t g = 0; g < groups; ++g) {
                const auto block = blocks.subspan((first + g) * bytes(), bytes());
                storeHalf(block, 0, scales[g]);
                setCodes(block, codes.span.subspan(g * m_group, m_group));
            }
        }
    }
    static void decode(std::span<const std::byte> block, std::span<float> values)
    {
        const float scale = loadHalf(block, 0);
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = scale * ternaryLevels[loadField(block.subspan(2), i, 2)];
    }
};

/// The group in "<stem>g<group>", or nothing when the id does not begin like that.
Result<std::size_t> parseGroup(std::string_view id, std::string_view stem)
{
    if (!id.starts_with(stem))
        return fail(ErrorCode::NotFound, "'{}' does not begin with {}", id, stem);
    std::size_t group = 0;
    const char* const end = id.data() + id.size();
    const auto parsed = std::from_chars(id.data() + stem.size(), end, group);
    if (parsed.ec != std::errc{} || parsed.ptr != end)
        return fail(ErrorCode::InvalidInput, "'{}' is not of the form {}<group>", id, stem);
    if (group == 0 || group % 8 != 0 || group > maximumGroup)
        return fail(
            ErrorCode::Unsupported, "'{}': group {} is not a multiple of 8 up to {}", id, group,
            maximumGroup);
    return group;
}

} // namespace

Result<NumberFormatPtr> parse(std::string_view id)
{
    const auto normal = parseGroup(id, "nf4g");
    if (normal)
        return std::make_shared<const BlockFormat<NormalFloat>>(NormalFloat(*normal));
    if (normal.error().code != ErrorCode::NotFound)
        return tl::make_unexpected(normal.error());
    const std::size_t group = TRY(parseGroup(id, "ternaryg"));
    return std::make_shared<const BlockFormat<Ternary>>(Ternary(group));
}

std::vector<std::string> examples()
{
    return {"nf4g64", "nf4g32", "ternaryg64", "ternaryg256"};
}

} // namespace tritloom::codebookFormat
