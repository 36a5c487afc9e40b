#include "core/backend/reference/ops.h"

#include <algorithm>
#include <cmath>

namespace tritloom::reference {

Result<Tensor> logSoftmax(const Op&, std::span<const Tensor> inputs, std::stop_token)
{
    std::vector<float> x = values(inputs[0]);
    const std::size_t columns = inputs[0].type().columns();
    for (std::size_t begin = 0; begin < x.size(); begin += columns) {
        const auto row = std::span(x).subspan(begin, columns);
        const double largest = *std::max_element(row.begin(), row.end());
        double total = 0;
        for (const float value : row)
            total += std::exp(double(value) - largest);
        for (float& value : row)
            value = float(double(value) - largest - std::log(total));
    }
    return Tensor::adoptFloats(inputs[0].type().shape, std::move(x));
}

Result<Tensor> argMax(const Op&, std::span<const Tensor> inputs, std::stop_token)
{
    const std::vector<float> x = values(inputs[0]);
    const std::size_t columns = inputs[0].type().columns();
    std::vector<float> y;
    for (std::size_t begin = 0; begin < x.size(); begin += columns) {
        const auto row = std::span(x).subspan(begin, columns);
        y.push_back(float(std::max_element(row.begin(), row.end()) - row.begin()));
    }
    const std::size_t rows = y.size();
    return Tensor::adoptFloats({rows}, std::move(y));
}

Result<Tensor> pick(const Op&, std::span<const Tensor> inputs, std::stop_token)
{
    const std::vector<float> x = values(inputs[0]), ids = values(inputs[1]);
    const std::size_t columns = inputs[0].type().columns();
    if (ids.size() != inputs[0].type().rows())
        return fail(ErrorCode::InvalidInput, "{} ids for {} rows", ids.size(), inputs[0].type().rows());
    std::vector<float> y;
    for (std::size_t r = 0; r < ids.size(); ++r) {
        if (!(ids[r] >= 0 && ids[r] < float(columns)))
            return fail(ErrorCode::InvalidInput, "id {} is outside 0 to {}", ids[r], columns - 1);
        y.push_back(x[r * columns + std::size_t(ids[r])]);
    }
    return Tensor::adoptFloats({ids.size()}, std::move(y));
}

Result<Tensor> divergence(const Op&, std::span<const Tensor> inputs, std::stop_token)
{
    const std::vector<float> p = values(inputs[0]), q = values(inputs[1]);
    const std::size_t columns = inputs[0].type().columns();
    if (p.size() != q.size())
        return fail(ErrorCode::InvalidInput, "{} probabilities against {}", p.size(), q.size());
    std::vector<float> y;
    for (std::size_t begin = 0; begin < p.size(); begin += columns) {
        double sum = 0;
        for (std::size_t i = begin; i < begin + columns; ++i)
            if (p[i] > -16)
                sum += std::exp(double(p[i])) * (double(p[i]) - double(q[i]));
        y.push_back(float(sum));
    }
    const std::size_t rows = y.size();
    return Tensor::adoptFloats({rows}, std::move(y));
}

} // namespace tritloom::reference
