#pragma once

#include "core/export/onnx_document.h"

namespace tritloom::onnx {

/// Batch norms that only add something, as folding leaves them, become biases of the convolutions before
/// them. Gives how many did.
std::size_t absorbNorms(Document& document);

} // namespace tritloom::onnx
