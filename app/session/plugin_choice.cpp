#include "app/session/plugin_choice.h"

#include "app/session/written_formats.h"
#include "core/format/row_group.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace tritloom {
namespace {

std::string_view trimmed(std::string_view text)
{
    const std::size_t first = text.find_first_not_of(" \t"), last = text.find_last_not_of(" \t");
    return first == std::string_view::npos ? std::string_view() : text.substr(first, last - first + 1);
}

std::string wordsOf(const ParameterSpec& spec)
{
    std::string words;
    for (const ParameterChoice& choice : spec.choices)
        words += (words.empty() ? "" : ", ") + choice.word;
    return words;
}

/// The number that stands for the word. Errors: InvalidInput: it is none, with those that are.
Result<double>
numberOf(std::string_view word, std::string_view key, std::string_view id, const SpecsOf& specsOf)
{
    const auto specs = specsOf ? specsOf(id) : std::vector<ParameterSpec>();
    const auto spec = std::ranges::find(specs, key, &ParameterSpec::key);
    if (spec == specs.end() || spec->choices.empty())
        return fail(ErrorCode::InvalidInput, "'{}' of '{}' takes a number, not '{}'", key, id, word);
    const auto found = std::ranges::find(spec->choices, word, &ParameterChoice::word);
    if (found == spec->choices.end())
        return fail(
            ErrorCode::InvalidInput, "'{}' of '{}' is one of {}, not '{}'", key, id, wordsOf(*spec), word);
    return double(found - spec->choices.begin());
}

constexpr int mostSizes = 8; ///< as many stops as the standard formats are

/// The method with each size that one of its parameters makes, ascending; as it is where none does or one was
/// chosen.
std::vector<Parameters> sizesBy(const PluginChoice& method, const LayerMethod& writer)
{
    const auto specs = writer.parameters();
    const auto size = std::ranges::find_if(specs, &ParameterSpec::sizes);
    if (size == specs.end() || method.parameters.contains(size->key))
        return {method.parameters};
    std::vector<Parameters> all;
    for (double value = size->lowest; value <= size->highest && all.size() < mostSizes; ++value) {
        all.push_back(method.parameters);
        all.back()[size->key] = value;
    }
    return all;
}

/// Formats of all families that the method can write, one of every size, smallest first.
std::vector<Candidate> othersBy(const PluginChoice& method, const LayerMethod& writer)
{
    std::vector<NumberFormatPtr> formats = writtenFormats(writer);
    std::erase_if(formats, [](const NumberFormatPtr& format) { return format->isFloat(); });
    const auto isAsLarge = [](const NumberFormatPtr& one, const NumberFormatPtr& other) {
        return one->bitsPerWeight() == other->bitsPerWeight();
    };
    formats.erase(std::unique(formats.begin(), formats.end(), isAsLarge), formats.end());
    std::vector<Candidate> candidates;
    for (const NumberFormatPtr& format : formats)
        for (const Parameters& parameters : sizesBy(method, writer))
            candidates.push_back({format->id(), method.id, parameters});
    return candidates;
}

} // namespace

Result<PluginChoice> parsePluginChoice(std::string_view text, const SpecsOf& specs)
{
    PluginChoice choice;
    bool first = true;
    for (std::string_view rest = trimmed(text); !rest.empty();) {
        const std::size_t colon = std::min(rest.find(':'), rest.size());
        const std::string_view part = rest.substr(0, colon);
        rest.remove_prefix(std::min(colon + 1, rest.size()));
        if (part.empty())
            continue;
        if (std::exchange(first, false)) {
            choice.id = part;
            continue;
        }
        const std::size_t equals = part.find('=');
        if (equals == std::string_view::npos || equals == 0 || equals + 1 == part.size())
            return fail(ErrorCode::InvalidInput, "'{}' is not of the form id:parameter=value", trimmed(text));
        const std::string_view key = part.substr(0, equals), written = part.substr(equals + 1);
        double value = 0;
        const char* const end = written.data() + written.size();
        const auto read = std::from_chars(written.data(), end, value);
        if (read.ptr != end)
            value = TRY(numberOf(written, key, choice.id, specs));
        else if (read.ec != std::errc())
            return fail(
                ErrorCode::InvalidInput, "'{}' gives '{}' a number that is too large or too small",
                trimmed(text), key);
        if (!choice.parameters.emplace(key, value).second)
            return fail(
                ErrorCode::InvalidInput, "'{}' gives '{}' twice: which of the two is meant?", trimmed(text),
                key);
    }
    return choice;
}

std::string pluginText(const PluginChoice& choice)
{
    std::string text = choice.id;
    for (const auto& [key, value] : choice.parameters)
        text += fmt::format(":{}={}", key, value);
    return text;
}

Result<void> checkParameters(const PluginChoice& choice, const std::vector<ParameterSpec>& specs)
{
    for (const auto& [key, value] : choice.parameters) {
        if (const auto spec = std::ranges::find(specs, key, &ParameterSpec::key); spec != specs.end()) {
            if (!(value >= spec->lowest && value <= spec->highest)
                || (spec->whole && value != std::floor(value))) {
                if (!spec->choices.empty())
                    return fail(
                        ErrorCode::InvalidInput, "'{}' takes {} for '{}', or 0 to {}, not {}", choice.id,
                        wordsOf(*spec), key, spec->highest, value);
                return fail(
                    ErrorCode::InvalidInput, "'{}' takes {} from {} to {} for '{}', not {}", choice.id,
                    spec->whole ? "whole numbers" : "numbers", spec->lowest, spec->highest, key, value);
            }
            continue;
        }
        std::string known;
        for (const ParameterSpec& spec : specs)
            known += (known.empty() ? "" : ", ") + spec.key;
        return fail(
            ErrorCode::InvalidInput, "'{}' has no parameter '{}'{}", choice.id, key,
            known.empty() ? std::string() : "; it has " + known);
    }
    return {};
}

PluginChoice methodOfStored(const Model& model)
{
    const bool nested = std::ranges::any_of(
        model.layers, [](const Layer& layer) { return layer.storedFormat.starts_with("nested8g"); });
    return nested ? PluginChoice{"double-rounding", {}} : PluginChoice{};
}

std::vector<Candidate>
candidatesBy(const Model& model, const PluginChoice& method, const MethodLookup& lookup)
{
    std::vector<Candidate> standard = standardCandidates(model, method.id);
    const LayerMethod* const writer = lookup ? lookup(method.id) : nullptr;
    bool any = false;
    for (Candidate& candidate : standard) {
        if (candidate.method != method.id)
            continue;
        candidate.parameters = method.parameters;
        const auto format = parseOfAnyRow(candidate.format);
        any = any || writer == nullptr || (format && !(*format)->isFloat() && writer->supports(**format));
    }
    if (any)
        return standard;
    std::vector<Candidate> others = othersBy(method, *writer);
    if (others.empty())
        return standard;
    others.push_back({"f16", "rtn", {}});
    return others;
}

} // namespace tritloom
