#pragma once

#include "core/text/tokenizer.h"

namespace tritloom::byteLevelBpe {

/// tokenizer.ggml.model "gpt2": the text is cut by tokenizer.ggml.pre, then bytes are merged by rank.
/// Qwen2's texts are brought into NFC first, as the model was trained; llama.cpp leaves that to its caller, so ids
/// differ from its where a text is not NFC.
/// Errors: NotFound, InvalidInput (merges), Unsupported (a pre-tokenizer that is not known).
[[nodiscard]] Result<std::shared_ptr<const Tokenizer>> make(const Metadata&);

} // namespace tritloom::byteLevelBpe
