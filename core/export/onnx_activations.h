#pragma once

#include "core/export/integer_codes.h"
#include "core/export/onnx_document.h"
#include "core/graph/layer_replacement.h"

namespace tritloom::onnx {

/// Inputs of a layer that are rounded by fixed ranges before its weights meet them.
struct RoundedInput {
    std::string layer; ///< the name of its weights
    int bits = 8;
    std::vector<float> scales; ///< one, or one a channel
    std::vector<std::uint8_t> zeros;
    std::vector<float> weightScales; ///< of each output, where biases may be whole numbers; else empty
};

/// What a replacement of rounded inputs and a matrix stands for: the matrix, and the rounding. Errors:
/// Unsupported (any other replacement, ranges by time step, bits that no element type of ONNX has), naming
/// layer and format.
[[nodiscard]] Result<std::pair<Tensor, RoundedInput>>
roundedInputOf(const LayerReplacement& replacement, const std::string& layer, const std::string& format);

/// QuantizeLinear (UINT8) and DequantizeLinear on the value that the layer's products and convolutions read;
/// once for those that round alike. Fewer bits than 8 are a Clip in front: onnxruntime's optimisation carries
/// UINT4 into pools, which do not take it. Biases of convolutions become INT32 with the product of both
/// scales, without which onnxruntime does not compute in integers. Errors: Unsupported (a product whose other
/// side is turned), those of raiseOperatorSet().
[[nodiscard]] Result<void> writeRoundedInputs(Document& document, const std::vector<RoundedInput>& inputs);

} // namespace tritloom::onnx
