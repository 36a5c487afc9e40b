#pragma once

#include "core/method/range_method.h"

namespace tritloom {

/// Inputs rounded with a grid for each channel, whose extremes are clipped to what other channels have, and
/// weights that are rounded as if all channels shared one grid (LRP-QViT, arXiv 2401.11243, on the
/// reparametrisation of RepQ-ViT, arXiv 2212.08254): a norm before the layer could take the factors over, and
/// integers of one scale would be multiplied.
class ClippedChannels final : public RangeMethod {
public:
    std::string id() const override { return "clipped-channels"; }
    Calibration calibration() const override { return Calibration::None; }
    std::vector<ParameterSpec> parameters() const override;
    bool supports(const NumberFormat& format) const override
    {
        return format.isWritable() && format.levelCount() > 0;
    }
    bool makesReplacements() const override { return true; }
    std::size_t storedBytesByChannels(
        std::size_t outputs, std::size_t inputs, std::size_t channels, const NumberFormatPtr&,
        const Parameters&) const override;
    Result<CompressedLayer> quantizeWithRanges(
        const LayerProblem&, const InputHistograms& inputs, const NumberFormatPtr& format, const Parameters&,
        const MethodContext&) const override;
};

/// Least and largest value of a channel, with 0 between them.
struct ChannelRange {
    double low = 0, high = 0;
};
/// Each extreme brought to within `deviations` times 1.4826 x the median absolute deviation of that extreme
/// over the channels from its median. 0: nothing is clipped, nor where far more channels lie beyond than
/// normal numbers do: they are no outliers.
[[nodiscard]] std::vector<ChannelRange> clippedRanges(std::vector<ChannelRange> ranges, double deviations);

/// x ~ scale * (code - zero), a grid a channel.
struct ChannelGrid {
    double scale = 1;
    int zero = 0;
};
/// A channel of nothing but zeros takes the median of the other scales.
[[nodiscard]] std::vector<ChannelGrid> channelGrids(std::span<const ChannelRange> ranges, int bits);

/// One grid for all channels of (x + shift) / factor, with the same codes that x has on the channels' own.
struct SharedGrid {
    double scale = 1;
    int zero = 0; ///< rounded before the shifts are told from it
    std::vector<double> factors, shifts; ///< a channel each
};
[[nodiscard]] SharedGrid reparametrised(std::span<const ChannelGrid> grids);

} // namespace tritloom
