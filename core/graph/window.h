#pragma once

#include "core/base/result.h"
#include "core/graph/op.h"
#include "core/tensor/tensor.h"

#include <array>

namespace tritloom {

/// Where the windows of a convolution or a pool lie. Always three spatial dimensions: missing ones are 1.
/// Output o reads input o * stride - padBegin + k * dilation for k < kernel (a transposed one writes there).
struct Window {
    using Three = std::array<std::int64_t, 3>;
    std::int64_t batch = 1, channels = 1;
    std::size_t dimensions = 0; ///< spatial ones that are really there
    Three input{1, 1, 1}, kernel{1, 1, 1}, stride{1, 1, 1}, dilation{1, 1, 1}, padBegin{}, padEnd{},
        output{1, 1, 1};

    [[nodiscard]] std::int64_t inputSize() const { return input[0] * input[1] * input[2]; }
    [[nodiscard]] std::int64_t kernelSize() const { return kernel[0] * kernel[1] * kernel[2]; }
    [[nodiscard]] std::int64_t outputSize() const { return output[0] * output[1] * output[2]; }
    /// [batch, channels, spatial output sizes that are really there]
    [[nodiscard]] Shape outputShape(std::int64_t outputChannels) const;
};

/// From the lists of the op (kernel, strides, dilations, pads, outputPadding) and the shape of its input.
/// Errors: InvalidInput (lists of the wrong length, a window larger than the padded input, sizes below 1).
[[nodiscard]] Result<Window> windowOf(const Op& op, const Shape& input);

} // namespace tritloom
