#include "core/backend/reference/ops.h"

#include "core/base/parallel.h"
#include "core/graph/composed_matrix.h"
#include "core/graph/hadamard.h"

#include <algorithm>
#include <cmath>

// What layer replacements are made of, besides products, sums and factors.
namespace tritloom::reference {

Result<Tensor> hadamard(const Op& op, std::span<const Tensor> inputs, std::stop_token)
{
    const std::size_t columns = inputs[0].type().columns(), size = op.count("size", columns);
    if (!isHadamardSize(size) || columns % size != 0)
        return fail(
            ErrorCode::InvalidInput, "a Hadamard transform of size {} over {} elements", size, columns);
    std::vector<float> x = values(inputs[0]);
    tritloom::hadamard(x, size);
    return Tensor::adoptFloats(inputs[0].type().shape, std::move(x));
}

namespace {

/// scales and zeros [groups, n], last time step of each group [groups]: fixed beforehand. Element i belongs
/// to channel i / inner modulo n. offset: code = floor(x / scale + offset) instead of the nearest; lowest:
/// the least code (AQT, arXiv 2105.03536: offset 0 where no input is negative, else 1/2).
Result<Tensor> quantizeByRanges(const Op& op, std::span<const Tensor> inputs)
{
    std::vector<float> x = values(inputs[0]);
    const std::vector<float> scales = values(inputs[1]), zeros = values(inputs[2]), times = values(inputs[3]);
    const std::size_t groups = times.size(), inner = std::max<std::size_t>(1, op.count("inner", 1));
    const double bits = op.number("bits", 8);
    if (groups == 0 || scales.size() % groups != 0 || zeros.size() != scales.size()
        || !(bits >= 2 && bits <= 16))
        return fail(
            ErrorCode::InvalidInput, "rounding to {} bits by {} scales and {} zeros in {} groups", bits,
            scales.size(), zeros.size(), groups);
    const std::size_t width = scales.size() / groups;
    if (width == 0 || (x.size() / inner) % width != 0)
        return fail(
            ErrorCode::InvalidInput, "ranges for {} channels, {} values in runs of {}", width, x.size(),
            inner);
    if (groups > 1 && op.attributes.find("time") == op.attributes.end())
        return fail(ErrorCode::InvalidInput, "ranges by time step for a network without time steps");
    std::size_t group = 0;
    while (group + 1 < groups && op.number("time") > double(times[group]))
        ++group;
    const double last = std::exp2(bits) - 1, lowest = op.number("lowest");
    const bool roundsDown = op.attributes.contains("offset");
    const auto offset = float(op.number("offset"));
    for (std::size_t i = 0; i < x.size(); ++i) {
        const std::size_t channel = group * width + i / inner % width;
        const float scale = scales[channel], zero = zeros[channel];
        // x / scale in f32, halves to even: as QuantizeLinear does.
        const float code = roundsDown ? std::floor(x[i] / scale + offset) : std::nearbyint(x[i] / scale);
        x[i] = scale * (float(std::clamp(double(code) + double(zero), lowest, last)) - zero);
    }
    return Tensor::adoptFloats(inputs[0].type().shape, std::move(x));
}

} // namespace

Result<Tensor> quantizeRows(const Op& op, std::span<const Tensor> inputs, std::stop_token)
{
    if (inputs.size() == 4)
        return quantizeByRanges(op, inputs);
    const std::size_t columns = inputs[0].type().columns(),
                      group = std::max<std::size_t>(1, op.count("group", columns));
    const double bits = op.number("bits", 8);
    if (!(bits >= 2 && bits <= 16) || columns % group != 0)
        return fail(
            ErrorCode::InvalidInput, "rounding {} elements to {} bits by groups of {}", columns, bits, group);
    std::vector<float> x = values(inputs[0]);
    const auto round = [&](std::span<float> run) {
        if (op.count("asymmetric") != 0) {
            const double steps = std::exp2(bits) - 1;
            const double low = std::min(0.0, double(*std::ranges::min_element(run)));
            const double high = std::max(0.0, double(*std::ranges::max_element(run)));
            const double scale = high > low ? (high - low) / steps : 1, zero = std::nearbyint(-low / scale);
            for (float& value : run)
                value = float(
                    scale * (std::clamp(std::nearbyint(double(value) / scale) + zero, 0.0, steps) - zero));
        } else {
            const double steps = std::exp2(bits - 1) - 1;
            double largest = 0;
            for (const float value : run)
                largest = std::max(largest, std::fabs(double(value)));
            const double scale = largest > 0 ? largest / steps : 1;
            for (float& value : run)
                value = float(scale * std::clamp(std::nearbyint(double(value) / scale), -steps, steps));
        }
    };
    parallelFor(x.size() / group, 16, [&](std::size_t first, std::size_t last) {
        for (std::size_t r = first; r < last; ++r)
            round(std::span(x).subspan(r * group, group));
    });
    return Tensor::adoptFloats(inputs[0].type().shape, std::move(x));
}

Result<Tensor> signFactorLinear(const Op& op, std::span<const Tensor> inputs, std::stop_token stop)
{
    const Tensor arguments[] = {inputs[0], TRY(signFactorMatrix(inputs.subspan(1, 3)))};
    return linear(op, arguments, std::move(stop));
}

Result<Tensor> sparseLinear(const Op& op, std::span<const Tensor> inputs, std::stop_token stop)
{
    const Tensor arguments[] = {inputs[0], TRY(sparseMatrix(inputs.subspan(1, 4)))};
    return linear(op, arguments, std::move(stop));
}

} // namespace tritloom::reference
