#pragma once

#include "plugins/training_law/training_law.h"

#include <span>
#include <stop_token>

namespace tritloom {

/// A training run. parameters: of linear layers; loss: nats per token.
struct TrainingRun {
    double parameters = 0, tokens = 0;
    TrainingFormat format;
    double loss = 0;
};

struct FittedTraining {
    TrainingConstants constants;
    double rSquared = 0; ///< of the losses' logarithms
    double worst = 0; ///< the largest |predicted / measured - 1|
};

constexpr std::size_t fewestRuns = 16; ///< twice as many as there are constants

/// The eight constants that make the sum of Huber losses (delta 1e-3) of ln predicted - ln measured least, by
/// damped Gauss-Newton steps on their logarithms and exponents from `start`, and with `tries` more starts up
/// to 20 % from it. Errors: InvalidInput (fewer than fewestRuns, a number that is not above 0, E or M below
/// 0, blocks of one throughout: nothing tells the penalty then), Cancelled.
[[nodiscard]] Result<FittedTraining> fitTraining(
    std::span<const TrainingRun> runs, const TrainingConstants& start, std::size_t tries, std::uint64_t seed,
    const std::stop_token& stop);

} // namespace tritloom
