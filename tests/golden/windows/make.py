"""Prints the numbers that tests/core/huggingface_arithmetic_test.cpp holds attention with a sliding window against.

Plain PyTorch in f64, of the weights of stories260K (a Hugging Face folder): a query at i sees the keys j with
i - window < j <= i, as Transformers' sliding_window_overlay (kv_idx > q_idx - sliding_window) and llama.cpp's
LLAMA_SWA_TYPE_STANDARD (masked where p1 - p0 >= n_swa) have it.

Run with Debian's python3-torch 1.13: /usr/bin/python3 tests/golden/windows/make.py FOLDER
"""
import json
import math
import os
import struct
import sys

import torch

TOKENS = [1, 403, 407, 261, 378, 440, 272, 310, 429, 301]


def tensors(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    header.pop("__metadata__", None)
    result = {}
    for name, entry in header.items():
        assert entry["dtype"] == "F32"
        begin, end = entry["data_offsets"]
        flat = torch.frombuffer(bytearray(data[begin:end]), dtype=torch.float32)
        result[name] = flat.reshape(entry["shape"]).double()
    return result


def norm(x, weight, epsilon):
    return x / torch.sqrt((x * x).mean(-1, keepdim=True) + epsilon) * weight


def rotated(x, base):
    """x [tokens, heads, size], halves turned against each other."""
    tokens, _, size = x.shape
    angles = torch.outer(torch.arange(tokens).double(), base ** (-torch.arange(0, size, 2).double() / size))
    cosine, sine = angles.cos()[:, None], angles.sin()[:, None]
    a, b = x[..., : size // 2], x[..., size // 2:]
    return torch.cat([a * cosine - b * sine, b * cosine + a * sine], -1)


def logits(folder, windows):
    """windows: by layer, None where all keys are seen. Of the last token."""
    with open(os.path.join(folder, "config.json")) as file:
        config = json.load(file)
    w = tensors(os.path.join(folder, "model.safetensors"))
    heads, key_heads = config["num_attention_heads"], config["num_key_value_heads"]
    size, epsilon = config["hidden_size"] // heads, config["rms_norm_eps"]
    n = len(TOKENS)
    behind = torch.arange(n)[:, None] - torch.arange(n)[None, :]
    x = w["model.embed_tokens.weight"][TOKENS]
    for layer, window in enumerate(windows):
        p = f"model.layers.{layer}."

        def linear(name, value):
            return value @ w[p + name + ".weight"].T

        h = norm(x, w[p + "input_layernorm.weight"], epsilon)
        q = rotated(linear("self_attn.q_proj", h).reshape(n, heads, size), config["rope_theta"])
        k = rotated(linear("self_attn.k_proj", h).reshape(n, key_heads, size), config["rope_theta"])
        v = linear("self_attn.v_proj", h).reshape(n, key_heads, size)
        k, v = (t.repeat_interleave(heads // key_heads, 1) for t in (k, v))
        scores = torch.einsum("qhd,khd->hqk", q, k) / math.sqrt(size)
        seen = (behind >= 0) & (behind < (window or n))
        weights = scores.masked_fill(~seen, -math.inf).softmax(-1)
        x = x + linear("self_attn.o_proj", torch.einsum("hqk,khd->qhd", weights, v).reshape(n, -1))
        h = norm(x, w[p + "post_attention_layernorm.weight"], epsilon)
        gate = linear("mlp.gate_proj", h)
        x = x + linear("mlp.down_proj", gate * gate.sigmoid() * linear("mlp.up_proj", h))
    head = w.get("lm_head.weight", w["model.embed_tokens.weight"])
    return norm(x[-1], w["model.norm.weight"], epsilon) @ head.T


if __name__ == "__main__":
    for title, windows in (
        ("all", [None] * 5),
        ("window of 4", [4] * 5),
        ("window of 1", [1] * 5),
        ("window of 3 from the third layer on", [None, None, 3, 3, 3]),
        ("window of 3 in the first and fourth layer", [3, None, None, 3, None]),
    ):
        print(title, ", ".join(f"{value:.5f}" for value in logits(sys.argv[1], windows)[:10].tolist()))
