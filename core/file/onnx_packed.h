#pragma once

#include "core/file/model_file.h"
#include "core/file/operator_graph.h"

#include <map>
#include <set>

namespace tritloom::onnx {

/// An initializer of whole numbers of 4 or 8 bits where it lies.
struct WholeNumbers {
    int elementType = 0; ///< ONNX's number: 2 u8, 3 i8, 21 u4, 22 i4
    Shape shape;
    std::span<const std::byte> bytes; ///< two elements of 4 bits a byte, the first in the low half
    std::shared_ptr<const void> owner;

    [[nodiscard]] bool areWhole() const; ///< of such a type, and as many bytes as the shape asks for
};
using WholeInitializers = std::map<std::string, WholeNumbers, std::less<>>;

/// The values that DequantizeLinear and MatMulNBits read.
[[nodiscard]] std::set<std::string, std::less<>> quantizedInputs(const OperatorGraph& graph);

/// Weights that DequantizeLinear or MatMulNBits make of initializers become packed tensors: the operator goes
/// (or is a MatMul from then on), its initializers too where nobody else reads them. What such a tensor
/// cannot hold stays as it is: scales along an odd axis, zero points that are floats, weights that are no
/// layer's.
void packWeights(OperatorGraph& graph, std::vector<NamedTensor>& tensors, WholeInitializers& whole);

} // namespace tritloom::onnx
