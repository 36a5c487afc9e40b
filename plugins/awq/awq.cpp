#include "plugins/awq/awq.h"

#include "core/base/matrix_product.h"
#include "core/base/parallel.h"
#include "core/method/folding.h"
#include "core/method/row_packer.h"

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

std::vector<float> scalesFor(std::span<const float> loudness, double power)
{
    std::vector<float> scales(loudness.size());
    float low = 3e38f, high = 0;
    for (std::size_t j = 0; j < scales.size(); ++j) {
        scales[j] = float(std::pow(std::max(1e-4, double(loudness[j])), power));
        low = std::min(low, scales[j]);
        high = std::max(high, scales[j]);
    }
    const float middle = std::sqrt(low * high);
    for (float& scale : scales)
        scale /= middle;
    return scales;
}

/// tr(E H E^T) with E = Q(W s) / s - W, over every `step`-th row. weights: [rows, columns].
double errorOf(
    const std::vector<float>& weights, std::size_t columns, std::size_t step, const NumberFormat& format,
    std::span<const float> scales, std::span<const float> gram, const std::stop_token& stop)
{
    const std::size_t rows = (weights.size() / columns + step - 1) / step;
    constexpr std::size_t grain = 8;
    std::vector<double> parts((rows + grain - 1) / grain);
    parallelFor(rows, grain, [&](std::size_t begin, std::size_t end) {
        if (stop.stop_requested())
            return;
        const std::size_t count = end - begin;
        const std::size_t blocks = (columns + format.blockElements() - 1) / format.blockElements();
        std::vector<float> errors(count * columns), product(count * columns), scaled(columns);
        std::vector<std::byte> packed(blocks * format.blockBytes());
        for (std::size_t r = 0; r < count; ++r) {
            const float* const row = weights.data() + (begin + r) * step * columns;
            for (std::size_t c = 0; c < columns; ++c)
                scaled[c] = row[c] * scales[c];
            encodeRow(format, scaled, packed, stop);
            format.decodeBlocks(packed, scaled);
            for (std::size_t c = 0; c < columns; ++c)
                errors[r * columns + c] = scaled[c] / scales[c] - row[c];
        }
        addProduct(
            MatrixView<const float>{errors.data(), count, columns, columns},
            {gram.data(), columns, columns, columns}, {product.data(), count, columns, columns});
        double sum = 0;
        for (std::size_t i = 0; i < errors.size(); ++i)
            sum += double(errors[i]) * double(product[i]);
        parts[begin / grain] = sum;
    });
    double total = 0;
    for (const double part : parts)
        total += part;
    return total;
}

} // namespace

std::vector<ParameterSpec> Awq::parameters() const
{
    return {
        {.key = "rows",
         .title = "Rows of each matrix that the search looks at",
         .unit = "",
         .standard = 512,
         .lowest = 16,
         .highest = 65536,
         .whole = true}};
}

Result<TransformedModel>
Awq::apply(ModelProbe& probe, const Parameters& given, const MethodContext& context) const
{
    const auto rowLimit = std::size_t(TRY(parameterValue(parameters(), given, "rows")));
    if (probe.graph() == nullptr)
        return fail(
            ErrorCode::Unsupported, "scales can be folded only where the graph of the model is known");
    const std::string formatId = probe.candidates().empty() ? "int4g128a" : probe.candidates()[0].format;
    const NumberFormatPtr format = TRY(parseNumberFormat(formatId));
    if (!format->isWritable() || format->isFloat())
        return fail(
            ErrorCode::InvalidInput, "scales are searched for a format with levels, not for {}", formatId);
    const std::vector<FoldPoint> points = foldPoints(*probe.graph());
    if (points.empty())
        return fail(ErrorCode::Unsupported, "this model has no place where scales can be folded");
    Folding folding(probe);
    TransformedModel result;
    for (std::size_t p = 0; p < points.size(); ++p) {
        const std::size_t first = TRY(layerOf(probe, points[p].readers[0]));
        const std::vector<float> loudness = TRY(probe.meanAbsolute(first)).toFloats();
        const std::vector<float> gram = TRY(probe.gram(first)).toFloats();
        const std::size_t columns = loudness.size();
        std::vector<std::vector<float>> matrices;
        for (const TensorId id : points[p].readers)
            matrices.push_back(TRY(folding.tensor(id)).toFloats());
        double lowest = 0;
        std::vector<float> best;
        for (int i = 0; i < 20; ++i) {
            const std::vector<float> scales = scalesFor(loudness, 0.05 * i);
            double error = 0;
            for (const std::vector<float>& matrix : matrices) {
                const std::size_t step = std::max<std::size_t>(1, matrix.size() / columns / rowLimit);
                error += errorOf(matrix, columns, step, *format, scales, gram, context.stop);
            }
            if (context.stop.stop_requested())
                return fail(ErrorCode::Cancelled, "cancelled at fold {} of {}", p, points.size());
            if (best.empty() || error < lowest) {
                lowest = error;
                best = scales;
            }
            context.progress((double(p) + double(i + 1) / 20) / double(points.size()));
        }
        TRY_VOID(folding.fold(points[p], best));
    }
    result.tensors = std::move(folding).take();
    return result;
}

} // namespace tritloom
