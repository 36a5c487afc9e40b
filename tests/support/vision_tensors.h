#pragma once

#include "tests/support/diffusers_tensors.h"

/// The tensors of vision transformers as timm and Transformers name them, of any size; numbers as
/// tests/golden/vision/make.py has them.
namespace visionTensors {

using diffusersFolder::Network;

struct Sizes {
    std::size_t width = 24, layers = 2, patch = 8, side = 3, classes = 5;
};

/// isDistilled: DeiT's with a token and a head more; isScaled: with LayerScale.
inline Network timm(const Sizes& s, bool isDistilled = false, bool isScaled = false)
{
    Network n("vit");
    n.add("cls_token", {1, 1, s.width});
    if (isDistilled) {
        n.add("dist_token", {1, 1, s.width});
        n.layer("head_dist", {s.classes, s.width});
    }
    n.add("pos_embed", {1, s.side * s.side + (isDistilled ? 2 : 1), s.width});
    n.convolution("patch_embed.proj", s.width, 3, s.patch);
    for (std::size_t i = 0; i < s.layers; ++i) {
        const std::string block = fmt::format("blocks.{}.", i);
        n.layer(block + "norm1", {s.width});
        n.layer(block + "norm2", {s.width});
        n.layer(block + "attn.qkv", {3 * s.width, s.width});
        n.layer(block + "attn.proj", {s.width, s.width});
        n.layer(block + "mlp.fc1", {2 * s.width, s.width});
        n.layer(block + "mlp.fc2", {s.width, 2 * s.width});
        for (const char* scale : {"ls1.gamma", "ls2.gamma"})
            if (isScaled)
                n.add(block + scale, {s.width});
    }
    n.layer("norm", {s.width});
    if (s.classes > 0) // else features only
        n.layer("head", {s.classes, s.width});
    return n;
}

/// kind: "vit" or "deit"; hasTeacher: DeiTForImageClassificationWithTeacher.
inline Network transformers(const std::string& kind, const Sizes& s, bool hasTeacher = false)
{
    Network n("vit");
    const std::string model = kind + ".";
    n.add(model + "embeddings.cls_token", {1, 1, s.width});
    if (kind == "deit")
        n.add(model + "embeddings.distillation_token", {1, 1, s.width});
    n.add(model + "embeddings.position_embeddings", {1, s.side * s.side + (kind == "deit" ? 2 : 1), s.width});
    n.convolution(model + "embeddings.patch_embeddings.projection", s.width, 3, s.patch);
    for (std::size_t i = 0; i < s.layers; ++i) {
        const std::string layer = fmt::format("{}encoder.layer.{}.", model, i);
        n.layer(layer + "layernorm_before", {s.width});
        n.layer(layer + "layernorm_after", {s.width});
        for (const char* part : {"query", "key", "value"})
            n.layer(layer + "attention.attention." + part, {s.width, s.width});
        n.layer(layer + "attention.output.dense", {s.width, s.width});
        n.layer(layer + "intermediate.dense", {2 * s.width, s.width});
        n.layer(layer + "output.dense", {s.width, 2 * s.width});
    }
    n.layer(model + "layernorm", {s.width});
    n.layer(model + "pooler.dense", {s.width, s.width}); // read by nothing
    for (const char* head : {"cls_classifier", "distillation_classifier"})
        if (hasTeacher)
            n.layer(head, {s.classes, s.width});
    if (!hasTeacher)
        n.layer("classifier", {s.classes, s.width});
    return n;
}

} // namespace visionTensors
