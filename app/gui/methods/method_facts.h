#pragma once

#include "app/session/plugin_host.h"

#include <QStringList>

#include <span>
#include <vector>

namespace tritloom {

/// What a plugin says of itself without being run, for cards and their filters. A value.
struct MethodFacts {
    MethodInfo info;
    std::vector<ParameterSpec> parameters;
    // Of layer methods:
    Calibration data = Calibration::None;
    bool needsBase = false, makesReplacements = false;
    double leastBits = 0, mostBits = 0; ///< of formats it writes; 0: none is known
    QStringList formats; ///< ids of those it writes, fewest bits first
    unsigned families = 0; ///< bits: indices into formatFamilies()
};
/// Of all plugins, layer methods first, each kind by title. Milliseconds.
[[nodiscard]] std::vector<MethodFacts> methodFacts(const PluginHost& plugins);

/// How formats are told apart in filters.
struct FormatFamily {
    const char* title; ///< translated in the context "Methods"
    const char* term; ///< of the glossary
    const char* examples; ///< ids, separated by commas: whoever writes one of them writes the family
};
[[nodiscard]] std::span<const FormatFamily> formatFamilies(); ///< the only list

[[nodiscard]] QString kindTitle(PluginKind kind); ///< "Method", "Transform" ...
[[nodiscard]] QString dataTitle(const MethodFacts& facts); ///< what it has to know of inputs

} // namespace tritloom
