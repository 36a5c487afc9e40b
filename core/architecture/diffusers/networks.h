#pragma once

#include "core/architecture/diffusers/blocks.h"
#include "core/architecture/noise_schedule.h"
#include "core/architecture/picture_model.h"
#include "core/file/diffusers.h"

/// The networks of a diffusers folder, each in a file of its own: what their configs say and how their
/// tensors make a graph. diffusion-preview-basics, parts 1 and 4.
namespace tritloom::diffusers {

/// UNet2DModel and UNet2DConditionModel.
struct UNet {
    PartConfig config;
    bool takesText = false;
    std::size_t height = 0, width = 0; ///< of what it works on
    std::size_t inputs = 0, outputs = 0; ///< channels
    std::vector<std::size_t> widths; ///< block_out_channels
    std::vector<std::string> down, up; ///< types of blocks
    std::vector<std::size_t> heads; ///< by block, 0: one for every `headSize` channels
    std::size_t headSize = 0; ///< 0: all channels are one head
    std::size_t resnets = 2, groups = 32, textWidth = 0, padding = 1, layers = 1;
    double epsilon = 1e-5, frequencyShift = 0;
    bool cosineFirst = true, looksInTheMiddle = true, centresInput = false;

    /// Errors: NotFound, InvalidInput, Unsupported.
    [[nodiscard]] static Result<UNet> of(const ModelFile& file);
    [[nodiscard]] std::size_t multiple() const { return std::size_t{1} << (widths.size() - 1); }
    /// What it predicts of x [1, inputs, h, w] at time [1], text [tokens, textWidth] or null. Errors: as
    /// of().
    [[nodiscard]] Result<Flow>
    build(NetworkBuilder& n, const Flow& x, const Flow& time, const Flow* text) const;
};

/// The decoder of AutoencoderKL.
struct VaeDecoder {
    PartConfig config;
    std::vector<std::size_t> widths; ///< block_out_channels, widest last
    std::size_t resnets = 2, groups = 32, channels = 3;
    bool looksInTheMiddle = true;
    LatentSpace latent;

    [[nodiscard]] static Result<VaeDecoder> of(const ModelFile& file);
    /// z [1, latent channels, h, w], as the sampler has it, to a picture of -1..1.
    [[nodiscard]] Result<Flow> build(NetworkBuilder& n, const Flow& z) const;
};

/// The encoder of AutoencoderKL.
struct VaeEncoder {
    VaeDecoder decoder; ///< which shares its config

    [[nodiscard]] static Result<VaeEncoder> of(const ModelFile& file);
    /// A picture of -1..1, [1, channels, h, w], to the means of what a sampler works on.
    [[nodiscard]] Result<Flow> build(NetworkBuilder& n, const Flow& picture) const;
};

/// CLIPTextModel.
struct ClipText {
    PartConfig config;
    std::size_t width = 0, inner = 0, layers = 0, heads = 0, positions = 0, vocabulary = 0;
    double epsilon = 1e-5;
    bool quickGelu = true;

    [[nodiscard]] static Result<ClipText> of(const ModelFile& file);
    /// tokens [positions] to states [positions, width], normed.
    [[nodiscard]] Result<Flow> build(NetworkBuilder& n, const Flow& tokens) const;
};

/// The config of a scheduler of any of the classes that walk back over such a schedule. notice: what is done
/// instead where the class itself is not here.
[[nodiscard]] Result<NoiseSchedule> scheduleOf(const ModelFile& file, std::string* notice = nullptr);

// Rows of pictureArchitectures().
bool isPipeline(const ModelFile& file);
void preparePipeline(ModelFile& file);
/// A sentence about tensors that no part of the network reads, for those who expect them to matter; empty:
/// there are none but the usual ones, the encoder of a VAE behind a UNet and lists of positions.
[[nodiscard]] std::string unreadTensors(const ModelFile& file, const Graph& graph);
Result<PictureModel> describePipeline(const ModelFile& file);
Result<Graph> buildPipeline(const ModelFile& file, const Shape& picture);

} // namespace tritloom::diffusers
