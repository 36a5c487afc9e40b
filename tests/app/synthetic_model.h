#pragma once

#include "core/architecture/model.h"

#include <memory>

namespace tritloom {

/// A model of `layers` weight tensors, seven a block, that exists in names and shapes only.
inline std::shared_ptr<const Model> syntheticModel(std::size_t layers)
{
    static constexpr const char* roles[] = {"attn_q",   "attn_k", "attn_v",  "attn_output",
                                            "ffn_gate", "ffn_up", "ffn_down"};
    auto model = std::make_shared<Model>();
    model->file = std::make_shared<ModelFile>();
    model->whyNotEvaluated = "it exists in names only";
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
        model->layers.push_back(std::move(layer));
    }
    return model;
}

} // namespace tritloom
