#include "plugins/gptq/gptq.h"

#include "core/base/parallel.h"
#include "core/method/column_order.h"
#include "core/method/row_packer.h"
#include "core/method/usual_parameters.h"
#include "plugins/gptq/row_chunk.h"

#include <algorithm>

namespace tritloom {

std::vector<ParameterSpec> Gptq::parameters() const
{
    return {
        dampeningParameter(),
        switchParameter("act_order", "Loudest inputs first", true),
        switchParameter("static_groups", "Fit all scales before the first column", false),
        {.key = "sweeps",
         .title = "Sweeps of correction",
         .unit = "",
         .standard = 2,
         .lowest = 0,
         .highest = 20,
         .whole = true}};
}

Result<CompressedLayer> Gptq::quantize(
    const LayerProblem& layer, const NumberFormatPtr& format, const Parameters& given,
    const MethodContext& context) const
{
    const double damping = TRY(parameterValue(parameters(), given, "dampening")) / 100;
    const bool loudestFirst = TRY(parameterValue(parameters(), given, "act_order")) != 0;
    const Grids grids =
        TRY(parameterValue(parameters(), given, "static_groups")) != 0 ? Grids::Static : Grids::Growing;
    const int sweeps = static_cast<int>(TRY(parameterValue(parameters(), given, "sweeps")));
    if (!supports(*format))
        return fail(ErrorCode::Unsupported, "{} has no levels to choose from", format->id());
    const TensorType type{format, layer.weights.type().shape};
    const std::size_t rows = type.rows(), columns = type.columns();
    const std::vector<float> gram =
        TRY(requiredStatistic(layer.gram, columns * columns, "Gram matrix of the inputs"));
    const ColumnOrder order = TRY(orderColumns(
        gram, columns, loudestFirst ? VisitOrder::LoudestFirst : VisitOrder::Natural, damping, context.stop));
    std::vector<std::byte> packed(type.bytes());
    // A row's bytes do not depend on those it shares a chunk with, so chunks may suit the machine: the more
    // rows, the more a reading of the factor is worth.
    constexpr std::size_t tall = 240, small = 12;
    const std::size_t share = rows / (threadCount() * 4) / small * small;
    const std::size_t chunkRows = std::clamp(share, small, tall);
    const std::size_t batch = chunkRows * threadCount();
    for (std::size_t first = 0; first < rows; first += batch) {
        const std::size_t count = std::min(batch, rows - first);
        parallelFor(count, chunkRows, [&](std::size_t begin, std::size_t end) {
            RowChunk chunk(order, format, layer.weights, first + begin, end - begin);
            chunk.run(grids, context.stop);
            if (sweeps > 0)
                chunk.refine(gram, sweeps, context.stop);
            std::vector<std::byte> plain((end - begin) * type.rowBytes());
            for (std::size_t r = 0; r < end - begin; ++r)
                fitRow(
                    *format, chunk.row(r), {}, std::span(plain).subspan(r * type.rowBytes(), type.rowBytes()),
                    context.stop);
            if (context.stop.stop_requested())
                return;
            chunk.keepBetter(gram, plain, context.stop);
            chunk.store(std::span(packed).subspan(
                (first + begin) * type.rowBytes(), (end - begin) * type.rowBytes()));
        });
        if (context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled at row {} of {}", first, rows);
        context.progress(static_cast<double>(first + count) / static_cast<double>(rows));
    }
    return Tensor::adopt(type, std::move(packed));
}

} // namespace tritloom
