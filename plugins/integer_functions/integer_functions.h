#pragma once

#include "core/method/analysis.h"

namespace tritloom {

/// What it costs a network on pictures to do without floats between its products: its activation functions
/// as tables of 8 bits, its softmax in whole numbers (BCT, arXiv 2304.01483) or on half octaves (LRP-QViT,
/// arXiv 2401.11243), and the whole numbers that bring each product to the scale of what follows (HAWQ-V3,
/// arXiv 2011.10680). Measured on the values of one part of its data.
class IntegerFunctions final : public Analysis {
public:
    std::string id() const override { return "integer-functions"; }
    std::vector<ParameterSpec> parameters() const override;
    Result<Report> run(ModelProbe*, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
