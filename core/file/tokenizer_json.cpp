#include "core/file/huggingface_tokenizer.h"

#include "core/base/utf8.h"

#include <algorithm>
#include <functional>
#include <unordered_map>

namespace tritloom::huggingface {
namespace {

constexpr std::string_view space = "\xE2\x96\x81"; // U+2581

/// What the pipeline before the model does, as far as GGUF can say it.
struct Pipeline {
    bool isByteLevel = false, isSpaceEscaped = false, addsSpacePrefix = false;
    bool splitsDigits = false, usesOwnRegex = false;
    std::vector<std::string> regexes;
    std::string leftOut; ///< a step of the normalizer that GGUF has no key for; "": none
};

Pipeline readPipeline(const Json& json)
{
    Pipeline pipeline;
    const auto visit = [&pipeline](const Json& step, const std::string& type) {
        if (type == "ByteLevel") {
            pipeline.isByteLevel = true;
            pipeline.usesOwnRegex = jsonBoolean(step, "use_regex").value_or(true);
        } else if (type == "Metaspace") {
            pipeline.isSpaceEscaped = true;
            const bool legacy = jsonBoolean(step, "add_prefix_space").value_or(true);
            pipeline.addsSpacePrefix |=
                jsonText(step, "prepend_scheme").value_or(legacy ? "always" : "never") != "never";
        } else if (type == "Prepend") {
            pipeline.addsSpacePrefix |= jsonText(step, "prepend") == space;
        } else if (type == "Replace") {
            pipeline.isSpaceEscaped |= jsonText(step, "content") == space;
        } else if (type == "Digits") {
            pipeline.splitsDigits = jsonBoolean(step, "individual_digits").value_or(false);
        } else if (type == "Split") {
            if (const Json* const pattern = jsonMember(step, "pattern"))
                if (const auto regex = jsonText(*pattern, "Regex"))
                    pipeline.regexes.push_back(*regex);
        }
    };
    forEachStep(jsonMember(json, "pre_tokenizer"), visit);
    const bool worksOnBytes = pipeline.isByteLevel; // where NFC alone is done, and spaces are not escaped
    forEachStep(jsonMember(json, "normalizer"), [&](const Json& step, const std::string& type) {
        visit(step, type);
        const bool isSpaces = type == "Prepend" ? jsonText(step, "prepend") == space
                                                : type == "Replace" && jsonText(step, "content") == space;
        if (type != "Sequence" && type != "NFC" && (worksOnBytes || !isSpaces))
            pipeline.leftOut = type;
    });
    return pipeline;
}

/// tokenizer.ggml.pre, by the regular expression that splits the text.
std::string recognisePre(const Pipeline& pipeline)
{
    constexpr std::string_view start = R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|)";
    constexpr std::string_view end = R"(| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
    if (pipeline.regexes.empty() && pipeline.usesOwnRegex)
        return pipeline.splitsDigits ? "smollm" : "gpt-2";
    if (pipeline.regexes.size() == 1 && !pipeline.usesOwnRegex && !pipeline.splitsDigits) {
        if (pipeline.regexes[0] == fmt::format("{}\\p{{N}}{{1,3}}{}", start, end))
            return "llama-bpe";
        if (pipeline.regexes[0] == fmt::format("{}\\p{{N}}{}", start, end))
            return "qwen2";
    }
    return "default";
}

Result<void> readVocab(const Json& vocab, std::string_view name, Vocabulary& vocabulary)
{
    if (!vocab.is_object() || vocab.empty())
        return fail(ErrorCode::InvalidInput, "{}: there is no object 'vocab'", name);
    for (const auto& [token, id] : vocab.items()) {
        if (!id.is_number_unsigned() || id.get<std::uint64_t>() >= endOfIds(vocab.size()))
            return fail(
                ErrorCode::InvalidInput, "{}: the token '{}' has no valid id", name, printable(token));
        const auto index = id.get<std::size_t>();
        if (index < vocabulary.kinds.size() && vocabulary.kinds[index] != Unused)
            return fail(
                ErrorCode::InvalidInput, "{}: the tokens '{}' and '{}' both have the id {}", name,
                printable(vocabulary.tokens[index]), printable(token), index);
        vocabulary.put(index, token, Normal);
    }
    return {};
}

/// "left right", or ["left", "right"] in newer files.
Result<void> readMerges(const Json* merges, std::string_view name, Vocabulary& vocabulary)
{
    if (!merges || !merges->is_array())
        return fail(ErrorCode::InvalidInput, "{}: there is no list 'merges'", name);
    for (const Json& merge : *merges) {
        std::string text;
        if (const auto* const pair = merge.get_ptr<const std::string*>())
            text = *pair;
        else if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string())
            text = merge[0].get<std::string>() + " " + merge[1].get<std::string>();
        const std::size_t gap = text.find(' ');
        if (gap == std::string::npos || gap == 0 || gap + 1 == text.size())
            return fail(
                ErrorCode::InvalidInput, "{}: merge {} is no pair of tokens", name, vocabulary.merges.size());
        vocabulary.merges.push_back(std::move(text));
    }
    return {};
}

/// SentencePiece's form of the merges: a piece's score is minus the rank of the first merge that makes it.
void scoresFromMerges(Vocabulary& vocabulary)
{
    std::unordered_map<std::string, float> scores;
    for (std::size_t rank = 0; rank < vocabulary.merges.size(); ++rank) {
        std::string piece = vocabulary.merges[rank];
        piece.erase(piece.find(' '), 1);
        scores.try_emplace(std::move(piece), -static_cast<float>(rank));
    }
    for (std::size_t i = 0; i < vocabulary.tokens.size(); ++i) {
        const auto at = scores.find(vocabulary.tokens[i]);
        vocabulary.scores[i] = at != scores.end() ? at->second : -1e6f;
        const std::string& token = vocabulary.tokens[i];
        if (vocabulary.kinds[i] == Normal && token.size() == 6 && token.starts_with("<0x")
            && token.ends_with('>'))
            vocabulary.kinds[i] = Byte;
    }
    vocabulary.merges.clear();
}

} // namespace

void forEachStep(const Json* step, const std::function<void(const Json&, const std::string& type)>& visit)
{
    if (!step)
        return;
    const auto type = jsonText(*step, "type");
    if (!type)
        return;
    visit(*step, *type);
    for (const char* list : {"normalizers", "pretokenizers", "processors", "decoders"})
        if (const Json* const steps = jsonMember(*step, list); steps && steps->is_array())
            for (const Json& inner : *steps)
                forEachStep(&inner, visit);
}

Result<void> readAddedTokens(const Json* added, std::string_view name, Vocabulary& vocabulary)
{
    if (!added || !added->is_array())
        return {};
    const std::size_t end = endOfIds(vocabulary.tokens.size() + added->size());
    for (const Json& token : *added) {
        const auto id = jsonInteger(token, "id");
        const auto content = jsonText(token, "content");
        if (!content || !id || *id < 0 || *id >= static_cast<std::int64_t>(end))
            return fail(ErrorCode::InvalidInput, "{}: an added token has no valid id or content", name);
        const bool isSpecial = jsonBoolean(token, "special").value_or(false);
        const TokenKind kind = *content == vocabulary.unknown ? Unknown : isSpecial ? Control : UserDefined;
        vocabulary.put(static_cast<std::size_t>(*id), *content, kind);
    }
    return {};
}

void readTemplate(const Json* processor, Vocabulary& vocabulary)
{
    vocabulary.addBos = vocabulary.addEos = false;
    forEachStep(processor, [&vocabulary](const Json& step, const std::string& type) {
        const Json* const single = jsonMember(step, "single");
        if (type != "TemplateProcessing" || !single || !single->is_array() || single->empty())
            return;
        vocabulary.addBos = single->front().contains("SpecialToken");
        vocabulary.addEos = single->back().contains("SpecialToken");
    });
}

Result<Vocabulary> readTokenizerJson(const Json& json, std::string_view name)
{
    const Json* const model = jsonMember(json, "model");
    if (!model || !model->is_object())
        return fail(ErrorCode::InvalidInput, "{}: there is no object 'model'", name);
    const std::string type = jsonText(*model, "type").value_or("BPE"); // old files do not say
    if (type == "Unigram")
        return readUnigramJson(json, name);
    if (type != "BPE")
        return fail(
            ErrorCode::Unsupported, "{}: a tokenizer of type '{}', only BPE and Unigram are read", name,
            printable(type));
    const Pipeline pipeline = readPipeline(json);
    const bool isByteFallback = jsonBoolean(*model, "byte_fallback").value_or(false);
    if (!pipeline.isByteLevel && !pipeline.isSpaceEscaped && !isByteFallback)
        return fail(
            ErrorCode::Unsupported,
            "{}: the BPE works neither on bytes nor like SentencePiece, which is all GGUF knows", name);

    Vocabulary vocabulary;
    vocabulary.model = pipeline.isByteLevel ? "gpt2" : "llama";
    vocabulary.unknown = jsonText(*model, "unk_token").value_or("");
    const Json* const vocab = jsonMember(*model, "vocab");
    TRY_VOID(readVocab(vocab ? *vocab : Json(), name, vocabulary));
    TRY_VOID(readMerges(jsonMember(*model, "merges"), name, vocabulary));
    TRY_VOID(readAddedTokens(jsonMember(json, "added_tokens"), name, vocabulary));
    readTemplate(jsonMember(json, "post_processor"), vocabulary);
    if (!pipeline.leftOut.empty())
        vocabulary.notice = fmt::format(
            "{}: the normalizer '{}' has no key in GGUF and is left out", name, printable(pipeline.leftOut));
    if (pipeline.isByteLevel) {
        vocabulary.pre = recognisePre(pipeline);
    } else {
        scoresFromMerges(vocabulary);
        vocabulary.addSpacePrefix = pipeline.addsSpacePrefix;
    }
    return vocabulary;
}

Result<Vocabulary> readVocabAndMerges(const Json& vocab, std::string_view merges, std::string_view name)
{
    Vocabulary vocabulary;
    vocabulary.model = "gpt2";
    vocabulary.pre = "gpt-2";
    TRY_VOID(readVocab(vocab, name, vocabulary));
    std::size_t line = 0;
    while (!merges.empty()) {
        const std::size_t end = std::min(merges.find('\n'), merges.size());
        std::string_view text = merges.substr(0, end);
        merges.remove_prefix(std::min(end + 1, merges.size()));
        if (text.ends_with('\r'))
            text.remove_suffix(1);
        if (text.empty() || (line++ == 0 && text.starts_with("#version")))
            continue;
        const std::size_t gap = text.find(' ');
        if (gap == std::string_view::npos || gap == 0 || gap + 1 == text.size() || !isUtf8(text))
            return fail(ErrorCode::InvalidInput, "merges.txt: line {} is no pair of tokens", line);
        vocabulary.merges.emplace_back(text);
    }
    for (std::size_t i = 0; i < vocabulary.tokens.size(); ++i)
        if (vocabulary.tokens[i] == "<|endoftext|>")
            vocabulary.kinds[i] = Control;
    vocabulary.addBos = false;
    return vocabulary;
}

} // namespace tritloom::huggingface
