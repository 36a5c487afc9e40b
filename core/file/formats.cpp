#include "core/file/gguf.h"

namespace tritloom {

// The only list of model file formats, in the order they are asked.
std::span<const ModelFormat> modelFormats()
{
    static constexpr ModelFormat formats[] = {
        {"gguf", "GGUF", "*.gguf", gguf::sniff, gguf::read},
    };
    return formats;
}

} // namespace tritloom
