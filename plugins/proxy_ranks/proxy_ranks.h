#pragma once

#include "core/method/analysis.h"

namespace tritloom {

/// EMQ's bench (arXiv 2307.10554): configurations of one size, measured, against what training-free proxies
/// say of them, hand-made and evolved. Rank correlations on those that the evolution saw and on those held
/// out, beside what luck alone reaches.
class ProxyRanks final : public Analysis {
public:
    std::string id() const override { return "proxy-ranks"; }
    std::vector<ParameterSpec> parameters() const override;
    Result<Report> run(ModelProbe* probe, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
