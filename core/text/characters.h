#pragma once

#include "core/text/tokenizer.h"

namespace tritloom::characters {

/// One token a character, tokenizer.ggml.model "characters", as Keras' Tokenizer(char_level=True) has it:
/// characters that the vocabulary lacks are left out, as they were in training. Where the vocabulary has no
/// line feed, lines are texts of their own, and a line feed is the token that stands between texts (bos).
/// Errors: NotFound, InvalidInput (two tokens alike).
[[nodiscard]] Result<std::shared_ptr<const Tokenizer>> make(const Metadata&);

} // namespace tritloom::characters
