#pragma once

#include "core/architecture/model.h"
#include "core/backend/executor.h"
#include "core/image/feature_distance.h"
#include "core/image/picture.h"

#include <filesystem>
#include <memory>

namespace tritloom {

/// Which network judges pictures by its features, and by which layers. A value.
struct FeatureChoice {
    std::filesystem::path network; ///< any file whose architecture is one of networks on pictures
    /// Names of nodes, or of weights whose layer is meant. Empty: for LPIPS the last map of every size, for
    /// FID and KID what goes into the last product.
    std::vector<std::string> layers;
    std::filesystem::path
        linear; ///< a file with LPIPS's linear weights; empty: the network's own, if it has some
    std::optional<Normalisation> normalisation; ///< absent: what the network's file says, else ImageNet's
    friend bool operator==(const FeatureChoice&, const FeatureChoice&) = default;
};
/// "FILE" or "FILE:layer,layer": names behind the last colon, unless the whole text is a file. Errors:
/// InvalidInput (no name before or behind the colon).
[[nodiscard]] Result<FeatureChoice> parseFeatureChoice(std::string_view text);

/// A network whose layers are asked about pictures. One thread.
class FeatureNetwork {
public:
    /// Errors: those of loadModel(), Unsupported (not a network on single pictures), NotFound (a layer, with
    /// some that are there), InvalidInput (linear weights that do not fit the layers).
    [[nodiscard]] static Result<std::unique_ptr<FeatureNetwork>>
    open(const FeatureChoice& choice, std::unique_ptr<Executor> executor);

    struct Seen {
        std::vector<FeatureMap> maps; ///< for LPIPS; empty where the layers have no positions
        std::vector<double> features; ///< for FID and KID: the last layer's means over positions
    };
    /// picture: 0..1, any size; where the network takes one size only, it is resampled to it with an
    /// antialiased filter. Errors: those of the network.
    [[nodiscard]] Result<Seen> see(const Picture& picture, std::stop_token stop);

    [[nodiscard]] const std::vector<std::string>& mapLayers() const { return m_mapLayers; } ///< of Seen::maps
    [[nodiscard]] const std::string& featureLayer() const { return m_featureLayer; }
    /// One list a map; empty: the network has none, and all channels count alike.
    [[nodiscard]] const std::vector<std::vector<double>>& linear() const { return m_linear; }
    [[nodiscard]] const Normalisation& normalisation() const
    {
        return m_normalisation;
    } ///< how pictures are given
    [[nodiscard]] const Model& model() const { return *m_model; }

private:
    /// The network for one size of pictures, without what no asked layer needs.
    struct Tapped {
        Graph graph; ///< a part for every tap
        std::vector<ValueId> maps;
        ValueId features{};
        std::vector<std::string> mapNames;
        std::string featureName;
    };
    FeatureNetwork(
        std::shared_ptr<const Model> model, std::unique_ptr<Executor> executor, FeatureChoice choice);
    [[nodiscard]] Result<Tapped> tap(const Shape& picture) const;
    [[nodiscard]] Result<const Tapped*> tappedFor(const Shape& picture);
    [[nodiscard]] Result<void> readLinear();

    std::shared_ptr<const Model> m_model;
    std::unique_ptr<Executor> m_executor;
    FeatureChoice m_choice;
    Normalisation m_normalisation;
    std::map<Shape, Tapped> m_tapped; ///< by picture
    std::map<TensorId, Executor::Weights> m_weights;
    std::vector<std::string> m_mapLayers;
    std::string m_featureLayer;
    std::vector<std::vector<double>> m_linear;
};

} // namespace tritloom
