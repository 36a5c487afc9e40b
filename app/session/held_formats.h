#pragma once

#include "core/architecture/model.h"

namespace tritloom {

/// Whether one of the files that the model may become for other programs holds weights in the format as
/// codes, not as the floats they stand for. Always true of language models, whose targets say so layer by
/// layer. Some microseconds.
[[nodiscard]] bool isHeldByOthers(const Model& model, const NumberFormatPtr& format);

/// Bits of the narrowest type of ONNX, 4 or 8, that holds weights in the format as codes; 0: none does. Some
/// microseconds.
[[nodiscard]] int onnxBits(const NumberFormatPtr& format);

} // namespace tritloom
