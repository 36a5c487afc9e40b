#include "plugins/torch/ops.h"

#include "core/graph/window.h"

#include <cmath>

namespace tritloom::torchops {
namespace {

using Sizes = std::vector<std::int64_t>;

/// The window without the dimensions that are not there.
struct Flat {
    Sizes kernel, stride, dilation, begin, end, output, input;
};

Window windowFor(const Op& op, const at::Tensor& x)
{
    const auto window = windowOf(op, Shape(x.sizes().begin(), x.sizes().end()));
    if (!window)
        throw Refusal(window.error().message);
    return *window;
}

Flat flat(const Window& w)
{
    Flat f;
    for (std::size_t i = 3 - w.dimensions; i < 3; ++i) {
        f.kernel.push_back(w.kernel[i]);
        f.stride.push_back(w.stride[i]);
        f.dilation.push_back(w.dilation[i]);
        f.begin.push_back(w.padBegin[i]);
        f.end.push_back(w.padEnd[i]);
        f.output.push_back(w.output[i]);
        f.input.push_back(w.input[i]);
    }
    return f;
}

/// x with as much around it as the last window reaches, also where its size was rounded up or down.
at::Tensor padded(const at::Tensor& x, const Flat& f, double value)
{
    Sizes pads;
    bool any = false;
    for (std::size_t i = f.kernel.size(); i-- > 0;) {
        const std::int64_t reach = (f.output[i] - 1) * f.stride[i] + (f.kernel[i] - 1) * f.dilation[i] + 1;
        pads.insert(pads.end(), {f.begin[i], reach - f.input[i] - f.begin[i]});
        any = any || pads.back() != 0 || f.begin[i] != 0;
    }
    return any ? at::constant_pad_nd(x, pads, value) : x;
}

Sizes weightShape(std::int64_t first, std::int64_t second, const Flat& f)
{
    Sizes shape{first, second};
    shape.insert(shape.end(), f.kernel.begin(), f.kernel.end());
    return shape;
}

} // namespace

at::Tensor convolution(const Op& op, Inputs x)
{
    const Window w = windowFor(op, x[0]);
    const Flat f = flat(w);
    const auto groups = std::int64_t(op.count("groups", 1));
    const at::Tensor weights = x[1].reshape(weightShape(x[1].size(0), w.channels / groups, f));
    const at::Tensor bias = x.size() > 2 ? x[2].reshape({-1}) : at::Tensor();
    // Equal pads on both sides are LibTorch's own: no copy of the picture.
    Sizes own(f.kernel.size());
    bool isEven = true;
    for (std::size_t i = 0; i < own.size(); ++i) {
        own[i] = f.begin[i];
        isEven = isEven && f.begin[i] == f.end[i] && f.begin[i] >= 0;
    }
    return isEven
        ? at::convolution(x[0], weights, bias, f.stride, own, f.dilation, false, Sizes(own.size(), 0), groups)
        : at::convolution(
            padded(x[0], f, 0), weights, bias, f.stride, Sizes(own.size(), 0), f.dilation, false,
            Sizes(own.size(), 0), groups);
}

at::Tensor transposedConvolution(const Op& op, Inputs x)
{
    const Window w = windowFor(op, x[0]);
    const Flat f = flat(w);
    const auto groups = std::int64_t(op.count("groups", 1));
    // Ours are [outputs / groups * kernel, C], LibTorch's [C, outputs / groups, kernel].
    const at::Tensor weights = x[1].t().reshape(weightShape(w.channels, x[1].size(0) / w.kernelSize(), f));
    const Sizes none(f.kernel.size(), 0);
    at::Tensor y = at::convolution(x[0], weights, {}, f.stride, none, f.dilation, true, none, groups);
    Sizes crop; // what the pads take away, or outputPadding adds
    for (std::size_t i = f.kernel.size(); i-- > 0;) {
        const std::int64_t full = y.size(std::int64_t(i) + 2);
        crop.insert(crop.end(), {-f.begin[i], f.output[i] + f.begin[i] - full});
    }
    y = at::constant_pad_nd(y, crop, 0);
    if (x.size() < 3)
        return y;
    Sizes perChannel(std::size_t(y.dim()), 1);
    perChannel[1] = y.size(1);
    return y + x[2].reshape(perChannel);
}

at::Tensor maxPool(const Op& op, Inputs x)
{
    const Flat f = flat(windowFor(op, x[0]));
    const at::Tensor around = padded(x[0], f, -INFINITY);
    const Sizes none(f.kernel.size(), 0);
    switch (f.kernel.size()) {
    case 1:
        return at::max_pool1d(around, f.kernel, f.stride, none, f.dilation);
    case 2:
        return at::max_pool2d(around, f.kernel, f.stride, none, f.dilation);
    default:
        return at::max_pool3d(around, f.kernel, f.stride, none, f.dilation);
    }
}

at::Tensor averagePool(const Op& op, Inputs x)
{
    const Flat f = flat(windowFor(op, x[0]));
    for (const std::int64_t step : f.dilation)
        if (step != 1)
            throw Refusal("windows of a mean have no gaps");
    const auto sums = [&](const at::Tensor& around) {
        switch (f.kernel.size()) {
        case 1:
            return at::avg_pool1d(around, f.kernel, f.stride);
        case 2:
            return at::avg_pool2d(around, f.kernel, f.stride);
        default:
            return at::avg_pool3d(around, f.kernel, f.stride);
        }
    };
    // Means over whole windows, then divided by the share of them that counts.
    at::Tensor counted = at::ones_like(x[0].narrow(0, 0, 1).narrow(1, 0, 1)).detach();
    if (op.number("countPadding") != 0) {
        Sizes pads;
        for (std::size_t i = f.kernel.size(); i-- > 0;)
            pads.insert(pads.end(), {f.begin[i], f.end[i]});
        counted = at::constant_pad_nd(counted, pads, 1);
        Flat behind = f;
        for (std::size_t i = 0; i < f.kernel.size(); ++i) {
            behind.input[i] += f.begin[i] + f.end[i];
            behind.begin[i] = 0;
        }
        counted = padded(counted, behind, 0);
    } else {
        counted = padded(counted, f, 0);
    }
    return sums(padded(x[0], f, 0)) / sums(counted).clamp_min(1e-12);
}

// Those of the ways to resize that LibTorch has itself.
at::Tensor resize(const Op& op, Inputs inputs)
{
    const at::Tensor& x = inputs[0];
    const auto& sizes = op.list("sizes");
    if (x.dim() != 4 || sizes.size() != 4 || sizes[0] != x.size(0) || sizes[1] != x.size(1))
        throw Refusal("only pictures of two dimensions are resized with gradients");
    const Sizes to{sizes[2], sizes[3]};
    const auto scale = [&](std::size_t d) {
        return op.number(d == 2 ? "scale2" : "scale3", 1) > 0 ? op.number(d == 2 ? "scale2" : "scale3", 1)
                                                              : 1;
    };
    const auto transform = ResizeTransform(op.count("transform"));
    const bool corners = transform == ResizeTransform::AlignCorners,
               halves = transform == ResizeTransform::HalfPixel
        || (transform == ResizeTransform::PytorchHalfPixel && to[0] > 1 && to[1] > 1);
    switch (ResizeMode(op.count("mode"))) {
    case ResizeMode::Nearest:
        if (transform == ResizeTransform::Asymmetric
            && ResizeNearest(op.count("nearest")) == ResizeNearest::Floor)
            return at::upsample_nearest2d(x, to, scale(2), scale(3));
        break;
    case ResizeMode::Linear:
        if (corners)
            return at::upsample_bilinear2d(x, to, true);
        if (halves)
            return at::upsample_bilinear2d(x, to, false, scale(2), scale(3));
        break;
    case ResizeMode::Cubic:
        if (op.number("excludeOutside") != 0 || op.number("cubic", -0.75) != -0.75)
            break;
        if (corners)
            return at::upsample_bicubic2d(x, to, true);
        if (halves)
            return at::upsample_bicubic2d(x, to, false, scale(2), scale(3));
        break;
    }
    throw Refusal("LibTorch does not resize this way");
}

} // namespace tritloom::torchops
