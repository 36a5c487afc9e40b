#include "app/session/held_formats.h"

#include "app/session/export_kinds.h"
#include "core/export/onnx_storage.h"
#include "core/file/gguf_types.h"

#include <algorithm>

namespace tritloom {

int onnxBits(const NumberFormatPtr& format)
{
    return onnx::storageOf({format, {1, format->blockElements()}}, onnx::Form::Int4, sizeof(float)).bits;
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
