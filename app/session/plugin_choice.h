#pragma once

#include "core/architecture/model.h"
#include "core/sensitivity/candidate.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tritloom {

/// A plugin with its parameters; those that are absent have their standard. A value.
struct PluginChoice {
    std::string id; ///< empty: none chosen
    Parameters parameters;
    friend bool operator==(const PluginChoice&, const PluginChoice&) = default;
};

using SpecsOf = std::function<std::vector<ParameterSpec>(std::string_view id)>; ///< empty: no such plugin

/// "gptq:act_order=0:dampening=0.02", as the command line and projects have it. specs: where a value may be
/// the word of a choice, "static-activations:range=percentile". Errors: InvalidInput.
[[nodiscard]] Result<PluginChoice> parsePluginChoice(std::string_view text, const SpecsOf& specs = {});
[[nodiscard]] std::string pluginText(const PluginChoice& choice); ///< parsePluginChoice() reads it back

/// Errors: InvalidInput: a parameter that the plugin does not have, with those that it has; a value that it does
/// not take.
[[nodiscard]] Result<void> checkParameters(const PluginChoice& choice, const std::vector<ParameterSpec>& specs);

/// How a model's own numbers are read narrower where they can be: a file of nested integers is no model of halves.
/// Without an id for others.
[[nodiscard]] PluginChoice methodOfStored(const Model& model);

/// What the program offers by this method, with its parameters: the standard formats, or, where it can write
/// none of them, those that it can, in the sizes that a parameter of it makes.
[[nodiscard]] std::vector<Candidate>
candidatesBy(const Model& model, const PluginChoice& method, const MethodLookup& lookup);

} // namespace tritloom
