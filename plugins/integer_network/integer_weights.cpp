#include "plugins/integer_network/integer_weights.h"

#include <algorithm>
#include <cmath>

namespace tritloom {

AffineProduct::AffineProduct(std::span<const Tensor> operands)
{
    const auto finite = [](float value) { return std::isfinite(value) ? double(value) : 0.0; };
    std::ranges::transform(operands[0].toFloats(), std::back_inserter(m_weights), finite);
    if (operands.size() > 1)
        std::ranges::transform(operands[1].toFloats(), std::back_inserter(m_bias), finite);
    m_bias.resize(operands[0].type().rows());
}

bool AffineProduct::fold(std::span<const Tensor> norm, double epsilon)
{
    std::vector<std::vector<float>> parts;
    for (const Tensor& part : norm)
        parts.push_back(part.toFloats());
    if (!std::ranges::all_of(parts, [this](const auto& part) { return part.size() == outputs(); }))
        return false;
    const std::size_t width = columns();
    for (std::size_t o = 0; o < outputs(); ++o) {
        const double factor = double(parts[0][o]) / std::sqrt(double(parts[3][o]) + epsilon);
        if (!std::isfinite(factor) || !std::isfinite(parts[1][o]) || !std::isfinite(parts[2][o]))
            return false;
        for (std::size_t c = 0; c < width; ++c)
            m_weights[o * width + c] *= factor;
        m_bias[o] = (m_bias[o] - double(parts[2][o])) * factor + double(parts[1][o]);
    }
    return true;
}

void AffineProduct::add(std::span<const float> summands)
{
    for (std::size_t o = 0; o < outputs(); ++o)
        m_bias[o] += double(summands[o]);
}

WholeWeights AffineProduct::whole(const How& how) const
{
    const std::size_t width = columns();
    const double half = std::ldexp(1.0, how.bits - 1);
    WholeWeights result{.outputs = outputs(), .bits = how.bits};
    for (std::size_t o = 0; o < outputs(); ++o) {
        double largest = 0;
        for (std::size_t c = 0; c < width; ++c)
            largest = std::max(largest, std::abs(m_weights[o * width + c]));
        // A bias beyond 30 bits of a tiny scale wants a larger one.
        result.scales.push_back(std::max(
            {largest / (half - 1), std::abs(m_bias[o]) / (std::ldexp(1.0, 30) * how.inputScale), 1e-30}));
    }
    if (how.isOneScale)
        result.scales.assign(outputs(), *std::ranges::max_element(result.scales));
    for (std::size_t o = 0; o < outputs(); ++o) {
        double sum = 0;
        for (std::size_t c = 0; c < width; ++c) {
            const double code =
                std::clamp(std::nearbyint(m_weights[o * width + c] / result.scales[o]), -half, half - 1);
            result.codes.push_back(std::int32_t(code));
            sum += std::abs(code) * how.largestInput;
        }
        result.bias.push_back(std::int32_t(std::nearbyint(m_bias[o] / (result.scales[o] * how.inputScale))));
        result.largestSum = std::max(result.largestSum, sum + std::abs(double(result.bias.back())));
    }
    return result;
}

} // namespace tritloom
