#pragma once

#include "core/method/layer_method.h"

namespace tritloom {

/// DB-LLM's flexible dual binarization (arXiv 2402.11960): onto the fdb<group> formats, whose search already
/// alternates between codes and least-squares scales. With a calibration text errors weigh by loudness.
class DbLlm final : public LayerMethod {
public:
    std::string id() const override { return "db-llm"; }
    Calibration calibration() const override { return Calibration::MeanSquare; }
    std::vector<ParameterSpec> parameters() const override;
    bool supports(const NumberFormat& format) const override { return format.id().starts_with("fdbg"); }
    Result<CompressedLayer> quantize(
        const LayerProblem&, const NumberFormatPtr&, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
