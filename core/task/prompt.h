#pragma once

#include "core/architecture/model.h"

namespace tritloom {

/// Parts of the graph of a pipeline from text to pictures.
constexpr std::size_t pipelineText = 0, pipelineNoise = 1, pipelineDecoder = 2;

/// A prompt as the text encoder takes it: [positions], begun and ended by the special tokens, filled up, cut
/// where it is too long. Errors: Unsupported (no tokenizer).
[[nodiscard]] Result<Tensor> promptTokens(const Model& model, const std::string& prompt);
/// How many tokens of the prompt do not fit; 0 when all do, and without a tokenizer.
[[nodiscard]] std::size_t tokensLost(const Model& model, const std::string& prompt);

} // namespace tritloom
