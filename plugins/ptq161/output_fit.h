#pragma once

#include "plugins/ptq161/binary_part.h"

namespace tritloom {

/// What the output error e H e^T of a layer looks like to its binary part: e = (salient error, w - binary).
struct OutputProblem {
    std::span<const float> weights; ///< [rows, columns] of the columns that are not salient
    std::vector<float> gram; ///< [columns, columns], H of these columns
    std::vector<float> pull; ///< [rows, columns], salient errors times H between salient and other columns
};

/// sum of e H e^T + 2 e pull, e the weights less the part: the output error up to what the salient columns
/// lose alone. Errors: Cancelled.
[[nodiscard]] Result<double>
outputLoss(const BinaryPart& part, const OutputProblem& problem, const std::stop_token& stop);

/// Rounds of closed forms, as long as the loss falls. Columns: all r_j together solve A r = b with
/// A = H o (V^T V), b_j = sum_i v_ij (w_i H + pull_i)_j, V = al s + m, by sweeps over the coordinates. Rows:
/// al_i and m_i solve a system of two. These are the numbers that the paper trains through a block (al, r1,
/// r2; r1 folded into al and m), here for the output of the layer. Errors: Cancelled.
[[nodiscard]] Result<BinaryPart>
fitToOutput(BinaryPart part, const OutputProblem& problem, std::size_t rounds, const MethodContext& context);

} // namespace tritloom
