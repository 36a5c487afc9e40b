#pragma once

#include "core/method/model_probe.h"

namespace tritloom {

/// A place where a layer is multiplied with something.
struct LayerUse {
    std::size_t layer = 0; ///< of ModelProbe::layers()
    std::size_t node = 0; ///< of Graph::nodes: Linear, Convolution or TransposedConvolution
    /// Of one picture in the size of the graph; of one token where the graph says no sizes.
    double multiplyAdds = 0;
};

/// All products of a model.
struct NetworkProducts {
    std::vector<LayerUse> uses; ///< in graph order; a layer that is read twice is there twice
    double betweenValues = 0; ///< multiply-adds of values with values: attention. 0 where sizes are not known

    /// Of every layer, 0 for those that are only looked up.
    [[nodiscard]] std::vector<double> perLayer(std::size_t layers) const;
};
/// Errors: Unsupported (no graph), those of the shapes.
[[nodiscard]] Result<NetworkProducts> networkProducts(ModelProbe& probe);

/// The shape of every value of a network on pictures, for the sizes that its inputs have.
/// Errors: InvalidInput (a graph without sizes), those of the rules.
[[nodiscard]] Result<std::map<ValueId, Shape>> valueShapes(ModelProbe& probe, const Graph& graph);

/// What a node reads behind its values: stored tensors, layers as [outputs, inputs], then literals; f32.
[[nodiscard]] Result<std::vector<Tensor>> storedOperands(ModelProbe& probe, const Node& node);

} // namespace tritloom
