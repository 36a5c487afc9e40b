#include "core/method/proxy_program.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tritloom {
namespace {

using Values = std::vector<double>;

constexpr const char* terminalNames[proxyTerminals] = {"w", "a", "h", "flow"};
constexpr const char* unaryNames[proxyUnaries] = {"id",  "neg",       "abs",      "square",  "sqrt",  "log",
                                                  "exp", "inverse",   "sigmoid",  "tanh",    "relu",  "sign",
                                                  "l2",  "over_mean", "over_max", "softmax", "minmax"};
constexpr const char* binaryNames[proxyBinaries] = {"add", "sub", "mul", "div", "max", "min", "pow"};
constexpr const char* scalarNames[proxyScalars] = {"sum", "mean", "l1", "l2", "max", "std"};

template <typename Function>
void each(Values& values, const Function& function)
{
    for (double& value : values)
        value = function(value);
}

void divideBy(Values& values, double divisor)
{
    each(values, [&](double x) { return x / (divisor + (divisor < 0 ? -1e-9 : 1e-9)); });
}

void apply(ProxyUnary function, Values& x)
{
    switch (function) {
    case ProxyUnary::Identity:
        return;
    case ProxyUnary::Negate:
        return each(x, [](double v) { return -v; });
    case ProxyUnary::Absolute:
        return each(x, [](double v) { return std::fabs(v); });
    case ProxyUnary::Square:
        return each(x, [](double v) { return v * v; });
    case ProxyUnary::Root:
        return each(x, [](double v) { return std::sqrt(std::fabs(v)); });
    case ProxyUnary::Logarithm:
        return each(x, [](double v) { return std::log1p(std::fabs(v)); });
    case ProxyUnary::Exponential:
        return each(x, [](double v) { return std::exp(std::clamp(v, -20.0, 20.0)); });
    case ProxyUnary::Inverse:
        return each(x, [](double v) { return 1 / (v + 1e-9); });
    case ProxyUnary::Sigmoid:
        return each(x, [](double v) { return 1 / (1 + std::exp(-v)); });
    case ProxyUnary::Tanh:
        return each(x, [](double v) { return std::tanh(v); });
    case ProxyUnary::Relu:
        return each(x, [](double v) { return std::max(v, 0.0); });
    case ProxyUnary::Sign:
        return each(x, [](double v) { return v > 0 ? 1.0 : v < 0 ? -1.0 : 0.0; });
    case ProxyUnary::OverNorm:
        return divideBy(x, std::sqrt(std::inner_product(x.begin(), x.end(), x.begin(), 0.0)));
    case ProxyUnary::OverMean:
        return divideBy(x, std::accumulate(x.begin(), x.end(), 0.0) / double(x.size()));
    case ProxyUnary::OverMaximum:
        return divideBy(x, *std::max_element(x.begin(), x.end()));
    case ProxyUnary::Softmax: {
        const double highest = *std::max_element(x.begin(), x.end());
        each(x, [&](double v) { return std::exp(v - highest); });
        return divideBy(x, std::accumulate(x.begin(), x.end(), 0.0));
    }
    case ProxyUnary::MinMax: {
        const double lowest = *std::min_element(x.begin(), x.end());
        each(x, [&](double v) { return v - lowest; });
        return divideBy(x, *std::max_element(x.begin(), x.end()));
    }
    }
}

double joined(ProxyBinary function, double a, double b)
{
    switch (function) {
    case ProxyBinary::Add:
        return a + b;
    case ProxyBinary::Subtract:
        return a - b;
    case ProxyBinary::Multiply:
        return a * b;
    case ProxyBinary::Divide:
        return a / (b + (b < 0 ? -1e-9 : 1e-9));
    case ProxyBinary::Maximum:
        return std::max(a, b);
    case ProxyBinary::Minimum:
        return std::min(a, b);
    case ProxyBinary::Power:
        return std::pow(std::fabs(a), std::clamp(b, -3.0, 3.0));
    }
    return 0;
}

double scalarOf(ProxyScalar function, const Values& x, double each)
{
    const auto count = double(x.size());
    double sum = 0, magnitudes = 0, squares = 0;
    for (const double value : x) {
        sum += value;
        magnitudes += std::fabs(value);
        squares += value * value;
    }
    switch (function) {
    case ProxyScalar::Sum:
        return sum * each;
    case ProxyScalar::Mean:
        return sum / count;
    case ProxyScalar::L1:
        return magnitudes * each;
    case ProxyScalar::L2:
        return std::sqrt(squares * each);
    case ProxyScalar::Maximum:
        return *std::max_element(x.begin(), x.end());
    case ProxyScalar::Deviation:
        return std::sqrt(std::max(0.0, squares / count - (sum / count) * (sum / count)));
    }
    return 0;
}

Values branchOf(const ProxyBranch& branch, const ProxySample& sample)
{
    Values values = sample.values[std::size_t(branch.terminal)];
    for (const ProxyUnary function : branch.chain)
        apply(function, values);
    return values;
}

std::string textOf(const ProxyBranch& branch)
{
    std::string text = fmt::format("{}:", terminalNames[std::size_t(branch.terminal)]);
    for (std::size_t i = 0; i < branch.chain.size(); ++i)
        text += fmt::format("{}{}", i == 0 ? " " : ",", unaryNames[std::size_t(branch.chain[i])]);
    return text;
}

std::size_t distanceBetween(const ProxyBranch& a, const ProxyBranch& b)
{
    std::size_t count = a.terminal == b.terminal ? 0 : 1;
    for (std::size_t i = 0; i < std::max(a.chain.size(), b.chain.size()); ++i)
        count += i < a.chain.size() && i < b.chain.size() && a.chain[i] == b.chain[i] ? 0 : 1;
    return count;
}

} // namespace

std::string textOf(const ProxyProgram& program)
{
    const char* const factor = program.isLogarithmic ? "log2 bits" : "bits";
    const char* const scalar = scalarNames[std::size_t(program.scalar)];
    if (!program.second)
        return fmt::format("v1 S({} | {}) x {}", textOf(program.first), scalar, factor);
    return fmt::format(
        "v1 B({} | {} | {} | {}) x {}", textOf(program.first), textOf(*program.second),
        binaryNames[std::size_t(program.binary)], scalar, factor);
}

double valueOf(const ProxyProgram& program, const ProxySample& sample)
{
    if (sample.values[0].empty())
        return 0;
    Values values = branchOf(program.first, sample);
    if (program.second) {
        const Values other = branchOf(*program.second, sample);
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = joined(program.binary, values[i], other[i]);
    }
    return scalarOf(program.scalar, values, sample.weightsEach);
}

std::size_t distanceBetween(const ProxyProgram& a, const ProxyProgram& b)
{
    std::size_t count = distanceBetween(a.first, b.first) + (a.scalar == b.scalar ? 0 : 1)
        + (a.isLogarithmic == b.isLogarithmic ? 0 : 1);
    if (a.second && b.second)
        count += distanceBetween(*a.second, *b.second) + (a.binary == b.binary ? 0 : 1);
    else if (a.second || b.second)
        count += 2 + (a.second ? a.second : b.second)->chain.size();
    return count;
}

} // namespace tritloom
