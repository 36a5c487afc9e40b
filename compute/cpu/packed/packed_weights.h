#pragma once

#include "compute/cpu/packed/layout.h"

#include <memory>
#include <span>

namespace tritloom::cpu {

/// Memory for weights: aligned to 64 bytes, in huge pages where it is large. Immutable once filled.
class WeightBuffer {
public:
    /// Errors: OutOfMemory.
    [[nodiscard]] static Result<WeightBuffer> allocate(std::size_t bytes);
    [[nodiscard]] std::uint8_t* data() const { return m_bytes.get(); }
    [[nodiscard]] std::size_t size() const { return m_size; }

private:
    std::shared_ptr<std::uint8_t> m_bytes;
    std::size_t m_size = 0;
};

/// A matrix of weights in the layout for products. Immutable, shared between threads.
struct PackedWeights {
    PackedLayout layout;
    WeightBuffer buffer;

    [[nodiscard]] const std::uint8_t* block(std::size_t panel, std::size_t index) const
    {
        return buffer.data() + layout.offsetOf(panel, index);
    }
    /// The elements of a row as the format's own decoder gives them, bit for bit. values: layout.columns.
    void decodeRow(std::size_t row, std::span<float> values) const;
};

/// Every code and scale of `weights` in the layout for products; nothing is rounded. Many threads.
/// Errors: OutOfMemory.
[[nodiscard]] Result<PackedWeights>
repack(const Tensor& weights, const PackedLayout& layout, const BlockReader& read);

} // namespace tritloom::cpu
