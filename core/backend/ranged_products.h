#pragma once

#include "core/backend/backend.h"

namespace tritloom {

/// Inputs rounded by a range that is fixed beforehand: code = clamp(round(x / scale) + zero, 0, 2^bits - 1),
/// the quotient in f32, ties to even; x ~ scale * (code - zero).
struct InputGrid {
    float scale = 1, zero = 0; ///< zero: a whole number
    int bits = 8; ///< 2 to 8
};

/// What a backend may offer besides: products of rounded inputs with packed weights in whole numbers.
class RangedProducts {
public:
    virtual ~RangedProducts() = default;
    /// op: Linear or Convolution. types: those of the input, of the packed weights, of a bias if there is
    /// one.
    [[nodiscard]] virtual bool supportsRanged(const Op& op, std::span<const TensorType> types) const = 0;
    /// The product of the rounded input, f32, as rounding first and a product of floats give it but for the
    /// rounding of sums. inputs: as types. Errors: those of Backend::run().
    [[nodiscard]] virtual Result<DeviceTensor> runRanged(
        const Op& op, const InputGrid& grid, std::span<const DeviceTensor> inputs, std::stop_token stop) = 0;
};

/// The same in double sums, for every format and window. inputs: as types above.
[[nodiscard]] Result<Tensor> referenceRangedProduct(
    const Op& op, const InputGrid& grid, std::span<const Tensor> inputs, std::stop_token stop);

} // namespace tritloom
