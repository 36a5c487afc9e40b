#include "plugins/adaquant/adaquant.h"

#include "core/base/parallel.h"
#include "core/method/row_packer.h"
#include "plugins/adaquant/drifting_weights.h"

#include <algorithm>

namespace tritloom {

std::vector<ParameterSpec> AdaQuant::parameters() const
{
    return {
        {.key = "iterations",
         .title = "Iterations",
         .unit = "",
         .standard = 300,
         .lowest = 0,
         .highest = 5000,
         .whole = true},
        {.key = "rate",
         .title = "Rate",
         .unit = "levels",
         .standard = 0.03,
         .lowest = 0.0001,
         .highest = 1,
         .whole = false},
        {.key = "weighted",
         .title = "Scales that favour loud inputs",
         .unit = "",
         .standard = 1,
         .lowest = 0,
         .highest = 1,
         .whole = true}};
}

Result<CompressedLayer> AdaQuant::quantize(
    const LayerProblem& layer, const NumberFormatPtr& format, const Parameters& given,
    const MethodContext& context) const
{
    const int iterations = static_cast<int>(TRY(parameterValue(parameters(), given, "iterations")));
    const auto rate = static_cast<float>(TRY(parameterValue(parameters(), given, "rate")));
    const bool weighted = TRY(parameterValue(parameters(), given, "weighted")) != 0;
    if (!supports(*format))
        return fail(ErrorCode::Unsupported, "{} has no levels to choose from", format->id());
    const TensorType type{format, layer.weights.type().shape};
    const std::size_t rows = type.rows(), columns = type.columns();
    const std::vector<float> gram =
        TRY(requiredStatistic(layer.gram, columns * columns, "Gram matrix of the inputs"));
    std::vector<float> importance(weighted ? columns : 0);
    for (std::size_t c = 0; c < importance.size(); ++c)
        importance[c] = std::max(gram[c * columns + c], 0.0f);
    std::vector<std::byte> packed(type.bytes());
    const std::size_t chunk = std::clamp<std::size_t>(rows / (threadCount() * 4) / 12 * 12, 12, 48);
    const std::size_t batch = chunk * threadCount();
    for (std::size_t first = 0; first < rows; first += batch) {
        const std::size_t count = std::min(batch, rows - first);
        parallelFor(count, chunk, [&](std::size_t begin, std::size_t end) {
            RoundingRows problem(
                format, layer.weights, first + begin, end - begin, gram, importance, context.stop);
            DriftingWeights(problem).run(iterations, rate, context.stop);
            std::ranges::copy(
                problem.best(), packed.begin() + std::ptrdiff_t((first + begin) * type.rowBytes()));
        });
        if (context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled at row {} of {}", first, rows);
        context.progress(static_cast<double>(first + count) / static_cast<double>(rows));
    }
    return Tensor::adopt(type, std::move(packed));
}

} // namespace tritloom
