#pragma once

#include "core/method/layer_method.h"
#include "core/tensor/histogram.h"

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
    /// Errors: InvalidInput, always: nothing is known about the inputs.
    [[nodiscard]] Result<CompressedLayer>
    quantize(const LayerProblem&, const NumberFormatPtr&, const Parameters&, const MethodContext&) const final
    {
        return fail(
            ErrorCode::InvalidInput, "the method '{}' needs samples of what goes into the layer", id());
    }
};

} // namespace tritloom
