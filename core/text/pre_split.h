#pragma once

#include "core/base/result.h"

#include <functional>
#include <memory>
#include <string_view>

namespace tritloom {

/// Cuts a text into the pieces that byte-level BPE never merges across. Immutable, shared between threads.
class PreSplit {
public:
    /// `pre` as in tokenizer.ggml.pre ("gpt-2", "llama-bpe", "qwen2", "smollm", "default" and names that mean
    /// the same). Errors: Unsupported, with the names that are known.
    [[nodiscard]] static Result<std::shared_ptr<const PreSplit>> make(std::string_view pre);
    virtual ~PreSplit() = default;

    /// The pieces in order; together they are the text. Bytes that are no UTF-8 come as pieces of their own.
    virtual void
    split(std::string_view text, const std::function<void(std::string_view piece)>& visit) const = 0;

    bool composes = false; ///< texts are brought into normal form C first (Qwen2)
    bool ignoresMerges = false; ///< a piece that is a token is taken as it is (Llama 3)
};

} // namespace tritloom
