#include "plugins/water_filling/water_filling.h"

#include "core/method/byte_budget.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

namespace tritloom {
namespace {

enum class Direction { Up, Down };
struct Step {
    std::size_t item = 0, option = 0;
};

/// Up: the most loss won back per byte within the budget. Down: the least loss per byte saved.
std::optional<Step> bestStep(
    const AllocationProblem& problem, const std::vector<std::size_t>& chosen, std::uint64_t budget,
    std::uint64_t used, Direction direction)
{
    std::optional<Step> best;
    double bestRate = 0;
    for (std::size_t i = 0; i < problem.items.size(); ++i) {
        const auto& options = problem.items[i].options;
        const AllocationOption& now = options[chosen[i]];
        for (std::size_t o = 0; o < options.size(); ++o) {
            const double bytes = double(options[o].bytes) - double(now.bytes),
                         loss = options[o].cost - now.cost;
            if (direction == Direction::Up ? bytes <= 0 || loss >= 0 || double(used) + bytes > double(budget)
                                           : bytes >= 0)
                continue;
            const double rate = loss / std::fabs(bytes);
            if (!best || rate < bestRate) {
                bestRate = rate;
                best = Step{i, o};
            }
        }
    }
    return best;
}

/// Bytes saved; more than the old bytes of all wraps around, which subtraction undoes.
std::uint64_t take(const AllocationProblem& problem, std::vector<std::size_t>& chosen, const Step& step)
{
    const auto& options = problem.items[step.item].options;
    const std::uint64_t saved = options[chosen[step.item]].bytes - options[step.option].bytes;
    chosen[step.item] = step.option;
    return saved;
}

} // namespace

std::vector<double>
equalLossBits(std::span<const double> sensitivity, std::span<const double> sizes, double bits)
{
    std::vector<double> result(sensitivity.size());
    std::vector<std::size_t> active(sensitivity.size());
    std::iota(active.begin(), active.end(), std::size_t{0});
    const double total = bits * std::accumulate(sizes.begin(), sizes.end(), 0.0);
    while (!active.empty()) {
        double size = 0, logSum = 0;
        for (const std::size_t i : active) {
            size += sizes[i];
            logSum += sizes[i] * std::log2(std::max(sensitivity[i] / sizes[i], 1e-300));
        }
        std::vector<std::size_t> positive;
        for (const std::size_t i : active) {
            result[i] =
                total / size + 0.5 * (std::log2(std::max(sensitivity[i] / sizes[i], 1e-300)) - logSum / size);
            if (result[i] >= 0)
                positive.push_back(i);
            else
                result[i] = 0;
        }
        if (positive.size() == active.size())
            break;
        active = std::move(positive);
    }
    return result;
}

Result<AllocationSolution> WaterFilling::allocate(
    const AllocationProblem& problem, const Parameters&, const MethodContext& context) const
{
    if (problem.byteBudget == 0)
        return fail(ErrorCode::InvalidInput, "equal loss needs a budget of bytes");
    TRY_VOID(checkBytesOnly(problem, "equal loss"));
    std::vector<double> sensitivity, sizes;
    double parameters = 0;
    for (const AllocationItem& item : problem.items) {
        // Without a metric's own number the loss at the fewest bits stands for it.
        const AllocationOption& least = *std::ranges::min_element(item.options, {}, &AllocationOption::bytes);
        const double c =
            item.sensitivity > 0 ? item.sensitivity : std::max(least.cost, 0.0) * std::exp2(2 * least.bits);
        sensitivity.push_back(std::max(c, 1e-12));
        sizes.push_back(double(std::max<std::size_t>(item.parameters, 1)));
        parameters += sizes.back();
    }
    const std::vector<double> bits =
        equalLossBits(sensitivity, sizes, 8 * double(problem.byteBudget) / parameters);
    AllocationSolution solution;
    for (std::size_t i = 0; i < problem.items.size(); ++i) {
        const auto& options = problem.items[i].options;
        std::size_t chosen =
            std::size_t(std::ranges::min_element(options, {}, &AllocationOption::bytes) - options.begin());
        for (std::size_t o = 0; o < options.size(); ++o)
            if (8 * double(options[o].bytes) <= bits[i] * sizes[i]
                && options[o].bytes > options[chosen].bytes)
                chosen = o;
        solution.chosen.push_back(chosen);
    }
    // Items whose bits lie below their smallest option overdraw the budget: others go down where it costs
    // least.
    std::uint64_t used = totalsOf(problem, solution.chosen).bytes;
    while (used > problem.byteBudget) {
        const auto step = bestStep(problem, solution.chosen, problem.byteBudget, used, Direction::Down);
        if (!step)
            return fail(
                ErrorCode::InvalidInput, "the budget is {} bytes, the smallest choice has {}",
                problem.byteBudget, used);
        used -= take(problem, solution.chosen, *step);
    }
    while (const auto step = bestStep(problem, solution.chosen, problem.byteBudget, used, Direction::Up)) {
        if (context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled while filling the budget");
        used -= take(problem, solution.chosen, *step);
    }
    solution.cost = totalsOf(problem, solution.chosen).cost;
    context.progress(1);
    return solution;
}

} // namespace tritloom
