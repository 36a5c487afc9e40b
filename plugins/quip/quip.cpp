#include "plugins/quip/quip.h"

#include "core/base/parallel.h"
#include "core/method/row_packer.h"
#include "core/method/usual_parameters.h"
#include "plugins/quip/block_feedback.h"

#include <algorithm>
#include <cmath>

namespace tritloom {

std::vector<ParameterSpec> LatticeRounding::parameters() const
{
    return {dampeningParameter()};
}

Result<CompressedLayer> LatticeRounding::quantize(
    const LayerProblem& layer, const NumberFormatPtr& format, const Parameters& given,
    const MethodContext& context) const
{
    const double damping = TRY(parameterValue(parameters(), given, "dampening")) / 100;
    if (!supports(*format))
        return fail(ErrorCode::Unsupported, "{} is not the E8P codebook: take e8pg256", format->id());
    const TensorType type{format, layer.weights.type().shape};
    const std::size_t rows = type.rows(), columns = type.columns();
    const std::vector<float> gram =
        TRY(requiredStatistic(layer.gram, columns * columns, "Gram matrix of the inputs"));
    const ColumnOrder order = TRY(orderColumns(gram, columns, VisitOrder::Natural, damping, context.stop));
    const BlockFeedback feedback(order);
    std::vector<std::byte> packed(type.bytes());
    const std::size_t chunk = std::clamp<std::size_t>(rows / (threadCount() * 4) / 12 * 12, 12, 120);
    const std::size_t batch = chunk * threadCount();
    for (std::size_t first = 0; first < rows; first += batch) {
        const std::size_t count = std::min(batch, rows - first);
        parallelFor(count, chunk, [&](std::size_t begin, std::size_t end) {
            std::vector<float> weights((end - begin) * columns), ours(weights.size()), plain(weights.size());
            layer.weights.decodeRows(first + begin, weights);
            for (float& value : weights)
                value = std::isfinite(value) ? value : 0.0f; // as every encoder does
            const auto out =
                std::span(packed).subspan((first + begin) * type.rowBytes(), (end - begin) * type.rowBytes());
            storeWithFeedback(feedback, *format, weights, out, context.stop);
            std::vector<std::byte> rounded(out.size());
            for (std::size_t r = 0; r < end - begin && !context.stop.stop_requested(); ++r) {
                const std::size_t at = r * type.rowBytes();
                fitRow(
                    *format, std::span(weights).subspan(r * columns, columns), {},
                    std::span(rounded).subspan(at, type.rowBytes()), context.stop);
                format->decodeBlocks(
                    out.subspan(at, type.rowBytes()), std::span(ours).subspan(r * columns, columns));
                format->decodeBlocks(
                    std::span(rounded).subspan(at, type.rowBytes()),
                    std::span(plain).subspan(r * columns, columns));
            }
            for (std::size_t i = 0; i < weights.size(); ++i) {
                ours[i] = weights[i] - ours[i];
                plain[i] = weights[i] - plain[i];
            }
            const std::vector<double> oursLoss = rowLosses(gram, ours, columns, context.stop),
                                      plainLoss = rowLosses(gram, plain, columns, context.stop);
            for (std::size_t r = 0; r < end - begin; ++r)
                if (plainLoss[r] < oursLoss[r])
                    std::copy_n(
                        rounded.begin() + std::ptrdiff_t(r * type.rowBytes()), type.rowBytes(),
                        out.begin() + std::ptrdiff_t(r * type.rowBytes()));
        });
        if (context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled at row {} of {}", first, rows);
        context.progress(static_cast<double>(first + count) / static_cast<double>(rows));
    }
    return Tensor::adopt(type, std::move(packed));
}

} // namespace tritloom
