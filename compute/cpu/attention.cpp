#include "compute/cpu/dense.h"
#include "compute/cpu/kernels.h"
#include "compute/cpu/output.h"
#include "compute/cpu/row_math.h"
#include "core/backend/reference/ops.h"
#include "core/base/parallel.h"

#include <algorithm>
#include <cmath>

namespace tritloom::cpu {

// Queries go in blocks of a head: scores by one sgemm against the keys visible to the block's last row,
// softmax by rows, then one sgemm with the values. Work above the diagonal, and left of a window, stays
// inside a block.
Result<Tensor> attention(const Op& op, std::span<const Tensor> inputs, std::stop_token stop)
{
    constexpr std::size_t queryBlock = 64;
    const auto q = inputs[0].floats(), k = inputs[1].floats(), v = inputs[2].floats();
    const std::size_t heads = op.count("heads"), kvHeads = op.count("kvHeads", heads),
                      rows = inputs[0].type().rows(), keys = inputs[1].type().rows();
    const std::size_t size = heads == 0 ? 0 : inputs[0].type().columns() / heads;
    const bool causal = op.number("causal", 1) != 0;
    const std::size_t window = causal ? op.count("window") : 0;
    if (size == 0 || kvHeads == 0 || heads % kvHeads != 0 || inputs[1].type().columns() != kvHeads * size
        || inputs[2].type().shape != inputs[1].type().shape || (causal && keys < rows))
        return fail(
            ErrorCode::InvalidInput, "attention with {} heads, {} key heads, {} keys for {} queries", heads,
            kvHeads, keys, rows);
    const std::size_t past = causal ? keys - rows : 0, blocks = (rows + queryBlock - 1) / queryBlock;
    Output output(rows * heads * size);
    const auto y = output.values();
    parallelFor(heads * blocks, 1, [&](std::size_t begin, std::size_t end) {
        std::vector<float> scores;
        for (std::size_t item = begin; item < end && !stop.stop_requested(); ++item) {
            const std::size_t head = item / blocks, kv = head / (heads / kvHeads),
                              first = item % blocks * queryBlock, count = std::min(queryBlock, rows - first),
                              from = reference::firstKeySeen(past + first, window),
                              visible = (causal ? past + first + count : keys) - from;
            scores.resize(count * visible);
            multiplyTransposed(
                count, visible, size, q.data() + (first * heads + head) * size, heads * size,
                k.data() + (from * kvHeads + kv) * size, kvHeads * size, scores.data(), visible);
            for (std::size_t r = 0; r < count; ++r) {
                const auto row = std::span(scores).subspan(r * visible, visible);
                const std::size_t behind = causal ? past + first + r + 1 - from : keys,
                                  before = reference::firstKeySeen(past + first + r, window) - from;
                std::fill_n(row.begin(), before, 0.0f);
                softmaxRow(row.subspan(before, behind - before), 1 / std::sqrt(float(size)));
                std::fill(row.begin() + std::ptrdiff_t(behind), row.end(), 0.0f);
            }
            multiplyPlain(
                count, size, visible, scores.data(), visible, v.data() + (from * kvHeads + kv) * size,
                kvHeads * size, y.data() + (first * heads + head) * size, heads * size);
        }
    });
    if (stop.stop_requested())
        return fail(ErrorCode::Cancelled, "cancelled in attention");
    return std::move(output).take({rows, heads * size});
}

} // namespace tritloom::cpu
