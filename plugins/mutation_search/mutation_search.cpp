#include "plugins/mutation_search/mutation_search.h"

#include "core/method/budgets.h"

#include <numeric>
#include <random>

namespace tritloom {
namespace {

class Search {
public:
    Search(const AllocationProblem& problem, std::vector<Budget> budgets)
        : m_problem(problem)
        , m_budgets(std::move(budgets))
        , m_used(m_budgets.size())
    {
        for (const AllocationItem& item : problem.items) {
            m_chosen.push_back(std::size_t(
                std::ranges::min_element(item.options, {}, &AllocationOption::cost) - item.options.begin()));
            std::vector<std::size_t>& order = m_byWidth.emplace_back(item.options.size());
            std::iota(order.begin(), order.end(), std::size_t{0});
            std::ranges::stable_sort(order, {}, [&](std::size_t o) { return item.options[o].bytes; });
        }
        for (std::size_t i = 0; i < m_chosen.size(); ++i)
            for (std::size_t b = 0; b < m_budgets.size(); ++b)
                m_used[b] += m_budgets[b].of(option(i, m_chosen[i]));
    }

    /// From the best of each item: what costs least for the excess that it takes away, until none is left.
    /// False where no single change takes any.
    bool descend(const std::stop_token& stop)
    {
        for (double excess; (excess = excessOf(m_used)) > 0 && !stop.stop_requested();) {
            double least = std::numeric_limits<double>::infinity();
            std::size_t item = 0, to = 0;
            for (std::size_t i = 0; i < m_chosen.size(); ++i)
                for (std::size_t o = 0; o < m_problem.items[i].options.size(); ++o) {
                    const double saved = excess - excessOf(usedWith(i, o));
                    const double price = (option(i, o).cost - option(i, m_chosen[i]).cost) / saved;
                    if (saved > 0 && price < least) {
                        least = price;
                        item = i;
                        to = o;
                    }
                }
            if (!std::isfinite(least))
                return false;
            m_used = usedWith(item, to);
            m_chosen[item] = to;
        }
        return true;
    }

    void mutate(std::mt19937_64& random)
    {
        const std::size_t count = 1 + random() % 3;
        const std::vector<std::size_t> before = m_chosen;
        const std::vector<double> used = m_used;
        double gain = 0;
        for (std::size_t n = 0; n < count; ++n) {
            const std::size_t i = random() % m_chosen.size(), o = widthOf(i, random);
            gain += option(i, m_chosen[i]).cost - option(i, o).cost;
            m_used = usedWith(i, o);
            m_chosen[i] = o;
        }
        if (gain > 0 && excessOf(m_used) <= 0)
            return;
        m_chosen = before;
        m_used = used;
    }

    [[nodiscard]] const std::vector<std::size_t>& chosen() const { return m_chosen; }

private:
    [[nodiscard]] const AllocationOption& option(std::size_t item, std::size_t o) const
    {
        return m_problem.items[item].options[o];
    }
    /// How far over the budgets, as shares of them.
    [[nodiscard]] double excessOf(const std::vector<double>& used) const
    {
        double excess = 0;
        for (std::size_t b = 0; b < m_budgets.size(); ++b)
            excess += std::max(0.0, used[b] / m_budgets[b].limit - 1);
        return excess;
    }
    [[nodiscard]] std::vector<double> usedWith(std::size_t item, std::size_t o) const
    {
        std::vector<double> used = m_used;
        for (std::size_t b = 0; b < m_budgets.size(); ++b)
            used[b] += m_budgets[b].of(option(item, o)) - m_budgets[b].of(option(item, m_chosen[item]));
        return used;
    }
    /// Of three widths with the paper's chances .1, .3 and .6; in general as 1 to 3 to 6 to 10.
    [[nodiscard]] std::size_t widthOf(std::size_t item, std::mt19937_64& random) const
    {
        const std::vector<std::size_t>& order = m_byWidth[item];
        const std::uint64_t n = order.size(), all = n * (n + 1) * (n + 2) / 6;
        std::uint64_t drawn = random() % all;
        std::size_t rank = 0;
        while (drawn >= (rank + 1) * (rank + 2) / 2) {
            drawn -= (rank + 1) * (rank + 2) / 2;
            ++rank;
        }
        return order[rank];
    }

    const AllocationProblem& m_problem;
    std::vector<Budget> m_budgets;
    std::vector<double> m_used; ///< of each budget
    std::vector<std::size_t> m_chosen;
    std::vector<std::vector<std::size_t>> m_byWidth; ///< options of each item, the smallest first
};

} // namespace

std::vector<ParameterSpec> MutationSearch::parameters() const
{
    return {
        {.key = "mutations",
         .title = "Mutations",
         .unit = "",
         .standard = 50000,
         .lowest = 0,
         .highest = 1e8,
         .whole = true}};
}

Result<AllocationSolution> MutationSearch::allocate(
    const AllocationProblem& problem, const Parameters& given, const MethodContext& context) const
{
    const auto mutations = std::size_t(TRY(parameterValue(parameters(), given, "mutations")));
    Search search(problem, TRY(budgetsOf(problem)));
    const bool fits = search.descend(context.stop);
    if (context.stop.stop_requested())
        return fail(ErrorCode::Cancelled, "cancelled before the first mutation");
    if (!fits)
        return fail(
            ErrorCode::InvalidInput, "no allocation was found that keeps all budgets: raise one of them");
    std::mt19937_64 random(context.seed);
    constexpr std::size_t atOnce = 1024; // between two looks at whether to stop
    for (std::size_t m = 0; m < mutations && !problem.items.empty(); ++m) {
        if (m % atOnce == 0) {
            if (context.stop.stop_requested())
                return fail(ErrorCode::Cancelled, "cancelled at mutation {} of {}", m, mutations);
            context.progress(double(m) / double(mutations));
        }
        search.mutate(random);
    }
    AllocationSolution solution{.chosen = search.chosen(), .notices = {}};
    solution.cost = totalsOf(problem, solution.chosen).cost;
    for (const AllocationItem& item : problem.items)
        solution.bound += std::ranges::min(item.options, {}, &AllocationOption::cost).cost;
    solution.notices.push_back("found by chance: nothing proves that it is best");
    context.progress(1);
    return solution;
}

} // namespace tritloom
