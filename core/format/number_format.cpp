#include "core/format/number_format.h"

#include <algorithm>
#include <cassert>

namespace tritloom {

void NumberFormat::fit(
    std::span<const float> values, std::span<const float>, std::span<std::byte> packed) const
{
    encode(values, packed);
}

void NumberFormat::encodeBlocks(std::span<const float> values, std::span<std::byte> packed) const
{
    const std::size_t elements = blockElements(), bytes = blockBytes();
    assert(values.size() % elements == 0 && packed.size() == values.size() / elements * bytes);
    for (std::size_t block = 0; block * elements < values.size(); ++block)
        encode(values.subspan(block * elements, elements), packed.subspan(block * bytes, bytes));
}

void NumberFormat::fitBlocks(
    std::span<const float> values, std::span<const float> importance, std::span<std::byte> packed) const
{
    const std::size_t elements = blockElements(), bytes = blockBytes();
    assert(values.size() % elements == 0 && importance.size() == values.size());
    for (std::size_t block = 0; block * elements < values.size(); ++block)
        fit(values.subspan(block * elements, elements), importance.subspan(block * elements, elements),
            packed.subspan(block * bytes, bytes));
}

void NumberFormat::decodeBlocks(std::span<const std::byte> packed, std::span<float> values) const
{
    const std::size_t elements = blockElements(), bytes = blockBytes();
    while (values.size() >= elements) {
        decode(packed.first(bytes), values.first(elements));
        packed = packed.subspan(bytes);
        values = values.subspan(elements);
    }
    if (!values.empty()) {
        std::vector<float> last(elements);
        decode(packed.first(bytes), last);
        std::copy_n(last.begin(), values.size(), values.begin());
    }
}

void NumberFormat::levels(std::span<const std::byte>, std::size_t, std::span<float>) const
{
    assert(false && "only for formats with levelCount() > 0");
}

void NumberFormat::setLevel(std::span<std::byte>, std::size_t, std::size_t) const
{
    assert(false && "only for formats with levelCount() > 0");
}

} // namespace tritloom
