#pragma once

#include "core/file/model_file.h"

/// Kernels as TensorFlow stores them become layers as they are computed with here. Each turns a tensor of
/// plain floats, else leaves it alone. The numbers of those with four dimensions are copied into the order of
/// the layer.
namespace tritloom::networks {

void turnConvolution(NamedTensor& kernel); ///< [h, w, inputs, outputs] -> [outputs, inputs h w]
void turnDepthwise(NamedTensor& kernel); ///< [h, w, channels, times] -> [channels times, h w]
/// [h, w, outputs, inputs] -> [outputs h w, inputs], of a transposed convolution
void turnTransposedConvolution(NamedTensor& kernel);
void turnDense(NamedTensor& kernel); ///< [inputs, outputs] -> [outputs, inputs], where it lies

} // namespace tritloom::networks
