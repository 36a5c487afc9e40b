#pragma once

#include "core/method/analysis.h"

namespace tritloom {

/// What the lowest bits of pictures look like that a network is given and makes, as stored and compressed:
/// how often each bit is set, and how much neighbours differ in the noise image that a detector of generated
/// pictures looks at (LOTA, arXiv 2510.14230).
class BitPlanes final : public Analysis {
public:
    std::string id() const override { return "bit-planes"; }
    std::vector<ParameterSpec> parameters() const override;
    Result<Report> run(ModelProbe*, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
