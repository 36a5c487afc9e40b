#include "plugins/gptq/row_chunk.h"

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

constexpr std::size_t batchColumns = 128; ///< visited before their errors are spread to all the rest
constexpr std::size_t stepColumns = 32; ///< visited before their errors are spread within the batch
constexpr std::size_t stripColumns = 512; ///< of one product between two looks at the stop token

} // namespace

RowChunk::RowChunk(
    const ColumnOrder& order, const NumberFormatPtr& format, const Tensor& weights, std::size_t firstRow,
    std::size_t rows)
    : m_order(order)
    , m_weights(rows * order.size())
    , m_current(rows * order.size())
{
    weights.decodeRows(firstRow, m_weights);
    for (float& value : m_weights)
        value = std::isfinite(value) ? value : 0.0f; // as every encoder does
    m_rows.reserve(rows);
    for (std::size_t r = 0; r < rows; ++r) {
        m_rows.emplace_back(*format, order.size());
        for (std::size_t v = 0; v < order.size(); ++v)
            m_current[r * order.size() + v] = m_weights[r * order.size() + order.columns[v]];
    }
}

void RowChunk::fitAll()
{
    for (std::size_t r = 0; r < m_rows.size(); ++r)
        m_rows[r].fitAll(row(r), m_order.importance);
}

/// A step ends where a format's block begins unless blocks are small, so that a block's scales are fitted to
/// weights that have absorbed all errors before it.
std::size_t RowChunk::stepEnd(std::size_t begin, std::size_t length, Grids grids) const
{
    const std::size_t block = m_rows[0].format().blockElements();
    std::size_t end = begin + length;
    if (grids == Grids::Growing && block >= length)
        end = std::min(end, (begin / block + 1) * block);
    return std::min(end, m_order.size());
}

void RowChunk::run(Grids grids, const std::stop_token& stop)
{
    const std::size_t columns = m_order.size(), rows = m_rows.size();
    if (!m_order.isNatural)
        grids = Grids::Static; // a block's columns come in any order
    if (grids == Grids::Static)
        fitAll();
    const MatrixView<float> current = view(m_current);
    const MatrixView<const float> factor{m_order.factor.data(), columns, columns, columns};
    Numbers errors(rows * batchColumns);
    for (std::size_t begin = 0; begin < columns && !stop.stop_requested();) {
        const std::size_t end = stepEnd(begin, batchColumns, grids), size = end - begin;
        const MatrixView<float> batch{errors.data(), rows, size, batchColumns};
        for (std::size_t first = begin; first < end;) {
            const std::size_t last = std::min(stepEnd(first, stepColumns, grids), end);
            for (std::size_t r = 0; r < rows; ++r)
                visit(r, first, last, grids, batch.row(r) + (first - begin));
            addProduct(
                batch.block(0, first - begin, rows, last - first),
                factor.block(first, last, last - first, end - last), current.block(0, last, rows, end - last),
                Sign::Minus);
            first = last;
        }
        // GPTQ, "lazy batch updates": the rest of the row absorbs the errors of the batch at once.
        addProduct(
            batch, factor.block(begin, end, size, columns - end), current.block(0, end, rows, columns - end),
            Sign::Minus);
        begin = end;
    }
}

/// Stores the columns of one step of one row and spreads each error within the step.
void RowChunk::visit(std::size_t r, std::size_t begin, std::size_t end, Grids grids, float* errors)
{
    RowState& state = m_rows[r];
    float* const current = m_current.data() + r * m_order.size();
    const std::size_t block = state.format().blockElements();
    for (std::size_t v = begin; v < end; ++v) {
        if (grids == Grids::Growing && v % block == 0)
            state.fit(v, {current + v, m_order.size() - v}, m_order.importance);
        const float stored = state.choose(m_order.columns[v], current[v]);
        const float* const factor = m_order.row(v);
        // GPTQ eq. 3: the columns to come absorb the error of this one.
        const float error = (current[v] - stored) / factor[v];
        errors[v - begin] = error;
        for (std::size_t j = v + 1; j < end; ++j)
            current[j] -= error * factor[j];
    }
}

/// m_current = weights - what is stored.
void RowChunk::findErrors()
{
    const std::size_t columns = m_order.size();
    std::vector<float> stored(columns);
    for (std::size_t r = 0; r < m_rows.size(); ++r) {
        m_rows[r].format().decodeBlocks(m_rows[r].packed(), stored);
        for (std::size_t c = 0; c < columns; ++c)
            m_current[r * columns + c] = m_weights[r * columns + c] - stored[c];
    }
}

void RowChunk::refine(std::span<const float> gram, int sweeps, const std::stop_token& stop)
{
    const std::size_t columns = m_order.size(), rows = m_rows.size();
    findErrors();
    m_slopes.assign(rows * columns, 0.0f);
    const MatrixView<const float> h{gram.data(), columns, columns, columns};
    for (std::size_t begin = 0; begin < columns && !stop.stop_requested(); begin += stripColumns) {
        const std::size_t size = std::min(stripColumns, columns - begin);
        addProduct(
            view(m_current), h.block(0, begin, columns, size), view(m_slopes).block(0, begin, rows, size));
    }
    std::vector<char> active(rows, 1); // the last sweep changed something
    for (int s = 0; s < sweeps && !stop.stop_requested(); ++s)
        sweep(gram, active, stop);
}

void RowChunk::sweep(std::span<const float> gram, std::vector<char>& active, const std::stop_token& stop)
{
    const std::size_t columns = m_order.size();
    constexpr std::size_t width =
        64; // so many rows of the Gram matrix stay in the cache for all rows of weights
    std::vector<char> changedAny(m_rows.size(), 0);
    for (std::size_t begin = 0; begin < columns && !stop.stop_requested(); begin += width) {
        const std::size_t end = std::min(begin + width, columns);
        for (std::size_t r = 0; r < m_rows.size(); ++r) {
            if (!active[r])
                continue;
            float* const slope = m_slopes.data() + r * columns;
            float* const errors = m_current.data() + r * columns;
            std::array<float, width> changes;
            std::array<const float*, width> changed;
            std::size_t count = 0;
            for (std::size_t c = begin; c < end; ++c) {
                const float* const h = gram.data() + c * columns;
                const float pull = (slope[c] + m_order.damping * errors[c]) / (h[c] + m_order.damping);
                const float weight = m_weights[r * columns + c], stored = weight - errors[c];
                const float chosen = m_rows[r].choose(c, stored + pull);
                const float change = chosen - stored;
                if (!(std::fabs(change) > 1e-6f * std::fabs(stored)))
                    continue;
                errors[c] = weight - chosen;
                for (std::size_t j = begin; j < end; ++j)
                    slope[j] -= change * h[j];
                changes[count] = -change;
                changed[count++] = h;
            }
            if (count == 0)
                continue;
            changedAny[r] = 1;
            addScaledRows(changes.data(), changed.data(), count, slope, begin);
            for (std::size_t k = 0; k < count; ++k)
                changed[k] += end;
            addScaledRows(changes.data(), changed.data(), count, slope + end, columns - end);
        }
    }
    active = changedAny;
}

/// e H e^T of each row of errors, over the upper triangle of H.
std::vector<double>
RowChunk::losses(std::span<const float> gram, const Numbers& errors, const std::stop_token& stop) const
{
    const std::size_t columns = m_order.size(), rows = m_rows.size();
    const MatrixView<const float> h{gram.data(), columns, columns, columns},
        e{errors.data(), rows, columns, columns};
    std::vector<double> result(rows);
    Numbers before(rows * stripColumns), within(rows * stripColumns);
    for (std::size_t begin = 0; begin < columns && !stop.stop_requested(); begin += stripColumns) {
        const std::size_t size = std::min(stripColumns, columns - begin);
        std::fill(before.begin(), before.end(), 0.0f);
        std::fill(within.begin(), within.end(), 0.0f);
        addProduct(
            e.block(0, 0, rows, begin), h.block(0, begin, begin, size), {before.data(), rows, size, size});
        addProduct(
            e.block(0, begin, rows, size), h.block(begin, begin, size, size),
            {within.data(), rows, size, size});
        for (std::size_t r = 0; r < rows; ++r)
            for (std::size_t c = 0; c < size; ++c)
                result[r] += (2.0 * before[r * size + c] + within[r * size + c]) * e.row(r)[begin + c];
    }
    return result;
}

void RowChunk::keepBetter(
    std::span<const float> gram, std::span<const std::byte> plain, const std::stop_token& stop)
{
    const std::size_t columns = m_order.size(), rowBytes = m_rows[0].packed().size();
    std::vector<double> ours(m_rows.size());
    if (m_slopes.empty()) {
        findErrors();
        ours = losses(gram, m_current, stop);
    } else {
        for (std::size_t r = 0; r < m_rows.size(); ++r)
            for (std::size_t i = r * columns; i < (r + 1) * columns; ++i)
                ours[r] += static_cast<double>(m_slopes[i]) * m_current[i];
    }
    Numbers errors(m_weights.size());
    for (std::size_t r = 0; r < m_rows.size(); ++r) {
        const auto stored = std::span(errors).subspan(r * columns, columns);
        m_rows[r].format().decodeBlocks(plain.subspan(r * rowBytes, rowBytes), stored);
        for (std::size_t c = 0; c < columns; ++c)
            stored[c] = m_weights[r * columns + c] - stored[c];
    }
    const std::vector<double> theirs = losses(gram, errors, stop);
    for (std::size_t r = 0; r < m_rows.size(); ++r)
        if (theirs[r] < ours[r])
            m_rows[r].assign(plain.subspan(r * rowBytes, rowBytes));
}

void RowChunk::store(std::span<std::byte> packed) const
{
    for (const RowState& state : m_rows) {
        std::copy(state.packed().begin(), state.packed().end(), packed.begin());
        packed = packed.subspan(state.packed().size());
    }
}

} // namespace tritloom
