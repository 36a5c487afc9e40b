#pragma once

#include "core/method/layer_method.h"
#include "tests/support/numbers.h"

#include <algorithm>
#include <cmath>

namespace tritloom::fixture {

/// Weights, and the statistics of correlated inputs of uneven loudness.
inline LayerProblem layer(std::size_t outputs, std::size_t inputs, unsigned seed)
{
    std::vector<float> weights = normalValues(outputs * inputs, seed, 0.05f);
    const std::size_t tokens = 4 * inputs + 8;
    const std::vector<float> noise = normalValues(tokens * inputs, seed + 1);
    const std::vector<float> loudness = normalValues(inputs, seed + 2);
    const std::vector<float> common = normalValues(tokens, seed + 3);
    std::vector<float> gram(inputs * inputs), meanSquare(inputs), meanAbsolute(inputs), maxAbsolute(inputs);
    std::vector<double> sums(inputs * inputs);
    std::vector<double> x(inputs);
    for (std::size_t t = 0; t < tokens; ++t) {
        double previous = 0;
        for (std::size_t c = 0; c < inputs; ++c) {
            previous = 0.7 * previous + noise[t * inputs + c] + 0.3 * common[t];
            x[c] = previous * std::exp(0.7 * loudness[c]);
            meanAbsolute[c] += static_cast<float>(std::fabs(x[c]) / static_cast<double>(tokens));
            maxAbsolute[c] = std::max(maxAbsolute[c], static_cast<float>(std::fabs(x[c])));
        }
        for (std::size_t i = 0; i < inputs; ++i)
            for (std::size_t j = 0; j < inputs; ++j)
                sums[i * inputs + j] += x[i] * x[j];
    }
    for (std::size_t i = 0; i < inputs * inputs; ++i)
        gram[i] = static_cast<float>(sums[i] / static_cast<double>(tokens));
    for (std::size_t c = 0; c < inputs; ++c)
        meanSquare[c] = gram[c * inputs + c];
    return {
        .weights = Tensor::adoptFloats({outputs, inputs}, std::move(weights)),
        .meanSquare = Tensor::adoptFloats({inputs}, std::move(meanSquare)),
        .gram = Tensor::adoptFloats({inputs, inputs}, std::move(gram)),
        .meanAbsolute = Tensor::adoptFloats({inputs}, std::move(meanAbsolute)),
        .maxAbsolute = Tensor::adoptFloats({inputs}, std::move(maxAbsolute))};
}

/// tr((W - Q) H (W - Q)^T), with H the identity where there is no Gram matrix.
inline double outputError(const LayerProblem& problem, const Tensor& quantized)
{
    const std::vector<float> weights = problem.weights.toFloats(), stored = quantized.toFloats();
    const std::vector<float> gram = problem.gram->toFloats();
    const std::size_t columns = problem.weights.type().columns();
    double total = 0;
    for (std::size_t r = 0; r < problem.weights.type().rows(); ++r) {
        for (std::size_t i = 0; i < columns; ++i) {
            const double error = static_cast<double>(weights[r * columns + i]) - stored[r * columns + i];
            double sum = 0;
            for (std::size_t j = 0; j < columns; ++j)
                sum += gram[i * columns + j]
                    * (static_cast<double>(weights[r * columns + j]) - stored[r * columns + j]);
            total += error * sum;
        }
    }
    return total;
}

inline double meanSquaredError(const std::vector<float>& values, const Tensor& stored)
{
    const auto found = stored.toFloats();
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i)
        sum += std::pow(double(values[i]) - double(found[i]), 2);
    return sum / double(values.size());
}

/// Everything that is stored of a layer.
inline std::vector<std::byte> bytesOf(const CompressedLayer& layer)
{
    if (!layer.isReplacement())
        return {layer.tensor().bytes().begin(), layer.tensor().bytes().end()};
    std::vector<std::byte> bytes;
    for (const LayerReplacement::Part& part : layer.replacement()->parts)
        bytes.insert(bytes.end(), part.tensor.bytes().begin(), part.tensor.bytes().end());
    return bytes;
}

/// The problem, with what only some methods ask for: a base that is a little away.
inline LayerProblem forMethod(LayerProblem problem, const LayerMethod& method)
{
    if (!method.needsBase())
        return problem;
    std::vector<float> base = problem.weights.toFloats();
    for (float& weight : base)
        weight = std::isfinite(weight) ? 0.9f * weight : 0.0f;
    problem.base = Tensor::adoptFloats(problem.weights.type().shape, std::move(base));
    return problem;
}

inline std::vector<std::byte> bytesOf(const Tensor& tensor)
{
    return {tensor.bytes().begin(), tensor.bytes().end()};
}

} // namespace tritloom::fixture
