#pragma once

#include "core/calibrate/compressor.h"
#include "core/evaluate/evaluation.h"

namespace tritloom {

/// Tells how far a model under an allocation is from the uncompressed one, on some data. One thread.
class DivergenceMeter {
public:
    virtual ~DivergenceMeter() = default;

    /// Text: KL divergence, nats per token. Pictures: see PictureEvaluation::divergence. Nothing is kept for later.
    /// limit: how many chunks of text or pictures, 0 for all. Errors: Unsupported, Cancelled, those of methods.
    [[nodiscard]] virtual Result<Measured>
    divergence(const Allocation& allocation, std::size_t limit, std::stop_token stop) = 0;

    /// Identity of that data.
    [[nodiscard]] virtual Key dataKey(std::size_t limit) const = 0;
    [[nodiscard]] virtual std::string backendNames() const = 0; ///< what it runs on
    [[nodiscard]] virtual Compressor& compressor() = 0;
};

} // namespace tritloom
