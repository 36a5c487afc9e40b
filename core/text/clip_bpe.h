#pragma once

#include "core/text/tokenizer.h"

namespace tritloom::clipBpe {

/// CLIP's tokenizer: texts in normal form C, small letters and single spaces; BPE over bytes whose last one
/// in a word carries "</w>" (Radford et al. 2021). Errors: NotFound (tokens, merges, begin and end),
/// InvalidInput.
[[nodiscard]] Result<std::shared_ptr<const Tokenizer>> make(const Metadata& metadata);

} // namespace tritloom::clipBpe
