#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <string_view>

namespace tritloom {

/// That it is known what each layer becomes, for transforms that give other weights for every choice.
/// candidates: how many a probe has. what: "scales are distilled".
/// Errors: InvalidInput (there are several).
[[nodiscard]] Result<void> mustBeChosen(std::size_t candidates, std::string_view what);

} // namespace tritloom
