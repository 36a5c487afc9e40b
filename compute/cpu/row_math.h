#pragma once

#include <cstddef>
#include <span>

/// Row-wise mathematics with run-time dispatch. Safe to call from many threads; no alignment needed.
/// Each agrees with the reference op of the same name to about 1e-6 relative.
namespace tritloom::cpu {

void softmaxRow(std::span<float> row, float scale); ///< row = softmax(scale * row)
void logSoftmaxRow(std::span<const float> row, std::span<float> out);
[[nodiscard]] float divergenceRow(std::span<const float> logP, std::span<const float> logQ);
void siluRow(std::span<const float> x, std::span<float> y);
void geluRow(std::span<const float> x, std::span<float> y);
void rmsNormRow(std::span<const float> x, std::span<const float> w, float epsilon, std::span<float> y);
[[nodiscard]] float dotRow(std::span<const float> a, std::span<const float> b);

} // namespace tritloom::cpu
