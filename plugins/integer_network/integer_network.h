#pragma once

#include "core/method/analysis.h"

namespace tritloom {

/// Runs a classifier without floats between its picture and its classes (HAWQ-V3, arXiv 2011.10680): codes of
/// 8 or 4 bits, 32-bit sums with 32-bit biases, dyadic numbers from one scale to the next and at residual
/// sums, batch norms folded in; and holds every tensor of codes against the same network simulated in floats.
/// The studio's previews and exports do not run so.
class IntegerNetwork final : public Analysis {
public:
    std::string id() const override { return "integer-network"; }
    std::vector<ParameterSpec> parameters() const override;
    Result<Report> run(ModelProbe*, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
