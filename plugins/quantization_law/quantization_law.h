#pragma once

#include "core/method/analysis.h"

namespace tritloom {

class QuantizationLaw final : public Analysis {
public:
    std::string id() const override { return "quantization-law"; }
    std::vector<ParameterSpec> parameters() const override;
    bool needsModel() const override { return false; }
    Result<Report> run(ModelProbe* probe, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
