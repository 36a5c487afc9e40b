#include "compute/cpu/chunks.h"
#include "compute/cpu/cpu_tensor.h"
#include "compute/cpu/dense.h"
#include "compute/cpu/float_product.h"
#include "compute/cpu/output.h"
#include "compute/cpu/packed/product.h"
#include "compute/cpu/row_math.h"
#include "compute/cpu/tile/float_unit_product.h"
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

std::optional<FloatKind> floatKindOf(const NumberFormat& format)
{
    const std::string id = format.id();
    if (id == "f32")
        return FloatKind::F32;
    if (id == "f16")
        return FloatKind::F16;
    return id == "bf16" ? std::optional(FloatKind::BF16) : std::nullopt;
}

void oneColumn(const CpuTensor& weights, std::span<const float> x, std::span<float> y)
{
    const std::size_t columns = weights.type().columns(), rowBytes = weights.type().rowBytes();
    const auto kind = floatKindOf(*weights.type().format);
    parallelFor(y.size(), chunkOf(y.size(), rowBytes, 4), [&](std::size_t begin, std::size_t end) {
        if (kind) {
            multiplyFloatRows(
                *kind, weights.given().bytes().data() + begin * rowBytes, x, y.subspan(begin, end - begin));
            return;
        }
        std::vector<float> row(columns);
        for (std::size_t r = begin; r < end; ++r) {
            weights.decodeRow(r, row);
            y[r] = dotRow(row, x);
        }
    });
}

/// Many columns: a tile of weight rows is decoded once and multiplied with all tokens by sgemm.
void decodedTiles(
    const CpuTensor& weights, std::span<const float> x, std::size_t tokens, std::span<float> y,
    const std::stop_token& stop)
{
    const std::size_t outputs = weights.type().rows(), columns = weights.type().columns();
    const auto kind = floatKindOf(*weights.type().format);
    const bool plain = kind == FloatKind::F32
        && reinterpret_cast<std::uintptr_t>(weights.given().bytes().data()) % alignof(float) == 0;
    parallelFor(outputs, tileRows(columns), [&](std::size_t begin, std::size_t end) {
        if (stop.stop_requested())
            return;
        const auto room = plain ? nullptr : scratch((end - begin) * columns * sizeof(float));
        const std::span<float> decoded(static_cast<float*>(room.get()), plain ? 0 : (end - begin) * columns);
        if (kind)
            decodeFloats(*kind, weights.given().bytes().data() + begin * weights.type().rowBytes(), decoded);
        else
            for (std::size_t r = begin; r < end; ++r)
                weights.decodeRow(r, decoded.subspan((r - begin) * columns, columns));
        const float* const w = plain ? weights.given().floats().data() + begin * columns : decoded.data();
        multiplyTransposed(
            tokens, end - begin, columns, x.data(), columns, w, columns, y.data() + begin, outputs);
    });
}

} // namespace

Result<Tensor> embedding(const Tensor& tokens, const CpuTensor& table)
{
    const std::vector<float> ids = tokens.toFloats();
    const std::size_t columns = table.type().columns();
    for (const float id : ids)
        if (!(id >= 0 && id < float(table.type().rows())))
            return fail(
                ErrorCode::InvalidInput, "token {} is outside the table of {} rows", id, table.type().rows());
    Output output(ids.size() * columns);
    const auto y = output.values();
    parallelFor(ids.size(), 32, [&](std::size_t begin, std::size_t end) {
        for (std::size_t t = begin; t < end; ++t)
            table.decodeRow(std::size_t(ids[t]), y.subspan(t * columns, columns));
    });
    return std::move(output).take({ids.size(), columns});
}

Result<Tensor> linear(
    const Tensor& input, const CpuTensor& weights, ActivationMode mode, ActivationCache& cache,
    std::stop_token stop)
{
    const auto x = input.floats();
    const std::size_t tokens = input.type().rows(), outputs = weights.type().rows(),
                      columns = weights.type().columns();
    if (input.type().columns() != columns)
        return fail(
            ErrorCode::InvalidInput, "a product of {} columns with weights of {}", input.type().columns(),
            columns);
    Output output(tokens * outputs);
    const auto y = output.values();
    if (columns == 0) { // kernels begin with the first column
        std::ranges::fill(y, 0.0f);
        return std::move(output).take({tokens, outputs});
    }
    const PackedWeights* const packed = TRY(weights.packed());
    const TileUnit* const unit = chosenTileUnit();
    const auto kind = floatKindOf(*weights.type().format);
    if (packed != nullptr && tokens == 1)
        multiplyColumn(*packed, *cache.get(packed->layout, input, mode), y);
    else if (packed != nullptr && decodesColumns(packed->layout, mode))
        decodedColumns(*packed, x, tokens, y, stop);
    else if (packed != nullptr)
        multiplyColumns(*packed, *cache.get(packed->layout, input, mode), y, stop);
    else if (tokens == 1)
        oneColumn(weights, x, y);
    else if (unit != nullptr && kind && tokens >= leastFloatUnitTokens)
        multiplyFloatColumns(
            *kind, weights.given().bytes().data(), outputs, splitTokens(x, tokens, columns), *unit, y, stop);
    else
        decodedTiles(weights, x, tokens, y, stop);
    if (stop.stop_requested())
        return fail(ErrorCode::Cancelled, "cancelled in a product of {} rows", outputs);
    return std::move(output).take({tokens, outputs});
}

} // namespace tritloom::cpu
