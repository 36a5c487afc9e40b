#pragma once

#include <QString>

#include <span>

namespace tritloom {

/// A word of the field and what it means, in our own words.
struct GlossaryTerm {
    const char* id; ///< in links: "granularity"
    const char* title; ///< translated in the context "Glossary"
    const char* meaning; ///< one or two sentences, translated likewise
    const char* keywords; ///< what texts of plugins call it, separated by commas; English, lower case
};

[[nodiscard]] std::span<const GlossaryTerm> glossary(); ///< the only list, by title
[[nodiscard]] QString titleOf(const GlossaryTerm& term);
[[nodiscard]] QString meaningOf(const GlossaryTerm& term);
[[nodiscard]] bool occursIn(const GlossaryTerm& term, const QString& text);

} // namespace tritloom
