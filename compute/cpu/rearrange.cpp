#include "compute/cpu/kernels.h"

#include "compute/cpu/chunks.h"
#include "compute/cpu/output.h"
#include "core/backend/reference/ops.h"

#include <algorithm>
#include <cmath>

// Ops that move numbers, and the norm of rows. What is not a case here is the reference's.
namespace tritloom::cpu {
namespace {

constexpr std::size_t grain = 16384; // elements: enough work to be worth a thread

std::size_t rowsAGrain(std::size_t rowElements)
{
    return std::max<std::size_t>(1, grain / std::max<std::size_t>(rowElements, 1));
}

} // namespace

// Square tiles, so that what is read and what is written stay in the cache.
Result<Tensor> transpose(const Op& op, std::span<const Tensor> inputs, std::stop_token stop)
{
    constexpr std::size_t tile = 32;
    const Shape& shape = inputs[0].type().shape;
    if (shape.size() != 2 || op.list("permutation") != std::vector<std::int64_t>{1, 0})
        return reference::transpose(op, inputs, std::move(stop));
    const auto x = inputs[0].floats();
    const std::size_t rows = shape[0], columns = shape[1], strips = (columns + tile - 1) / tile;
    Output output(x.size());
    const auto y = output.values();
    parallelUntil(stop, strips, rowsAGrain(tile * rows), [&](std::size_t begin, std::size_t end) {
        for (std::size_t strip = begin; strip < end; ++strip)
            for (std::size_t first = 0; first < rows; first += tile)
                for (std::size_t c = strip * tile; c < std::min(columns, (strip + 1) * tile); ++c)
                    for (std::size_t r = first; r < std::min(rows, first + tile); ++r)
                        y[c * rows + r] = x[r * columns + c];
    });
    return std::move(output).take({columns, rows});
}

Result<Tensor> concat(const Op& op, std::span<const Tensor> inputs, std::stop_token stop)
{
    const std::size_t axis = op.count("axis");
    Shape shape = inputs[0].type().shape;
    shape[axis] = 0;
    std::size_t outer = 1, inner = 1;
    for (std::size_t i = 0; i < shape.size(); ++i)
        (i < axis ? outer : inner) *= i == axis ? 1 : shape[i];
    for (const Tensor& input : inputs)
        shape[axis] += input.type().shape[axis];
    Output output(outer * shape[axis] * inner);
    const auto y = output.values();
    std::size_t at = 0;
    std::vector<float> room;
    for (const Tensor& input : inputs) {
        const auto x = reference::valuesIn(input, room);
        const std::size_t run = input.type().shape[axis] * inner;
        for (std::size_t o = 0; o < outer && !stop.stop_requested(); ++o)
            std::copy_n(
                x.begin() + std::ptrdiff_t(o * run), run,
                y.begin() + std::ptrdiff_t(o * shape[axis] * inner + at));
        at += run;
    }
    return std::move(output).take(std::move(shape));
}

Result<Tensor> stridedSlice(const Op& op, std::span<const Tensor> inputs, std::stop_token stop)
{
    const Shape& shape = inputs[0].type().shape;
    const auto &starts = op.list("starts"), &sizes = op.list("sizes");
    if (shape.size() != 2 || op.list("steps") != std::vector<std::int64_t>{1, 1})
        return reference::stridedSlice(op, inputs, std::move(stop));
    const auto x = inputs[0].floats();
    const auto rows = std::size_t(sizes[0]), columns = std::size_t(sizes[1]);
    Output output(rows * columns);
    const auto y = output.values();
    parallelUntil(stop, rows, rowsAGrain(columns), [&](std::size_t begin, std::size_t end) {
        for (std::size_t r = begin; r < end; ++r) {
            const std::size_t from = (std::size_t(starts[0]) + r) * shape[1] + std::size_t(starts[1]);
            std::copy_n(x.data() + from, columns, y.data() + r * columns);
        }
    });
    return std::move(output).take({rows, columns});
}

// Each pixel some times each way; other ways to resize are the reference's.
Result<Tensor> resize(const Op& op, std::span<const Tensor> inputs, std::stop_token stop)
{
    const Shape& shape = inputs[0].type().shape;
    const auto& sizes = op.list("sizes");
    const bool isNearest = ResizeMode(op.count("mode")) == ResizeMode::Nearest
        && ResizeTransform(op.count("transform")) == ResizeTransform::Asymmetric
        && ResizeNearest(op.count("nearest")) == ResizeNearest::Floor;
    std::size_t times[4] = {1, 1, 1, 1};
    bool isWhole = isNearest && shape.size() == 4;
    for (std::size_t d = 0; isWhole && d < 4; ++d) {
        times[d] = shape[d] == 0 ? 0 : std::size_t(sizes[d]) / shape[d];
        isWhole = times[d] >= 1 && times[d] * shape[d] == std::size_t(sizes[d]) && (d > 1 || times[d] == 1)
            && op.number(fmt::format("scale{}", d), 1) == double(times[d]);
    }
    if (!isWhole)
        return reference::resize(op, inputs, std::move(stop));
    const auto x = inputs[0].floats();
    const std::size_t planes = shape[0] * shape[1], height = shape[2] * times[2], width = shape[3] * times[3];
    Output output(planes * height * width);
    const auto y = output.values();
    parallelUntil(
        stop, planes * shape[2], rowsAGrain(times[2] * width), [&](std::size_t begin, std::size_t end) {
            for (std::size_t row = begin; row < end; ++row) {
                float* const to = y.data() + row * times[2] * width;
                for (std::size_t c = 0; c < width; ++c)
                    to[c] = x[row * shape[3] + c / times[3]];
                for (std::size_t again = 1; again < times[2] && !stop.stop_requested(); ++again)
                    std::copy_n(to, width, to + again * width);
            }
        });
    return std::move(output).take({shape[0], shape[1], height, width});
}

// Sums in double, as the reference has them.
Result<Tensor> layerNorm(const Op& op, std::span<const Tensor> inputs, std::stop_token stop)
{
    const auto x = inputs[0].floats();
    const std::vector<float> w = inputs[1].toFloats(), b = inputs[2].toFloats();
    const std::size_t size = inputs[0].type().columns();
    if (size == 0 || w.size() != size || b.size() != size)
        return fail(ErrorCode::InvalidInput, "a norm of {} over rows of {}", w.size(), size);
    Output output(x.size());
    const auto y = output.values();
    parallelUntil(stop, x.size() / size, rowsAGrain(size), [&](std::size_t begin, std::size_t end) {
        for (std::size_t r = begin; r < end; ++r) {
            const auto row = x.subspan(r * size, size);
            double mean = 0, squares = 0;
            for (const float value : row)
                mean += double(value);
            mean /= double(size);
            for (const float value : row)
                squares += (double(value) - mean) * (double(value) - mean);
            const double inverse = 1.0 / std::sqrt(squares / double(size) + op.number("epsilon", 1e-5));
            for (std::size_t i = 0; i < size; ++i)
                y[r * size + i] = float((double(row[i]) - mean) * inverse) * w[i] + b[i];
        }
    });
    return std::move(output).take(inputs[0].type().shape);
}

} // namespace tritloom::cpu
