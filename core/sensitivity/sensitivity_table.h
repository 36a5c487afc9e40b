#pragma once

#include "core/allocate/knapsack.h"
#include "core/base/result_store.h"
#include "core/evaluate/divergence_meter.h"
#include "core/sensitivity/candidate.h"

#include <functional>
#include <optional>
#include <span>

namespace tritloom {

/// What one candidate does to one layer, all others left as they are.
struct SensitivityCell {
    LayerChoice choice; ///< the candidate as it fits this layer
    std::uint64_t bytes = 0;
    bool known = false; ///< the numbers below are there
    bool recalled = false; ///< they come from the store, not from this run
    Measured kl; ///< what DivergenceMeter measures: nats per token of a language model
    double weightError = 0; ///< |W - Q|^2 / |W|^2
    double activationError = 0; ///< the same with squares weighted by the mean square of the inputs
    std::string failure; ///< why it could not be measured
};

/// Layers x candidates. A value: pages and allocators get copies.
struct SensitivityTable {
    std::vector<Candidate> candidates;
    std::vector<std::vector<SensitivityCell>> cells; ///< [layer][candidate]
    /// Per layer, what it costs in company of the other compressed layers over what it costs alone, from
    /// measured allocations (see interaction.h); empty: 1 everywhere.
    std::vector<double> company;

    /// What a known cell adds to the divergence of an allocation: its own, never below 0, times its company.
    [[nodiscard]] double costOf(LayerId layer, const SensitivityCell& cell) const;
    [[nodiscard]] const SensitivityCell*
    find(LayerId layer, const LayerChoice& choice) const; ///< null: not in it
    /// Sum of costOf(); layers as stored cost nothing. nullopt while a needed cell is unknown.
    [[nodiscard]] std::optional<double> predictedKl(const Allocation& allocation) const;
    [[nodiscard]] std::size_t knownCount() const;
    [[nodiscard]] std::size_t cellCount() const;
};

[[nodiscard]] SensitivityTable
emptyTable(const Model& model, std::vector<Candidate> candidates, const MethodLookup& methods);

/// That the model as it is stored can be told from others: asked on the first chunk or picture before a sweep or
/// a comparison takes its hours. Errors: InvalidInput (outputs that are not finite), those of the meter.
[[nodiscard]] Result<void> checkMeasurable(DivergenceMeter& meter, std::stop_token stop);

/// Fills unknown cells in model order and hands each over as it comes. One thread, the meter's.
/// What is in the store is not measured again, so a killed sweep goes on where it was.
/// limit: how much of the meter's data each cell is measured on, 0 for all.
/// Errors: Cancelled, those of checkMeasurable() before the first cell that is not in the store; a cell that
/// fails carries its own sentence and the sweep goes on.
[[nodiscard]] Result<void> sweep(
    SensitivityTable& table, DivergenceMeter& meter, ResultStore* store, std::size_t limit,
    std::stop_token stop,
    const std::function<void(LayerId, std::size_t candidate, const SensitivityCell&)>& onCell);

/// Fills unknown cells from the store alone: what earlier runs measured is there at once. Milliseconds a
/// thousand cells. One thread, the session's.
void recall(
    SensitivityTable& table, DivergenceMeter& meter, ResultStore& store, std::size_t limit,
    const std::function<void(LayerId, std::size_t candidate, const SensitivityCell&)>& onCell);

/// Weight error of a compressed layer, plain and weighted by `meanSquare` ([columns] or empty).
struct LocalError {
    double weight = 0, activation = 0;
};
[[nodiscard]] LocalError
localError(const Tensor& original, const Tensor& compressed, std::span<const float> meanSquare);

/// What an allocator may do with each layer.
struct AllocationRules {
    std::vector<bool> pinned; ///< per layer: keeps its current choice; empty: none
    bool keepFusedSets = true; ///< q/k/v and gate/up get one candidate
    std::uint64_t budgetBytes = 0; ///< of the whole file, see bytesOf(model, allocation, methods)
    MethodLookup methods; ///< for the bytes of pinned choices that the table does not have
};
/// The layers that move together under these rules: fused sets, unless split or pinned, and single layers.
[[nodiscard]] std::vector<std::vector<std::size_t>> itemsOf(const Model& model, const AllocationRules& rules);
/// Of the layers of an item together: as they are stored, and as a candidate makes them.
[[nodiscard]] std::uint64_t storedBytesOf(const Model& model, std::span<const std::size_t> layers);
[[nodiscard]] std::uint64_t
bytesOf(const SensitivityTable& table, std::span<const std::size_t> layers, std::size_t candidate);
struct AllocationResult {
    Allocation allocation;
    std::uint64_t bytes = 0;
    double predictedKl = 0;
};
/// The knapsack over the table: known cells only. Errors: InvalidInput (nothing measured, budget too small),
/// Cancelled.
[[nodiscard]] Result<AllocationResult> allocate(
    const Model& model, const SensitivityTable& table, const Allocation& current,
    const AllocationRules& rules, std::stop_token stop = {});
/// The best trade-offs over all budgets, at most `count`.
[[nodiscard]] Result<std::vector<AllocationResult>> frontier(
    const Model& model, const SensitivityTable& table, const Allocation& current,
    const AllocationRules& rules, std::size_t count, std::stop_token stop = {});

} // namespace tritloom
