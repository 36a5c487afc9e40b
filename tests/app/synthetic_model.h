#pragma once

#include "core/architecture/model.h"

#include <memory>

namespace tritloom {

/// A model of `layers` weight tensors, seven a block, of zeros.
inline std::shared_ptr<const Model> syntheticModel(std::size_t layers)
{
    static constexpr const char* roles[] = {"attn_q",   "attn_k", "attn_v",  "attn_output",
                                            "ffn_gate", "ffn_up", "ffn_down"};
    auto model = std::make_shared<Model>();
    auto file = std::make_shared<ModelFile>();
    const auto zeros =
        std::make_shared<std::vector<std::byte>>(std::size_t(1536) * 512 * 2); // all tensors look at it
    const NumberFormatPtr half = parseNumberFormat("f16").value();
    model->whyNotEvaluated = "it is made of zeros";
    for (std::size_t i = 0; i < layers; ++i) {
        Layer layer;
        layer.block = i / 7;
        layer.role = roles[i % 7];
        layer.name = "blk." + std::to_string(i / 7) + "." + layer.role + ".weight";
        layer.rows = i % 7 < 4 ? 512 : 1536;
        layer.columns = 512;
        layer.storedFormat = "f16";
        layer.storedBytes = layer.parameters() * 2;
        layer.fusedSet = i % 7 < 3 ? int(i / 7) * 2 : i % 7 == 4 || i % 7 == 5 ? int(i / 7) * 2 + 1 : -1;
        layer.tensor = TensorId(i);
        NamedTensor tensor;
        tensor.name = layer.name;
        tensor.shape = {layer.rows, layer.columns};
        tensor.stored = Tensor({half, tensor.shape}, std::span(*zeros).first(layer.storedBytes), zeros);
        file->tensors.push_back(std::move(tensor));
        model->layers.push_back(std::move(layer));
    }
    model->file = std::move(file);
    return model;
}

} // namespace tritloom
