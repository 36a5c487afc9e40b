#include "core/backend/reference/ops.h"

#include <cmath>

namespace tritloom::reference {

Result<Tensor> embedding(const Op&, std::span<const Tensor> inputs, std::stop_token)
{
    const std::vector<float> ids = values(inputs[0]);
    const TensorType& table = inputs[1].type();
    std::vector<float> y(ids.size() * table.columns());
    for (std::size_t t = 0; t < ids.size(); ++t) {
        if (!(ids[t] >= 0 && ids[t] < float(table.rows())))
            return fail(ErrorCode::InvalidInput, "token {} is outside the table of {} rows", ids[t], table.rows());
        inputs[1].decodeRows(std::size_t(ids[t]), std::span(y).subspan(t * table.columns(), table.columns()));
    }
    return Tensor::adoptFloats({ids.size(), table.columns()}, std::move(y));
}

Result<Tensor> linear(const Op&, std::span<const Tensor> inputs, std::stop_token stop)
{
    const std::vector<float> x = values(inputs[0]), w = values(inputs[1]);
    const std::size_t rows = inputs[0].type().rows(), outputs = inputs[1].type().rows(),
                      columns = inputs[1].type().columns();
    if (inputs[0].type().columns() != columns)
        return fail(
            ErrorCode::InvalidInput, "a product of {} columns with weights of {}", inputs[0].type().columns(),
            columns);
    std::vector<float> y(rows * outputs);
    for (std::size_t r = 0; r < rows; ++r) {
        if (stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled");
        for (std::size_t o = 0; o < outputs; ++o) {
            double sum = 0;
            for (std::size_t c = 0; c < columns; ++c)
                sum += double(x[r * columns + c]) * double(w[o * columns + c]);
            y[r * outputs + o] = float(sum);
        }
    }
    return Tensor::adoptFloats({rows, outputs}, std::move(y));
}

} // namespace tritloom::reference
