#pragma once

#include "core/method/sensitivity_metric.h"

namespace tritloom {

/// Costs of a proxy that adds up worth x bits over the layers, more being better (EMQ, arXiv 2307.10554): a
/// candidate costs what the best one of its layer has more. worth: a number a layer. Bits are those stored,
/// scales counted. isAdditive; perLayer is the worth.
[[nodiscard]] MetricScores scoresOfBits(ModelProbe& probe, std::vector<double> worth, std::string title);

/// Stored bits a weight of each candidate of a layer.
[[nodiscard]] std::vector<double> bitsOfCandidates(ModelProbe& probe, std::size_t layer);

} // namespace tritloom
