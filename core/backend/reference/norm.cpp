#include "core/backend/reference/ops.h"

#include <cmath>

namespace tritloom::reference {

// y = w * x / sqrt(mean(x^2) + eps), over runs of w's length (a whole row, or one head).
Result<Tensor> rmsNorm(const Op& op, std::span<const Tensor> inputs, std::stop_token)
{
    std::vector<float> x = values(inputs[0]);
    const std::vector<float> w = values(inputs[1]);
    const std::size_t size = w.size();
    if (size == 0 || inputs[0].type().columns() % size != 0)
        return fail(ErrorCode::InvalidInput, "a norm of {} over rows of {}", size, inputs[0].type().columns());
    for (std::size_t begin = 0; begin < x.size(); begin += size) {
        double squares = 0;
        for (std::size_t i = 0; i < size; ++i)
            squares += double(x[begin + i]) * double(x[begin + i]);
        const double inverse = 1.0 / std::sqrt(squares / double(size) + op.number("epsilon", 1e-5));
        for (std::size_t i = 0; i < size; ++i)
            x[begin + i] = float(double(x[begin + i]) * inverse) * w[i];
    }
    return Tensor::adoptFloats(inputs[0].type().shape, std::move(x));
}

// y = (x - mean) / sqrt(var + eps) * w + b, population variance.
Result<Tensor> layerNorm(const Op& op, std::span<const Tensor> inputs, std::stop_token)
{
    std::vector<float> x = values(inputs[0]);
    const std::vector<float> w = values(inputs[1]), b = values(inputs[2]);
    const std::size_t size = inputs[0].type().columns();
    if (w.size() != size || b.size() != size)
        return fail(ErrorCode::InvalidInput, "a norm of {} over rows of {}", w.size(), size);
    for (std::size_t begin = 0; begin < x.size(); begin += size) {
        double mean = 0, squares = 0;
        for (std::size_t i = 0; i < size; ++i)
            mean += double(x[begin + i]);
        mean /= double(size);
        for (std::size_t i = 0; i < size; ++i)
            squares += (double(x[begin + i]) - mean) * (double(x[begin + i]) - mean);
        const double inverse = 1.0 / std::sqrt(squares / double(size) + op.number("epsilon", 1e-5));
        for (std::size_t i = 0; i < size; ++i)
            x[begin + i] = float((double(x[begin + i]) - mean) * inverse) * w[i] + b[i];
    }
    return Tensor::adoptFloats(inputs[0].type().shape, std::move(x));
}

} // namespace tritloom::reference
