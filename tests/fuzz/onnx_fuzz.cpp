#include "core/architecture/model.h"
#include "core/file/onnx.h"

using namespace tritloom;

/// Any bytes give a model or an Error; a model's layers can be read and its graph be built.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    auto file = onnx::parse(std::as_bytes(std::span(data, size)), "x.onnx", nullptr, "/nonexistent");
    if (!file)
        return 0;
    for (const NamedTensor& tensor : file->tensors)
        if (const auto values = materialise(tensor); values && values->type().elements() < 1u << 16)
            (void)values->toFloats();
    (void)makeModel(std::move(*file));
    return 0;
}
