#pragma once

#include "core/architecture/model.h"

#include <stop_token>

namespace tritloom {

/// A sentence for every tensor of the file that holds NaN or infinite numbers, with how many: a network may
/// swallow them (a ReLU makes 0 of NaN) and look merely bad. Reads all of the file once, tensors in parallel.
/// Errors: Cancelled.
[[nodiscard]] Result<std::vector<std::string>> notFinite(const Model& model, std::stop_token stop);

} // namespace tritloom
