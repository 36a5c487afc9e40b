#pragma once

#include "core/calibrate/compressor.h"

namespace tritloom {

/// How a file behaves beside the allocation it was written from. A value.
struct WrittenCheck {
    double difference = 0; ///< of the outputs: its root mean square over theirs; of a pipeline the largest
    std::optional<double> kl; ///< language models: nats a token, from the allocation to the file
    std::size_t tokens = 0; ///< language models: that it was measured on
    /// Networks whose recipe rounds inputs, where `difference` is not next to nothing: what the recipe
    /// changes of the original's outputs, as `difference`. Numbers on a border fall to one side or the other
    /// by the last bit of a bias, and so do all behind them: two right programs differ like two roundings.
    std::optional<double> recipe;

    /// Whether the two are one model, up to the order in which sums are taken.
    [[nodiscard]] bool agrees() const;
    [[nodiscard]] std::string sentence() const; ///< the figures, for people
};

/// Runs an allocation of `model` and a file that was written from it on the same input. What a byte for byte
/// comparison cannot see shows here: a wrong order of rows, a lost number of the configuration, a format that
/// is read otherwise than it was meant. The weights of one stage at a time are in memory. Any thread. Errors:
/// Unsupported (one of the two cannot be run), InvalidInput (other inputs or outputs), Cancelled, those of
/// methods.
[[nodiscard]] Result<WrittenCheck> checkWritten(
    const Model& model, Compressor& compressor, const Allocation& allocation, const Model& written,
    const std::stop_token& stop, const std::function<void(double)>& progress);

} // namespace tritloom
