#pragma once

#include "core/evaluate/generate.h"

#include <chrono>
#include <functional>

namespace tritloom {

/// How fast tokens come one after the other, on this machine, now. A value.
struct DecodeSpeed {
    std::size_t tokens = 0; ///< timed ones
    double tokensPerSecond = 0; ///< of the median token: what other programs do in between hardly counts
    double slowest = 0, fastest = 0; ///< tokens a second, of the slowest and the fastest tenth
};

/// Times of single tokens, in seconds, to a speed. Empty: zeros.
[[nodiscard]] DecodeSpeed speedOf(std::vector<double> seconds);

/// Reads a prompt and makes `tokens` tokens, the first few untimed (weights are packed and caches warm after
/// them); stops early after `longest`. A text that ends is begun again. progress: 0 to 1, after every token.
/// Errors: Unsupported (no graph, no tokenizer), Cancelled, those of methods. The generator's thread.
[[nodiscard]] Result<DecodeSpeed> measureDecode(
    Generator& generator, std::string_view prompt, std::size_t tokens, std::chrono::milliseconds longest,
    std::stop_token stop, const std::function<void(double fraction)>& progress = {});

} // namespace tritloom
