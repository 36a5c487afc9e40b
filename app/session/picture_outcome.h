#pragma once

#include "core/task/feature_network.h"
#include "core/task/picture_session.h"

#include <limits>
#include <optional>
#include <vector>

namespace tritloom {

/// A class and how likely a network takes it to be.
struct ClassGuess {
    std::size_t index = 0;
    double probability = 0;
    friend bool operator==(const ClassGuess&, const ClassGuess&) = default;
};
/// The most likely classes of a classifier's output, most likely first.
[[nodiscard]] std::vector<ClassGuess> likelyClasses(const Tensor& output, std::size_t count = 5);

/// What the metrics of image-quality-metrics say of two pictures of one size. NaN: too small for the metric.
struct PictureQuality {
    double psnr = 0; ///< dB; infinity for equal pictures
    double ssim = 0, msSsim = 0, gmsd = 0, haarPsi = 0, vsi = 0, flip = 0;
    double lpips = std::numeric_limits<double>::quiet_NaN(); ///< NaN: no feature network was given
};
[[nodiscard]] PictureQuality qualityOf(const Picture& reference, const Picture& test);

/// The same, and LPIPS where a feature network is given. One thread.
class QualityMeter {
public:
    /// features: as parseFeatureChoice() reads it; empty: none. The network is opened when it is first asked.
    QualityMeter(std::string features, std::string device);
    /// Errors: those of FeatureNetwork.
    [[nodiscard]] Result<PictureQuality>
    of(const Picture& reference, const Picture& test, std::stop_token stop);

private:
    std::string m_features, m_device;
    std::unique_ptr<FeatureNetwork> m_network;
};

/// What a measurement told about one picture.
struct PictureOutcome {
    bool isKnown = false;
    PictureScores scores;
    std::vector<ClassGuess> original, compressed; ///< classification
    std::optional<PictureQuality> quality; ///< pictures: what is made against what the original network makes
    [[nodiscard]] bool flips() const
    {
        return !original.empty() && !compressed.empty() && original[0].index != compressed[0].index;
    }
};

/// Means of the qualities that are there, and of how many pictures. A metric that is NaN for some is a mean
/// of the rest.
struct MeanQuality {
    PictureQuality mean; ///< PSNR: equal pictures count as 99 dB
    std::size_t count = 0;
};
[[nodiscard]] MeanQuality meanQuality(std::span<const PictureOutcome> outcomes);

} // namespace tritloom
