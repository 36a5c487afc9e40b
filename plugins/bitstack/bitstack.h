#pragma once

#include "core/method/layer_method.h"

namespace tritloom {

/// BitStack (arXiv 2410.23918): W diag(s) = sum over blocks of S o (A B), each block the signs of what is
/// left and the best rank-k approximation of its magnitudes; s is the root mean square of each input, and its
/// reciprocal is multiplied into x. Fewer blocks of the same stack are a smaller model.
class BitStack final : public LayerMethod {
public:
    std::string id() const override { return "bitstack"; }
    Calibration calibration() const override { return Calibration::MeanSquare; }
    std::vector<ParameterSpec> parameters() const override;
    bool supports(const NumberFormat& format) const override { return format.id() == "sign"; }
    bool makesReplacements() const override { return true; }
    std::size_t storedBytes(
        std::size_t outputs, std::size_t inputs, const NumberFormatPtr&, const Parameters&) const override;
    Result<CompressedLayer> quantize(
        const LayerProblem&, const NumberFormatPtr&, const Parameters&, const MethodContext&) const override;
};

/// The best approximation of a non-negative matrix m [rows, columns] by left [rows, k] * right [k, columns],
/// the singular values shared by roots: randomised subspace iteration, oversampling 16, four power steps
/// (Halko, Martinsson and Tropp, arXiv 0909.4061, algorithm 4.4), the last in doubles. Same bytes for any
/// number of threads.
struct Factors {
    std::vector<float> left, right;
};
[[nodiscard]] Result<Factors> rankFactors(
    std::span<const float> m, std::size_t rows, std::size_t columns, std::size_t k, std::uint64_t seed,
    std::stop_token stop);

} // namespace tritloom
