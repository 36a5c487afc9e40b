#pragma once

#include "core/graph/graph.h"

#include <cstdint>

namespace tritloom {
struct Model;
}

namespace tritloom::onnx {

/// The three ways in which whole numbers are written into an ONNX file.
enum class Form {
    Int8, ///< INT8 behind DequantizeLinear
    Int4, ///< INT4 where the codes fit, else INT8
    MatMulNBits ///< INT2, INT4 or INT8 in blocks
};

/// What a layer becomes in an ONNX file. A value.
struct Storage {
    int codeBits = 0; ///< that the format's own codes take; 0: it has none at even distances
    int bits = 0; ///< that a code takes in the file, 2, 4 or 8; 0: the floats that the weights stand for
    std::uint64_t bytes = 0; ///< of codes, scales and zero points, or of the floats

    [[nodiscard]] bool isWider() const { return bits > codeBits; }
};

/// Whether a file of Form::MatMulNBits has the tensor so, where the blocks of its format allow it: products
/// with it on the right are all that read it. Others are written as with Form::Int4.
[[nodiscard]] bool isForMatMulNBits(const Model& model, TensorId tensor);

/// realBytes: of the floats that the network computes with, 4 or 2. Told by a row of some numbers: whether
/// zero points are whole is the format's nature, not the weights'. Some microseconds.
[[nodiscard]] Storage storageOf(const TensorType& type, Form form, std::size_t realBytes);

} // namespace tritloom::onnx
