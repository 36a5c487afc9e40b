#include "core/file/gguf.h"
#include "core/file/huggingface.h"

namespace tritloom {

// The only list of model file formats, in the order they are asked.
std::span<const ModelFormat> modelFormats()
{
    static constexpr ModelFormat formats[] = {
        {"gguf", "GGUF", "*.gguf", gguf::sniff, gguf::read},
        {"huggingface", "Hugging Face", "*.safetensors config.json model.safetensors.index.json",
         huggingface::sniff, huggingface::read},
    };
    return formats;
}

} // namespace tritloom
