#include "plugins/integer_program/integer_program.h"

#include "core/method/budgets.h"

#include <glpk.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>

namespace tritloom {
namespace {

using Clock = std::chrono::steady_clock;

void stopWhenAsked(glp_tree* tree, void* info)
{
    if (static_cast<const std::stop_token*>(info)->stop_requested())
        glp_ios_terminate(tree);
}

/// The relaxation to fractions, in slices between which it can be stopped: without them the solver listens in
/// the tree of integers only. Errors: Cancelled. False: the time is over.
Result<bool> solveRelaxation(glp_prob* program, Clock::time_point end, const std::stop_token& stop)
{
    glp_smcp options;
    glp_init_smcp(&options);
    options.msg_lev = GLP_MSG_OFF;
    options.meth = GLP_DUALP;
    options.tm_lim = 100; // milliseconds; it goes on from where it was
    glp_adv_basis(program, 0);
    int outcome = GLP_ETMLIM;
    while (outcome == GLP_ETMLIM) {
        if (stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled in the integer program");
        if (Clock::now() >= end)
            return false;
        outcome = glp_simplex(program, &options);
    }
    return true;
}

/// Budgets are scaled to 1, so that bytes and seconds suit the solver's tolerances alike.
void addBudget(glp_prob* program, const AllocationProblem& problem, const Budget& budget)
{
    const int row = glp_add_rows(program, 1);
    glp_set_row_bnds(program, row, GLP_UP, 0, 1);
    std::vector<int> columns{0};
    std::vector<double> values{0};
    int column = 0;
    for (const AllocationItem& item : problem.items)
        for (const AllocationOption& option : item.options) {
            columns.push_back(++column);
            values.push_back(budget.of(option) / budget.limit);
        }
    glp_set_mat_row(program, row, column, columns.data(), values.data());
}

} // namespace

std::vector<ParameterSpec> IntegerProgram::parameters() const
{
    return {
        {.key = "seconds",
         .title = "Time to look for the proof",
         .unit = "s",
         .standard = 10,
         .lowest = 0.1,
         .highest = 3600}};
}

Result<AllocationSolution> IntegerProgram::allocate(
    const AllocationProblem& problem, const Parameters& given, const MethodContext& context) const
{
    const double seconds = TRY(parameterValue(parameters(), given, "seconds"));
    const std::vector<Budget> budgets = TRY(budgetsOf(problem));

    glp_term_out(GLP_OFF); // a message of the thread, not of the process
    const std::unique_ptr<glp_prob, decltype(&glp_delete_prob)> program(glp_create_prob(), glp_delete_prob);
    glp_set_obj_dir(program.get(), GLP_MIN);
    // Costs relative to the largest: the solver stops at an absolute gap.
    double largest = 0;
    for (const AllocationItem& item : problem.items)
        for (const AllocationOption& option : item.options)
            largest = std::max(largest, std::fabs(option.cost));
    const double unit = largest > 0 ? largest : 1;
    for (const AllocationItem& item : problem.items) {
        const int first = glp_add_cols(program.get(), int(item.options.size()));
        const int row = glp_add_rows(program.get(), 1);
        glp_set_row_bnds(program.get(), row, GLP_FX, 1, 1);
        std::vector<int> columns{0};
        std::vector<double> ones{0};
        for (std::size_t o = 0; o < item.options.size(); ++o) {
            const int column = first + int(o);
            glp_set_col_kind(program.get(), column, GLP_BV);
            glp_set_obj_coef(program.get(), column, item.options[o].cost / unit);
            columns.push_back(column);
            ones.push_back(1);
        }
        glp_set_mat_row(program.get(), row, int(item.options.size()), columns.data(), ones.data());
    }
    for (const Budget& budget : budgets)
        addBudget(program.get(), problem, budget);

    const Clock::time_point end = Clock::now() + std::chrono::milliseconds(int(seconds * 1000));
    const bool relaxed = TRY(solveRelaxation(program.get(), end, context.stop));
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    glp_iocp options;
    glp_init_iocp(&options);
    options.msg_lev = GLP_MSG_OFF;
    options.tm_lim = int(std::max<std::int64_t>(left, 1));
    options.tol_obj = 1e-12;
    std::stop_token stop = context.stop;
    options.cb_func = stopWhenAsked;
    options.cb_info = &stop;
    const int outcome = relaxed ? glp_intopt(program.get(), &options) : GLP_ETMLIM;
    if (context.stop.stop_requested())
        return fail(ErrorCode::Cancelled, "cancelled in the integer program");
    const int status = glp_mip_status(program.get());
    if (status != GLP_OPT && status != GLP_FEAS)
        return fail(
            ErrorCode::InvalidInput,
            "no allocation was found within {} s that keeps all budgets (solver says {}/{})", seconds,
            outcome, status);
    AllocationSolution solution;
    int column = 0;
    for (const AllocationItem& item : problem.items) {
        std::size_t chosen = 0;
        for (std::size_t o = 0; o < item.options.size(); ++o)
            if (glp_mip_col_val(program.get(), ++column) > 0.5)
                chosen = o;
        solution.chosen.push_back(chosen);
    }
    solution.cost = totalsOf(problem, solution.chosen).cost;
    solution.bound = status == GLP_OPT ? solution.cost : 0;
    if (status != GLP_OPT)
        solution.notices.push_back(fmt::format("not proven best within {} s: give it more time", seconds));
    context.progress(1);
    return solution;
}

} // namespace tritloom
