#pragma once

#include "core/method/layer_method.h"
#include "core/tensor/histogram.h"

#include <algorithm>
#include <optional>
#include <string>

namespace tritloom {

/// The values that went into a layer in calibration. Diffusion networks see other ranges at other time steps:
/// their samples are told apart by time, in buckets that divide the steps seen evenly.
struct InputHistograms {
    struct Bucket {
        double lastTime = 0; ///< largest time step of the bucket
        Histogram whole; ///< of all values
        std::vector<Histogram> channels; ///< of each channel (of a convolution) or column (of a product)
    };
    std::vector<Bucket> buckets; ///< by time, ascending; one where networks have no time, none for tables

    /// The first token of a text, of layers that read the states of a text encoder: where the encoder looks
    /// back only, they are the same for every text, and so is what a layer makes of them.
    struct StartToken {
        std::size_t tokens = 0; ///< of a text
        std::vector<Bucket> others; ///< as `buckets`, of all tokens but the first
        Tensor output; ///< f32 [1, outputs]: of the layer as stored, without its bias
    };
    std::optional<StartToken> startToken;
    std::string whyNoStartToken; ///< a part of a sentence, where there is none
};

/// A layer method that rounds the inputs of the layer by ranges fixed in calibration. What it makes is a
/// replacement: QuantizeRows with stored scales and zeros, then the product.
class RangeMethod : public LayerMethod {
public:
    /// As LayerMethod::quantize().
    [[nodiscard]] virtual Result<CompressedLayer> quantizeWithRanges(
        const LayerProblem&, const InputHistograms& inputs, const NumberFormatPtr& format, const Parameters&,
        const MethodContext&) const = 0;
    /// As LayerMethod::storedBytes(), exact but for groups of time steps. channels: of what goes into the
    /// layer (Layer::channels); 0: nothing is multiplied, and no ranges are stored.
    [[nodiscard]] virtual std::size_t storedBytesByChannels(
        std::size_t outputs, std::size_t inputs, std::size_t channels, const NumberFormatPtr& format,
        const Parameters&) const = 0;
    /// An upper bound: channels are at most as many as inputs or outputs.
    [[nodiscard]] std::size_t storedBytes(
        std::size_t outputs, std::size_t inputs, const NumberFormatPtr& format,
        const Parameters& given) const final
    {
        return storedBytesByChannels(outputs, inputs, std::max(outputs, inputs), format, given);
    }
    /// Errors: InvalidInput, always: nothing is known about the inputs.
    [[nodiscard]] Result<CompressedLayer>
    quantize(const LayerProblem&, const NumberFormatPtr&, const Parameters&, const MethodContext&) const final
    {
        return fail(
            ErrorCode::InvalidInput, "the method '{}' needs samples of what goes into the layer", id());
    }
};

} // namespace tritloom
