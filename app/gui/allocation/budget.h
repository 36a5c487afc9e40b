#pragma once

#include "core/architecture/model.h"

namespace tritloom {

/// A file's budget as mean bits per weight of its layers. Norms and biases count in the file, not in the
/// bits.
[[nodiscard]] double budgetToBits(const Model& model, double bytes);
[[nodiscard]] double bitsToBudget(const Model& model, double bits);

} // namespace tritloom
