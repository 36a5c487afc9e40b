#pragma once

#include "app/session/plugin_choice.h"
#include "core/sensitivity/sensitivity_table.h"

namespace tritloom {

/// The fewest bytes that the formats of a table make of all tensors: layers of a set take the same one, pinned
/// ones stay as they are now. Known cells or not.
[[nodiscard]] std::uint64_t smallestBytes(
    const Model& model, const SensitivityTable& table, const Allocation& current, const AllocationRules& rules);

/// The candidates and, where some layer cannot have a block format that was meant for it, groups of a whole row
/// of 2 to 8 bits by this method as well, as far as it can write them: those divide every row.
[[nodiscard]] std::vector<Candidate> withRowGroups(
    const Model& model, const std::vector<Candidate>& candidates, const PluginChoice& method,
    const MethodLookup& lookup);

/// Bits a weight of the layers of a file with so many bytes of tensors; norms and biases count in the file only.
[[nodiscard]] double budgetToBits(const Model& model, double bytes);
[[nodiscard]] double bitsToBudget(const Model& model, double bits);

} // namespace tritloom
