#include "core/export/network_targets.h"
#include "core/export/onnx_weights.h"

namespace tritloom {

Result<WrittenFile> exportOnnxInt4(const ExportRequest& request)
{
    return onnx::writeNetwork(
        request, "INT4 or INT8 behind DequantizeLinear",
        [](onnx::Document& document, const onnx::CodedLayer& layer) {
            return writeDequantized(document, layer, 4);
        });
}

} // namespace tritloom
