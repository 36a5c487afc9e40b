#pragma once

#include "core/format/nested_format.h"
#include "core/tensor/tensor.h"

#include <fmt/format.h>

namespace tritloom::fixture {

/// Nested integers of eight planes as a reader of `width` bits has them: the beginning of each block.
inline Tensor nestedAt(const Tensor& eight, int width)
{
    const auto shape = nestedFormat::parseShape(eight.type().format->id()).value();
    if (width == shape.width)
        return eight;
    const auto narrower = parseNumberFormat(fmt::format("nested8as{}g{}", width, shape.group)).value();
    const std::size_t whole = eight.type().format->blockBytes(), kept = narrower->blockBytes();
    std::vector<std::byte> packed;
    for (std::size_t at = 0; at < eight.bytes().size(); at += whole) {
        const auto block = eight.bytes().subspan(at, kept);
        packed.insert(packed.end(), block.begin(), block.end());
    }
    return Tensor::adopt({narrower, eight.type().shape}, std::move(packed));
}

} // namespace tritloom::fixture
