#pragma once

#include "core/text/tokenizer.h"

namespace tritloom::unigram {

/// SentencePiece's unigram model, tokenizer.ggml.model "t5": of all ways to cut a text into pieces the one
/// with the largest sum of scores (Viterbi; Kudo 2018, arXiv 1804.10959), a character without a piece being
/// unknown at a penalty. Text is normalized first as the model says: its own table of characters, spaces
/// joined, one put in front. Errors: NotFound, InvalidInput (scores, the normalizer's table).
[[nodiscard]] Result<std::shared_ptr<const Tokenizer>> make(const Metadata&);

} // namespace tritloom::unigram
