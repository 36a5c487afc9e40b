#include "plugins/double_rounding/double_rounding.h"

#include "core/format/block_format.h"
#include "core/format/nested_format.h"
#include "core/method/block_writer.h"

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

int eightOf(float value, float factor)
{
    return static_cast<int>(std::clamp(std::nearbyint(value * factor), -128.0f, 127.0f));
}

/// The beginning of each block of a layer that is stored as nested numbers, nothing fitted anew; empty where
/// it is stored otherwise.
Tensor cutFromStored(const Tensor& weights, const NumberFormatPtr& narrower, const NumberFormat& eight)
{
    const TensorType& type = weights.type();
    if (type.format->id() != eight.id())
        return {};
    const std::size_t blocks = weights.bytes().size() / eight.blockBytes();
    std::vector<std::byte> packed;
    packed.reserve(blocks * narrower->blockBytes());
    for (std::size_t b = 0; b < blocks; ++b) {
        const auto beginning = weights.bytes().subspan(b * eight.blockBytes(), narrower->blockBytes());
        packed.insert(packed.end(), beginning.begin(), beginning.end());
    }
    return Tensor::adopt({narrower, type.shape}, std::move(packed));
}

} // namespace

double nestedError(std::span<const float> values, float scale, int narrowest)
{
    const float factor = inverse(scale);
    double sum = 0;
    for (const float value : values) {
        const int eight = eightOf(value, factor);
        for (int width = 8; width >= narrowest; width -= 2) {
            const double error = static_cast<double>(value)
                - scale * static_cast<float>((1 << (8 - width)) * nested::roundTo(width, eight));
            sum += error * error;
        }
    }
    return sum;
}

std::vector<ParameterSpec> DoubleRounding::parameters() const
{
    return {
        {.key = "narrowest",
         .title = "Narrowest width that must be good",
         .unit = "bits",
         .standard = 4,
         .lowest = 2,
         .highest = 8,
         .whole = true}};
}

bool DoubleRounding::supports(const NumberFormat& format) const
{
    return format.id().starts_with("nested8");
}

Result<CompressedLayer> DoubleRounding::quantize(
    const LayerProblem& layer, const NumberFormatPtr& format, const Parameters& given,
    const MethodContext& context) const
{
    const int narrowest = static_cast<int>(TRY(parameterValue(parameters(), given, "narrowest")));
    if (!supports(*format))
        return fail(ErrorCode::Unsupported, "{} is no nested format: take one like nested8g64", format->id());
    const auto shape = TRY(nestedFormat::parseShape(format->id()));
    const NumberFormatPtr eight = TRY(parseNumberFormat(fmt::format("nested8g{}", shape.group)));
    if (Tensor cut = cutFromStored(layer.weights, format, *eight); !cut.isEmpty()) {
        context.progress(1);
        return cut;
    }
    // Fitted at all eight planes, whatever is kept of them: the scale does not depend on the reader.
    return packBlocks(
        layer.weights, format, {}, context,
        [&](std::span<const float> values, std::span<const float>, std::span<std::byte> packed) {
            const float widest = std::fabs(extreme(values)) / 127;
            float best = widest;
            double least = std::numeric_limits<double>::infinity();
            for (int k = 0; k < 40; ++k) {
                const float scale = roundToHalf(widest * (1 - 0.02f * static_cast<float>(k)));
                const double error = nestedError(values, scale, narrowest);
                if (error < least) {
                    least = error;
                    best = scale;
                }
            }
            std::vector<float> range(values.size());
            range.front() = best * 127;
            std::vector<std::byte> whole(eight->blockBytes());
            eight->encode(range, whole);
            std::vector<float> levels(256);
            eight->levels(whole, 0, levels);
            const float factor = inverse(levels[129]); // of the step, which is level 1
            for (std::size_t i = 0; i < values.size(); ++i)
                eight->setLevel(whole, i, static_cast<std::size_t>(eightOf(values[i], factor) + 128));
            std::ranges::copy(std::span(whole).first(packed.size()), packed.begin());
        });
}

} // namespace tritloom
