#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tritloom {

/// What EMQ's programs (arXiv 2307.10554) start from, a number for each weight of a layer. Their gradient of
/// the loss is not among them: nothing here differentiates.
enum class ProxyTerminal : std::uint8_t {
    Weights,
    Inputs, ///< root mean square of what the weight is multiplied with
    Curvature, ///< its mean square: the Hessian of the layer's output error
    Flow, ///< the virtual gradient, dR / d|W| of the positive network
};
enum class ProxyUnary : std::uint8_t {
    Identity,
    Negate,
    Absolute,
    Square,
    Root, ///< of the magnitude
    Logarithm, ///< of 1 + magnitude
    Exponential, ///< of what is clamped to +-20
    Inverse, ///< 1 / (x + 1e-9)
    Sigmoid,
    Tanh,
    Relu,
    Sign,
    OverNorm,
    OverMean,
    OverMaximum,
    Softmax,
    MinMax,
};
enum class ProxyBinary : std::uint8_t { Add, Subtract, Multiply, Divide, Maximum, Minimum, Power };
enum class ProxyScalar : std::uint8_t { Sum, Mean, L1, L2, Maximum, Deviation };

inline constexpr std::size_t proxyTerminals = 4, proxyUnaries = 17, proxyBinaries = 7, proxyScalars = 6;

struct ProxyBranch {
    ProxyTerminal terminal{};
    std::vector<ProxyUnary> chain;
    friend bool operator==(const ProxyBranch&, const ProxyBranch&) = default;
};

/// A program that makes a number f of a layer: one branch, or two with an operation between, then a scalar.
/// A configuration scores sum f x bits, or sum f x log2 bits; more should mean better.
struct ProxyProgram {
    ProxyBranch first;
    std::optional<ProxyBranch> second;
    ProxyBinary binary{}; ///< of two branches
    ProxyScalar scalar{};
    bool isLogarithmic = false;
    friend bool operator==(const ProxyProgram&, const ProxyProgram&) = default;
};

/// "v1 B(flow: abs,log | w: square | mul | sum) x bits": v1 is the version of the table of operations.
[[nodiscard]] std::string textOf(const ProxyProgram& program);

/// Some weights of a layer by terminal, all of one length, and how many weights each stands for.
struct ProxySample {
    std::array<std::vector<double>, proxyTerminals> values;
    double weightsEach = 1;
};

/// f of a layer; not finite where the program does not work on it.
[[nodiscard]] double valueOf(const ProxyProgram& program, const ProxySample& sample);

/// Genes that differ, a missing branch counting as all of its own.
[[nodiscard]] std::size_t distanceBetween(const ProxyProgram& a, const ProxyProgram& b);

} // namespace tritloom
