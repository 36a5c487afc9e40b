#pragma once

#include "core/method/analysis.h"

namespace tritloom {

/// Which split of a few bits into exponent and mantissa suits each layer, and whether whole numbers would do
/// better (arXiv 2408.06995): the squared error of every row with its best clip, over the weights' own power.
class FloatSplits final : public Analysis {
public:
    std::string id() const override { return "float-splits"; }
    std::vector<ParameterSpec> parameters() const override;
    Result<Report> run(ModelProbe*, const Parameters&, const MethodContext&) const override;
};

/// sum over rows of the least squared error with a clip for each row, over the sum of squares. values: [rows,
/// columns].
[[nodiscard]] double
relativeClippedError(std::span<const float> values, std::size_t columns, std::span<const float> levels);

/// Levels of a float of 1 sign, `exponent` and the remaining bits, ascending, one zero; bits 0 exponent:
/// whole numbers around 0. bits: 3 to 8.
[[nodiscard]] std::vector<float> splitLevels(int bits, int exponent);

} // namespace tritloom
