#pragma once

#include "app/session/comparison_meter.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tritloom {

/// One candidate on every layer of the model, or a choice of formats under a budget, and what came of it.
struct ComparisonRow {
    Candidate candidate; ///< of a budget the format is its text, "3bpw"
    std::uint64_t budgetBytes = 0; ///< of all tensors at most; 0: the candidate is on every layer
    std::vector<Candidate> choices; ///< what layers may become under the budget
    std::string method; ///< methodText() of the candidate
    std::string note; ///< which layers became something else than the candidate's format, and why; "": none
    Allocation allocation; ///< under a budget none until the row is run
    std::uint64_t bytes = 0; ///< of the whole file, by what methods say they store
    double bitsPerWeight = 0;
    std::uint64_t baseBytes = 0; ///< of a base that lies in another file and is needed too, once it is done
    bool isDone = false; ///< the numbers below are there, or `failure` says why not
    std::vector<Measured> numbers; ///< one a column of the kind, NaN where the data do not have it
    std::size_t samples = 0; ///< tokens or pictures that were measured
    double compressSeconds = 0, evaluateSeconds = 0; ///< as first measured
    std::string failure;

    [[nodiscard]] bool isMeasured() const { return isDone && failure.empty(); }
    [[nodiscard]] bool isOriginal() const { return candidate.method.empty(); } ///< originalRow()
    [[nodiscard]] const Measured& divergence() const { return numbers.front(); } ///< where it is measured
};

/// The methods that can be on every layer. leftOut: gets a sentence for each other one. Errors: NotFound.
[[nodiscard]] Result<std::vector<Candidate>> methodsFor(
    const Model& model, const std::vector<Candidate>& methods, const MethodLookup& lookup,
    std::vector<std::string>* leftOut);
/// Every pair of one of methodsFor() and a format that it can write for all layers, formats outermost; a
/// float format is one row, by "rtn". methods: their `format` is ignored. leftOut: gets a sentence for each
/// other pair, which says why. Errors: NotFound (a method or format that is not there).
[[nodiscard]] Result<std::vector<ComparisonRow>> comparisonRows(
    const Model& model, const std::vector<std::string>& formats, const std::vector<Candidate>& methods,
    const MethodLookup& lookup, std::vector<std::string>* leftOut = nullptr);
/// For each budget, as parseBudget() takes it, and each method of `rows`: the formats of the method's rows
/// and floats, chosen for each layer by the exact knapsack over a measured sweep. A budget that is too small
/// is a row that failed. Errors: InvalidInput (no budget, or one that is none).
[[nodiscard]] Result<std::vector<ComparisonRow>> budgetRows(
    const Model& model, const std::vector<std::string>& budgets, const std::vector<ComparisonRow>& rows,
    const MethodLookup& lookup);
/// Makes the allocation of a row with a budget: every layer is measured in every format, by the store where
/// it knows. Errors: Cancelled, those of sweep() and allocate().
[[nodiscard]] Result<void> allocateRow(
    ComparisonRow& row, DivergenceMeter& meter, ResultStore* store, std::stop_token stop,
    const std::function<void(double)>& progress);
/// The same by what the store knows alone. False: it does not know the whole sweep, or nothing fits.
[[nodiscard]] bool recallAllocation(ComparisonRow& row, DivergenceMeter& meter, ResultStore& store);
/// The model as it is stored, which the others are held against: the format is "original", of no method.
[[nodiscard]] ComparisonRow originalRow(const Model& model);

/// Fills rows that are not done, in order, and hands each over. What the store knows is not run again, so a
/// comparison that was stopped goes on where it was. One thread, the meter's. progress: 0 to 1 over all
/// rows. Errors: Cancelled, those of checkMeasurable() before the first row that is not in the store; a row
/// that fails carries its own sentence and the rest goes on.
[[nodiscard]] Result<void> runComparison(
    std::vector<ComparisonRow>& rows, ComparisonMeter& meter, ResultStore* store, std::stop_token stop,
    const std::function<void(std::size_t index, const ComparisonRow&)>& onRow,
    const std::function<void(double)>& progress = [](double) {});

/// Fills rows from the store alone: what earlier runs measured is there at once. Gives how many it knew. One
/// thread, the meter's.
std::size_t recallComparison(std::vector<ComparisonRow>& rows, ComparisonMeter& meter, ResultStore& store);

/// Columns that some row has a number for, by index: nobody asks for the accuracy of pictures without labels.
[[nodiscard]] std::vector<std::size_t>
columnsToShow(const ComparisonKind& kind, const std::vector<ComparisonRow>& rows);
/// A number of a column for people, "" where there is none.
[[nodiscard]] std::string textOf(const ComparisonColumn& column, double value);

/// Rows as comma-separated values, one line a row, header first. Numbers are plain, KL in nats.
[[nodiscard]] std::string
comparisonCsv(const ComparisonKind& kind, const std::vector<ComparisonRow>& rows);
/// A page of its own, charts drawn in it: nothing is loaded from anywhere.
[[nodiscard]] std::string
comparisonHtml(const std::string& model, const ComparisonKind& kind, const std::vector<ComparisonRow>& rows);

/// "gptq", "gptq act_order=0", "static-activations range=percentile": what people see of a candidate's
/// method.
[[nodiscard]] std::string methodText(const Candidate& candidate, const MethodLookup& lookup);

} // namespace tritloom
