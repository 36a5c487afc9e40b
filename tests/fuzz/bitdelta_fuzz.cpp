#include "core/file/bitdelta_file.h"
#include "core/file/safetensors.h"
#include "tests/support/tiny_model.h"

using namespace tritloom;

/// The tensors of a safetensors file as BitDelta's difference to a small base: a model whose weights can be
/// read, or an Error.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const auto base = TinyModel{.blocks = 1}.make();
    const auto owner = std::make_shared<std::vector<std::uint8_t>>(data, data + size);
    const auto entries = safetensors::parse(std::as_bytes(std::span(*owner)), "fuzz", owner);
    if (!entries)
        return 0;
    ModelFile difference;
    difference.path = "fuzz.pt";
    for (const safetensors::Entry& entry : *entries)
        if (const auto tensor = safetensors::toTensor(entry))
            difference.tensors.push_back(
                {.name = entry.name,
                 .shape = entry.shape,
                 .stored = *tensor,
                 .fileName = {},
                 .fileShape = {}});
    if (!bitdeltaFile::isDifference(difference))
        return 0;
    if (const auto tuned = bitdeltaFile::tunedFrom(*base->file, difference))
        for (const NamedTensor& tensor : tuned->tensors)
            (void)materialise(tensor);
    return 0;
}
