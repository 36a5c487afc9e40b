#pragma once

#include "core/file/model_file.h"

#include <map>

namespace tritloom {

/// Names that the tensors of a Stable Diffusion folder have in checkpoints of the original program, which is
/// what stable-diffusion.cpp and ComfyUI look for:
/// "model.diffusion_model.input_blocks.1.0.in_layers.2.weight".
class CheckpointNames {
public:
    /// Errors: Unsupported (no Stable Diffusion folder), those of the configs.
    [[nodiscard]] static Result<CheckpointNames> of(const ModelFile& file);
    /// "": a name that original checkpoints have no place for.
    [[nodiscard]] std::string of(const std::string& name) const;

private:
    CheckpointNames() = default;
    std::string ofUnet(const std::string& name) const;
    std::string ofVae(const std::string& name) const;

    std::size_t m_resnets = 2; ///< a block of the UNet has on its way down
    std::size_t m_vaeLevels = 4;
    std::vector<bool> m_upLooks; ///< whether a block on the way up has attention
};

} // namespace tritloom
