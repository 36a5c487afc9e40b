#include "core/file/safetensors.h"

using namespace tritloom;

/// Any bytes give tensors or an Error; tensors lie inside the file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto entries = safetensors::parse(std::as_bytes(std::span(data, size)), "x.safetensors", nullptr);
    if (!entries)
        return 0;
    for (const safetensors::Entry& entry : *entries)
        if (const auto tensor = safetensors::toTensor(entry); tensor && tensor->type().elements() < 1u << 16)
            (void)tensor->toFloats();
    return 0;
}
