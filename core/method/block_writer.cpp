#include "core/method/block_writer.h"

#include <algorithm>
#include <cmath>

namespace tritloom {

Result<Tensor> packBlocks(
    const Tensor& weights, const NumberFormatPtr& format, std::span<const float> importance,
    const MethodContext& context, const BlockWriter& write)
{
    const std::size_t block = format->blockElements(), bytes = format->blockBytes();
    return packRows(
        weights, format, context, [&](std::size_t, std::span<const float> row, std::span<std::byte> packed) {
            std::vector<float> values(block), factors(block);
            for (std::size_t begin = 0; begin < row.size(); begin += block) {
                if (context.stop.stop_requested())
                    return;
                for (std::size_t i = 0; i < block; ++i) {
                    const std::size_t c = begin + i;
                    const bool inside = c < row.size();
                    values[i] = inside && std::isfinite(row[c]) ? row[c] : 0.0f;
                    factors[i] = !inside ? 0.0f : importance.empty() ? 1.0f : importance[c];
                }
                write(values, factors, packed.subspan(begin / block * bytes, bytes));
            }
        });
}

Result<std::vector<float>> importanceOf(const LayerProblem& layer)
{
    if (!layer.meanSquare)
        return std::vector<float>();
    std::vector<float> importance =
        TRY(requiredStatistic(layer.meanSquare, layer.weights.type().columns(), "mean square of the inputs"));
    for (float& factor : importance)
        factor = std::max(factor, 0.0f);
    return importance;
}

double packedError(
    const NumberFormat& format, std::span<const float> values, std::span<const float> importance,
    std::span<const std::byte> packed)
{
    std::vector<float> decoded(values.size());
    format.decode(packed, decoded);
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double error = static_cast<double>(values[i]) - decoded[i];
        sum += importance[i] * error * error;
    }
    return sum;
}

} // namespace tritloom
