#pragma once

#include <cmath>
#include <string>

/// The three networks. Each is written once; a builder either runs it (TorchBuilder) or writes it down
/// (OnnxBuilder). Values are [batch, channels, height, width].
namespace sample {

struct Convolution {
    int outputs = 0, kernel = 3, stride = 1;
    bool bias = true;
    double gain = 1; ///< of the first weights; 0: the layer starts at nothing
};

/// Residual blocks of 16, 32 and 64 channels on 32 x 32 pixels of 0..1; logits.
template <typename B>
typename B::Value classifier(B& b, const typename B::Value& picture, int classes)
{
    using Value = typename B::Value;
    const auto normed = [&](const std::string& name, const Value& x, int outputs, int stride) {
        return b.batchNorm(
            name + ".norm",
            b.convolution(name + ".conv", x, {.outputs = outputs, .stride = stride, .bias = false}));
    };
    Value x = b.relu(normed("stem", picture, 16, 1));
    for (const int outputs : {16, 32, 64}) {
        const std::string name = "block" + std::to_string(outputs);
        const int stride = outputs == 16 ? 1 : 2;
        const Value y = normed(name + ".b", b.relu(normed(name + ".a", x, outputs, stride)), outputs, 1);
        const Value shortcut = stride == 1
            ? x
            : b.convolution(
                name + ".shortcut", x, {.outputs = outputs, .kernel = 1, .stride = stride, .bias = false});
        x = b.relu(b.add(y, shortcut));
    }
    return b.linear("head", b.globalAverage(x), classes);
}

/// Twice the side: what is added to each pixel repeated four times; any size, 0..1.
template <typename B>
typename B::Value superResolution(B& b, const typename B::Value& picture)
{
    using Value = typename B::Value;
    Value x = b.relu(b.convolution("stem", picture, {.outputs = 32}));
    for (int i = 0; i < 2; ++i) {
        const std::string name = "block" + std::to_string(i);
        const Value y = b.relu(b.convolution(name + ".a", x, {.outputs = 32}));
        x = b.add(x, b.convolution(name + ".b", y, {.outputs = 32, .gain = 0.2}));
    }
    x = b.convolution("tail", x, {.outputs = 12, .gain = 0.1});
    return b.depthToSpace(b.add(x, b.concat({picture, picture, picture, picture})));
}

namespace unet {

/// Two convolutions with norms, the time step added between them, around a shortcut.
template <typename B>
typename B::Value residual(
    B& b, const std::string& name, const typename B::Value& x, const typename B::Value& time, int inputs,
    int outputs)
{
    auto y =
        b.convolution(name + ".a", b.silu(b.groupNorm(name + ".norm-a", x, inputs, 8)), {.outputs = outputs});
    y = b.addEverywhere(y, b.linear(name + ".time", time, outputs), outputs);
    y = b.convolution(
        name + ".b", b.silu(b.groupNorm(name + ".norm-b", y, outputs, 8)), {.outputs = outputs, .gain = 0.2});
    return b.add(
        y, inputs == outputs ? x : b.convolution(name + ".shortcut", x, {.outputs = outputs, .kernel = 1}));
}

/// Self-attention of one head over all pixels, around a shortcut.
template <typename B>
typename B::Value attention(B& b, const std::string& name, const typename B::Value& x, int channels, int side)
{
    const auto normed = b.groupNorm(name + ".norm", x, channels, 8);
    const auto part = [&](const char* which) {
        return b.reshape(
            b.convolution(name + which, normed, {.outputs = channels, .kernel = 1}), {channels, side * side});
    };
    const auto query = part(".query"), key = part(".key"), value = part(".value");
    const auto scores =
        b.softmax(b.scaled(b.product(b.transposed(query), key), 1 / std::sqrt(double(channels))));
    const auto seen = b.reshape(b.product(value, b.transposed(scores)), {channels, side, side});
    return b.add(x, b.convolution(name + ".out", seen, {.outputs = channels, .kernel = 1, .gain = 0.2}));
}

} // namespace unet

/// A U-Net on pictures of 32 x 32 pixels, folded to 16 x 16: the clean picture, -1..1, in a noisy one at a time step
/// 0..999.
template <typename B>
typename B::Value cleaned(B& b, const typename B::Value& picture, const typename B::Value& timeStep)
{
    constexpr int wide = 44, narrow = 16;
    auto time = b.silu(b.linear("time.a", b.waves(timeStep, 16), 64));
    time = b.silu(b.linear("time.b", time, 64));
    const auto first = b.convolution("stem", b.spaceToDepth(picture), {.outputs = narrow});
    const auto high = unet::residual(b, "down16", first, time, narrow, narrow);
    auto x = b.convolution("down", high, {.outputs = wide, .stride = 2});
    x = unet::residual(b, "down8", x, time, wide, wide);
    const auto low = unet::attention(b, "attention", x, wide, 8);
    x = unet::residual(b, "middle.a", low, time, wide, wide);
    x = unet::attention(b, "middle.attention", x, wide, 8);
    x = unet::residual(b, "middle.b", x, time, wide, wide);
    x = unet::residual(b, "up8", b.concat({x, low}), time, 2 * wide, wide);
    x = b.convolution("up", b.repeated(x), {.outputs = narrow});
    x = unet::residual(b, "up16", b.concat({x, high}), time, 2 * narrow, narrow);
    return b.depthToSpace(
        b.convolution("tail", b.silu(b.groupNorm("tail.norm", x, narrow, 8)), {.outputs = 12, .gain = 0.1}));
}

/// The noise in the picture, which is what samplers ask for: all that is not the clean picture.
template <typename B>
typename B::Value denoiser(B& b, const typename B::Value& picture, const typename B::Value& timeStep)
{
    return b.noiseBeside(picture, cleaned(b, picture, timeStep), timeStep);
}

} // namespace sample
