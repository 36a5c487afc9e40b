#include "core/export/network_targets.h"
#include "core/export/onnx_weights.h"

namespace tritloom {

// Convolutions have no such operator, and blocks of other sizes neither: those become what the INT4 target
// makes.
Result<WrittenFile> exportOnnxMatMulNBits(const ExportRequest& request)
{
    return onnx::writeNetwork(
        request, "MatMulNBits, INT4 or INT8",
        [](onnx::Document& document, const onnx::CodedLayer& layer) -> Result<onnx::WhyNot> {
            if (TRY(writeMatMulNBits(document, layer)).empty())
                return onnx::WhyNot();
            return writeDequantized(document, layer, 4);
        });
}

} // namespace tritloom
