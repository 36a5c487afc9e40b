#include "core/architecture/model.h"
#include "core/file/tritloom_file.h"
#include "tests/fuzz/input_file.h"

using namespace tritloom;

/// Any bytes give a model or an Error; its small tensors and replacements can be read and its graph be built.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const InputFile input(data, size);
    if (!input.isComplete())
        return 0;
    auto file = tritloomFile::read(input.path());
    if (!file)
        return 0;
    for (const NamedTensor& tensor : file->tensors)
        if (const auto values = materialise(tensor); values && values->type().elements() < 1u << 16)
            (void)values->toFloats();
    (void)makeModel(std::move(*file));
    return 0;
}
