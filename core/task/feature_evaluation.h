#pragma once

#include "core/task/feature_network.h"
#include "core/task/picture_session.h"

#include <functional>

namespace tritloom {

/// Two sets of pictures as a feature network sees them.
struct FeatureComparison {
    std::optional<Measured> lpips; ///< mean over pairs; absent where the sets have no pairs
    std::optional<double> fid; ///< absent for a single picture
    std::optional<KernelDistance> kid; ///< absent for a single picture
    std::optional<double> cmmd; ///< see clipDiscrepancy(); absent where a picture has no features
    std::size_t countA = 0, countB = 0;
    bool isBiased = false; ///< FID: see isBiasedFrechet()
};

/// Collects pictures of two sets and compares them. One thread.
class FeatureMeter {
public:
    explicit FeatureMeter(FeatureNetwork& network)
        : m_network(network)
    {
    }
    /// A pair: the same picture in both sets. Errors: those of the network.
    [[nodiscard]] Result<void> addPair(const FeatureNetwork::Seen& a, const FeatureNetwork::Seen& b);
    [[nodiscard]] Result<void> addToA(const FeatureNetwork::Seen& seen) { return m_a.add(seen.features); }
    [[nodiscard]] Result<void> addToB(const FeatureNetwork::Seen& seen) { return m_b.add(seen.features); }
    /// Errors: InvalidInput (features that are not finite).
    [[nodiscard]] Result<FeatureComparison> compare(std::stop_token stop = {}) const;

private:
    FeatureNetwork& m_network;
    FeatureSet m_a, m_b;
    std::vector<double> m_lpips;
};

/// What a feature network says of the pictures an allocation makes.
struct FeatureEvaluation {
    FeatureComparison toReference; ///< against what the reference makes
    std::optional<FeatureComparison> toTarget; ///< against what should come out, or the given real pictures
    std::optional<FeatureComparison> referenceToTarget;
    std::size_t dimension = 0;
};

/// Pictures that made ones are to resemble, read one after the other: there may be many.
struct RealPictures {
    std::size_t count = 0;
    std::function<Result<Picture>(std::size_t)> picture;
};

/// Runs the samples of a session through both models and the feature network. real: pictures that made ones
/// are to resemble, where samples have no targets of their own. Errors: Unsupported (a classifier makes no
/// pictures), those of the networks, Cancelled.
[[nodiscard]] Result<FeatureEvaluation> evaluateFeatures(
    PictureSession& session, const Allocation& allocation, FeatureNetwork& network, const RealPictures& real,
    std::stop_token stop, const std::function<void(double fraction)>& progress = {});

} // namespace tritloom
