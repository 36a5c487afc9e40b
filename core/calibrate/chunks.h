#pragma once

#include "core/text/tokenizer.h"

#include <string_view>
#include <vector>

namespace tritloom {

/// Tokens that are run as one sequence.
struct Chunk {
    std::vector<TokenId> tokens;
    std::size_t firstScored = 0; ///< positions firstScored .. size - 2 each score the token after them
};

/// llama.cpp's protocol: the text (BOS in front where the model wants one) is cut into contexts, the
/// remainder dropped, the first token of each replaced by BOS, the second half counted.
struct Protocol {
    std::size_t contextLength = 512; ///< tokens a chunk
    std::size_t chunkCount = 0; ///< 0: all there are
};

constexpr std::size_t shortestContext = 4; ///< tokens

/// Errors: InvalidInput when the text is shorter than two contexts, or the context below the shortest.
[[nodiscard]] Result<std::vector<Chunk>> makeChunks(
    const Tokenizer& tokenizer, std::string_view text, const Protocol& protocol);

} // namespace tritloom
