#pragma once

#include "core/method/layer_method.h"

namespace tritloom {

/// Levels by weighted k-means (Lloyd, "Least squares quantization in PCM", 1982; Han et al., arXiv
/// 1510.00149): those with the least squared error over the weights of the tensor, each under the scale of
/// its group, judged by how loud the inputs are.
class KMeans final : public LayerMethod {
public:
    std::string id() const override { return "k-means"; }
    Calibration calibration() const override { return Calibration::MeanSquare; }
    std::vector<ParameterSpec> parameters() const override;
    bool supports(const NumberFormat& format) const override;
    Result<CompressedLayer> quantize(
        const LayerProblem&, const NumberFormatPtr&, const Parameters&, const MethodContext&) const override;
};

/// Values and what their errors count.
struct WeightedValues {
    std::vector<double> values; ///< ascending
    std::vector<double> weights; ///< of each, >= 0
};

struct Clusters {
    std::vector<double> centres; ///< ascending
    std::vector<double> distortions; ///< before every step: sum of weight x squared distance; never rises
};

/// At most `steps` of Lloyd's algorithm from `centres`, ascending; stops where nothing moves. A centre that
/// no value is nearest to stays, and so does one that begins at 0.
[[nodiscard]] Clusters lloyd(const WeightedValues& given, std::vector<double> centres, std::size_t steps);

} // namespace tritloom
