#pragma once

#include "core/text/tokenizer.h"

namespace tritloom::sentencepieceBpe {

/// tokenizer.ggml.model "llama": pieces are merged by score, unknown characters become byte tokens.
/// Ids as llama.cpp gives them. Errors: InvalidInput (lists of unequal length, ids outside the vocabulary).
[[nodiscard]] Result<std::shared_ptr<const Tokenizer>> make(const Metadata&);

} // namespace tritloom::sentencepieceBpe
