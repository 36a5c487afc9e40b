#include "compute/cpu/kernels.h"
#include "compute/cpu/dense.h"
#include "compute/cpu/row_math.h"
#include "core/base/parallel.h"

#include <algorithm>

namespace tritloom::cpu {
namespace {

/// Rows of weights that are decoded together: a tile of floats that stays in the level-2 cache.
std::size_t tileRows(std::size_t columns)
{
    constexpr std::size_t tileFloats = 128 * 1024;
    return std::clamp<std::size_t>(tileFloats / std::max<std::size_t>(columns, 1) / 16 * 16, 16, 256);
}

void oneColumn(const Tensor& weights, std::span<const float> x, std::span<float> y)
{
    const std::size_t columns = weights.type().columns(), rowBytes = weights.type().rowBytes();
    const MultiplyKernel kernel = columns % weights.type().format->blockElements() == 0
        ? multiplyKernelFor(*weights.type().format)
        : nullptr;
    const bool plain = weights.type().format->id() == "f32";
    parallelFor(y.size(), 64, [&](std::size_t begin, std::size_t end) {
        if (kernel != nullptr) {
            kernel(weights.bytes().subspan(begin * rowBytes, (end - begin) * rowBytes), x, y.subspan(begin, end - begin));
            return;
        }
        std::vector<float> row(columns);
        for (std::size_t r = begin; r < end; ++r) {
            if (!plain)
                weights.decodeRows(r, row);
            y[r] = dotRow(plain ? weights.floats().subspan(r * columns, columns) : row, x);
        }
    });
}

} // namespace

Result<Tensor> embedding(const Op&, std::span<const Tensor> inputs, std::stop_token)
{
    const std::vector<float> ids = inputs[0].toFloats();
    const TensorType& table = inputs[1].type();
    const std::size_t columns = table.columns();
    for (const float id : ids)
        if (!(id >= 0 && id < float(table.rows())))
            return fail(ErrorCode::InvalidInput, "token {} is outside the table of {} rows", id, table.rows());
    std::vector<float> y(ids.size() * columns);
    parallelFor(ids.size(), 32, [&](std::size_t begin, std::size_t end) {
        for (std::size_t t = begin; t < end; ++t)
            inputs[1].decodeRows(std::size_t(ids[t]), std::span(y).subspan(t * columns, columns));
    });
    return Tensor::adoptFloats({ids.size(), columns}, std::move(y));
}

// Many columns: a tile of weight rows is decoded once and multiplied with all tokens by sgemm.
Result<Tensor> linear(const Op&, std::span<const Tensor> inputs, std::stop_token stop)
{
    const Tensor& weights = inputs[1];
    const auto x = inputs[0].floats();
    const std::size_t tokens = inputs[0].type().rows(), outputs = weights.type().rows(),
                      columns = weights.type().columns();
    if (inputs[0].type().columns() != columns)
        return fail(
            ErrorCode::InvalidInput, "a product of {} columns with weights of {}", inputs[0].type().columns(),
            columns);
    std::vector<float> y(tokens * outputs);
    if (tokens == 1) {
        oneColumn(weights, x, y);
        return Tensor::adoptFloats({tokens, outputs}, std::move(y));
    }
    const bool plain = weights.type().format->id() == "f32"
        && reinterpret_cast<std::uintptr_t>(weights.bytes().data()) % alignof(float) == 0;
    const std::size_t tile = tileRows(columns);
    parallelFor(outputs, tile, [&](std::size_t begin, std::size_t end) {
        if (stop.stop_requested())
            return;
        std::vector<float> decoded(plain ? 0 : (end - begin) * columns);
        if (!plain)
            weights.decodeRows(begin, decoded);
        const float* const w = plain ? weights.floats().data() + begin * columns : decoded.data();
        multiplyTransposed(
            tokens, end - begin, columns, x.data(), columns, w, columns, y.data() + begin, outputs);
    });
    if (stop.stop_requested())
        return fail(ErrorCode::Cancelled, "cancelled in a product of {} rows", outputs);
    return Tensor::adoptFloats({tokens, outputs}, std::move(y));
}

} // namespace tritloom::cpu
