#include "plugins/fast_2bit/fast_2bit.h"

#include "core/format/mixed_tile_format.h"
#include "core/method/block_writer.h"
#include "core/method/usual_parameters.h"

#include <algorithm>
#include <cmath>

namespace tritloom {

std::vector<ParameterSpec> FastTwoBit::parameters() const
{
    return {
        switchParameter("score", "Choose groups by what they gain, not by range", true),
        switchParameter("clip", "Try smaller ranges", true)};
}

bool FastTwoBit::supports(const NumberFormat& format) const
{
    return format.id().starts_with("mix24");
}

Result<CompressedLayer> FastTwoBit::quantize(
    const LayerProblem& layer, const NumberFormatPtr& format, const Parameters& given,
    const MethodContext& context) const
{
    const auto score = TRY(parameterValue(parameters(), given, "score")) != 0 ? mixedTile::Score::Gain
                                                                              : mixedTile::Score::Range;
    const bool clip = TRY(parameterValue(parameters(), given, "clip")) != 0;
    if (!supports(*format))
        return fail(ErrorCode::Unsupported, "{} has no groups of two widths: take mix24g32w3", format->id());
    const std::vector<float> loudness = TRY(importanceOf(layer));
    const mixedTileFormat::Shape shape = TRY(mixedTileFormat::parseShape(format->id()));
    return packBlocks(
        layer.weights, format, loudness, context,
        [&](std::span<const float> values, std::span<const float> importance, std::span<std::byte> packed) {
            mixedTile::store(values, importance, shape.wide, score, clip, packed);
            if (score == mixedTile::Score::Range)
                return; // exactly the paper's choice
            std::vector<std::byte> trial(packed.size());
            format->fit(values, importance, trial);
            if (packedError(*format, values, importance, trial)
                < packedError(*format, values, importance, packed))
                std::ranges::copy(trial, packed.begin());
        });
}

} // namespace tritloom
