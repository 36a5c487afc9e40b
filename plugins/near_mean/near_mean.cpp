#include "plugins/near_mean/near_mean.h"

#include "core/method/byte_budget.h"
#include "core/method/least_cost.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tritloom {
namespace {

/// The options of an item whose width lies in [low, high]; where none does, the nearest.
std::vector<std::size_t> optionsWithin(const AllocationItem& item, double low, double high)
{
    std::vector<std::size_t> within;
    std::size_t nearest = 0;
    const auto distance = [&](std::size_t o) {
        const double bits = item.options[o].bits;
        return bits < low ? low - bits : std::max(0.0, bits - high);
    };
    for (std::size_t o = 0; o < item.options.size(); ++o) {
        if (distance(o) == 0)
            within.push_back(o);
        if (distance(o) < distance(nearest))
            nearest = o;
    }
    return within.empty() ? std::vector{nearest} : within;
}

/// The narrowest option of at least `bits`; the widest where none has so many. Scales only add to a width, so
/// that one below it has fewer bits a code.
std::size_t atLeast(const AllocationItem& item, double bits)
{
    std::size_t best = 0;
    for (std::size_t o = 1; o < item.options.size(); ++o) {
        const double mine = item.options[o].bits, known = item.options[best].bits;
        if (known < bits ? mine > known : mine >= bits && mine < known)
            best = o;
    }
    return best;
}

} // namespace

std::vector<ParameterSpec> NearMean::parameters() const
{
    return {
        {.key = "below",
         .title = "Least width below the mean",
         .unit = "bits",
         .standard = 1,
         .lowest = 0,
         .highest = 16},
        {.key = "above",
         .title = "Largest width above the mean",
         .unit = "bits",
         .standard = 2,
         .lowest = 0,
         .highest = 16},
        {.key = "ends",
         .title = "First and last item at least at",
         .unit = "bits; 0: as all others",
         .standard = 8,
         .lowest = 0,
         .highest = 16}};
}

Result<AllocationSolution> NearMean::allocate(
    const AllocationProblem& problem, const Parameters& given, const MethodContext& context) const
{
    const auto specs = parameters();
    const double below = TRY(parameterValue(specs, given, "below")),
                 above = TRY(parameterValue(specs, given, "above")),
                 ends = TRY(parameterValue(specs, given, "ends"));
    if (problem.byteBudget == 0)
        return fail(ErrorCode::InvalidInput, "widths near the mean need a budget of bytes");
    TRY_VOID(checkBytesOnly(problem, "widths near the mean"));
    if (context.stop.stop_requested())
        return fail(ErrorCode::Cancelled, "cancelled");
    double parameters = 0;
    for (const AllocationItem& item : problem.items)
        parameters += double(item.parameters);
    const double mean = 8 * double(problem.byteBudget) / std::max(parameters, 1.0);
    // Scales add parts of a bit to a width: half a bit more on both sides.
    constexpr double slack = 0.5;
    AllocationProblem narrow = problem;
    std::vector<std::vector<std::size_t>> kept;
    double least = 0;
    for (std::size_t i = 0; i < problem.items.size(); ++i) {
        AllocationItem& item = narrow.items[i];
        const bool isEnd = ends > 0 && (i == 0 || i + 1 == problem.items.size()) && problem.items.size() > 2;
        kept.push_back(
            isEnd ? std::vector{atLeast(item, ends)}
                  : optionsWithin(
                      item, std::max(2.0, mean - below) - slack, std::min(8.0, mean + above) + slack));
        std::vector<AllocationOption> options;
        for (const std::size_t o : kept.back())
            options.push_back(item.options[o]);
        item.options = std::move(options);
        least += double(std::ranges::min(item.options, {}, &AllocationOption::bytes).bytes);
    }
    std::vector<std::size_t> all(problem.items.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    const auto chosen = leastCost(narrow, all, problem.byteBudget, context.stop);
    if (context.stop.stop_requested())
        return fail(ErrorCode::Cancelled, "cancelled among the widths");
    if (!chosen)
        return fail(
            ErrorCode::InvalidInput,
            "widths near {:.3f} bits a weight take at least {:.3f}: raise the budget, or let the parameters "
            "below and ends go lower",
            mean, 8 * least / std::max(parameters, 1.0));
    AllocationSolution solution;
    for (std::size_t i = 0; i < all.size(); ++i)
        solution.chosen.push_back(kept[i][(*chosen)[i]]);
    const AllocationOption totals = totalsOf(problem, solution.chosen);
    solution.cost = solution.bound = totals.cost;
    solution.notices.push_back(fmt::format(
        "{:.3f} bits a weight of {:.3f}; the bound is for widths near it",
        8 * double(totals.bytes) / parameters, mean));
    context.progress(1);
    return solution;
}

} // namespace tritloom
