#include "core/backend/reference/ops.h"
#include "core/graph/unary_value.h"

namespace tritloom::reference {

Result<Tensor> unary(const Op& op, std::span<const Tensor> inputs, std::stop_token stop)
{
    std::vector<float> room, y;
    const auto x = valuesIn(inputs[0], room);
    y.reserve(x.size());
    const auto function = UnaryFunction(op.count("function"));
    const double a = op.number("a"), b = op.number("b");
    StopCheck stopped(std::move(stop));
    for (const float value : x) {
        if (stopped())
            return cancelledIn(op);
        y.push_back(float(unaryValue(function, double(value), a, b)));
    }
    return Tensor::adoptFloats(inputs[0].type().shape, std::move(y));
}

} // namespace tritloom::reference
