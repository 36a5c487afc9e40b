#include "core/calibrate/chunks.h"

#include <algorithm>

namespace tritloom {

Result<std::vector<Chunk>>
makeChunks(const Tokenizer& tokenizer, std::string_view text, const Protocol& protocol)
{
    const std::size_t context = protocol.contextLength;
    if (context < shortestContext)
        return fail(
            ErrorCode::InvalidInput, "a context of {} tokens is too short, at least {} are needed", context,
            shortestContext);
    std::vector<TokenId> tokens = tokenizer.encode(text);
    const bool withBos = tokenizer.addBos && tokenizer.bos >= 0;
    if (withBos)
        tokens.insert(tokens.begin(), tokenizer.bos);
    if (tokens.size() < 2 * context)
        return fail(
            ErrorCode::InvalidInput,
            "the text has {} tokens, two contexts of {} are needed: choose a longer text or a shorter "
            "context",
            tokens.size(), context);
    std::size_t count = tokens.size() / context;
    if (protocol.chunkCount > 0)
        count = std::min(count, protocol.chunkCount);
    std::vector<Chunk> chunks(count);
    for (std::size_t c = 0; c < count; ++c) {
        const auto begin = tokens.begin() + std::ptrdiff_t(c * context);
        chunks[c] = {{begin, begin + std::ptrdiff_t(context)}, context / 2};
        if (withBos)
            chunks[c].tokens.front() = tokenizer.bos;
    }
    return chunks;
}

} // namespace tritloom
