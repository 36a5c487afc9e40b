#include "core/backend/reference/ops.h"
#include "core/graph/unary_value.h"

namespace tritloom::reference {

Result<Tensor> unary(const Op& op, std::span<const Tensor> inputs, std::stop_token)
{
    std::vector<float> x = values(inputs[0]);
    const auto function = UnaryFunction(op.count("function"));
    const double a = op.number("a"), b = op.number("b");
    for (float& value : x)
        value = float(unaryValue(function, double(value), a, b));
    return Tensor::adoptFloats(inputs[0].type().shape, std::move(x));
}

} // namespace tritloom::reference
