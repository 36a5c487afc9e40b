#pragma once

#include "core/method/analysis.h"

namespace tritloom {

/// The memory-fault lab: cell patterns and energy of every candidate's bytes, and the loss of the model once
/// faults were injected into all of its layers, several seeds each; halves with and without protection beside
/// them.
class MemoryFaults final : public Analysis {
public:
    std::string id() const override { return "memory-faults"; }
    std::vector<ParameterSpec> parameters() const override;
    Result<Report> run(ModelProbe* probe, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
