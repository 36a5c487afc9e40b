#include "plugins/training_law/runs_fit.h"

#include <Eigen/Cholesky>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>
#include <vector>

namespace tritloom {
namespace {

constexpr Eigen::Index unknowns = 8;
using Numbers = Eigen::Vector<double, unknowns>;
using Square = Eigen::Matrix<double, unknowns, unknowns>;

/// ln n, alpha, ln d, beta, ln epsilon, ln g, delta, nu.
Numbers numbersOf(const TrainingConstants& c)
{
    return {std::log(c.n), c.alpha, std::log(c.d), c.beta, std::log(c.epsilon), std::log(c.g), c.delta, c.nu};
}

TrainingConstants constantsOf(const Numbers& p)
{
    return {std::exp(p(0)), p(1), std::exp(p(2)), p(3), std::exp(p(4)), std::exp(p(5)), p(6), p(7)};
}

double residual(const TrainingRun& run, const TrainingConstants& constants)
{
    return std::log(trainingLoss(run.parameters, run.tokens, run.format, constants) / run.loss);
}

constexpr double huberBend = 1e-3; ///< beyond it an error counts by its size, not its square

double costOf(std::span<const TrainingRun> runs, const TrainingConstants& constants, double bend)
{
    double sum = 0;
    for (const TrainingRun& run : runs) {
        const double error = std::fabs(residual(run, constants));
        sum += error <= bend ? error * error / 2 : bend * (error - bend / 2);
    }
    return sum;
}

/// The slopes of ln loss.
Numbers slopesOf(const TrainingRun& run, const TrainingConstants& c)
{
    const double size = std::log(run.parameters), tokens = std::log(run.tokens),
                 bySize = c.n * std::exp(-c.alpha * size), byTokens = c.d * std::exp(-c.beta * tokens),
                 penalty = trainingPenalty(run.parameters, run.tokens, run.format, c);
    Numbers slopes{
        bySize,
        -size * (bySize + penalty),
        byTokens,
        tokens * (penalty - byTokens),
        c.epsilon,
        -penalty,
        -std::log(run.format.exponent + .5) * penalty,
        -std::log(run.format.mantissa + .5) * penalty};
    return slopes / trainingLoss(run.parameters, run.tokens, run.format, c);
}

struct Descent {
    Numbers at;
    double cost;
};

/// Which numbers a descent changes: from, up to.
struct Free {
    Eigen::Index from = 0, to = unknowns;
};

/// Levenberg and Marquardt: steps shrink until one gains.
Descent
descend(std::span<const TrainingRun> runs, Numbers at, Free free, double bend, const std::stop_token& stop)
{
    double cost = costOf(runs, constantsOf(at), bend), damping = 1e-3;
    for (int step = 0; step < 2000 && damping < 1e12 && !stop.stop_requested(); ++step) {
        const TrainingConstants constants = constantsOf(at);
        Square matrix = Square::Zero();
        Numbers right = Numbers::Zero();
        for (const TrainingRun& run : runs) {
            const double error = residual(run, constants),
                         weight = std::min(1.0, bend / std::max(std::fabs(error), 1e-300));
            const Numbers slopes = slopesOf(run, constants);
            matrix += weight * slopes * slopes.transpose();
            right -= weight * error * slopes;
        }
        const Eigen::Index count = free.to - free.from;
        Eigen::MatrixXd part = matrix.block(free.from, free.from, count, count);
        part.diagonal() *= 1 + damping;
        Numbers next = at;
        next.segment(free.from, count) += part.ldlt().solve(right.segment(free.from, count));
        const double reached = next.allFinite() ? costOf(runs, constantsOf(next), bend) : cost;
        if (!(reached < cost)) {
            damping *= 4;
            continue;
        }
        const bool isDone = cost - reached < 1e-14 * cost || reached < 1e-26;
        at = next;
        cost = reached;
        if (isDone)
            break;
        damping = std::max(damping / 4, 1e-12);
    }
    return {at, cost};
}

/// First what the half of the runs with the most bits tells of size and tokens, as if formats cost nothing;
/// then what formats cost; then all together, far errors last held for outliers.
Descent descendInStages(std::span<const TrainingRun> runs, const Numbers& start, const std::stop_token& stop)
{
    constexpr double squares = 1e9;
    constexpr Eigen::Index factor = 5; // ln g, and then delta and nu
    std::vector<TrainingRun> precise(runs.begin(), runs.end());
    const auto precision = [](const TrainingRun& run) {
        return (run.format.exponent + .5) * (run.format.mantissa + .5);
    };
    std::ranges::stable_sort(precise, std::greater<>(), precision);
    precise.resize(std::max<std::size_t>(precise.size() / 2, 5));
    Numbers at = start;
    at(factor) = 700;
    at = descend(precise, at, {0, factor}, squares, stop).at;
    at(factor) = start(factor);
    at = descend(runs, at, {factor, unknowns}, squares, stop).at;
    at = descend(runs, at, {}, squares, stop).at;
    return descend(runs, at, {}, huberBend, stop);
}

Result<void> check(std::span<const TrainingRun> runs)
{
    if (runs.size() < fewestRuns)
        return fail(
            ErrorCode::InvalidInput, "{} runs cannot tell eight numbers: name at least {}", runs.size(),
            fewestRuns);
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const TrainingRun& run = runs[i];
        const auto isSize = [](double value) { return std::isfinite(value) && value > 0; };
        if (!isSize(run.parameters) || !isSize(run.tokens) || !isSize(run.loss)
            || !(run.format.exponent >= 0 && run.format.exponent <= 16)
            || !(run.format.mantissa >= 0 && run.format.mantissa <= 64)
            || !(run.format.block >= 1 && run.format.block <= 1e12))
            return fail(
                ErrorCode::InvalidInput,
                "run {} has a number that no training run has: {}, {}, {}, {}, {}, {}", i + 1, run.parameters,
                run.tokens, run.format.exponent, run.format.mantissa, run.format.block, run.loss);
    }
    if (std::ranges::all_of(runs, [](const TrainingRun& run) { return run.format.block == 1; }))
        return fail(ErrorCode::InvalidInput, "all scales are of one number: nothing tells what formats cost");
    return {};
}

} // namespace

Result<FittedTraining> fitTraining(
    std::span<const TrainingRun> runs, const TrainingConstants& start, std::size_t tries, std::uint64_t seed,
    const std::stop_token& stop)
{
    TRY_VOID(check(runs));
    const Numbers first = numbersOf(start);
    Descent best = descendInStages(runs, first, stop);
    std::mt19937_64 random(seed);
    std::uniform_real_distribution<double> share(-.2, .2);
    for (std::size_t i = 0; i < tries && !stop.stop_requested(); ++i) {
        TrainingConstants other = start;
        for (double* const value :
             {&other.n, &other.alpha, &other.d, &other.beta, &other.epsilon, &other.g, &other.delta,
              &other.nu})
            *value *= 1 + share(random);
        const Descent found = descendInStages(runs, numbersOf(other), stop);
        if (found.cost < best.cost)
            best = found;
    }
    if (stop.stop_requested())
        return fail(ErrorCode::Cancelled, "cancelled in a fit to {} runs", runs.size());
    FittedTraining fit{constantsOf(best.at)};
    double mean = 0, rest = 0, all = 0;
    for (const TrainingRun& run : runs)
        mean += std::log(run.loss) / double(runs.size());
    for (const TrainingRun& run : runs) {
        const double error = residual(run, fit.constants);
        rest += error * error;
        all += std::pow(std::log(run.loss) - mean, 2);
        fit.worst = std::max(fit.worst, std::fabs(std::expm1(error)));
    }
    fit.rSquared = all > 0 ? 1 - rest / all : 0;
    return fit;
}

} // namespace tritloom
