// One source, compiled once per instruction set by foreach_target.h.
#include "compute/cpu/row_math.h"

#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "compute/cpu/row_math.cpp"
#include "hwy/foreach_target.h" // IWYU pragma: keep
#include "hwy/highway.h"
#include "hwy/contrib/math/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tritloom::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using Tag = hn::ScalableTag<float>;

float Largest(const float* x, std::size_t count)
{
    const Tag d;
    const std::size_t lanes = hn::Lanes(d);
    auto best = hn::Set(d, -3.0e38f);
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes)
        best = hn::Max(best, hn::LoadU(d, x + i));
    float largest = hn::GetLane(hn::MaxOfLanes(d, best));
    for (; i < count; ++i)
        largest = x[i] > largest ? x[i] : largest;
    return largest;
}

// e^(scale * x - shift), its sum returned; y may be x or null.
float ExpSum(const float* x, std::size_t count, float scale, float shift, float* y)
{
    const Tag d;
    const std::size_t lanes = hn::Lanes(d);
    const auto scales = hn::Set(d, scale), shifts = hn::Set(d, shift);
    auto sum = hn::Zero(d);
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        const auto e = hn::Exp(d, hn::MulSub(hn::LoadU(d, x + i), scales, shifts));
        sum = hn::Add(sum, e);
        if (y != nullptr)
            hn::StoreU(e, d, y + i);
    }
    float total = hn::GetLane(hn::SumOfLanes(d, sum));
    for (; i < count; ++i) {
        const float e = std::exp(scale * x[i] - shift);
        total += e;
        if (y != nullptr)
            y[i] = e;
    }
    return total;
}

void SoftmaxRow(float* x, std::size_t count, float scale)
{
    const Tag d;
    const std::size_t lanes = hn::Lanes(d);
    const float total = ExpSum(x, count, scale, scale * Largest(x, count), x);
    const auto inverse = hn::Set(d, 1 / total);
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes)
        hn::StoreU(hn::Mul(hn::LoadU(d, x + i), inverse), d, x + i);
    for (; i < count; ++i)
        x[i] /= total;
}

void LogSoftmaxRow(const float* x, std::size_t count, float* y)
{
    const Tag d;
    const std::size_t lanes = hn::Lanes(d);
    const float largest = Largest(x, count);
    const float shift = largest + std::log(ExpSum(x, count, 1, largest, nullptr));
    const auto shifts = hn::Set(d, shift);
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes)
        hn::StoreU(hn::Sub(hn::LoadU(d, x + i), shifts), d, y + i);
    for (; i < count; ++i)
        y[i] = x[i] - shift;
}

float DivergenceRow(const float* p, const float* q, std::size_t count)
{
    const Tag d;
    const std::size_t lanes = hn::Lanes(d);
    const auto floor = hn::Set(d, -16.0f);
    auto sum = hn::Zero(d);
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        const auto logP = hn::LoadU(d, p + i);
        const auto term = hn::Mul(hn::Exp(d, logP), hn::Sub(logP, hn::LoadU(d, q + i)));
        sum = hn::Add(sum, hn::IfThenElseZero(hn::Gt(logP, floor), term));
    }
    float total = hn::GetLane(hn::SumOfLanes(d, sum));
    for (; i < count; ++i)
        if (p[i] > -16)
            total += std::exp(p[i]) * (p[i] - q[i]);
    return total;
}

void SiluRow(const float* x, std::size_t count, float* y)
{
    const Tag d;
    const std::size_t lanes = hn::Lanes(d);
    const auto one = hn::Set(d, 1.0f);
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        const auto v = hn::LoadU(d, x + i);
        hn::StoreU(hn::Div(v, hn::Add(one, hn::Exp(d, hn::Neg(v)))), d, y + i);
    }
    for (; i < count; ++i)
        y[i] = x[i] / (1 + std::exp(-x[i]));
}

// tanh(u) = 1 - 2 / (e^2u + 1), so gelu = x * (1 - 1 / (e^2u + 1)).
void GeluRow(const float* x, std::size_t count, float* y)
{
    constexpr float twice = 2 * 0.7978845608f, cubic = 0.044715f;
    const Tag d;
    const std::size_t lanes = hn::Lanes(d);
    const auto one = hn::Set(d, 1.0f);
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        const auto v = hn::LoadU(d, x + i);
        const auto u = hn::Mul(
            hn::Set(d, twice), hn::MulAdd(hn::Mul(hn::Mul(v, v), v), hn::Set(d, cubic), v));
        const auto share = hn::Div(one, hn::Add(hn::Exp(d, hn::Min(u, hn::Set(d, 80.0f))), one));
        hn::StoreU(hn::Mul(v, hn::Sub(one, share)), d, y + i);
    }
    for (; i < count; ++i)
        y[i] = x[i] * (1 - 1 / (std::exp(std::fmin(twice * (x[i] + cubic * x[i] * x[i] * x[i]), 80.0f)) + 1));
}

float DotRow(const float* a, const float* b, std::size_t count)
{
    const Tag d;
    const std::size_t lanes = hn::Lanes(d);
    auto even = hn::Zero(d), odd = hn::Zero(d);
    std::size_t i = 0;
    for (; i + 2 * lanes <= count; i += 2 * lanes) {
        even = hn::MulAdd(hn::LoadU(d, a + i), hn::LoadU(d, b + i), even);
        odd = hn::MulAdd(hn::LoadU(d, a + i + lanes), hn::LoadU(d, b + i + lanes), odd);
    }
    float total = hn::GetLane(hn::SumOfLanes(d, hn::Add(even, odd)));
    for (; i < count; ++i)
        total += a[i] * b[i];
    return total;
}

void RmsNormRow(const float* x, const float* w, std::size_t count, float epsilon, float* y)
{
    const Tag d;
    const std::size_t lanes = hn::Lanes(d);
    const float inverse = 1 / std::sqrt(DotRow(x, x, count) / float(count) + epsilon);
    const auto inverses = hn::Set(d, inverse);
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes)
        hn::StoreU(hn::Mul(hn::Mul(hn::LoadU(d, x + i), inverses), hn::LoadU(d, w + i)), d, y + i);
    for (; i < count; ++i)
        y[i] = x[i] * inverse * w[i];
}

} // namespace tritloom::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tritloom::cpu {

HWY_EXPORT(SoftmaxRow);
HWY_EXPORT(LogSoftmaxRow);
HWY_EXPORT(DivergenceRow);
HWY_EXPORT(SiluRow);
HWY_EXPORT(GeluRow);
HWY_EXPORT(RmsNormRow);
HWY_EXPORT(DotRow);

void softmaxRow(std::span<float> row, float scale)
{
    HWY_DYNAMIC_DISPATCH(SoftmaxRow)(row.data(), row.size(), scale);
}
void logSoftmaxRow(std::span<const float> row, std::span<float> out)
{
    HWY_DYNAMIC_DISPATCH(LogSoftmaxRow)(row.data(), row.size(), out.data());
}
float divergenceRow(std::span<const float> logP, std::span<const float> logQ)
{
    return HWY_DYNAMIC_DISPATCH(DivergenceRow)(logP.data(), logQ.data(), logP.size());
}
void siluRow(std::span<const float> x, std::span<float> y)
{
    HWY_DYNAMIC_DISPATCH(SiluRow)(x.data(), x.size(), y.data());
}
void geluRow(std::span<const float> x, std::span<float> y)
{
    HWY_DYNAMIC_DISPATCH(GeluRow)(x.data(), x.size(), y.data());
}
void rmsNormRow(std::span<const float> x, std::span<const float> w, float epsilon, std::span<float> y)
{
    HWY_DYNAMIC_DISPATCH(RmsNormRow)(x.data(), w.data(), x.size(), epsilon, y.data());
}
float dotRow(std::span<const float> a, std::span<const float> b)
{
    return HWY_DYNAMIC_DISPATCH(DotRow)(a.data(), b.data(), a.size());
}

} // namespace tritloom::cpu
#endif
