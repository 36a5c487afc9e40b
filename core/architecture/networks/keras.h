#pragma once

#include "core/architecture/network_builder.h"
#include "core/file/json.h"

#include <map>

namespace tritloom::networks::keras {

/// One layer of a Keras topology while its network is built. Values of four dimensions flow as [N, C, H, W],
/// though the file speaks of [N, H, W, C].
struct Layer {
    NetworkBuilder& network;
    std::string name, type; ///< "conv2d_1", "Conv2D"
    const Json& config;
    std::vector<Flow> inputs;

    template <typename... Args>
    [[nodiscard]] tl::unexpected<Error>
    fail(ErrorCode code, fmt::format_string<Args...> text, Args&&... args) const
    {
        return tritloom::fail(
            code, "{}: layer '{}' ({}): {}", network.file().path.filename().string(), name, type,
            fmt::format(text, std::forward<Args>(args)...));
    }
};

/// A weight of a layer ("kernel"), whatever its file puts before the layer's name; null: there is none.
[[nodiscard]] const NamedTensor*
weightOf(const ModelFile& file, std::string_view layer, std::string_view weight);

/// What Keras calls by this name, of x; "" and "linear": x itself. Errors: Unsupported.
[[nodiscard]] Result<Flow> activated(const Layer& layer, const Flow& x, const std::string& name);
/// The same of what the layer's configuration says.
[[nodiscard]] Result<Flow> activated(const Layer& layer, const Flow& x);

/// One row per class of layers; keras_layers.cpp holds the only list.
struct LayerRow {
    std::string_view type;
    Result<Flow> (*build)(Layer&);
    double parameter = 0;
};
[[nodiscard]] const LayerRow* findLayer(std::string_view type);

} // namespace tritloom::networks::keras
