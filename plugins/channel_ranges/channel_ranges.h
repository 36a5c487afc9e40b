#pragma once

#include "core/method/analysis.h"

namespace tritloom {

/// How far the inputs of each product differ in range, and what groups of scales a power of two apart would
/// save (ShiftQuant, arXiv 2411.10948): sum of squared scales, which the error of rounding to a fixed number
/// of levels is in proportion to, against one scale, the best cuts and a scale for every channel.
class ChannelRanges final : public Analysis {
public:
    std::string id() const override { return "channel-ranges"; }
    std::vector<ParameterSpec> parameters() const override;
    Result<Report> run(ModelProbe* probe, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
