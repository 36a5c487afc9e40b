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

} // namespace

Result<std::vector<ComparisonRow>> budgetRows(
    const Model& model, const std::vector<std::string>& budgets, const std::vector<ComparisonRow>& rows,
    const MethodLookup& lookup)
{
    std::vector<ComparisonRow> made;
    for (const std::string& budget : budgets) {
        const std::uint64_t bytes = TRY(parseBudget(model, budget));
        const std::size_t first = made.size();
        for (const ComparisonRow& row : rows) {
            if (row.isOriginal() || row.budgetBytes > 0)
                continue;
            auto same =
                std::find_if(made.begin() + std::ptrdiff_t(first), made.end(), [&](const auto& other) {
                    return other.candidate.method == row.candidate.method
                        && other.candidate.parameters == row.candidate.parameters;
                });
            if (same == made.end()) {
                ComparisonRow under;
                under.candidate = {budget, row.candidate.method, row.candidate.parameters};
                under.method = row.method;
                under.budgetBytes = under.bytes = bytes;
                under.bitsPerWeight = budgetToBits(model, double(bytes));
                made.push_back(std::move(under));
                same = std::prev(made.end());
            }
            same->choices.push_back(row.candidate);
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
    const Model& model = meter.compressor().model();
    const MethodLookup& methods = meter.compressor().methods();
    SensitivityTable table = emptyTable(model, row.choices, methods);
    std::size_t done = 0;
    TRY_VOID(sweep(table, meter, store, 0, stop, [&](LayerId, std::size_t, const SensitivityCell&) {
        progress(double(++done) / double(table.cellCount()));
    }));
    const AllocationRules rules{.pinned = {}, .budgetBytes = row.budgetBytes, .methods = methods};
    row.allocation = TRY(allocate(model, table, model.original(), rules, stop)).allocation;
    row.note = mixtureOf(row.allocation);
    return {};
}

} // namespace tritloom
