#include "app/session/comparison.h"
#include "app/session/reach.h"
#include "app/session/recipe.h"

#include <algorithm>
#include <map>

namespace tritloom {
namespace {

/// How many layers became what, the most frequent first.
std::string mixtureOf(const Allocation& allocation)
{
    std::map<std::string, std::size_t> counts;
    for (const LayerChoice& choice : allocation.layers)
        ++counts[choice.format.empty() ? "as stored" : choice.format];
    std::vector<std::pair<std::string, std::size_t>> sorted(counts.begin(), counts.end());
    std::ranges::stable_sort(sorted, std::greater(), [](const auto& format) { return format.second; });
    std::string text;
    for (const auto& [format, count] : sorted)
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, format);
    return fmt::format("layers by format: {}", text);
}

/// Whether one format was asked for: neither the original nor a row under a budget.
bool isFitted(const ComparisonRow& row)
{
    return !row.isOriginal() && row.budgetBytes == 0;
}

bool isFloat(const ComparisonRow& row)
{
    const auto format = parseNumberFormat(row.candidate.format);
    return format && (*format)->isFloat();
}

/// What is best under the row's budget by a table that is whole.
Result<void> choose(
    ComparisonRow& row, const Compressor& compressor, const SensitivityTable& table,
    const std::stop_token& stop)
{
    const Model& model = compressor.model();
    const AllocationRules rules{
        .pinned = {}, .budgetBytes = row.budgetBytes, .methods = compressor.methods()};
    row.allocation = TRY(allocate(model, table, model.original(), rules, stop)).allocation;
    row.note = mixtureOf(row.allocation);
    return {};
}

bool isBySameMethod(const ComparisonRow& one, const ComparisonRow& other)
{
    return one.candidate.method == other.candidate.method
        && one.candidate.parameters == other.candidate.parameters;
}

} // namespace

Result<std::vector<ComparisonRow>> budgetRows(
    const Model& model, const std::vector<std::string>& budgets, const std::vector<ComparisonRow>& rows,
    const MethodLookup& lookup)
{
    std::vector<ComparisonRow> made;
    // Floats, by no method, may stand beside what any method writes.
    const bool hasMethods =
        std::ranges::any_of(rows, [](const ComparisonRow& row) { return isFitted(row) && !isFloat(row); });
    for (const std::string& budget : budgets) {
        const std::uint64_t bytes = TRY(parseBudget(model, budget));
        const std::size_t first = made.size();
        for (const ComparisonRow& row : rows) {
            const auto isSame = [&](const ComparisonRow& other) { return isBySameMethod(row, other); };
            if (!isFitted(row) || (isFloat(row) && hasMethods)
                || std::any_of(made.begin() + std::ptrdiff_t(first), made.end(), isSame))
                continue;
            ComparisonRow under;
            under.candidate = {budget, row.candidate.method, row.candidate.parameters};
            under.method = row.method;
            under.budgetBytes = under.bytes = bytes;
            under.bitsPerWeight = budgetToBits(model, double(bytes));
            for (const ComparisonRow& choice : rows)
                if (isFitted(choice) && (isFloat(choice) || isBySameMethod(choice, row)))
                    under.choices.push_back(choice.candidate);
            made.push_back(std::move(under));
        }
        for (ComparisonRow& row : std::span(made).subspan(first)) {
            const AllocationRules rules{.pinned = {}, .budgetBytes = bytes, .methods = lookup};
            const std::uint64_t least =
                smallestBytes(model, emptyTable(model, row.choices, lookup), model.original(), rules);
            if (least <= bytes)
                continue;
            row.isDone = true;
            row.failure =
                fmt::format("{} are {} bytes, the smallest choice of formats has {}", budget, bytes, least);
        }
    }
    return made;
}

Result<void> allocateRow(
    ComparisonRow& row, DivergenceMeter& meter, ResultStore* store, std::stop_token stop,
    const std::function<void(double)>& progress)
{
    SensitivityTable table =
        emptyTable(meter.compressor().model(), row.choices, meter.compressor().methods());
    std::size_t done = 0;
    TRY_VOID(sweep(table, meter, store, 0, stop, [&](LayerId, std::size_t, const SensitivityCell&) {
        progress(double(++done) / double(table.cellCount()));
    }));
    return choose(row, meter.compressor(), table, stop);
}

bool recallAllocation(ComparisonRow& row, DivergenceMeter& meter, ResultStore& store)
{
    SensitivityTable table =
        emptyTable(meter.compressor().model(), row.choices, meter.compressor().methods());
    recall(table, meter, store, 0, [](LayerId, std::size_t, const SensitivityCell&) {});
    return table.knownCount() == table.cellCount() && choose(row, meter.compressor(), table, {});
}

} // namespace tritloom
