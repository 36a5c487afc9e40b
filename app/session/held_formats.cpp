#include "app/session/held_formats.h"

#include "app/session/export_kinds.h"
#include "core/export/integer_codes.h"
#include "core/file/gguf_types.h"
#include "core/method/row_packer.h"

#include <algorithm>
#include <cmath>

namespace tritloom {

// Whether weights become whole numbers with whole zero points under scales, as DequantizeLinear has them, is
// told by a row of some numbers.
int onnxBits(const NumberFormatPtr& format)
{
    if (!format->isWritable() || format->isFloat())
        return 0;
    const TensorType type{format, {1, format->blockElements()}};
    std::vector<float> row(type.columns());
    for (std::size_t i = 0; i < row.size(); ++i)
        row[i] = float(std::sin(double(i * i) + 1) + 0.1);
    std::vector<std::byte> packed(type.bytes());
    encodeRow(*format, row, packed, {});
    const auto codes = integerCodes(Tensor::adopt(type, std::move(packed)));
    return !codes ? 0 : storedAs(*codes, 4) ? 4 : storedAs(*codes, 8) ? 8 : 0;
}

bool isHeldByOthers(const Model& model, const NumberFormatPtr& format)
{
    if (!model.picture || format->isFloat())
        return true;
    return std::ranges::any_of(exportKindsFor(model), [&](const ExportTarget* target) {
        return (target->id.starts_with("onnx") && onnxBits(format) != 0)
            || (target->id == "diffusion-gguf" && gguf::findFormat(format->id()) != nullptr);
    });
}

} // namespace tritloom
