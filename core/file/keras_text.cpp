#include "core/file/keras_text.h"

#include "core/base/utf8.h"
#include "core/file/json.h"

namespace tritloom::kerasText {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t mostTokens = 1u << 20;
constexpr std::int32_t normal = 1, control = 3, unused = 5; ///< values of tokenizer.ggml.token_type
constexpr std::string_view textBorder = "<s>"; ///< stands before and after each text

fs::path vocabularyBeside(const fs::path& weights, const std::string& name)
{
    std::error_code none;
    const fs::path folder = weights.parent_path();
    if (const fs::path own = folder / (name + "_vocab.json"); fs::is_regular_file(own, none))
        return own;
    fs::path found;
    for (auto entry = fs::directory_iterator(folder.empty() ? fs::path(".") : folder, none);
         !none && entry != fs::directory_iterator(); entry.increment(none)) {
        if (!entry->path().filename().string().ends_with("_vocab.json"))
            continue;
        if (!found.empty())
            return {}; // two of them: nothing says which
        found = entry->path();
    }
    return found;
}

/// Why a vocabulary is none of characters; empty: it is one, and stands in the metadata.
std::string readCharacters(const Json& json, Metadata& metadata)
{
    if (!json.is_object() || json.empty() || json.size() > mostTokens)
        return "it is no object of 1 to 1048576 characters";
    std::vector<std::string> tokens(json.size() + 1);
    std::vector<std::int32_t> types(tokens.size(), unused);
    tokens[0] = "<pad>"; // no character has 0: it fills the front of short contexts
    types[0] = control;
    std::int64_t border = -1;
    for (const auto& [text, value] : json.items()) {
        const auto id = value.is_number_unsigned() ? value.get<std::uint64_t>() : 0;
        if (id == 0 || id >= tokens.size() || !tokens[id].empty())
            return fmt::format(
                "'{}' has the number {}, of 1 to {}", printable(text), value.dump(), json.size());
        const bool isBorder = text == textBorder;
        if (text.empty() || (!isBorder && text.size() != utf8Length(text[0])))
            return fmt::format("'{}' is not one character, and words are not read", printable(text));
        tokens[id] = text;
        types[id] = isBorder ? control : normal;
        if (isBorder)
            border = std::int64_t(id);
    }
    metadata.set("tokenizer.ggml.model", std::string("characters"));
    metadata.set("tokenizer.ggml.tokens", std::move(tokens));
    metadata.set("tokenizer.ggml.token_type", std::move(types));
    if (border >= 0)
        for (const char* key : {"tokenizer.ggml.bos_token_id", "tokenizer.ggml.eos_token_id"})
            metadata.set(key, std::uint32_t(border));
    return {};
}

} // namespace

Result<void> readBeside(const fs::path& weights, ModelFile& model)
{
    std::string name = weights.stem().string();
    if (constexpr std::string_view ending = "_weights"; name.ends_with(ending))
        name.resize(name.size() - ending.size());
    std::error_code none;
    if (const fs::path config = weights.parent_path() / (name + "_config.json");
        fs::is_regular_file(config, none)) {
        const Json json = TRY(readJson(config));
        if (const auto window = jsonInteger(json, "max_length"))
            model.metadata.set("textgenrnn.context_window", *window);
    }
    const fs::path vocabulary = vocabularyBeside(weights, name);
    if (vocabulary.empty()) {
        model.notices.push_back(fmt::format(
            "no {}_vocab.json lies beside it, nor another vocabulary alone: no text can be read", name));
        return {};
    }
    const auto json = readJson(vocabulary);
    if (!json && vocabulary.filename() == name + "_vocab.json")
        return tl::make_unexpected(json.error());
    // Another one's was found by its ending alone: it may belong to something else.
    const std::string why = json ? readCharacters(*json, model.metadata) : json.error().message;
    if (!why.empty())
        model.notices.push_back(fmt::format("{} is not used: {}", vocabulary.filename().string(), why));
    return {};
}

} // namespace tritloom::kerasText
