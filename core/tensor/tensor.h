#pragma once

#include "core/format/number_format.h"

#include <functional>
#include <memory>
#include <numeric>
#include <span>
#include <vector>

namespace tritloom {

using Shape = std::vector<std::size_t>; ///< outermost first; the last dimension is contiguous

/// What the bytes of a tensor mean. Plain floats are the format "f32", whose block is one element.
struct TensorType {
    NumberFormatPtr format;
    Shape shape;

    [[nodiscard]] std::size_t columns() const { return shape.empty() ? 1 : shape.back(); }
    [[nodiscard]] std::size_t rows() const
    {
        return shape.empty()
            ? 1
            : std::accumulate(shape.begin(), shape.end() - 1, std::size_t{1}, std::multiplies<>());
    }
    [[nodiscard]] std::size_t elements() const { return rows() * columns(); }
    /// Each row starts a new block: ceil(columns() / blockElements) * blockBytes.
    [[nodiscard]] std::size_t rowBytes() const
    {
        const std::size_t block = format->blockElements();
        return (columns() + block - 1) / block * format->blockBytes();
    }
    [[nodiscard]] std::size_t bytes() const { return rows() * rowBytes(); }
};

/// Immutable numbers in host memory, owned or memory-mapped. Copying shares the bytes.
class Tensor {
public:
    Tensor() = default;
    /// owner: whatever keeps `bytes` alive (a vector, a mapped file).
    Tensor(TensorType type, std::span<const std::byte> bytes, std::shared_ptr<const void> owner);

    [[nodiscard]] static Tensor adopt(TensorType type, std::vector<std::byte> bytes);
    [[nodiscard]] static Tensor adoptFloats(Shape shape, std::vector<float> values);
    [[nodiscard]] static Tensor fromFloats(Shape shape, std::span<const float> values);

    [[nodiscard]] const TensorType& type() const { return m_type; }
    [[nodiscard]] std::span<const std::byte> bytes() const { return m_bytes; }
    [[nodiscard]] std::span<const std::byte> row(std::size_t index) const
    {
        return m_bytes.subspan(index * m_type.rowBytes(), m_type.rowBytes());
    }
    [[nodiscard]] const std::shared_ptr<const void>& owner() const { return m_owner; } ///< keeps bytes() alive
    [[nodiscard]] bool isEmpty() const { return m_bytes.empty(); }
    /// The elements of an "f32" tensor where they lie. Asserts the format and 4-byte alignment.
    [[nodiscard]] std::span<const float> floats() const;
    /// values: [some rows, columns()], from row `first` on; decoded by the format's decoder.
    void decodeRows(std::size_t first, std::span<float> values) const;
    [[nodiscard]] std::vector<float> toFloats() const; ///< every element

private:
    TensorType m_type;
    std::span<const std::byte> m_bytes;
    std::shared_ptr<const void> m_owner;
};

} // namespace tritloom
