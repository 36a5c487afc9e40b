"""Writes the numbers that tests/core/diffusers_networks_test.cpp holds the networks of diffusers folders against.

Plain PyTorch modules of the same structure and tensor names as Stable Diffusion 1.5 and google/ddpm-cifar10-32, with
smaller numbers; no library but torch and numpy. Weights and inputs are a formula of the tensor's name, which the test
has too. Run with Debian's python3-torch 1.13: /usr/bin/python3 tests/golden/diffusers/make.py
"""
import math
import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.set_grad_enabled(False)


def numbers(name, shape):
    """Evenly spread over -1..1, by the name and the place."""
    seed = 0
    for byte in name.encode():
        seed = (seed * 31 + byte) % 1000003
    i = np.arange(int(np.prod(shape)), dtype=np.float64)
    r = np.sin(12.9898 * i + 78.233 * seed) * 43758.5453
    return (2 * (r - np.floor(r)) - 1).reshape(shape)


def fill(module, part):
    for name, parameter in module.named_parameters():
        full = f"{part}.{name}"
        values = numbers(full, tuple(parameter.shape))
        if parameter.dim() > 1:
            values = values * math.sqrt(3 / np.prod(parameter.shape[1:]))
        elif "norm" in name and name.endswith("weight"):
            values = 1 + 0.2 * values
        else:
            values = 0.1 * values
        parameter.copy_(torch.from_numpy(values.astype(np.float32)))
    return module.eval()


def given(name, shape):
    return torch.from_numpy((1.7 * numbers(name, shape)).astype(np.float32))


class Resnet(nn.Module):
    def __init__(self, inputs, outputs, time, groups, eps):
        super().__init__()
        self.norm1 = nn.GroupNorm(groups, inputs, eps)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.time_emb_proj = nn.Linear(time, outputs) if time else None
        self.norm2 = nn.GroupNorm(groups, outputs, eps)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.conv_shortcut = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else None

    def forward(self, x, e):
        h = self.conv1(F.silu(self.norm1(x)))
        if self.time_emb_proj is not None:
            h = h + self.time_emb_proj(F.silu(e))[:, :, None, None]
        h = self.conv2(F.silu(self.norm2(h)))
        return (x if self.conv_shortcut is None else self.conv_shortcut(x)) + h


def attend(q, k, v, heads, mask=None):
    split = lambda a: a.view(a.shape[0], a.shape[1], heads, -1).transpose(1, 2)
    q, k, v = split(q), split(k), split(v)
    scores = q @ k.transpose(2, 3) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores + mask
    y = scores.softmax(-1) @ v
    return y.transpose(1, 2).reshape(y.shape[0], y.shape[2], -1)


class PixelAttention(nn.Module):
    def __init__(self, width, heads, groups, eps, old=False):
        super().__init__()
        self.heads, self.old = heads, old
        self.group_norm = nn.GroupNorm(groups, width, eps)
        for name in ("query", "key", "value", "proj_attn") if old else ("to_q", "to_k", "to_v"):
            setattr(self, name, nn.Linear(width, width))
        if not old:
            self.to_out = nn.ModuleList([nn.Linear(width, width)])

    def forward(self, x):
        rows = self.group_norm(x).flatten(2).transpose(1, 2)
        a = [self.query, self.key, self.value] if self.old else [self.to_q, self.to_k, self.to_v]
        out = self.proj_attn if self.old else self.to_out[0]
        y = out(attend(a[0](rows), a[1](rows), a[2](rows), self.heads))
        return x + y.transpose(1, 2).reshape(x.shape)


class LookAt(nn.Module):
    def __init__(self, width, other, heads):
        super().__init__()
        self.heads = heads
        self.to_q = nn.Linear(width, width, bias=False)
        self.to_k = nn.Linear(other, width, bias=False)
        self.to_v = nn.Linear(other, width, bias=False)
        self.to_out = nn.ModuleList([nn.Linear(width, width)])

    def forward(self, x, at):
        return self.to_out[0](attend(self.to_q(x), self.to_k(at), self.to_v(at), self.heads))


class Gated(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.proj = nn.Linear(width, 8 * width)

    def forward(self, x):
        h, gate = self.proj(x).chunk(2, -1)
        return h * F.gelu(gate)


class FeedForward(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.net = nn.ModuleList([Gated(width), nn.Identity(), nn.Linear(4 * width, width)])

    def forward(self, x):
        return self.net[2](self.net[0](x))


class TransformerBlock(nn.Module):
    def __init__(self, width, text, heads):
        super().__init__()
        self.norm1, self.norm2, self.norm3 = (nn.LayerNorm(width) for _ in range(3))
        self.attn1, self.attn2, self.ff = LookAt(width, width, heads), LookAt(width, text, heads), FeedForward(width)

    def forward(self, x, text):
        y = self.norm1(x)
        x = x + self.attn1(y, y)
        x = x + self.attn2(self.norm2(x), text)
        return x + self.ff(self.norm3(x))


class Transformer(nn.Module):
    def __init__(self, width, text, heads, groups):
        super().__init__()
        self.norm = nn.GroupNorm(groups, width, 1e-6)
        self.proj_in = nn.Conv2d(width, width, 1)
        self.transformer_blocks = nn.ModuleList([TransformerBlock(width, text, heads)])
        self.proj_out = nn.Conv2d(width, width, 1)

    def forward(self, x, text):
        y = self.proj_in(self.norm(x)).flatten(2).transpose(1, 2)
        for block in self.transformer_blocks:
            y = block(y, text)
        return x + self.proj_out(y.transpose(1, 2).reshape(x.shape))


class Conv(nn.Module):
    def __init__(self, width, stride, padding):
        super().__init__()
        self.padding = padding
        self.conv = nn.Conv2d(width, width, 3, stride, padding)

    def forward(self, x):
        return self.conv(F.pad(x, (0, 1, 0, 1)) if self.padding == 0 else x)


class Block(nn.Module):
    pass


class Time(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.linear_1, self.linear_2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, 4 * width)

    def forward(self, e):
        return self.linear_2(F.silu(self.linear_1(e)))


class UNet(nn.Module):
    def __init__(self, channels, widths, layers, down, up, groups, eps, padding, flip, shift, head=None, heads=None, text=0):
        super().__init__()
        self.widths, self.layers, self.flip, self.shift = widths, layers, flip, shift
        time = 4 * widths[0]

        def attention(kind, width):
            if kind.startswith("CrossAttn"):
                return Transformer(width, text, heads, groups)
            return PixelAttention(width, width // head if head else 1, groups, eps)

        self.conv_in = nn.Conv2d(channels, widths[0], 3, padding=1)
        self.time_embedding = Time(widths[0])
        self.down_blocks, self.up_blocks = nn.ModuleList(), nn.ModuleList()
        skips, width = [widths[0]], widths[0]
        for b, kind in enumerate(down):
            block = Block()
            block.resnets = nn.ModuleList()
            if "Attn" in kind:
                block.attentions = nn.ModuleList()
            for _ in range(layers):
                block.resnets.append(Resnet(width, widths[b], time, groups, eps))
                width = widths[b]
                if "Attn" in kind:
                    block.attentions.append(attention(kind, width))
                skips.append(width)
            if b + 1 < len(down):
                block.downsamplers = nn.ModuleList([Conv(width, 2, padding)])
                skips.append(width)
            self.down_blocks.append(block)
        self.mid_block = Block()
        self.mid_block.resnets = nn.ModuleList([Resnet(width, width, time, groups, eps) for _ in range(2)])
        self.mid_block.attentions = nn.ModuleList([attention("CrossAttn" if text else "Attn", width)])
        for b, kind in enumerate(up):
            block, to = Block(), widths[len(widths) - 1 - b]
            block.resnets = nn.ModuleList()
            if "Attn" in kind:
                block.attentions = nn.ModuleList()
            for _ in range(layers + 1):
                block.resnets.append(Resnet(width + skips.pop(), to, time, groups, eps))
                width = to
                if "Attn" in kind:
                    block.attentions.append(attention(kind, width))
            if b + 1 < len(up):
                block.upsamplers = nn.ModuleList([Conv(width, 1, 1)])
            self.up_blocks.append(block)
        self.conv_norm_out = nn.GroupNorm(groups, widths[0], eps)
        self.conv_out = nn.Conv2d(widths[0], channels, 3, padding=1)

    def forward(self, x, t, text=None):
        half = self.widths[0] // 2
        f = torch.exp(-math.log(10000) * torch.arange(half, dtype=torch.float32) / (half - self.shift))
        a = torch.tensor([float(t)])[:, None] * f[None]
        e = torch.cat([a.cos(), a.sin()] if self.flip else [a.sin(), a.cos()], -1)
        e = self.time_embedding(e)

        def look(block, i, y):
            if not hasattr(block, "attentions"):
                return y
            module = block.attentions[i]
            return module(y, text) if isinstance(module, Transformer) else module(y)

        x = self.conv_in(x)
        kept = [x]
        for block in self.down_blocks:
            for i, resnet in enumerate(block.resnets):
                x = look(block, i, resnet(x, e))
                kept.append(x)
            if hasattr(block, "downsamplers"):
                x = block.downsamplers[0](x)
                kept.append(x)
        x = self.mid_block.resnets[0](x, e)
        x = self.mid_block.resnets[1](look(self.mid_block, 0, x), e)
        for block in self.up_blocks:
            for i, resnet in enumerate(block.resnets):
                x = look(block, i, resnet(torch.cat([x, kept.pop()], 1), e))
            if hasattr(block, "upsamplers"):
                x = block.upsamplers[0](F.interpolate(x, scale_factor=2, mode="nearest"))
        return self.conv_out(F.silu(self.conv_norm_out(x)))


class Decoder(nn.Module):
    def __init__(self, widths, layers, groups, latent, old):
        super().__init__()
        width = widths[-1]
        self.conv_in = nn.Conv2d(latent, width, 3, padding=1)
        self.mid_block = Block()
        self.mid_block.resnets = nn.ModuleList([Resnet(width, width, 0, groups, 1e-6) for _ in range(2)])
        self.mid_block.attentions = nn.ModuleList([PixelAttention(width, 1, groups, 1e-6, old)])
        self.up_blocks = nn.ModuleList()
        for b, to in enumerate(reversed(widths)):
            block = Block()
            block.resnets = nn.ModuleList()
            for _ in range(layers + 1):
                block.resnets.append(Resnet(width, to, 0, groups, 1e-6))
                width = to
            if b + 1 < len(widths):
                block.upsamplers = nn.ModuleList([Conv(width, 1, 1)])
            self.up_blocks.append(block)
        self.conv_norm_out = nn.GroupNorm(groups, width, 1e-6)
        self.conv_out = nn.Conv2d(width, 3, 3, padding=1)


class Vae(nn.Module):
    def __init__(self, widths, layers, groups, latent, old):
        super().__init__()
        self.post_quant_conv = nn.Conv2d(latent, latent, 1)
        self.decoder = Decoder(widths, layers, groups, latent, old)

    def forward(self, z):
        d = self.decoder
        x = d.conv_in(self.post_quant_conv(z / 0.18215))
        x = d.mid_block.resnets[1](d.mid_block.attentions[0](d.mid_block.resnets[0](x, None)), None)
        for block in d.up_blocks:
            for resnet in block.resnets:
                x = resnet(x, None)
            if hasattr(block, "upsamplers"):
                x = block.upsamplers[0](F.interpolate(x, scale_factor=2, mode="nearest"))
        return d.conv_out(F.silu(d.conv_norm_out(x)))


class Encoder(nn.Module):
    def __init__(self, widths, layers, groups, latent):
        super().__init__()
        self.conv_in = nn.Conv2d(3, widths[0], 3, padding=1)
        self.down_blocks, width = nn.ModuleList(), widths[0]
        for b, to in enumerate(widths):
            block = Block()
            block.resnets = nn.ModuleList()
            for _ in range(layers):
                block.resnets.append(Resnet(width, to, 0, groups, 1e-6))
                width = to
            if b + 1 < len(widths):
                block.downsamplers = nn.ModuleList([Conv(width, 2, 0)])
            self.down_blocks.append(block)
        self.mid_block = Block()
        self.mid_block.resnets = nn.ModuleList([Resnet(width, width, 0, groups, 1e-6) for _ in range(2)])
        self.mid_block.attentions = nn.ModuleList([PixelAttention(width, 1, groups, 1e-6)])
        self.conv_norm_out = nn.GroupNorm(groups, width, 1e-6)
        self.conv_out = nn.Conv2d(width, 2 * latent, 3, padding=1)


class Autoencoder(Vae):
    def __init__(self, widths, layers, groups, latent):
        super().__init__(widths, layers, groups, latent, False)
        self.encoder = Encoder(widths, layers, groups, latent)
        self.quant_conv = nn.Conv2d(2 * latent, 2 * latent, 1)

    def forward(self, picture):
        e = self.encoder
        x = e.conv_in(picture)
        for block in e.down_blocks:
            for resnet in block.resnets:
                x = resnet(x, None)
            if hasattr(block, "downsamplers"):
                x = block.downsamplers[0](x)
        x = e.mid_block.resnets[1](e.mid_block.attentions[0](e.mid_block.resnets[0](x, None)), None)
        x = self.quant_conv(e.conv_out(F.silu(e.conv_norm_out(x))))
        return super().forward(0.18215 * x.chunk(2, 1)[0])


class ClipLayer(nn.Module):
    def __init__(self, width, inner, heads):
        super().__init__()
        self.heads = heads
        self.self_attn, self.mlp = Block(), Block()
        for name in ("q_proj", "k_proj", "v_proj", "out_proj"):
            setattr(self.self_attn, name, nn.Linear(width, width))
        self.layer_norm1, self.layer_norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.mlp.fc1, self.mlp.fc2 = nn.Linear(width, inner), nn.Linear(inner, width)

    def forward(self, x, mask):
        y, a = self.layer_norm1(x), self.self_attn
        x = x + a.out_proj(attend(a.q_proj(y), a.k_proj(y), a.v_proj(y), self.heads, mask))
        h = self.mlp.fc1(self.layer_norm2(x))
        return x + self.mlp.fc2(h * torch.sigmoid(1.702 * h))


class Clip(nn.Module):
    def __init__(self, vocabulary, positions, width, inner, layers, heads):
        super().__init__()
        m = self.text_model = Block()
        m.embeddings, m.encoder = Block(), Block()
        m.embeddings.token_embedding = nn.Embedding(vocabulary, width)
        m.embeddings.position_embedding = nn.Embedding(positions, width)
        m.encoder.layers = nn.ModuleList([ClipLayer(width, inner, heads) for _ in range(layers)])
        m.final_layer_norm = nn.LayerNorm(width)

    def forward(self, ids):
        m = self.text_model
        x = m.embeddings.token_embedding(ids) + m.embeddings.position_embedding.weight
        mask = torch.full((len(ids), len(ids)), float("-inf")).triu(1)
        x = x[None]
        for layer in m.encoder.layers:
            x = layer(x, mask)
        return m.final_layer_norm(x)


def save(name, tensor):
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), name + ".txt")
    with open(path, "w") as file:
        file.write("\n".join(f"{v:.7g}" for v in tensor.flatten().tolist()) + "\n")


def dpm_solver(noise_of, x, steps):
    """DPM-Solver++(2M) over Stable Diffusion's schedule: leading, offset 1, ends at zero."""
    beta = torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2
    share = torch.cumprod(1 - beta, 0)
    times = [(steps - i) * (1000 // (steps + 1)) + 1 for i in range(steps)]
    before = None
    for i, t in enumerate(times):
        a, s = share[t].sqrt(), (1 - share[t]).sqrt()
        clean = (x.double() - s * noise_of(x, t).double()) / a
        if i + 1 == steps:
            x = clean.float()
            break
        b, r = share[times[i + 1]].sqrt(), (1 - share[times[i + 1]]).sqrt()
        now, next = (a / s).log(), (b / r).log()
        h = next - now
        d = clean
        if before is not None:
            d = clean + 0.5 * (clean - before[0]) / ((now - before[1]) / h)
        x = (r / s * x.double() - b * torch.expm1(-h) * d).float()
        before = (clean, now)
    return x


def main():
    net = fill(UNet(3, [16, 32], 2, ["DownBlock2D", "AttnDownBlock2D"], ["AttnUpBlock2D", "UpBlock2D"], 8, 1e-6, 0,
                    False, 1, head=8), "unet")
    save("unet2d", net(given("x", (1, 3, 16, 16)), 37))
    net = fill(UNet(1, [8, 16, 24], 1, ["AttnDownBlock2D", "DownBlock2D", "DownBlock2D"],
                    ["UpBlock2D", "UpBlock2D", "AttnUpBlock2D"], 4, 1e-5, 1, True, 0), "unet")
    save("unet2d_symmetric", net(given("x", (1, 1, 16, 16)), 981))

    cross, plain = "CrossAttnDownBlock2D", "CrossAttnUpBlock2D"
    net = fill(UNet(4, [8, 16, 24, 24], 2, [cross] * 3 + ["DownBlock2D"], ["UpBlock2D"] + [plain] * 3, 4, 1e-5, 1, True, 0,
                    heads=4, text=16), "unet")
    save("unet_condition", net(given("x", (1, 4, 8, 8)), 801, given("text", (1, 12, 16))))
    vae = fill(Vae([8, 8, 16, 16], 2, 4, 4, False), "vae")
    save("vae_decoder", vae(0.18215 * given("z", (1, 4, 8, 8)))[:, :, ::3, ::3])
    old = fill(Vae([8, 8, 16, 16], 2, 4, 4, True), "vae")
    save("vae_decoder_old", old(0.18215 * given("z", (1, 4, 8, 8)))[:, :, ::3, ::3])
    both = fill(Autoencoder([8, 8, 16, 16], 2, 4, 4), "vae")
    save("autoencoder", both(0.5 * given("picture", (1, 3, 24, 32)))[:, :, ::3, ::3])
    clip = fill(Clip(600, 12, 16, 32, 3, 4), "text_encoder")
    save("clip_text", clip(torch.tensor([598, 3, 77, 512, 9, 599, 599, 599, 599, 599, 599, 599])))

    # From text to picture: "ab ba" in the test's vocabulary, guidance 7.5, 5 steps, seed 42.
    prompt = [598, 512, 513, 599] + [599] * 8
    nothing = [598] + [599] * 11
    states = [clip(torch.tensor(ids)) for ids in (prompt, nothing)]

    def noise_of(x, t):
        wanted, unwanted = (net(x, t, s) for s in states)
        return unwanted + 7.5 * (wanted - unwanted)

    x = torch.randn((1, 4, 8, 8), generator=torch.Generator().manual_seed(42))
    x = dpm_solver(noise_of, x, 5)
    save("pipeline_latents", x)
    save("pipeline_picture", vae(x)[:, :, ::3, ::3])


if __name__ == "__main__":
    main()
