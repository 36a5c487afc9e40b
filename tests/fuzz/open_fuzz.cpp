#include "core/architecture/model.h"
#include "tests/fuzz/scratch_folder.h"

using namespace tritloom;

/// The first byte chooses what the file is called. Whatever it holds, it is known for what it is and opens,
/// or there is an Error.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const ScratchFolder scratch("open_fuzz");
    static constexpr const char* names[] = {
        "x",
        "x.gguf",
        "x.bin",
        "x.safetensors",
        "x.onnx",
        "x.pth",
        "x.hdf5",
        "x.tritloom",
        "config.json",
        "model.json",
        "manifest.json",
        "model_index.json",
        "model.safetensors.index.json",
        "x.png"};
    if (size == 0)
        return 0;
    const auto path = scratch.path() / names[data[0] % std::size(names)];
    ScratchFolder::write(path, data + 1, size - 1);
    if (const auto model = loadModel(path))
        for (const NamedTensor& tensor : (*model)->file->tensors)
            if (const auto values = materialise(tensor); values && values->type().elements() < 1u << 16)
                (void)values->toFloats();
    std::filesystem::remove(path); // the next one looks at what lies beside it
    return 0;
}
