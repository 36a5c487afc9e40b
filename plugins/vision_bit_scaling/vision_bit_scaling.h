#pragma once

#include "core/method/family_analysis.h"
#include "plugins/vision_bit_scaling/scaling_fit.h"

namespace tritloom {

/// How the quality of networks on pictures follows from all their bits, not from their parameters: several
/// sizes at several widths, a power law a width, how far the laws lie apart (Dissecting Bit-Level Scaling
/// Laws in Quantizing Vision Generative Models, arXiv 2501.06218).
class VisionBitScaling final : public Analysis, public FamilyAnalysis {
public:
    std::string id() const override { return "vision-bit-scaling"; }
    std::vector<ParameterSpec> parameters() const override;
    /// A family of one.
    Result<Report> run(ModelProbe*, const Parameters&, const MethodContext&) const override;
    Result<Report>
    runFamily(std::span<const Member> members, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
