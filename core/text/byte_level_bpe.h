#pragma once

#include "core/text/tokenizer.h"

namespace tritloom::byteLevelBpe {

/// tokenizer.ggml.model "gpt2": the text is cut by tokenizer.ggml.pre, then bytes are merged by rank.
/// Qwen2's texts should be NFC already: Unicode normalisation is not done here, as llama.cpp does not.
/// Errors: NotFound, InvalidInput (merges), Unsupported (a pre-tokenizer that is not known).
[[nodiscard]] Result<std::shared_ptr<const Tokenizer>> make(const Metadata&);

} // namespace tritloom::byteLevelBpe
