#pragma once

#include "core/base/half.h"
#include "core/format/coded_blocks.h"
#include "core/format/plain_kernels.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstring>
#include <limits>

namespace tritloom {

[[nodiscard]] inline float loadHalf(std::span<const std::byte> block, std::size_t offset)
{
    std::uint16_t bits;
    std::memcpy(&bits, block.data() + offset, sizeof bits);
    return halfToFloat(bits);
}

/// Too large becomes the largest half, so that what is decoded is always finite.
inline void storeHalf(std::span<std::byte> block, std::size_t offset, float value)
{
    const std::uint16_t bits = floatToHalf(std::clamp(value, -65504.0f, 65504.0f));
    std::memcpy(block.data() + offset, &bits, sizeof bits);
}

/// 1 / scale, or 0 where that is no finite number.
[[nodiscard]] inline float inverse(float scale)
{
    const float result = scale != 0 ? 1 / scale : 0.0f;
    return std::isfinite(result) ? result : 0.0f;
}

/// The bits [shift, shift + bits) of one byte.
[[nodiscard]] inline unsigned bitField(std::byte byte, unsigned shift, unsigned bits)
{
    return (std::to_integer<unsigned>(byte) >> shift) & ((1u << bits) - 1);
}

enum class PlaneOrder { LowestFirst, HighestFirst };

/// Numbers stored as `count` bit planes of one bit an element; whole planes lie behind each other.
inline void joinPlanes(
    std::span<const std::byte> from, std::size_t count, PlaneOrder order, std::span<std::uint8_t> numbers)
{
    std::fill(numbers.begin(), numbers.end(), std::uint8_t{0});
    for (std::size_t p = 0; p < count; ++p) {
        const std::size_t place = order == PlaneOrder::LowestFirst ? p : count - 1 - p;
        const std::byte* const plane = from.data() + p * numbers.size() / 8;
        for (std::size_t i = 0; i < numbers.size(); ++i)
            numbers[i] = static_cast<std::uint8_t>(numbers[i] | bitField(plane[i / 8], i % 8, 1) << place);
    }
}

inline void setBitField(std::byte& byte, unsigned shift, unsigned bits, unsigned value)
{
    const unsigned mask = ((1u << bits) - 1) << shift;
    byte = static_cast<std::byte>((std::to_integer<unsigned>(byte) & ~mask) | ((value << shift) & mask));
}

/// The element of largest magnitude, with its sign.
[[nodiscard]] inline float extreme(std::span<const float> values)
{
    float largest = 0;
    for (const float value : values)
        largest = std::fabs(value) > std::fabs(largest) ? value : largest;
    return largest;
}

struct Range {
    float lowest = 0, highest = 0;
};
[[nodiscard]] inline Range rangeOf(std::span<const float> values)
{
    const auto [lowest, highest] = std::minmax_element(values.begin(), values.end());
    return {*lowest, *highest};
}

/// sum of importance * (values - decoded)^2
[[nodiscard]] double weightedError(
    std::span<const float> values, std::span<const float> importance, std::span<const float> decoded);

/// Zeroed room for a while, on the stack when it is little.
template <typename T, std::size_t Near>
struct Scratch {
    explicit Scratch(std::size_t count)
    {
        if (count > Near)
            m_far.resize(count);
        span = count > Near ? std::span<T>(m_far) : std::span<T>(m_near).first(count);
        if (count <= Near)
            std::fill(span.begin(), span.end(), T{});
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    std::span<T> span;

private:
    std::array<T, Near> m_near;
    std::vector<T> m_far;
};

/// A number format made of a layout: the bytes of one block and how to search for good ones.
///
/// A layout has a `name()`, `elements()`, `bytes()`, `lineElements()` (weights under one Line), `table()` (a
/// span of floats by code), `line(block, index)`, `code(block, element)` or `codes(block, codes)` for all of
/// a block, `setCode(block, element, code)`, `encode(values, block)`. It may have a faster `decode(block,
/// values)` of its own and a `search(values, importance, block)`, which need not be better than encode(), or
/// a `fitBlocks(values, importance, blocks)` for many blocks at once, which must not be worse, or an
/// `encodeBlocks(values, blocks)` that gives the bytes of encode(). Those that write are given finite numbers
/// and zeroed blocks. One whose lines have a half as scale and no offset says so by `lineNumbers()`. Without
/// lineElements() it has no levels. It may have codes for products nevertheless: one `line(block, 0)` a
/// block, `codes(block, codes)`, their levels `codeTable()`.
template <typename Layout>
class BlockFormat final : public NumberFormat, public CodedBlocks {
public:
    explicit BlockFormat(Layout layout = {})
        : m_layout(std::move(layout))
    {
    }

    std::string id() const override { return std::string(m_layout.name()); }
    std::size_t blockElements() const override { return m_layout.elements(); }
    std::size_t blockBytes() const override { return m_layout.bytes(); }

    void encode(std::span<const float> values, std::span<std::byte> packed) const override
    {
        assert(values.size() == blockElements() && packed.size() == blockBytes());
        std::fill(packed.begin(), packed.end(), std::byte{0});
        if (allFinite(values))
            m_layout.encode(values, packed);
        else
            m_layout.encode(finite(values), packed);
    }

    void encodeBlocks(std::span<const float> values, std::span<std::byte> packed) const override
    {
        if constexpr (requires { m_layout.encodeBlocks(values, packed); }) {
            if (m_layout.elements() % 16 == 0 && allFinite(values)) {
                std::fill(packed.begin(), packed.end(), std::byte{0});
                return m_layout.encodeBlocks(values, packed);
            }
        }
        NumberFormat::encodeBlocks(values, packed);
    }

    void
    fit(std::span<const float> values, std::span<const float> importance,
        std::span<std::byte> packed) const override
    {
        assert(values.size() == blockElements() && importance.size() == blockElements());
        if (!allFinite(values))
            return fit(finite(values), importance, packed);
        if (!allFinite(importance))
            return fit(values, finite(importance), packed);
        if constexpr (hasFitBlocks) {
            if (m_layout.fitsBlocks())
                return fitBlocks(values, importance, packed);
        }
        if (std::all_of(importance.begin(), importance.end(), [](float factor) { return factor <= 0; }))
            return fit(values, std::vector<float>(values.size(), 1.0f), packed);
        encode(values, packed);
        if constexpr (requires(std::span<std::byte> block) { m_layout.search(values, importance, block); }) {
            Scratch<std::byte, 512> foundRoom(packed.size());
            Scratch<float, 512> decodedRoom(values.size());
            const std::span<std::byte> found = foundRoom.span;
            const std::span<float> decoded = decodedRoom.span;
            m_layout.search(values, importance, found);
            decode(packed, decoded);
            const double plain = weightedError(values, importance, decoded);
            decode(found, decoded);
            if (weightedError(values, importance, decoded) <= plain)
                std::copy(found.begin(), found.end(), packed.begin());
        }
    }

    void fitBlocks(
        std::span<const float> values, std::span<const float> importance,
        std::span<std::byte> packed) const override
    {
        if constexpr (hasFitBlocks) {
            if (m_layout.fitsBlocks() && allFinite(values) && allFinite(importance)) {
                assert(values.size() % blockElements() == 0 && importance.size() == values.size());
                std::fill(packed.begin(), packed.end(), std::byte{0});
                return m_layout.fitBlocks(values, importance, packed);
            }
        }
        NumberFormat::fitBlocks(values, importance, packed);
    }

    void decode(std::span<const std::byte> packed, std::span<float> values) const override
    {
        assert(values.size() == blockElements() && packed.size() == blockBytes());
        decodeBlock(packed, values);
    }

    void decodeBlocks(std::span<const std::byte> packed, std::span<float> values) const override
    {
        const std::size_t elements = m_layout.elements(), bytes = m_layout.bytes();
        while (values.size() >= elements) {
            decodeBlock(packed.first(bytes), values.first(elements));
            packed = packed.subspan(bytes);
            values = values.subspan(elements);
        }
        if (!values.empty()) {
            std::vector<float> last(elements);
            decodeBlock(packed.first(bytes), last);
            std::copy_n(last.begin(), values.size(), values.begin());
        }
    }

    std::size_t levelCount() const override { return m_layout.table().size(); }
    std::size_t levelRun() const override
    {
        if constexpr (hasLevels)
            return m_layout.lineElements();
        else
            return 1;
    }

    void levels(std::span<const std::byte> packed, std::size_t element, std::span<float> out) const override
    {
        const auto table = m_layout.table();
        assert(out.size() == table.size() && element < blockElements());
        if constexpr (!hasLevels)
            return;
        else {
            const Line line = m_layout.line(packed, element / m_layout.lineElements());
            for (std::size_t code = 0; code < out.size(); ++code)
                out[code] = line.scale * static_cast<float>(table[code]) + line.offset;
        }
    }

    void setLevel(std::span<std::byte> packed, std::size_t element, std::size_t level) const override
    {
        assert(level < levelCount() && element < blockElements());
        if constexpr (hasLevels)
            m_layout.setCode(packed, element, static_cast<unsigned>(level));
    }

    std::vector<float> levelTable() const override
    {
        if constexpr (hasCodesOnly) {
            return m_layout.codeTable();
        } else {
            const auto table = m_layout.table();
            return {table.begin(), table.end()};
        }
    }
    std::size_t lineElements() const override
    {
        if constexpr (hasLevels)
            return m_layout.table().size() <= 256 ? m_layout.lineElements() : 0;
        else if constexpr (hasCodesOnly)
            return m_layout.elements();
        else
            return 0;
    }
    LineNumbers lineNumbers() const override
    {
        if constexpr (requires { m_layout.lineNumbers(); })
            return m_layout.lineNumbers();
        else
            return LineNumbers::Single;
    }
    void readCodes(
        std::span<const std::byte> block, std::span<std::uint8_t> codes, std::span<Line> lines) const override
    {
        if constexpr (hasLevels || hasCodesOnly) {
            for (std::size_t l = 0; l < lines.size(); ++l)
                lines[l] = m_layout.line(block, l);
            if constexpr (hasAllCodes)
                m_layout.codes(block, codes);
            else
                for (std::size_t i = 0; i < codes.size(); ++i)
                    codes[i] = static_cast<std::uint8_t>(m_layout.code(block, i));
        }
    }

private:
    static constexpr bool hasFitBlocks =
        requires(const Layout& layout, std::span<const float> floats, std::span<std::byte> bytes)
    {
        layout.fitBlocks(floats, floats, bytes);
    };
    static constexpr bool hasLevels = requires(const Layout& layout) { layout.lineElements(); };
    static constexpr bool hasAllCodes =
        requires(const Layout& layout, std::span<const std::byte> block, std::span<std::uint8_t> codes)
    {
        layout.codes(block, codes);
    };
    static constexpr bool hasCodesOnly = requires(const Layout& layout) { layout.codeTable(); };

    void decodeBlock(std::span<const std::byte> packed, std::span<float> values) const
    {
        if constexpr (requires { m_layout.decode(packed, values); }) {
            m_layout.decode(packed, values);
        } else {
            const auto table = m_layout.table();
            const std::size_t run = m_layout.lineElements();
            const auto fill = [&](const auto& codeAt) {
                for (std::size_t begin = 0; begin < values.size(); begin += run) {
                    const Line line = m_layout.line(packed, begin / run);
                    for (std::size_t i = begin; i < begin + run; ++i)
                        values[i] = line.scale * static_cast<float>(table[codeAt(i)]) + line.offset;
                }
            };
            if constexpr (hasAllCodes) {
                Scratch<std::uint8_t, 512> codes(values.size());
                m_layout.codes(packed, codes.span);
                fill([&](std::size_t i) { return codes.span[i]; });
            } else {
                fill([&](std::size_t i) { return m_layout.code(packed, i); });
            }
        }
    }

    static bool allFinite(std::span<const float> values)
    {
        return plainKernels().allFinite(values.data(), values.size());
    }

    static std::vector<float> finite(std::span<const float> values)
    {
        std::vector<float> result(values.begin(), values.end());
        for (float& value : result)
            value = std::isfinite(value) ? value : 0.0f;
        return result;
    }

    Layout m_layout;
};

/// The whole numbers first, first + 1, ... as a table of levels.
template <std::size_t Count>
[[nodiscard]] constexpr std::array<float, Count> wholeNumbers(int first)
{
    std::array<float, Count> table{};
    for (std::size_t i = 0; i < Count; ++i)
        table[i] = static_cast<float>(first + static_cast<int>(i));
    return table;
}

/// Shares one instance of a format between all who parse its id.
template <typename Layout>
[[nodiscard]] NumberFormatPtr sharedFormat()
{
    static const NumberFormatPtr format = std::make_shared<const BlockFormat<Layout>>();
    return format;
}

} // namespace tritloom
