#pragma once

#include "core/evaluate/divergence_meter.h"
#include "core/sensitivity/sensitivity_table.h"

#include <string>
#include <vector>

namespace tritloom {

/// A measured allocation against the sum of its layers' own divergences, and which blocks make the
/// difference.
struct Contradiction {
    Allocation allocation;
    double predicted = 0; ///< by the table as it was, nats
    Measured measured; ///< on the whole text
    /// Of a block (or a layer outside of blocks): what it adds to the allocation beyond what its layers cost
    /// alone.
    struct Excess {
        std::string name; ///< "blk.5", "token_embd"
        std::vector<LayerId> layers;
        double kl = 0; ///< nats, on the text of the table; negative: less than alone
    };
    std::vector<Excess> excesses; ///< by size, largest first; every one that was looked at
    std::vector<std::string> interacting; ///< names of those that stand out, at most four
};

/// True where measurement and prediction differ by more than their errors explain: twice the standard error
/// and a fifth, which additivity usually leaves.
[[nodiscard]] bool contradicts(double predicted, const Measured& measured);

/// Takes the compressed blocks back one at a time and measures what that wins: KL(all) - KL(all but b) - sum
/// of b's own. The eight blocks with the largest own divergence are looked at. chunkLimit: of the table's
/// cells, so that the same text is compared. One thread, the meter's. Errors: Cancelled, those of
/// the meter.
[[nodiscard]] Result<Contradiction> findInteractions(
    DivergenceMeter& meter, const SensitivityTable& table, const Allocation& allocation,
    const Measured& measured, std::size_t chunkLimit, std::stop_token stop);

/// Table::company such that the allocation's prediction is what was measured: the difference goes to the
/// interacting blocks by their excess, and to all layers alike where none stands out. Factors stay within 0.2
/// and 5 before the sum is met.
[[nodiscard]] std::vector<double>
correctedCompany(const SensitivityTable& table, const Contradiction& contradiction);

} // namespace tritloom
