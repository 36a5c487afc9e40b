#pragma once

#include "compute/cpu/kernels.h"
#include "compute/cpu/packed/packed_weights.h"

#include <optional>

namespace tritloom::cpu {

/// A tensor on this device: as it was given, or, once a product has used it as weights, repacked for
/// products.
///
/// The repacked copy replaces the bytes as given, which this lets go (a mapped file stays mapped for as long as
/// its model lives; its pages are the system's to drop). Never decoded. One caller at a time.
class CpuTensor {
public:
    explicit CpuTensor(Tensor tensor)
        : m_type(tensor.type())
        , m_given(std::move(tensor))
    {
    }

    [[nodiscard]] const TensorType& type() const { return m_type; }
    /// Empty once packed() has given something.
    [[nodiscard]] const Tensor& given() const { return m_given; }
    /// The repacked weights; null where the format has no row in kernels.cpp or lines fill no spans.
    /// Errors: OutOfMemory.
    [[nodiscard]] Result<const PackedWeights*> packed() const;
    /// Row `index`, decoded, from whatever there is. values: columns.
    void decodeRow(std::size_t index, std::span<float> values) const;

private:
    TensorType m_type;
    mutable Tensor m_given; // what a product does to it changes no number
    mutable std::optional<PackedWeights> m_packed;
    mutable bool m_asked = false;
};

} // namespace tritloom::cpu
