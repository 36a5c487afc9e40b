#pragma once

#include "core/graph/layer_replacement.h"
#include "core/method/model_probe.h"

#include <cstdint>
#include <string>

namespace tritloom {

/// What a network on pictures tells beyond ModelProbe. A probe of such a network is one: ask by dynamic_cast.
/// One caller at a time. Errors of all calls: those of ModelProbe.
class NetworkProbe {
public:
    virtual ~NetworkProbe() = default;

    /// All values that flow between nodes on part `chunk` of the data, with the graph of that size; f32.
    struct Values {
        Graph graph;
        std::map<ValueId, Tensor> values;
    };
    [[nodiscard]] virtual Result<Values> values(std::size_t chunk) = 0;

    static constexpr std::size_t storedWeights = SIZE_MAX; ///< in place of a candidate
    /// Means over the samples; NaN where the task has no such number or nothing to hold it against.
    struct Quality {
        std::size_t samples = 0;
        double divergence = 0; ///< as ModelProbe::Losses
        double loss, top1, agreement; ///< nats; shares of the right class, of the same class as stored
        double psnr, ssim; ///< dB; to the target, or to what the network makes as stored
    };
    /// candidates: one for each layer. Inputs are rounded where methods do that. samples: 0: all.
    [[nodiscard]] virtual Result<Quality>
    qualityAs(std::span<const std::size_t> candidates, std::size_t samples) = 0;

    [[nodiscard]] virtual std::size_t sampleCount() const = 0;
    /// A picture as an 8-bit file holds it.
    struct Bytes {
        std::string name;
        std::size_t channels = 0, height = 0, width = 0;
        std::vector<std::uint8_t> values; ///< [channels][height][width]
    };
    /// What the network is given; the empty picture where it makes pictures out of noise.
    [[nodiscard]] virtual Result<Bytes> given(std::size_t sample) = 0;
    /// What it makes of that. Errors: Unsupported (a classifier).
    [[nodiscard]] virtual Result<Bytes>
    madeAs(std::span<const std::size_t> candidates, std::size_t sample) = 0;
};

} // namespace tritloom
