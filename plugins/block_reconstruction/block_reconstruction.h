#pragma once

#include "core/method/model_transform.h"

namespace tritloom {

/// Block reconstruction of weights (FBR of EDA-DM, arXiv 2401.04585; with kappa 0 and the regulariser BRECQ and
/// Q-Diffusion) for networks on pictures: block after block learns which way to round, by Adam on slopes that
/// LibTorch's autograd gives, so that the block makes of inputs partly as stored and partly as the rounded
/// network makes them what it made before. Scales are those of the probe's only candidate, whose layers it
/// starts from, each in the format that the candidate has for it; layers that it makes wider floats of stay so.
/// Gives layers packed in these formats.
///
/// A share of the calibration data is held out. A block is kept where it is nearer to what it was there than
/// the candidate's, and all of them where the network's output is.
///
/// Memory: of the calibration data at most 1 GiB of values live between two blocks and inside one, parts being
/// left out evenly; beside them for each thread the values of up to 31 parts inside a block, twice, or those of one
/// part in the whole network, and 24 bytes a weight of the block. Cancelled within one op of LibTorch on 31 parts,
/// or one picture's run.
class BlockReconstruction final : public ModelTransform {
public:
    std::string id() const override { return "block-reconstruction"; }
    bool preparesForChoice() const override { return true; }
    std::vector<ParameterSpec> parameters() const override;
    Result<TransformedModel> apply(ModelProbe& probe, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
