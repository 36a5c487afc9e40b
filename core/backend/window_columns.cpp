#include "core/backend/window_columns.h"

#include "core/graph/window.h"

#include <algorithm>

namespace tritloom {
namespace {

Result<Tensor> pixels(const Window& w, std::span<const float> x, std::size_t mostRows)
{
    const auto total = std::size_t(w.batch * w.inputSize()), channels = std::size_t(w.channels),
               area = std::size_t(w.inputSize());
    const std::size_t every = (total + mostRows - 1) / mostRows;
    std::vector<float> rows;
    std::size_t count = 0;
    for (std::size_t p = every / 2; p < total; p += every, ++count)
        for (std::size_t c = 0; c < channels; ++c)
            rows.push_back(x[(p / area * channels + c) * area + p % area]);
    return Tensor::adoptFloats({count, channels}, std::move(rows));
}

} // namespace

Result<Tensor> windowColumns(const Op& op, const Tensor& tensor, std::size_t mostRows)
{
    const Window w = TRY(windowOf(op, tensor.type().shape));
    const auto x = tensor.floats();
    if (op.kind == OpKind::TransposedConvolution)
        return pixels(w, x, mostRows);
    const auto groups = std::int64_t(op.count("groups", 1)), channels = w.channels / groups;
    const std::int64_t total = w.batch * groups * w.outputSize();
    const std::int64_t every = (total + std::int64_t(mostRows) - 1) / std::int64_t(mostRows);
    std::vector<float> rows;
    std::size_t count = 0;
    for (std::int64_t r = every / 2; r < total; r += every, ++count) {
        const std::int64_t plane = r / w.outputSize() * channels; // of the first channel of this group and picture
        const std::int64_t o = r % w.outputSize();
        const Window::Three at{o / (w.output[1] * w.output[2]), o / w.output[2] % w.output[1], o % w.output[2]};
        for (std::int64_t c = 0; c < channels; ++c)
            for (std::int64_t k = 0; k < w.kernelSize(); ++k) {
                const Window::Three tap{
                    k / (w.kernel[1] * w.kernel[2]), k / w.kernel[2] % w.kernel[1], k % w.kernel[2]};
                std::int64_t from = plane + c;
                bool inside = true;
                for (std::size_t i = 0; i < 3; ++i) {
                    const std::int64_t p = at[i] * w.stride[i] - w.padBegin[i] + tap[i] * w.dilation[i];
                    inside = inside && p >= 0 && p < w.input[i];
                    from = from * w.input[i] + p;
                }
                rows.push_back(inside ? x[std::size_t(from)] : 0.0f);
            }
    }
    return Tensor::adoptFloats({count, std::size_t(channels * w.kernelSize())}, std::move(rows));
}

} // namespace tritloom
