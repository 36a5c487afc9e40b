#pragma once

#include "core/method/analysis.h"

namespace tritloom {

/// The chart of layer-wise quantization (arXiv 2406.17415) for one language model: quality against average
/// bits while more and more blocks go to the low width, in the order of LIM, of ZD, in both reversed, which
/// is the control, and in random orders. Every point is measured by running the model.
class BlockOrders final : public Analysis {
public:
    std::string id() const override { return "block-orders"; }
    std::vector<ParameterSpec> parameters() const override;
    Result<Report> run(ModelProbe* probe, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
