#pragma once

#include "compute/vulkan/device.h"

#include "core/graph/op.h"

namespace tritloom::vulkan {

/// Whether the device has this Convolution or TransposedConvolution of x, weights and maybe a bias: one or
/// two spatial dimensions, weights of any format of formats.cpp.
[[nodiscard]] bool canConvolve(const Op& op, std::span<const TensorType> inputs, const DeviceLimits& limits);

/// Records it. Windows are looked up where they are multiplied, so nothing is unfolded into memory. Where x
/// or the result is larger than a shader can be given, some pictures of the batch at a time. buffers: x,
/// weights, maybe a bias. Errors: those of Device::run().
[[nodiscard]] Result<BufferPtr> convolve(
    Device& device, const Op& op, std::span<const TensorType> inputs, std::span<const BufferPtr> buffers,
    Variant tiles = Variant::Plain);

} // namespace tritloom::vulkan
