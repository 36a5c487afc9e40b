#pragma once

#include "core/architecture/network_builder.h"
#include "core/file/json.h"

#include <map>
#include <optional>
#include <unordered_map>

namespace tritloom::networks::keras {

/// Where a file has the weights of which layer. Refers to the names of the file's tensors: those may be added to,
/// not removed or moved, while it lives. Immutable.
class Weights {
public:
    explicit Weights(const ModelFile& file);
    /// A weight of a layer ("kernel"), whatever its file puts before the layer's name: its place in the file.
    [[nodiscard]] std::optional<TensorId> find(std::string_view layer, std::string_view weight) const;

private:
    std::unordered_map<std::string_view, TensorId> m_places; ///< by the ends of names that begin behind a '/'
};

/// One layer of a Keras topology while its network is built. Values of four dimensions flow as [N, C, H, W],
/// though the file speaks of [N, H, W, C].
struct Layer {
    NetworkBuilder& network;
    const Weights& weights;
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

/// The topology of a network that its weights alone tell by names and shapes (Tiny Darknet); nothing of others.
[[nodiscard]] std::optional<std::string> knownTopology(const ModelFile& file);

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
