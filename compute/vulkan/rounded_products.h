#pragma once

#include "compute/vulkan/products.h"

namespace tritloom::vulkan {

/// Products of a device whose activations are rounded to 8 bits, as the CPU's mode of that name rounds them
/// for the same weights: a product of bytes where the device has those, else of floats that were rounded.
/// Keeps what it has rounded last: the weights that read the same input mostly come one after the other. One
/// caller at a time.
class RoundedProducts {
public:
    /// Whether a product of so many tokens sees rounded activations. Not where weights are floats, or their
    /// blocks fill no 16 columns, nor many tokens where the levels of weights are fractions.
    [[nodiscard]] static bool rounds(std::size_t tokens, const TensorType& weights);

    /// As vulkan::multiply(), for what rounds().
    [[nodiscard]] Result<void> multiply(
        Device& device, const TensorType& x, const TensorType& weights,
        const std::array<BufferPtr, 3>& buffers); ///< weights, x, y

private:
    struct Wish {
        BufferPtr x;
        std::size_t tokens = 0, columns = 0, paddedColumns = 0, runColumns = 0, lineColumns = 0;
        std::uint32_t kind = 0;
        bool asFloats = false;

        bool operator==(const Wish&) const = default;
    };
    struct Made {
        BufferPtr values; ///< bytes [tokens, paddedColumns], or floats [tokens, columns]
        BufferPtr lines; ///< f32 [tokens, lines, 2]; null for floats
    };
    static Result<Made> round(Device& device, const Wish& wish);

    Wish m_wish;
    Made m_made;
};

} // namespace tritloom::vulkan
