#include "optimizer.h"

#include <algorithm>
#include <cmath>

namespace sample {
namespace {

using torch::Tensor;

bool usesMuon(const Parameter& parameter)
{
    return parameter.isMatrix() && parameter.name != "token_embd";
}

/// Newton-Schulz towards U V^T of the singular value decomposition; the quintic's coefficients are
/// the usual ones, which bring every singular value near 1 in five rounds.
Tensor orthogonalised(const Tensor& matrix)
{
    const bool tall = matrix.size(0) > matrix.size(1);
    Tensor x = tall ? matrix.t() : matrix;
    x = (x / (x.norm() + 1e-7)).to(torch::kBFloat16);
    for (int round = 0; round < 5; ++round) {
        const Tensor a = x.matmul(x.t());
        const Tensor b = -4.7750 * a + 2.0315 * a.matmul(a);
        x = 3.4445 * x + b.matmul(x);
    }
    return (tall ? x.t() : x).to(torch::kFloat32);
}

} // namespace

Optimizer::Optimizer(std::vector<Parameter>& parameters)
    : m_parameters(parameters)
{
    for (const Parameter& parameter : parameters) {
        m_first.push_back(torch::zeros_like(parameter.value));
        m_second.push_back(usesMuon(parameter) ? torch::zeros({0}) : torch::zeros_like(parameter.value));
    }
}

void Optimizer::update(std::size_t i, const Tensor& gradient, const Rates& rates, std::int64_t step)
{
    torch::NoGradGuard guard;
    Tensor value = m_parameters[i].value, first = m_first[i];
    if (usesMuon(m_parameters[i])) {
        first.lerp_(gradient, 1.0 - rates.momentum);
        const Tensor ahead = gradient.lerp(first, rates.momentum);
        const double rows = static_cast<double>(value.size(0)), columns = static_cast<double>(value.size(1));
        value.mul_(1.0 - rates.muon * rates.decay);
        value.add_(orthogonalised(ahead), -rates.muon * std::sqrt(std::max(1.0, rows / columns)));
        return;
    }
    constexpr double beta1 = 0.9, beta2 = 0.98;
    Tensor second = m_second[i];
    first.lerp_(gradient, 1.0 - beta1);
    second.mul_(beta2).addcmul_(gradient, gradient, 1.0 - beta2);
    const double scale1 = 1.0 - std::pow(beta1, step + 1), scale2 = 1.0 - std::pow(beta2, step + 1);
    if (m_parameters[i].isMatrix())
        value.mul_(1.0 - rates.adam * rates.decay);
    value.addcdiv_(first, (second / scale2).sqrt_().add_(1e-8), -rates.adam / scale1);
}

} // namespace sample
