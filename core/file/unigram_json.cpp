#include "core/file/huggingface_tokenizer.h"

#include "core/base/utf8.h"

#include <array>

namespace tritloom::huggingface {
namespace {

std::optional<std::vector<std::uint8_t>> fromBase64(std::string_view text)
{
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    while (text.ends_with('='))
        text.remove_suffix(1);
    std::vector<std::uint8_t> bytes;
    std::uint32_t window = 0;
    unsigned bits = 0;
    for (const char c : text) {
        const std::size_t value = alphabet.find(c);
        if (value == std::string_view::npos)
            return std::nullopt;
        window = window << 6 | std::uint32_t(value);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes.push_back(std::uint8_t(window >> bits));
        }
    }
    return bytes;
}

/// What happens to a text before it is cut, in the words that GGUF has: a table of characters, spaces joined,
/// one put in front. Spaces inside a piece are U+2581 in all of them.
Result<void> readSteps(const Json& json, std::string_view name, Vocabulary& vocabulary)
{
    vocabulary.joinSpaces = false;
    vocabulary.addSpacePrefix = false;
    std::string unknown;
    bool isBroken = false;
    const auto visit = [&](const Json& step, const std::string& type) {
        if (type == "Precompiled") {
            const auto table = fromBase64(jsonText(step, "precompiled_charsmap").value_or(""));
            isBroken |= !table;
            vocabulary.charsmap = table.value_or(std::vector<std::uint8_t>());
        } else if (type == "Metaspace") {
            const bool legacy = jsonBoolean(step, "add_prefix_space").value_or(true);
            vocabulary.addSpacePrefix =
                jsonText(step, "prepend_scheme").value_or(legacy ? "always" : "never") != "never";
        } else if (type == "WhitespaceSplit") {
            vocabulary.joinSpaces = true;
        } else if (type == "Replace") {
            const Json* const pattern = jsonMember(step, "pattern");
            const std::string from = pattern
                ? jsonText(*pattern, "Regex").value_or(jsonText(*pattern, "String").value_or(""))
                : std::string();
            const std::string to = jsonText(step, "content").value_or("");
            if (from == " {2,}" && (to == " " || to == "\xE2\x96\x81"))
                vocabulary.joinSpaces = true;
            else if (!(from == " " && to == "\xE2\x96\x81"))
                unknown = "Replace " + from;
        } else if (type == "Prepend") {
            vocabulary.addSpacePrefix = jsonText(step, "prepend").value_or("") == "\xE2\x96\x81";
        } else if (type != "Sequence" && type != "Strip") {
            unknown = type;
        }
    };
    forEachStep(jsonMember(json, "normalizer"), visit);
    forEachStep(jsonMember(json, "pre_tokenizer"), visit);
    if (isBroken)
        return fail(ErrorCode::InvalidInput, "{}: the precompiled_charsmap is no base64", name);
    if (!unknown.empty())
        return fail(
            ErrorCode::Unsupported,
            "{}: a unigram model with the step '{}' before it, which GGUF has no key for", name,
            printable(unknown));
    return {};
}

} // namespace

Result<Vocabulary> readUnigramJson(const Json& json, std::string_view name)
{
    Vocabulary vocabulary;
    vocabulary.model = "t5"; // what GGUF calls it, whatever model it belongs to
    TRY_VOID(readSteps(json, name, vocabulary));
    const Json& model = *jsonMember(json, "model");
    const Json* const vocab = jsonMember(model, "vocab");
    if (vocab == nullptr || !vocab->is_array() || vocab->empty() || vocab->size() > largestVocabulary)
        return fail(ErrorCode::InvalidInput, "{}: there is no list 'vocab' of pieces and scores", name);
    for (const Json& entry : *vocab) {
        if (!entry.is_array() || entry.size() != 2 || !entry[0].is_string() || !entry[1].is_number())
            return fail(
                ErrorCode::InvalidInput, "{}: piece {} is no pair of text and score", name,
                vocabulary.tokens.size());
        vocabulary.put(vocabulary.tokens.size(), entry[0].get<std::string>(), Normal);
        vocabulary.scores.back() = entry[1].get<float>();
        const std::string& piece = vocabulary.tokens.back();
        if (jsonBoolean(model, "byte_fallback").value_or(false) && piece.size() == 6
            && piece.starts_with("<0x") && piece.ends_with('>'))
            vocabulary.kinds.back() = Byte;
    }
    const auto unknown = jsonInteger(model, "unk_id");
    if (unknown && (*unknown < 0 || *unknown >= std::int64_t(vocabulary.tokens.size())))
        return fail(
            ErrorCode::InvalidInput, "{}: the unknown piece is {} of {}", name, *unknown,
            vocabulary.tokens.size());
    if (unknown) {
        vocabulary.unknown = vocabulary.tokens[std::size_t(*unknown)];
        vocabulary.kinds[std::size_t(*unknown)] = Unknown;
    }
    TRY_VOID(readAddedTokens(jsonMember(json, "added_tokens"), name, vocabulary));
    readTemplate(jsonMember(json, "post_processor"), vocabulary);
    return vocabulary;
}

} // namespace tritloom::huggingface
