#pragma once

#include "core/file/model_file.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tritloom {

using TokenId = std::int32_t;

/// Text to token ids and back, as the model's own tokenizer does it. Immutable, shared between threads.
class Tokenizer {
public:
    virtual ~Tokenizer() = default;
    /// Ids of the text alone, no BOS. Special tokens written in the text are plain text unless
    /// `parseSpecial`.
    [[nodiscard]] virtual std::vector<TokenId>
    encode(std::string_view text, bool parseSpecial = false) const = 0;
    /// Bytes of the tokens (may end inside a UTF-8 character); control tokens give nothing.
    /// atStart: drop the space that SentencePiece puts before the first word.
    [[nodiscard]] virtual std::string decode(std::span<const TokenId> tokens, bool atStart = true) const = 0;
    /// One token as a person should see it: "▁the" as " the", control tokens by name.
    [[nodiscard]] virtual std::string display(TokenId token) const = 0;
    [[nodiscard]] virtual std::size_t vocabularySize() const = 0;

    TokenId bos = -1, eos = -1; ///< -1: the model has none
    bool addBos = false; ///< whether a text starts with bos
};

/// Built from "tokenizer.ggml.*" keys, which every reader of language models provides.
/// Errors: NotFound (no tokenizer in the file), Unsupported (a model or pre-tokenizer we do not know, by
/// name).
[[nodiscard]] Result<std::shared_ptr<const Tokenizer>> makeTokenizer(const Metadata&);

} // namespace tritloom
