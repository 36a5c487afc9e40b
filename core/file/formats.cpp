#include "core/file/deeplearnjs.h"
#include "core/file/diffusers.h"
#include "core/file/gguf.h"
#include "core/file/hdf5.h"
#include "core/file/huggingface.h"
#include "core/file/llama2c.h"
#include "core/file/onnx.h"
#include "core/file/pytorch.h"
#include "core/file/tfjs.h"
#include "core/file/tritloom_file.h"

namespace tritloom {

// The only list of model file formats, in the order they are asked.
std::span<const ModelFormat> modelFormats()
{
    static constexpr ModelFormat formats[] = {
        {"gguf", "GGUF", "*.gguf", gguf::sniff, gguf::read},
        {"tritloom", "Tritloom", "*.tritloom", tritloomFile::sniff, tritloomFile::read},
        {"diffusers", "Diffusers", "model_index.json", diffusers::sniff, diffusers::read},
        {"huggingface", "Hugging Face", "*.safetensors config.json model.safetensors.index.json",
         huggingface::sniff, huggingface::read},
        {"onnx", "ONNX", "*.onnx", onnx::sniff, onnx::read},
        {"pytorch", "PyTorch state dict", "*.pt *.pth *.th", pytorch::sniff, pytorch::read},
        {"hdf5", "Keras weights (HDF5)", "*.hdf5 *.h5", hdf5::sniff, hdf5::read},
        {"tfjs", "TensorFlow.js", "model.json weights_manifest.json", tfjs::sniff, tfjs::read},
        {"deeplearnjs", "deeplearn.js checkpoint", "manifest.json", deeplearnjs::sniff, deeplearnjs::read},
        {"llama2c", "llama2.c", "*.bin", llama2c::sniff, llama2c::read},
    };
    return formats;
}

} // namespace tritloom
