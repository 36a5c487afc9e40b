#pragma once

#include "compute/vulkan/device.h"

namespace tritloom::vulkan {

/// Whether the device can multiply x [tokens, columns] with such weights.
[[nodiscard]] bool canMultiply(const TensorType& x, const TensorType& weights, const DeviceLimits& limits);
/// Records y [tokens, rows of the weights] = x times weights. Matrices that are larger than a shader can be
/// given are cut along their rows, results along their tokens. Errors: those of Device::run().
[[nodiscard]] Result<void> multiply(
    Device& device, const TensorType& x, const TensorType& weights,
    const std::array<BufferPtr, 3>& buffers); ///< weights, x, y

/// Whether the device can take rows out of such a table.
[[nodiscard]] bool canGather(const TensorType& ids, const TensorType& table, const DeviceLimits& limits);
/// Records y [ids, columns] = rows of the table with these numbers, which must be rows of it.
[[nodiscard]] Result<void> gatherRows(
    Device& device, const TensorType& ids, const TensorType& table,
    const std::array<BufferPtr, 3>& buffers); ///< table, ids, y

} // namespace tritloom::vulkan
