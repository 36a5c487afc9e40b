"""Writes the numbers and the ONNX file that tests/core/vision_transformer_test.cpp holds vision transformers against.

Plain PyTorch modules with the tensor names of timm (which DeiT's own files have) and of Transformers, filled by the formula
of ../diffusers/make.py. Run with Debian's python3-torch 1.13: /usr/bin/python3 tests/golden/vision/make.py
"""
import os
import sys

import torch
import torch.nn as nn
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "diffusers"))
from make import Block, attend, fill, given  # noqa: E402

torch.set_grad_enabled(False)


def perceptron(first, second, x):
    return second(F.gelu(first(x)))


class Timm(nn.Module):
    """VisionTransformer of timm; distilled: VisionTransformerDistilled; scaled: with LayerScale."""

    def __init__(self, width, heads, layers, patch, side, classes, distilled=False, scaled=False):
        super().__init__()
        self.heads = heads
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        if distilled:
            self.dist_token = nn.Parameter(torch.zeros(1, 1, width))
            self.head_dist = nn.Linear(width, classes)
        self.pos_embed = nn.Parameter(torch.zeros(1, side * side + 1 + distilled, width))
        self.patch_embed = Block()
        self.patch_embed.proj = nn.Conv2d(3, width, patch, patch)
        self.blocks = nn.ModuleList()
        for _ in range(layers):
            b = Block()
            b.norm1, b.norm2 = nn.LayerNorm(width, 1e-6), nn.LayerNorm(width, 1e-6)
            b.attn, b.mlp = Block(), Block()
            b.attn.qkv, b.attn.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
            b.mlp.fc1, b.mlp.fc2 = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)
            if scaled:
                b.ls1, b.ls2 = Block(), Block()
                b.ls1.gamma, b.ls2.gamma = nn.Parameter(torch.zeros(width)), nn.Parameter(torch.zeros(width))
            self.blocks.append(b)
        self.norm = nn.LayerNorm(width, 1e-6)
        self.head = nn.Linear(width, classes)

    def forward(self, picture):
        x = self.patch_embed.proj(picture).flatten(2).transpose(1, 2)
        tokens = [self.cls_token] + ([self.dist_token] if hasattr(self, "dist_token") else [])
        x = torch.cat(tokens + [x], 1) + self.pos_embed
        for b in self.blocks:
            q, k, v = b.attn.qkv(b.norm1(x)).chunk(3, -1)
            y = b.attn.proj(attend(q, k, v, self.heads))
            x = x + (b.ls1.gamma * y if hasattr(b, "ls1") else y)
            y = perceptron(b.mlp.fc1, b.mlp.fc2, b.norm2(x))
            x = x + (b.ls2.gamma * y if hasattr(b, "ls2") else y)
        x = self.norm(x)
        if hasattr(self, "head_dist"):
            return (self.head(x[:, 0]) + self.head_dist(x[:, 1])) / 2
        return self.head(x[:, 0])


class Transformers(nn.Module):
    """ViTForImageClassification ("vit"), DeiTForImageClassification ("deit") and the latter with its teacher's head."""

    def __init__(self, kind, width, heads, layers, patch, side, classes, teacher=False):
        super().__init__()
        self.kind, self.heads = kind, heads
        m = Block()
        setattr(self, kind, m)
        m.embeddings, m.encoder, m.pooler = Block(), Block(), Block()
        e = m.embeddings
        e.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        if kind == "deit":
            e.distillation_token = nn.Parameter(torch.zeros(1, 1, width))
        e.position_embeddings = nn.Parameter(torch.zeros(1, side * side + (2 if kind == "deit" else 1), width))
        e.patch_embeddings = Block()
        e.patch_embeddings.projection = nn.Conv2d(3, width, patch, patch)
        m.encoder.layer = nn.ModuleList()
        for _ in range(layers):
            b = Block()
            b.layernorm_before, b.layernorm_after = nn.LayerNorm(width, 1e-12), nn.LayerNorm(width, 1e-12)
            b.attention, b.intermediate, b.output = Block(), Block(), Block()
            b.attention.attention, b.attention.output = Block(), Block()
            for name in ("query", "key", "value"):
                setattr(b.attention.attention, name, nn.Linear(width, width))
            b.attention.output.dense = nn.Linear(width, width)
            b.intermediate.dense, b.output.dense = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)
            m.encoder.layer.append(b)
        m.layernorm = nn.LayerNorm(width, 1e-12)
        if teacher:
            self.cls_classifier, self.distillation_classifier = nn.Linear(width, classes), nn.Linear(width, classes)
        else:
            self.classifier = nn.Linear(width, classes)

    def forward(self, picture):
        m = getattr(self, self.kind)
        e = m.embeddings
        x = e.patch_embeddings.projection(picture).flatten(2).transpose(1, 2)
        tokens = [e.cls_token] + ([e.distillation_token] if self.kind == "deit" else [])
        x = torch.cat(tokens + [x], 1) + e.position_embeddings
        for b in m.encoder.layer:
            y, a = b.layernorm_before(x), b.attention.attention
            x = x + b.attention.output.dense(attend(a.query(y), a.key(y), a.value(y), self.heads))
            x = x + perceptron(b.intermediate.dense, b.output.dense, b.layernorm_after(x))
        x = m.layernorm(x)
        if hasattr(self, "classifier"):
            return self.classifier(x[:, 0])
        return (self.cls_classifier(x[:, 0]) + self.distillation_classifier(x[:, 1])) / 2


def save(name, tensor):
    with open(os.path.join(HERE, name + ".txt"), "w") as file:
        file.write("\n".join(f"{v:.7g}" for v in tensor.flatten().tolist()) + "\n")


def main():
    small = dict(heads=3, layers=2, patch=8, side=3, classes=5)
    picture = given("picture", (1, 3, 24, 24))
    # Of 128 channels nothing needs to say that there are two heads.
    save("timm", fill(Timm(128, **{**small, "heads": 2, "layers": 1}), "vit")(picture))
    save("timm_scaled", fill(Timm(24, **small, scaled=True), "vit")(picture))
    save("timm_distilled", fill(Timm(24, **small, distilled=True), "vit")(picture))
    save("transformers_vit", fill(Transformers("vit", 24, **small), "vit")(picture))
    save("transformers_deit", fill(Transformers("deit", 24, **small), "vit")(picture))
    save("transformers_teacher", fill(Transformers("deit", 24, **small, teacher=True), "vit")(picture))
    network = fill(Timm(24, **small), "vit")
    save("onnx", network(picture))
    torch.onnx.export(network, picture, os.path.join(HERE, "vit.onnx"), opset_version=14, input_names=["picture"],
                      output_names=["logits"])


main()
