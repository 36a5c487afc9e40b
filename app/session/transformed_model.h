#pragma once

#include "core/architecture/model.h"
#include "core/method/model_transform.h"

namespace tritloom {

/// The model with what a transform made of some of its tensors. notices: what else that means, added behind.
/// Errors: Unsupported (a tensor is stored as several, which floats in its place would undo).
[[nodiscard]] Result<std::shared_ptr<const Model>>
transformedModel(const Model& model, const TransformedModel& made, std::vector<std::string>& notices);

} // namespace tritloom
