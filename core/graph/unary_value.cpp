#include "core/graph/unary_value.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tritloom {
namespace {

double sigmoid(double x)
{
    return 1 / (1 + std::exp(-x));
}

double softplus(double x)
{
    return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
}

} // namespace

double unaryValue(UnaryFunction function, double x, double a, double b)
{
    using enum UnaryFunction;
    switch (function) {
    case Relu:
        return std::max(x, 0.0);
    case LeakyRelu:
        return x < 0 ? a * x : x;
    case Elu:
        return x < 0 ? a * std::expm1(x) : x;
    case Selu:
        return b * (x < 0 ? a * std::expm1(x) : x);
    case Celu:
        return std::max(0.0, x) + std::min(0.0, a * std::expm1(x / a));
    case ThresholdedRelu:
        return x > a ? x : 0;
    case Sigmoid:
        return sigmoid(x);
    case Tanh:
        return std::tanh(x);
    case Silu:
        return x * sigmoid(x);
    case GeluErf:
        return 0.5 * x * (1 + std::erf(x / std::numbers::sqrt2));
    case GeluTanh:
        return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
    case HardSigmoid:
        return std::clamp(a * x + b, 0.0, 1.0);
    case HardSwish:
        return x * std::clamp(x / 6 + 0.5, 0.0, 1.0);
    case Clip:
        return std::min(std::max(x, a), b);
    case Softplus:
        return softplus(x);
    case Softsign:
        return x / (1 + std::abs(x));
    case Shrink:
        return x < -a ? x + b : x > a ? x - b : 0;
    case Mish:
        return x * std::tanh(softplus(x));
    case Exp:
        return std::exp(x);
    case Log:
        return std::log(x);
    case Sqrt:
        return std::sqrt(x);
    case Reciprocal:
        return 1 / x;
    case Abs:
        return std::abs(x);
    case Negate:
        return -x;
    case Floor:
        return std::floor(x);
    case Ceil:
        return std::ceil(x);
    case Round:
        return std::nearbyint(x); // halves to the even number
    case Sign:
        return x > 0 ? 1 : x < 0 ? -1 : 0;
    case Erf:
        return std::erf(x);
    case Sin:
        return std::sin(x);
    case Cos:
        return std::cos(x);
    case Truncate:
        return std::trunc(x);
    case Not:
        return x == 0 ? 1 : 0;
    }
    return x;
}

} // namespace tritloom
