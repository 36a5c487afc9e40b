#pragma once

#include "core/method/runs_analysis.h"

namespace tritloom {

/// The law of arXiv 2501.02423 for models trained with products of 1 + E + M bit floats that share a scale
/// over `block` numbers. parameters: of linear layers; in nats.
struct TrainingFormat {
    double exponent = 4, mantissa = 3, block = 128;
};
/// n / N^alpha + d / D^beta + epsilon + D^beta log2(B) / (N^alpha g (E + 1/2)^delta (M + 1/2)^nu); the fitted
/// ones of the paper's table 2.
struct TrainingConstants {
    double n = 69.2343, alpha = 0.2368, d = 68973.0621, beta = 0.5162, epsilon = 1.9061, g = 11334.5197,
           delta = 3.1926, nu = 2.9543;
};
[[nodiscard]] double trainingPenalty(
    double parameters, double tokens, const TrainingFormat& format, const TrainingConstants& constants = {});
[[nodiscard]] double trainingLoss(
    double parameters, double tokens, const TrainingFormat& format, const TrainingConstants& constants = {});
/// Tokens beyond which more of them hurt.
[[nodiscard]] double criticalTokens(double parameters, const TrainingFormat& format);
/// The whole-number split of `bits` = 1 + E + M that costs least.
[[nodiscard]] TrainingFormat bestSplit(int bits, double block);
/// The split that would cost least were E and M any numbers.
[[nodiscard]] TrainingFormat unroundedSplit(double bits, double block);
/// Bits that a budget is best spent on when tokens are fixed, however large the budget.
[[nodiscard]] double bestPrecision(double tokens, double block);

/// What a budget is best spent on: 6 operations a parameter and token at 16 bits, in proportion at others.
struct TrainingPlan {
    double bits, tokens, parameters;
};
[[nodiscard]] TrainingPlan bestPlan(double operations, double block);

class TrainingLaw final : public Analysis, public RunsAnalysis {
public:
    std::string id() const override { return "training-law"; }
    std::vector<ParameterSpec> parameters() const override;
    bool needsModel() const override { return false; }
    Result<Report> run(ModelProbe* probe, const Parameters&, const MethodContext&) const override;
    /// The constants that own runs tell, and the law with them.
    std::vector<std::string> columns() const override;
    Result<Report>
    runOn(std::span<const std::vector<double>> rows, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
