#include "plugins/baq_columns/column_store.h"

#include "core/base/half.h"
#include "core/base/matrix_product.h"
#include "core/base/parallel.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tritloom {
namespace {

constexpr std::size_t batchColumns = 128; ///< stored before their errors are spread to all the rest

float half(float value)
{
    return halfToFloat(floatToHalf(std::clamp(value, -65504.0f, 65504.0f)));
}

/// The code of `value` on a row's grid; last: the highest.
float codeOf(float value, float low, float range, float step, float last)
{
    const float unit = range * step;
    return unit > 0 ? std::clamp(std::nearbyint((value - low) / unit), 0.0f, last) : 0.0f;
}

float lastCode(float step)
{
    return std::nearbyint(1 / step);
}

} // namespace

RowRanges rangesOfRows(
    std::span<const float> weights, std::span<const float> importance, std::span<const float> steps,
    const std::stop_token& stop)
{
    const std::size_t columns = importance.size(), rows = weights.size() / columns;
    RowRanges ranges{std::vector<float>(rows), std::vector<float>(rows)};
    parallelFor(rows, 8, [&](std::size_t begin, std::size_t end) {
        for (std::size_t r = begin; r < end && !stop.stop_requested(); ++r) {
            const auto row = weights.subspan(r * columns, columns);
            const float low = std::min(0.0f, *std::ranges::min_element(row));
            const float high = std::max(0.0f, *std::ranges::max_element(row));
            ranges.low[r] = half(low);
            ranges.range[r] = half(high - ranges.low[r]);
            if (steps.empty())
                continue;
            double least = std::numeric_limits<double>::infinity();
            float lowShare = 1, highShare = 1;
            const auto offer = [&](float lowTried, float highTried) {
                const float from = half(lowTried * low), range = half(highTried * high - from);
                double error = 0;
                for (std::size_t c = 0; c < steps.size() && error < least; ++c) {
                    if (!(steps[c] > 0))
                        continue;
                    const float code = codeOf(row[c], from, range, steps[c], lastCode(steps[c]));
                    const float rest = row[c] - from - range * steps[c] * code;
                    error += double(importance[c]) * double(rest) * double(rest);
                }
                if (!(error < least))
                    return false;
                least = error;
                ranges.low[r] = from;
                ranges.range[r] = range;
                lowShare = lowTried;
                highShare = highTried;
                return true;
            };
            for (int i = 0; i < 12; ++i)
                offer(1 - float(i) / 20, 1 - float(i) / 20);
            // Then each end by itself, by smaller and smaller steps: the tails of a row are not alike.
            for (const float change : {.03f, .01f})
                for (int moves = 0; moves < 8; ++moves)
                    if (!offer(lowShare - change, highShare) && !offer(lowShare + change, highShare)
                        && !offer(lowShare, highShare - change) && !offer(lowShare, highShare + change))
                        break;
        }
    });
    return ranges;
}

Result<StoredColumns> storeColumns(
    std::span<const float> weights, const ColumnOrder& order, const RowRanges& ranges,
    std::span<const float> steps, const MethodContext& context)
{
    const std::size_t columns = order.size(), rows = ranges.low.size();
    constexpr std::size_t chunk = 32;
    const std::size_t chunks = (rows + chunk - 1) / chunk;
    StoredColumns stored{std::vector<std::uint8_t>(rows * columns), std::vector<double>(columns)};
    std::vector<double> parts(chunks * columns); // by chunk, so that sums do not depend on threads
    const MatrixView<const float> factor{order.factor.data(), columns, columns, columns};
    const std::size_t batch = chunk * threadCount();
    for (std::size_t first = 0; first < rows; first += batch) {
        const std::size_t count = std::min(batch, rows - first);
        parallelFor(count, chunk, [&](std::size_t from, std::size_t to) {
            const std::size_t some = to - from;
            std::vector<float> current(some * columns), errors(some * batchColumns);
            for (std::size_t r = 0; r < some; ++r)
                for (std::size_t v = 0; v < columns; ++v)
                    current[r * columns + v] = weights[(first + from + r) * columns + order.columns[v]];
            double* const losses = parts.data() + (first + from) / chunk * columns;
            for (std::size_t begin = 0; begin < columns && !context.stop.stop_requested();
                 begin += batchColumns) {
                const std::size_t end = std::min(begin + batchColumns, columns);
                for (std::size_t r = 0; r < some && !context.stop.stop_requested(); ++r) {
                    const std::size_t row = first + from + r;
                    float* const rest = current.data() + r * columns;
                    for (std::size_t v = begin; v < end; ++v) {
                        const std::size_t c = order.columns[v];
                        float value = 0;
                        if (steps[c] > 0) {
                            const float low = ranges.low[row], range = ranges.range[row];
                            const float code = codeOf(rest[v], low, range, steps[c], lastCode(steps[c]));
                            stored.codes[row * columns + c] = std::uint8_t(code);
                            value = low + range * steps[c] * code;
                        }
                        // GPTQ eq. 3: the columns to come absorb the error of this one.
                        const float* const spread = order.row(v);
                        const float error = (rest[v] - value) / spread[v];
                        errors[r * batchColumns + v - begin] = error;
                        losses[c] += double(error) * double(error);
                        for (std::size_t j = v + 1; j < end; ++j)
                            rest[j] -= error * spread[j];
                    }
                }
                addProduct(
                    MatrixView<const float>{errors.data(), some, end - begin, batchColumns},
                    factor.block(begin, end, end - begin, columns - end),
                    MatrixView<float>{current.data() + end, some, columns - end, columns}, Sign::Minus);
            }
        });
        if (context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled at row {} of {}", first, rows);
        context.progress(double(first + count) / double(rows));
    }
    for (std::size_t k = 0; k < chunks; ++k)
        for (std::size_t c = 0; c < columns; ++c)
            stored.losses[c] += parts[k * columns + c];
    return stored;
}

} // namespace tritloom
