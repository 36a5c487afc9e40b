#pragma once

#include "core/tensor/tensor.h"

#include "tests/support/numbers.h"

namespace tritloom::fixture {

/// Normal numbers in any format; columns may end inside a block.
inline Tensor randomWeights(const NumberFormatPtr& format, std::size_t rows, std::size_t columns)
{
    const TensorType type{format, {rows, columns}};
    const std::size_t block = format->blockElements(), blocks = type.rowBytes() / format->blockBytes();
    const std::vector<float> values = normalValues(rows * blocks * block, 2);
    std::vector<std::byte> bytes(type.bytes());
    for (std::size_t i = 0; i < rows * blocks; ++i)
        format->encode(
            std::span(values).subspan(i * block, block),
            std::span(bytes).subspan(i * format->blockBytes(), format->blockBytes()));
    return Tensor::adopt(type, std::move(bytes));
}

} // namespace tritloom::fixture
