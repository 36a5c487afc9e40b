#pragma once

#include "core/method/layer_method.h"

// Knobs that many plugins have: they read and behave the same everywhere.

namespace tritloom {

[[nodiscard]] inline ParameterSpec switchParameter(std::string key, std::string title, bool on)
{
    return {
        .key = std::move(key),
        .title = std::move(title),
        .unit = "",
        .standard = on ? 1.0 : 0.0,
        .lowest = 0,
        .highest = 1,
        .whole = true};
}

/// "chunks": how much of the calibration data a metric or an analysis runs through, as ModelProbe counts it.
[[nodiscard]] inline ParameterSpec chunksParameter(double standard)
{
    return {
        .key = "chunks",
        .title = "Parts of the text",
        .unit = "",
        .standard = standard,
        .lowest = 1,
        .highest = 1000,
        .whole = true};
}

/// "dampening": what is added to the diagonal of a Gram matrix before it is inverted.
[[nodiscard]] inline ParameterSpec dampeningParameter()
{
    return {
        .key = "dampening",
        .title = "Dampening",
        .unit = "% of mean diagonal",
        .standard = 1,
        .lowest = 0.01,
        .highest = 100};
}

/// "bits": of the rounded inputs of a layer.
[[nodiscard]] inline ParameterSpec inputBitsParameter(double standard, double highest)
{
    return {
        .key = "bits",
        .title = "Bits of the inputs",
        .unit = "",
        .standard = standard,
        .lowest = 2,
        .highest = highest,
        .whole = true};
}

/// "tokens": what a model was trained on, of laws that predict by it.
[[nodiscard]] inline ParameterSpec trainingTokensParameter(double billions)
{
    return {
        .key = "tokens",
        .title = "Training tokens",
        .unit = "billions",
        .standard = billions,
        .lowest = 1e-2,
        .highest = 1e6};
}

} // namespace tritloom
