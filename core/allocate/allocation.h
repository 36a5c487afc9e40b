#pragma once

#include "core/method/layer_method.h"

#include <cstdint>
#include <string>
#include <vector>

namespace tritloom {

/// Which layer: an index into Model::layers.
enum class LayerId : std::uint32_t {};

/// What a layer becomes.
struct LayerChoice {
    std::string format; ///< number format id; empty keeps the layer as it is stored
    std::string method; ///< method id; empty with an empty format
    Parameters parameters;
    friend bool operator==(const LayerChoice&, const LayerChoice&) = default;
};

/// One choice per layer. A value: the GUI edits one, workers get copies, results remember theirs.
struct Allocation {
    std::vector<LayerChoice> layers;

    [[nodiscard]] const LayerChoice& operator[](LayerId layer) const { return layers[std::size_t(layer)]; }
    [[nodiscard]] LayerChoice& operator[](LayerId layer) { return layers[std::size_t(layer)]; }
    friend bool operator==(const Allocation&, const Allocation&) = default;
};

} // namespace tritloom
