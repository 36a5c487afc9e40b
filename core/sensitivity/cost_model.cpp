#include "core/sensitivity/cost_model.h"

#include "core/method/graph_uses.h"

#include <algorithm>
#include <map>

namespace tritloom {
namespace {

constexpr double joulesPerDramByte = 640e-12 / 4; // 640 pJ for 32 bit

/// Joules of one multiply-add with a weight of this format.
double joulesPerProduct(std::string_view format)
{
    if (format == "f32" || format == "f64")
        return 4.6e-12; // 3.7 + 0.9
    if (format == "f16" || format == "bf16")
        return 1.5e-12; // 1.1 + 0.4
    if (format.starts_with("tq") || format.starts_with("ternary"))
        return 0.1e-12; // a 32-bit addition
    return 0.3e-12; // 8-bit product, 32-bit addition
}

/// Bytes of the base that are read beside what bytesOf() counts of the layer.
std::uint64_t bytesOfBase(
    const Model& model, const Layer& layer, const LayerChoice& choice, const MethodLookup& methods,
    const Model* base)
{
    if (!model.file)
        return 0;
    const NamedTensor& tensor = model.tensor(layer.tensor);
    if (choice.format.empty())
        return bytesRead(tensor) - layer.storedBytes;
    const LayerMethod* const method = methods ? methods(choice.method) : nullptr;
    if (method == nullptr || !method->needsBase())
        return 0;
    const NamedTensor* const there = base != nullptr ? base->file->find(tensor.name) : nullptr;
    return there != nullptr ? bytesRead(*there) : bytesRead(tensor);
}

} // namespace

std::uint64_t bytesRead(const NamedTensor& tensor)
{
    std::uint64_t bytes = storedBytes(tensor);
    if (tensor.replacement)
        for (const LayerReplacement::Part& part : tensor.replacement->parts)
            bytes += part.isShared ? part.tensor.bytes().size() : 0;
    return bytes;
}

DecodeLoad decodeLoad(
    const Model& model, const Allocation& allocation, std::size_t contextLength, const MethodLookup& methods,
    const Model* base)
{
    DecodeLoad load;
    std::uint64_t layerBytes = 0;
    bool hasHead = false;
    for (const Layer& layer : model.layers) {
        layerBytes += layer.storedBytes;
        hasHead = hasHead || layer.role == "output";
    }
    // Recurrent matrices are multiplied at every step of a window.
    std::map<TensorId, std::size_t> uses;
    if (model.graph)
        uses = productsOf(*model.graph);
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        const Layer& layer = model.layers[i];
        if (layer.role == "position_embd" || (layer.role == "token_embd" && hasHead))
            continue; // one row of it
        const LayerChoice& choice = allocation.layers[i];
        const double products =
            double(layer.parameters()) * double(std::max<std::size_t>(1, uses[layer.tensor]));
        load.weightBytes +=
            double(bytesOf(layer, choice, methods) + bytesOfBase(model, layer, choice, methods, base));
        load.multiplyAdds += products;
        load.arithmeticJoules +=
            products * joulesPerProduct(choice.format.empty() ? layer.storedFormat : choice.format);
        // Scores and their weighted sum: two products a query value and cached token. Fused projections hold
        // queries as wide as their input.
        const double queries = layer.role == "attn_q" ? double(layer.rows)
            : layer.role == "attn_qkv"                ? double(layer.columns)
                                                      : 0;
        load.multiplyAdds += 2 * queries * double(contextLength);
        load.arithmeticJoules += 2 * queries * double(contextLength) * joulesPerProduct("f16");
    }
    if (model.file)
        load.weightBytes += double(model.bytes() - layerBytes); // norms and biases
    load.cacheBytes = double(model.kvBytesPerToken) * double(contextLength);
    load.memoryJoules = load.bytes() * joulesPerDramByte;
    return load;
}

} // namespace tritloom
