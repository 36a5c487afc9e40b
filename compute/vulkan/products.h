#pragma once

#include "compute/vulkan/device.h"

namespace tritloom::vulkan {

/// Whether the device can multiply x [tokens, columns] with such weights.
[[nodiscard]] bool canMultiply(const TensorType& x, const TensorType& weights, const DeviceLimits& limits);
/// Records y [tokens, rows of the weights] = x times weights. Matrices that are larger than a shader can be
/// given are cut along their rows, results along their tokens. Errors: those of Device::run().
[[nodiscard]] Result<void> multiply(
    Device& device, const TensorType& x, const TensorType& weights,
    const std::array<BufferPtr, 3>& buffers, ///< weights, x, y
    Variant tiles = Variant::Plain); ///< of many tokens: Plain or Halves

/// So many bytes for each row (of weights, or token) in a buffer.
struct Rows {
    BufferPtr buffer;
    std::size_t rowBytes = 0;
};

/// A product however its input is given.
struct Product {
    TensorType weights;
    BufferPtr matrix;
    std::vector<Rows> inputs; ///< by token: bindings 1, 3 ...
    BufferPtr result; ///< binding 2
    std::size_t tokens = 0;
    Variant variant = Variant::Plain;
    std::uint32_t lineColumns = 0; ///< Dots: columns of weights under one scale
    std::vector<std::uint32_t> constants; ///< behind those of every product
};
[[nodiscard]] Result<void> multiply(Device& device, const Product& product);

/// How many rows of so many bytes can be bound at once, where each part begins at an offset that is allowed.
[[nodiscard]] std::size_t rowsThatFit(std::size_t rows, std::size_t rowBytes, const DeviceLimits& limits);
/// Rows first .. first + count of `all`.
[[nodiscard]] Operand
partOf(const Rows& rows, std::size_t first, std::size_t count, std::size_t all, bool isWritten);

/// Whether the device can take rows out of such a table.
[[nodiscard]] bool canGather(const TensorType& ids, const TensorType& table, const DeviceLimits& limits);
/// Records y [ids, columns] = rows of the table with these numbers, which must be rows of it.
[[nodiscard]] Result<void> gatherRows(
    Device& device, const TensorType& ids, const TensorType& table,
    const std::array<BufferPtr, 3>& buffers); ///< table, ids, y

} // namespace tritloom::vulkan
