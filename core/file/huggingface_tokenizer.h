#pragma once

#include "core/file/json.h"
#include "core/file/model_file.h"

#include <algorithm>
#include <functional>

namespace tritloom::huggingface {

/// Sets the "tokenizer.ggml.*" keys from the files of a folder: tokenizer.model, tokenizer.json, or
/// vocab.json and merges.txt. A tokenizer that cannot be translated is a notice; a folder without one is
/// neither. Errors: InvalidInput, Io (a file is broken).
[[nodiscard]] Result<void>
readTokenizer(const std::filesystem::path& folder, const Json& config, ModelFile& model);

/// A tokenizer while its files are read.
struct Vocabulary {
    std::string model; ///< "llama", "gpt2" or, for unigram models, "t5"
    std::string pre; ///< "llama-bpe"; gpt2 only
    std::vector<std::string> tokens;
    std::vector<float> scores; ///< llama and t5
    std::vector<std::int32_t> kinds; ///< TokenKind
    std::vector<std::string> merges; ///< gpt2 only
    std::optional<bool> addSpacePrefix, addBos, addEos;
    std::optional<bool> joinSpaces; ///< t5 only
    std::vector<std::uint8_t> charsmap; ///< t5 only: the normalizer's table, see CharsMap
    std::string unknown; ///< the token itself
    std::string notice; ///< what GGUF cannot say of it; "": nothing

    /// Sets token `id`, with unused ones before it when there is a gap.
    void put(std::size_t id, std::string token, std::int32_t kind);
    void write(Metadata& metadata) const;
};

/// GGUF's token types.
enum TokenKind : std::int32_t { Normal = 1, Unknown, Control, UserDefined, Unused, Byte };
constexpr std::size_t largestVocabulary = 2'000'000;

/// One beyond the largest id that a file of so many tokens may use: some may be unused between them, but a
/// short file must not ask for much memory.
constexpr std::size_t endOfIds(std::size_t tokens)
{
    constexpr std::size_t largestGap = 65536;
    return std::min(tokens + largestGap, largestVocabulary);
}

/// tokenizer.model of SentencePiece: BPE and unigram. Errors: InvalidInput; Unsupported for other models.
[[nodiscard]] Result<Vocabulary> readSentencePiece(std::string_view bytes, std::string_view name);

/// tokenizer.json of the tokenizers library. Errors: InvalidInput; Unsupported, with what it is.
[[nodiscard]] Result<Vocabulary> readTokenizerJson(const Json& json, std::string_view name);

/// The same where its model is of type "Unigram". Errors: InvalidInput; Unsupported (a step before the model
/// that GGUF has no key for, by name).
[[nodiscard]] Result<Vocabulary> readUnigramJson(const Json& json, std::string_view name);
/// "added_tokens" of tokenizer.json, of which an id may leave a gap, but all of them not many. Errors:
/// InvalidInput.
[[nodiscard]] Result<void> readAddedTokens(const Json* added, std::string_view name, Vocabulary& vocabulary);
/// "post_processor": whether a text begins or ends with a special token.
void readTemplate(const Json* processor, Vocabulary& vocabulary);
/// Calls visit for a step of a pipeline and, if it is a Sequence, for every step inside.
void forEachStep(const Json* step, const std::function<void(const Json&, const std::string& type)>& visit);

/// GPT-2's pair of files. Errors: InvalidInput, Io.
[[nodiscard]] Result<Vocabulary>
readVocabAndMerges(const Json& vocab, std::string_view merges, std::string_view name);

} // namespace tritloom::huggingface
