#pragma once

#include "core/method/family_analysis.h"

namespace tritloom {

/// What low bits cost the open models, beside the published law (Low-Bit Quantization Favors Undertrained
/// LLMs, arXiv 2411.17691), and the same law fitted to them: the law is one of GPTQ on Pythia, and methods
/// and families have constants of their own.
class DegradationFit final : public Analysis, public FamilyAnalysis {
public:
    std::string id() const override { return "degradation-fit"; }
    std::vector<ParameterSpec> parameters() const override;
    /// A family of one: only the exponent of the bits is fitted then.
    Result<Report> run(ModelProbe*, const Parameters&, const MethodContext&) const override;
    Result<Report>
    runFamily(std::span<const Member> members, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
