#include "core/format/nested_format.h"

#include "core/format/block_format.h"
#include "core/format/group_id.h"

namespace tritloom {
namespace nested {

int roundTo(int width, int eight)
{
    if (width == 8)
        return eight;
    const int dropped = 8 - width;
    return std::min((eight + (1 << (dropped - 1))) >> dropped, (1 << (width - 1)) - 1);
}

} // namespace nested

namespace nestedFormat {
namespace {

class NestedLayout {
public:
    explicit NestedLayout(Shape shape)
        : m_width(shape.width)
        , m_group(shape.group)
    {
        for (int code = 0; code < 1 << m_width; ++code)
            m_table[std::size_t(code)] =
                static_cast<float>((code - (1 << (m_width - 1))) * (1 << (8 - m_width)));
    }
    std::string name() const
    {
        return m_width == 8 ? fmt::format("nested8g{}", m_group)
                            : fmt::format("nested8as{}g{}", m_width, m_group);
    }
    std::size_t elements() const { return m_group; }
    std::size_t lineElements() const { return m_group; }
    std::size_t bytes() const { return 2 + planes() * m_group / 8; }
    std::span<const float> table() const
    {
        return std::span(m_table).first(std::size_t{1} << m_width);
    }
    static LineNumbers lineNumbers() { return LineNumbers::HalfScale; }
    static Line line(std::span<const std::byte> block, std::size_t) { return {loadHalf(block, 0), 0}; }
    /// Planes that are not there are zeros.
    void codes(std::span<const std::byte> block, std::span<std::uint8_t> codes) const
    {
        joinPlanes(block.subspan(2), planes(), PlaneOrder::HighestFirst, codes);
        for (std::uint8_t& code : codes) {
            const int eight = (int(code) << (8 - planes())) - 128;
            code = static_cast<std::uint8_t>(nested::roundTo(m_width, eight) + (1 << (m_width - 1)));
        }
    }
    void setCode(std::span<std::byte> block, std::size_t i, unsigned code) const
    {
        setEight(block, i, (static_cast<int>(code) - (1 << (m_width - 1))) * (1 << (8 - m_width)));
    }

    /// What is stored does not depend on the width, only how much of it.
    void encode(std::span<const float> values, std::span<std::byte> block) const
    {
        storeHalf(block, 0, std::fabs(extreme(values)) / 127);
        const float factor = inverse(loadHalf(block, 0));
        for (std::size_t i = 0; i < values.size(); ++i)
            setEight(block, i, eightOf(values[i], factor));
    }

    /// The scale that leaves the least at this width.
    void
    search(std::span<const float> values, std::span<const float> importance, std::span<std::byte> block) const
    {
        const float widest = std::fabs(extreme(values)) / 127;
        float best = widest;
        double least = std::numeric_limits<double>::infinity();
        for (int k = 0; k < 32; ++k) {
            const float scale = roundToHalf(widest * (1 - 0.025f * static_cast<float>(k)));
            const float factor = inverse(scale), step = scale * static_cast<float>(1 << (8 - m_width));
            double error = 0;
            for (std::size_t i = 0; i < values.size() && error < least; ++i) {
                const double distance = static_cast<double>(values[i])
                    - step * static_cast<float>(nested::roundTo(m_width, eightOf(values[i], factor)));
                error += importance[i] * distance * distance;
            }
            if (error < least) {
                least = error;
                best = scale;
            }
        }
        storeHalf(block, 0, best);
        const float factor = inverse(loadHalf(block, 0));
        for (std::size_t i = 0; i < values.size(); ++i)
            setEight(block, i, eightOf(values[i], factor));
    }

private:
    /// Those of the width and the next one, which decides the rounding; lower ones cannot carry.
    std::size_t planes() const { return m_width == 8 ? 8 : std::size_t(m_width) + 1; }
    static int eightOf(float value, float factor)
    {
        return static_cast<int>(std::clamp(std::nearbyint(value * factor), -128.0f, 127.0f));
    }
    /// Plane p, the highest bit first, as offset binary.
    void setEight(std::span<std::byte> block, std::size_t i, int eight) const
    {
        const auto value = static_cast<unsigned>(eight + 128);
        for (std::size_t p = 0; p < planes(); ++p)
            setBitField(block[2 + (p * m_group + i) / 8], i % 8, 1, value >> (7 - p) & 1);
    }

    int m_width;
    std::size_t m_group;
    std::array<float, 256> m_table{}; ///< in steps of the 8 bits
};

} // namespace

Result<Shape> parseShape(std::string_view id)
{
    std::string_view rest = id;
    if (!takeWord(rest, "nested"))
        return fail(ErrorCode::NotFound, "'{}' is not nested", id);
    Shape shape;
    std::size_t width = 8;
    const bool read = takeWord(rest, "8") && (!takeWord(rest, "as") || takeNumber(rest, width))
        && takeWord(rest, "g") && takeNumber(rest, shape.group) && rest.empty();
    if (!read)
        return fail(ErrorCode::InvalidInput, "'{}' is not of the form nested8[as<width>]g<group>", id);
    if (width < 2 || width > 8 || (width == 8 && id.find("as") != std::string_view::npos))
        return fail(ErrorCode::Unsupported, "'{}' is read at {} bits, allowed is 2 to 7", id, width);
    TRY_VOID(checkGroup(id, shape.group));
    shape.width = static_cast<int>(width);
    return shape;
}

Result<NumberFormatPtr> parse(std::string_view id)
{
    return std::make_shared<const BlockFormat<NestedLayout>>(NestedLayout(TRY(parseShape(id))));
}

std::vector<std::string> examples()
{
    return {"nested8g64", "nested8as6g64", "nested8as4g64", "nested8as3g64", "nested8as2g64"};
}

} // namespace nestedFormat
} // namespace tritloom
