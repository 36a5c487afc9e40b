#pragma once

#include "core/tensor/tensor.h"

#include <cstdint>
#include <stop_token>
#include <vector>

namespace tritloom {

/// A density fitted to values by moments or likelihood.
struct FittedDensity {
    double location = 0, scale = 1, shape = 2; ///< generalised Gaussian: shape 2 is Gaussian, 1 Laplace
    double logLikelihood = 0; ///< mean per value, nats; larger is better
    /// shape / (2 scale Gamma(1 / shape)) * exp(-(|x - location| / scale)^shape)
    [[nodiscard]] double density(double x) const;
};

/// Moments, histogram and fits of a tensor's values. NaN and infinities are counted and left out.
struct Distribution {
    std::size_t count = 0, nanCount = 0, infiniteCount = 0;
    double minimum = 0, maximum = 0, mean = 0, sigma = 0, kurtosis = 0; ///< kurtosis: 3 for a Gaussian
    double outlierShare = 0; ///< |x - mean| > 4 sigma, counted by whole bins
    double zeroShare = 0;
    std::vector<std::uint64_t> bins; ///< equal widths from minimum to maximum
    FittedDensity gaussian, laplace, generalised;

    [[nodiscard]] double binWidth() const { return bins.empty() ? 0 : (maximum - minimum) / double(bins.size()); }
};

/// everyRow 1: all rows; 16: a first look at a sixteenth of them. Many threads.
/// Errors: Cancelled.
[[nodiscard]] Result<Distribution>
distributionOf(const Tensor& tensor, std::size_t binCount, std::size_t everyRow, std::stop_token stop);

} // namespace tritloom
