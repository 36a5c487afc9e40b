#include "plugins/torch/ops.h"

#include <algorithm>

namespace tritloom::torchops {
namespace {

/// Element i of dimension d of the result is element places[i] of x.
at::Tensor selected(const at::Tensor& x, std::int64_t d, const std::vector<std::int64_t>& places)
{
    return at::index_select(x, d, at::tensor(places, at::kLong));
}

} // namespace

at::Tensor constant(const Op&, Inputs x)
{
    return x[0];
}

at::Tensor reshape(const Op& op, Inputs x)
{
    return x[0].reshape(op.list("shape"));
}

at::Tensor transpose(const Op& op, Inputs x)
{
    return x[0].permute(op.list("permutation"));
}

at::Tensor expand(const Op& op, Inputs x)
{
    const auto& list = op.list("shape");
    return x[0].expand(at::infer_size(x[0].sizes(), list));
}

at::Tensor concat(const Op& op, Inputs x)
{
    return at::cat(std::vector<at::Tensor>(x.begin(), x.end()), std::int64_t(op.count("axis")));
}

at::Tensor slice(const Op& op, Inputs x)
{
    return x[0].narrow(-1, std::int64_t(op.count("begin")), std::int64_t(op.count("count")));
}

at::Tensor stridedSlice(const Op& op, Inputs x)
{
    const auto &starts = op.list("starts"), &sizes = op.list("sizes"), &steps = op.list("steps");
    at::Tensor y = x[0];
    for (std::size_t d = 0; d < starts.size(); ++d) {
        if (starts[d] == 0 && steps[d] == 1 && sizes[d] == y.size(std::int64_t(d)))
            continue;
        std::vector<std::int64_t> places;
        for (std::int64_t i = 0; i < sizes[d]; ++i)
            places.push_back(starts[d] + i * steps[d]);
        y = selected(y, std::int64_t(d), places);
    }
    return y;
}

at::Tensor pad(const Op& op, Inputs x)
{
    const auto& pads = op.list("pads");
    const std::size_t mode = op.count("mode"), n = pads.size() / 2;
    at::Tensor y = x[0];
    if (mode == 0) { // LibTorch begins with the last dimension
        std::vector<std::int64_t> last;
        for (std::size_t d = n; d-- > 0;)
            last.insert(last.end(), {pads[d], pads[n + d]});
        return at::constant_pad_nd(y, last, op.number("value"));
    }
    for (std::size_t d = 0; d < n; ++d) {
        if (pads[d] == 0 && pads[n + d] == 0)
            continue;
        const std::int64_t size = y.size(std::int64_t(d));
        std::vector<std::int64_t> places;
        for (std::int64_t i = -pads[d]; i < size + pads[n + d]; ++i) {
            const std::int64_t mirrored = i < 0 ? -i : i >= size ? 2 * size - 2 - i : i;
            const std::int64_t place = mode == 1 ? mirrored : mode == 3 ? (i + size) % size : i;
            places.push_back(std::clamp<std::int64_t>(place, 0, size - 1));
        }
        y = selected(y, std::int64_t(d), places);
    }
    return y;
}

at::Tensor gather(const Op& op, Inputs inputs)
{
    const at::Tensor& x = inputs[0];
    const auto axis = std::int64_t(op.count("axis")), size = x.size(axis);
    at::Tensor indices = inputs[1].detach().to(at::kLong);
    if (at::logical_or(indices < -size, indices >= size).any().item<bool>())
        throw Refusal("an index is outside of its dimension");
    indices = at::where(indices < 0, indices + size, indices);
    std::vector<std::int64_t> shape(x.sizes().begin(), x.sizes().begin() + axis);
    shape.insert(shape.end(), indices.sizes().begin(), indices.sizes().end());
    shape.insert(shape.end(), x.sizes().begin() + axis + 1, x.sizes().end());
    return at::index_select(x, axis, indices.reshape({-1})).reshape(shape);
}

at::Tensor depthToSpace(const Op& op, Inputs inputs)
{
    const at::Tensor& x = inputs[0];
    const auto block = std::int64_t(op.count("block"));
    if (op.number("columnsFirst") != 0)
        return at::pixel_shuffle(x, block);
    const std::int64_t n = x.size(0), channels = x.size(1) / (block * block), h = x.size(2), w = x.size(3);
    return x.reshape({n, block, block, channels, h, w})
        .permute({0, 3, 4, 1, 5, 2})
        .reshape({n, channels, h * block, w * block});
}

at::Tensor spaceToDepth(const Op& op, Inputs inputs)
{
    const at::Tensor& x = inputs[0];
    const auto block = std::int64_t(op.count("block"));
    const std::int64_t n = x.size(0), channels = x.size(1), h = x.size(2) / block, w = x.size(3) / block;
    return x.reshape({n, channels, h, block, w, block})
        .permute({0, 3, 5, 1, 2, 4})
        .reshape({n, block * block * channels, h, w});
}

} // namespace tritloom::torchops
