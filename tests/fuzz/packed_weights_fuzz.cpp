#include "core/file/huggingface_packed.h"

#include <memory>

using namespace tritloom;

/// Any safetensors file under any of the known kinds of quantization_config: matrices that can be unpacked, or an Error.
/// The last byte chooses the kind.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    static const Json configs[] = {
        Json::parse(R"({"quantization_config":{"quant_method":"compressed-tensors","config_groups":{
            "a":{"targets":["Linear"],"weights":{"num_bits":4}},"b":{"targets":["a"],"weights":{"num_bits":3}}}}})"),
        Json::parse(R"({"quantization_config":{"quant_method":"gptq","bits":4,"sym":true}})"),
        Json::parse(R"({"quantization_config":{"quant_method":"gptq","bits":8,"checkpoint_format":"gptq_v2"}})")};
    const Json& config = configs[data[size - 1] % 3];
    const auto owner = std::make_shared<std::vector<std::uint8_t>>(data, data + size - 1);
    const auto entries = safetensors::parse(std::as_bytes(std::span(*owner)), "fuzz", owner);
    if (!entries)
        return 0;
    const auto found = huggingface::findPackedWeights(*entries, config);
    if (!found)
        return 0;
    for (const auto& [name, matrix] : found->matrices)
        if (matrix->outputs * matrix->inputs < std::size_t{1} << 16)
            if (const auto weights = unpack(*matrix))
                (void)weights->toFloats();
    return 0;
}
