#include "core/architecture/model.h"
#include "core/architecture/textgenrnn.h"
#include "core/architecture/transformer.h"

namespace tritloom {
namespace {

using Rotary = TransformerTraits::Rotary;
using Gate = TransformerTraits::Gate;

// Hugging Face files keep llama's query and key rows in rotate-half order, GGUF in interleaved pairs.
Result<Graph> llama(const ModelFile& file)
{
    return buildTransformer(file, {.rotary = file.rotateHalf ? Rotary::HalfSplit : Rotary::Interleaved});
}
Result<Graph> qwen2(const ModelFile& file)
{
    return buildTransformer(file, {.rotary = Rotary::HalfSplit});
}
Result<Graph> qwen3(const ModelFile& file)
{
    return buildTransformer(file, {.rotary = Rotary::HalfSplit, .headNorms = true});
}
Result<Graph> gpt2(const ModelFile& file)
{
    return buildTransformer(
        file, {.rotary = Rotary::None, .gate = Gate::None, .layerNorm = true, .learnedPositions = true});
}
Result<Graph> bitnet(const ModelFile& file)
{
    return buildTransformer(
        file, {.rotary = Rotary::HalfSplit, .gate = Gate::Relu2, .subNorms = true, .roundedInputs = true});
}
// The first reproduction of BitNet b1.58 gates with SiLU.
Result<Graph> bitnet3B(const ModelFile& file)
{
    return buildTransformer(file, {.rotary = Rotary::HalfSplit, .subNorms = true, .roundedInputs = true});
}

} // namespace

// The only list of architectures.
std::span<const Architecture> architectures()
{
    static constexpr Architecture list[] = {
        {"llama", "Llama, Mistral, TinyLlama, SmolLM", llama},
        {"qwen2", "Qwen 2 and 2.5", qwen2},
        {"qwen3", "Qwen 3", qwen3},
        {"gpt2", "GPT-2", gpt2},
        {"bitnet-b1.58", "BitNet b1.58 2B4T", bitnet},
        {"bitnet-25", "BitNet b1.58 2B4T", bitnet},
        {"bitnet", "BitNet b1.58", bitnet3B},
        {textgenrnn::id, "textgenrnn (Keras)", textgenrnn::build},
    };
    return list;
}

} // namespace tritloom
