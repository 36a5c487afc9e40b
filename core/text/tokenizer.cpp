#include "core/text/tokenizer.h"

#include "core/base/utf8.h"
#include "core/text/byte_level_bpe.h"
#include "core/text/characters.h"
#include "core/text/clip_bpe.h"
#include "core/text/sentencepiece_bpe.h"
#include "core/text/unigram.h"

namespace tritloom {
namespace {

struct TokenizerRow {
    std::string_view model; ///< tokenizer.ggml.model
    Result<std::shared_ptr<const Tokenizer>> (*make)(const Metadata&);
};

// The only list of tokenizers.
constexpr TokenizerRow tokenizers[] = {
    {"llama", sentencepieceBpe::make},
    {"gpt2", byteLevelBpe::make},
    {"t5", unigram::make},
    {"clip", clipBpe::make},
    {"characters", characters::make},
};

} // namespace

Result<std::shared_ptr<const Tokenizer>> makeTokenizer(const Metadata& metadata)
{
    const auto model = metadata.text("tokenizer.ggml.model");
    if (!model || *model == "none" || *model == "no_vocab")
        return fail(ErrorCode::NotFound, "the model comes without a tokenizer that is known here");
    for (const TokenizerRow& row : tokenizers)
        if (row.model == *model)
            return row.make(metadata);
    return fail(ErrorCode::Unsupported, "the tokenizer '{}' is not known", printable(*model));
}

} // namespace tritloom
