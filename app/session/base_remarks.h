#pragma once

#include "core/architecture/model.h"

#include <stop_token>

namespace tritloom {

/// What is to be known of a base model before differences to it are stored, one sentence each; empty: nothing.
/// That there are none, as the base is the model itself; that many are exactly 0, whose signs are arbitrary; that they are so large that it may be another
/// model's base; that they are of low rank, as after merging a LoRA, which two factors hold better
/// (methods/bitdelta.md, pitfalls). Layers that the base does not have in the same shape are left out. Reads all
/// layers of both once, layers in parallel. Errors: Cancelled.
[[nodiscard]] Result<std::vector<std::string>>
baseRemarks(const Model& model, const Model& base, std::stop_token stop);

} // namespace tritloom
