#include "plugins/torch/ops.h"

#include <cmath>

namespace tritloom::torchops {
namespace {

/// b of as many numbers as a, as a row of it, or one.
at::Tensor fitted(const at::Tensor& a, const at::Tensor& b)
{
    if (b.numel() == a.numel())
        return b.reshape(a.sizes());
    if (b.numel() == 1 || b.numel() == a.size(-1))
        return b.reshape({-1});
    throw Refusal("the sizes do not fit each other");
}

at::Tensor asNumbers(const at::Tensor& truths)
{
    return truths.to(at::kFloat);
}

} // namespace

at::Tensor add(const Op&, Inputs x)
{
    return x[0] + fitted(x[0], x[1]);
}

at::Tensor multiply(const Op&, Inputs x)
{
    return x[0] * fitted(x[0], x[1]);
}

at::Tensor silu(const Op&, Inputs x)
{
    return at::silu(x[0]);
}

at::Tensor gelu(const Op&, Inputs x)
{
    return at::gelu(x[0], "tanh");
}

at::Tensor relu2(const Op&, Inputs x)
{
    return at::relu(x[0]).square();
}

at::Tensor quantizeRows(const Op& op, Inputs inputs)
{
    if (inputs.size() != 1 || op.count("asymmetric") != 0)
        throw Refusal("only rounding around zero by each token's own range is derivable");
    const at::Tensor& x = inputs[0];
    const auto columns = std::size_t(x.size(-1)), group = op.count("group", columns);
    if (group == 0 || columns % group != 0)
        throw Refusal("the sizes do not fit each other");
    const double steps = std::exp2(op.number("bits", 8) - 1) - 1;
    const at::Tensor runs = x.detach().to(at::kDouble).reshape({-1, std::int64_t(group)});
    const at::Tensor largest = runs.abs().amax(1, true);
    const at::Tensor scale = at::where(largest > 0, largest / steps, at::ones_like(largest));
    const at::Tensor rounded = (scale * at::round(runs / scale)).to(at::kFloat).reshape(x.sizes());
    return x + (rounded - x).detach();
}

at::Tensor unary(const Op& op, Inputs inputs)
{
    using enum UnaryFunction;
    const at::Tensor& x = inputs[0];
    const double a = op.number("a"), b = op.number("b");
    switch (UnaryFunction(op.count("function"))) {
    case Relu:
        return at::relu(x);
    case LeakyRelu:
        return at::leaky_relu(x, a);
    case Elu:
        return at::elu(x, a);
    case Selu:
        return at::elu(x, a, b);
    case Celu:
        return at::celu(x, a);
    case ThresholdedRelu:
        return at::threshold(x, a, 0);
    case Sigmoid:
        return at::sigmoid(x);
    case Tanh:
        return at::tanh(x);
    case Silu:
        return at::silu(x);
    case GeluErf:
        return at::gelu(x, "none");
    case GeluTanh:
        return at::gelu(x, "tanh");
    case HardSigmoid:
        return at::clamp(x * a + b, 0, 1);
    case HardSwish:
        return at::hardswish(x);
    case Clip:
        return at::clamp(x, a, b);
    case Softplus:
        return at::logaddexp(x, at::zeros_like(x)); // at::softplus is linear beyond a threshold
    case Softsign:
        return x / (1 + x.abs());
    case Shrink:
        return at::where(x < -a, x + b, at::where(x > a, x - b, at::zeros_like(x)));
    case Mish:
        return x * at::tanh(at::logaddexp(x, at::zeros_like(x)));
    case Exp:
        return at::exp(x);
    case Log:
        return at::log(x);
    case Sqrt:
        return at::sqrt(x);
    case Reciprocal:
        return at::reciprocal(x);
    case Abs:
        return at::abs(x);
    case Negate:
        return -x;
    case Floor:
        return at::floor(x);
    case Ceil:
        return at::ceil(x);
    case Round:
        return at::round(x);
    case Sign:
        return at::sign(x);
    case Erf:
        return at::erf(x);
    case Sin:
        return at::sin(x);
    case Cos:
        return at::cos(x);
    case Truncate:
        return at::trunc(x);
    case Not:
        return asNumbers(x == 0);
    }
    throw Refusal("the function is not known");
}

at::Tensor binary(const Op& op, Inputs inputs)
{
    using enum BinaryFunction;
    const at::Tensor &a = inputs[0], &b = inputs[1];
    switch (BinaryFunction(op.count("function"))) {
    case Add:
        return a + b;
    case Subtract:
        return a - b;
    case Multiply:
        return a * b;
    case Divide:
        return a / b;
    case IntegerDivide:
        return at::where(b == 0, at::zeros({}), at::trunc(a / b));
    case Power:
        return at::pow(a, b);
    case Maximum:
        return at::maximum(a, b);
    case Minimum:
        return at::minimum(a, b);
    case Modulo:
        return at::where(b == 0, at::zeros({}), at::remainder(a, b));
    case PRelu:
        return at::where(a < 0, a * b, a);
    case Equal:
        return asNumbers(a == b);
    case Greater:
        return asNumbers(a > b);
    case Less:
        return asNumbers(a < b);
    case GreaterOrEqual:
        return asNumbers(a >= b);
    case LessOrEqual:
        return asNumbers(a <= b);
    case And:
        return asNumbers(at::logical_and(a, b));
    case Or:
        return asNumbers(at::logical_or(a, b));
    case Xor:
        return asNumbers(at::logical_xor(a, b));
    }
    throw Refusal("the function is not known");
}

at::Tensor where(const Op&, Inputs x)
{
    return at::where(x[0] != 0, x[1], x[2]);
}

} // namespace tritloom::torchops
