#include "core/backend/reference/ops.h"

#include <cmath>
#include <numbers>

namespace tritloom::reference {
namespace {

template <typename Function>
Result<Tensor> map(std::span<const Tensor> inputs, Function function)
{
    std::vector<float> x = values(inputs[0]);
    for (float& value : x)
        value = float(function(double(value)));
    return Tensor::adoptFloats(inputs[0].type().shape, std::move(x));
}

// b may be as large as a, one row of it, or one number.
template <typename Function>
Result<Tensor> combine(std::span<const Tensor> inputs, Function function)
{
    std::vector<float> a = values(inputs[0]);
    const std::vector<float> b = values(inputs[1]);
    if (b.size() != a.size() && b.size() != inputs[0].type().columns() && b.size() != 1)
        return fail(ErrorCode::InvalidInput, "{} numbers combined with {}", a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i)
        a[i] = function(a[i], b[i % b.size()]);
    return Tensor::adoptFloats(inputs[0].type().shape, std::move(a));
}

} // namespace

Result<Tensor> slice(const Op& op, std::span<const Tensor> inputs, std::stop_token)
{
    const std::vector<float> x = values(inputs[0]);
    const std::size_t begin = op.count("begin"), count = op.count("count"), rows = inputs[0].type().rows(),
                      columns = inputs[0].type().columns();
    if (begin + count > columns)
        return fail(ErrorCode::InvalidInput, "columns {} to {} of {}", begin, begin + count, columns);
    std::vector<float> y;
    y.reserve(rows * count);
    for (std::size_t r = 0; r < rows; ++r)
        y.insert(
            y.end(), x.begin() + std::ptrdiff_t(r * columns + begin),
            x.begin() + std::ptrdiff_t(r * columns + begin + count));
    return Tensor::adoptFloats({rows, count}, std::move(y));
}

Result<Tensor> add(const Op&, std::span<const Tensor> inputs, std::stop_token)
{
    return combine(inputs, [](float a, float b) { return a + b; });
}

Result<Tensor> multiply(const Op&, std::span<const Tensor> inputs, std::stop_token)
{
    return combine(inputs, [](float a, float b) { return a * b; });
}

Result<Tensor> silu(const Op&, std::span<const Tensor> inputs, std::stop_token)
{
    return map(inputs, [](double x) { return x / (1 + std::exp(-x)); });
}

Result<Tensor> gelu(const Op&, std::span<const Tensor> inputs, std::stop_token)
{
    return map(inputs, [](double x) {
        return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
    });
}

Result<Tensor> relu2(const Op&, std::span<const Tensor> inputs, std::stop_token)
{
    return map(inputs, [](double x) { return x > 0 ? x * x : 0; });
}

} // namespace tritloom::reference
