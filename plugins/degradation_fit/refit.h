#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <span>

namespace tritloom {

/// What a model lost by quantization. parameters: without embeddings; degradation: nats per token.
struct DegradationRow {
    double parameters = 0, tokens = 0, bits = 0, degradation = 0;
};

/// ln dL = logFactor + beta ln D - alpha ln N - gamma ln P, the form of arXiv 2411.17691.
struct FittedDegradation {
    double logFactor = 0;
    struct Exponent {
        double value = 0;
        bool isFitted = false; ///< else the published one: the rows have one value there
        double low = 0, high = 0; ///< 5 % to 95 % over rows drawn anew
    };
    Exponent beta, alpha, gamma;
    double rSquared = 0; ///< of the logarithms
    std::size_t rows = 0; ///< used
    [[nodiscard]] double at(double parameters, double tokens, double bits) const;
};

constexpr double leastDegradation = .005; ///< nats; below, noise and signs rule

/// Least squares over the rows above leastDegradation. seed: of the rows drawn anew.
/// Errors: InvalidInput (fewer than three widths, or no row more than what is to be told).
[[nodiscard]] Result<FittedDegradation>
fitDegradation(std::span<const DegradationRow> rows, std::uint64_t seed);

} // namespace tritloom
