#pragma once

#include "core/method/sensitivity_metric.h"

namespace tritloom {

/// The two sensitivities of MixDQ (arXiv 2405.17873): a layer that controls what is in a picture is judged by
/// the similarity (SSIM) of the pictures made with it compressed, every other one by the signal-to-noise
/// ratio of the network's output. The two must not share an objective: MetricScores::groups keeps them apart.
///
/// Costs are what a score lacks: decibels below `cap`, similarity below 1.
class MixDq final : public SensitivityMetric {
public:
    std::string id() const override { return "mixdq"; }
    std::vector<ParameterSpec> parameters() const override;
    Result<MetricScores> score(ModelProbe&, const Parameters&, const MethodContext&) const override;
};

/// Whether a layer controls content by its name: feed-forward ("ff") and cross-attention ("attn2") parts,
/// between dots or underscores; with `attention` any attention.
enum class ContentRule { Published, AllAttention };
[[nodiscard]] bool controlsContent(std::string_view name, ContentRule rule);

/// 10 log10(sum expected^2 / sum (expected - actual)^2), dB.
[[nodiscard]] double signalToNoise(std::span<const float> expected, std::span<const float> actual);

} // namespace tritloom
