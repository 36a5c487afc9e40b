#include "core/file/huggingface_tokenizer.h"

#include "core/base/mapped_file.h"
#include "core/base/utf8.h"

#include <algorithm>

namespace tritloom::huggingface {
namespace {

namespace fs = std::filesystem;

bool isFile(const fs::path& path)
{
    std::error_code error;
    return fs::is_regular_file(path, error);
}

std::string_view textOf(const MappedFile& file)
{
    return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

/// The first kind of tokenizer file that is there. nullopt: none is.
Result<std::optional<Vocabulary>> readFiles(const fs::path& folder)
{
    const bool hasJson = isFile(folder / "tokenizer.json");
    if (isFile(folder / "tokenizer.model")) {
        const auto file = TRY(MappedFile::open(folder / "tokenizer.model"));
        auto vocabulary = readSentencePiece(textOf(*file), "tokenizer.model");
        // Llama 3 calls its tiktoken file tokenizer.model too and has a tokenizer.json beside it.
        if (vocabulary || !hasJson)
            return vocabulary.map([](Vocabulary& v) { return std::optional(std::move(v)); });
    }
    if (hasJson) {
        const Json json = TRY(readJson(folder / "tokenizer.json"));
        return std::optional(TRY(readTokenizerJson(json, "tokenizer.json")));
    }
    if (isFile(folder / "vocab.json") && isFile(folder / "merges.txt")) {
        const Json json = TRY(readJson(folder / "vocab.json"));
        const auto merges = TRY(MappedFile::open(folder / "merges.txt"));
        return std::optional(TRY(readVocabAndMerges(json, textOf(*merges), "vocab.json")));
    }
    return std::optional<Vocabulary>();
}

/// "added_tokens_decoder" of tokenizer_config.json: {"128000": {"content": "<|begin|>", "special": true}}.
Result<void> addTokens(const Json& tokenizerConfig, Vocabulary& vocabulary)
{
    const Json* const added = jsonMember(tokenizerConfig, "added_tokens_decoder");
    if (!added || !added->is_object())
        return {};
    const std::size_t end = endOfIds(vocabulary.tokens.size() + added->size());
    for (const auto& [key, value] : added->items()) {
        const auto content = jsonText(value, "content");
        const bool isNumber =
            !key.empty() && key.size() < 9 && key.find_first_not_of("0123456789") == std::string::npos;
        if (!content || !isNumber || std::stoul(key) >= end)
            return fail(
                ErrorCode::InvalidInput,
                "tokenizer_config.json: the added token '{}' has no valid id or content", printable(key));
        const std::size_t id = std::stoul(key);
        if (id < vocabulary.kinds.size() && vocabulary.kinds[id] != Normal && vocabulary.kinds[id] != Unused)
            continue; // the tokenizer itself knows better: <unk>, bytes
        vocabulary.put(id, *content, jsonBoolean(value, "special").value_or(false) ? Control : UserDefined);
    }
    return {};
}

/// bos_token is "<s>" or {"content": "<s>", ...}.
std::optional<std::string> tokenText(const Json& json, std::string_view key)
{
    const Json* const value = jsonMember(json, key);
    if (value && value->is_object())
        return jsonText(*value, "content");
    return jsonText(json, key);
}

/// A token's id by its text in tokenizer_config.json, else by number in generation_config.json or
/// config.json.
std::optional<std::uint32_t> specialId(
    const Vocabulary& vocabulary, const Json& tokenizerConfig, std::span<const Json* const> configs,
    const std::string& name)
{
    if (const auto text = tokenText(tokenizerConfig, name)) {
        const auto at = std::ranges::find(vocabulary.tokens, *text);
        if (at != vocabulary.tokens.end())
            return static_cast<std::uint32_t>(at - vocabulary.tokens.begin());
    }
    for (const Json* const config : configs) {
        const std::string key = name + "_id";
        std::optional<std::int64_t> id = jsonInteger(*config, key);
        const Json* const list = jsonMember(*config, key); // Llama 3: several end tokens
        if (list && list->is_array() && !list->empty() && (*list)[0].is_number_unsigned())
            id = (*list)[0].get<std::int64_t>();
        if (id && *id >= 0 && *id < static_cast<std::int64_t>(vocabulary.tokens.size()))
            return static_cast<std::uint32_t>(*id);
    }
    return std::nullopt;
}

} // namespace

void Vocabulary::put(std::size_t id, std::string token, std::int32_t kind)
{
    while (tokens.size() <= id) {
        tokens.push_back(fmt::format("[PAD{}]", tokens.size()));
        kinds.push_back(Unused);
        if (model != "gpt2")
            scores.push_back(-10000);
    }
    tokens[id] = std::move(token);
    kinds[id] = kind;
}

void Vocabulary::write(Metadata& metadata) const
{
    metadata.set("tokenizer.ggml.model", model);
    if (!pre.empty())
        metadata.set("tokenizer.ggml.pre", pre);
    metadata.set("tokenizer.ggml.tokens", tokens);
    if (model != "gpt2")
        metadata.set("tokenizer.ggml.scores", scores);
    if (joinSpaces)
        metadata.set("tokenizer.ggml.remove_extra_whitespaces", *joinSpaces);
    if (!charsmap.empty())
        metadata.set("tokenizer.ggml.precompiled_charsmap", charsmap);
    metadata.set("tokenizer.ggml.token_type", kinds);
    if (model == "gpt2")
        metadata.set("tokenizer.ggml.merges", merges);
}

Result<void> readTokenizer(const fs::path& folder, const Json& config, ModelFile& model)
{
    auto read = readFiles(folder);
    if (!read && read.error().code == ErrorCode::Unsupported) {
        model.notices.push_back(read.error().message);
        return {};
    }
    std::optional<Vocabulary> found = TRY(std::move(read));
    if (!found)
        return {};
    Vocabulary& vocabulary = *found;
    if (!vocabulary.notice.empty())
        model.notices.push_back(vocabulary.notice);
    Json tokenizerConfig = Json::object(), generationConfig = Json::object();
    if (isFile(folder / "tokenizer_config.json"))
        tokenizerConfig = TRY(readJson(folder / "tokenizer_config.json"));
    if (isFile(folder / "generation_config.json"))
        generationConfig = TRY(readJson(folder / "generation_config.json"));
    TRY_VOID(addTokens(tokenizerConfig, vocabulary));
    // Embeddings are often padded to a round number; GGUF wants a token for every row.
    const NamedTensor* const embedding = model.find("token_embd.weight");
    const std::size_t rows = embedding && !embedding->shape.empty() ? embedding->shape[0] : 0;
    if (rows > vocabulary.tokens.size() && rows <= largestVocabulary)
        vocabulary.put(rows - 1, fmt::format("[PAD{}]", rows - 1), Unused);

    Metadata& metadata = model.metadata;
    vocabulary.write(metadata);
    const Json* const configs[] = {&generationConfig, &config};
    constexpr std::pair<const char*, const char*> specials[] = {
        {"bos_token", "tokenizer.ggml.bos_token_id"},
        {"eos_token", "tokenizer.ggml.eos_token_id"},
        {"unk_token", "tokenizer.ggml.unknown_token_id"},
        {"pad_token", "tokenizer.ggml.padding_token_id"}};
    for (const auto& [name, key] : specials)
        if (const auto id = specialId(vocabulary, tokenizerConfig, configs, name))
            metadata.set(key, *id);
    const auto unknown = std::ranges::find(vocabulary.kinds, std::int32_t{Unknown});
    if (!metadata.find("tokenizer.ggml.unknown_token_id") && unknown != vocabulary.kinds.end())
        metadata.set(
            "tokenizer.ggml.unknown_token_id",
            static_cast<std::uint32_t>(unknown - vocabulary.kinds.begin()));
    const auto addBos = jsonBoolean(tokenizerConfig, "add_bos_token");
    const auto addEos = jsonBoolean(tokenizerConfig, "add_eos_token");
    if (const auto flag = addBos ? addBos : vocabulary.addBos)
        metadata.set("tokenizer.ggml.add_bos_token", *flag);
    if (const auto flag = addEos ? addEos : vocabulary.addEos)
        metadata.set("tokenizer.ggml.add_eos_token", *flag);
    if (const auto flag = jsonBoolean(tokenizerConfig, "add_prefix_space");
        flag && vocabulary.model == "llama")
        metadata.set("tokenizer.ggml.add_space_prefix", *flag);
    else if (vocabulary.addSpacePrefix)
        metadata.set("tokenizer.ggml.add_space_prefix", *vocabulary.addSpacePrefix);
    if (const auto text = jsonText(tokenizerConfig, "chat_template"))
        metadata.set("tokenizer.chat_template", *text);
    return {};
}

} // namespace tritloom::huggingface
