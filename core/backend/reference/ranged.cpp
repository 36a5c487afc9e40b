#include "core/backend/ranged_products.h"
#include "core/backend/reference/ops.h"

#include <algorithm>
#include <cmath>

namespace tritloom {

Result<Tensor> referenceRangedProduct(
    const Op& op, const InputGrid& grid, std::span<const Tensor> inputs, std::stop_token stop)
{
    const double last = std::exp2(grid.bits) - 1;
    std::vector<float> codes = reference::values(inputs[0]);
    for (float& x : codes) // less their zero: whole numbers, exact in f32
        x = float(std::clamp(double(std::nearbyint(x / grid.scale)) + double(grid.zero), 0.0, last))
            - grid.zero;
    const Tensor arguments[] = {Tensor::adoptFloats(inputs[0].type().shape, std::move(codes)), inputs[1]};
    const bool isLinear = op.kind == OpKind::Linear;
    const Tensor product =
        TRY(isLinear ? reference::linear(op, arguments, std::move(stop))
                     : reference::convolution(op, arguments, std::move(stop)));
    std::vector<float> y = product.toFloats();
    const std::vector<float> bias = inputs.size() > 2 ? reference::values(inputs[2]) : std::vector<float>();
    const std::size_t outputs = inputs[1].type().rows();
    const Shape& shape = product.type().shape; // [T, O] or [N, O, ...]
    const std::size_t inner = isLinear ? 1 : TensorType{nullptr, {shape.begin() + 2, shape.end()}}.elements();
    for (std::size_t i = 0; i < y.size(); ++i)
        y[i] = float(
            double(grid.scale) * double(y[i]) + (bias.empty() ? 0.0 : double(bias[i / inner % outputs])));
    return Tensor::adoptFloats(shape, std::move(y));
}

} // namespace tritloom
