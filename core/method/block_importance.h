#pragma once

#include "core/method/model_probe.h"

#include <map>

// How important a block of a language model is by layer-wise quantization (arXiv 2406.17415). By block; more
// is more important. Errors: Unsupported (no blocks, or none that are run one after the other), Cancelled.

namespace tritloom {

/// Sum of cosines and number of tokens; zero vectors are skipped. before, after: [tokens, width].
struct CosineSum {
    double sum = 0;
    std::size_t tokens = 0;
};
[[nodiscard]] CosineSum cosines(
    std::span<const float> before, std::span<const float> after, std::size_t width, std::size_t firstToken);

/// Share of values with (w - mean) / deviation > 1; population deviation. 0 for values that are all equal.
[[nodiscard]] double shareAboveOneDeviation(std::span<const float> values);

/// LIM: minus the mean cosine between what flows into a block and out of it, over the first `chunks` parts of
/// the text, each from token `firstToken` on. -1 is a block that changes nothing.
[[nodiscard]] Result<std::map<std::size_t, double>> layerInputModification(
    ModelProbe& probe, std::size_t chunks, std::size_t firstToken, const MethodContext& context);

/// ZD: minus the share of the block's weights more than one standard deviation above their mean.
[[nodiscard]] Result<std::map<std::size_t, double>>
zScoreDistribution(ModelProbe& probe, const MethodContext& context);

} // namespace tritloom
