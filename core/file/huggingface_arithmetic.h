#pragma once

#include "core/file/huggingface_config.h"

#include <span>

namespace tritloom::huggingface {

/// Key of the sentence that says why a model cannot be run here although its architecture is known: a config
/// asks for arithmetic that GGUF's architecture of this name does not have.
inline constexpr std::string_view notRunKey = "tritloom.not_run";

/// Key of the names of tensors whose products take tokens rounded to 8 bits, as those that Transformers makes
/// "bitnet" layers of do, whatever the architecture.
inline constexpr std::string_view roundedInputsKey = "tritloom.rounded_inputs";

/// The first reason stays.
template <typename... Args>
void refuseToRun(ModelFile& model, fmt::format_string<Args...> reason, Args&&... args)
{
    if (model.metadata.find(notRunKey) == nullptr)
        model.metadata.set(
            std::string(notRunKey), "config.json: " + fmt::format(reason, std::forward<Args>(args)...));
}

/// Keys of config.json for what no architecture here computes must have the value that changes nothing.
void refuseUnknownArithmetic(const Json& config, ModelFile& model);

/// The activation under `key`, where there is one, must have one of these names; the first is shown.
void expectActivation(
    const Json& config, std::string_view key, std::span<const std::string_view> names, ModelFile& model);

/// The tensors must be there that the config promises, and none that it denies.
void checkPromises(const Json& config, const Architecture&, ModelFile& model);

} // namespace tritloom::huggingface
