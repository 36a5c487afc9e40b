#include "plugins/quip/block_feedback.h"

#include "core/format/block_format.h"
#include "core/format/e8p_points.h"

#include <algorithm>

namespace tritloom {

BlockFeedback::BlockFeedback(const ColumnOrder& order)
    : m_order(&order)
    , m_inverses((order.size() + width - 1) / width)
{
    for (std::size_t b = 0; b < m_inverses.size(); ++b) {
        const std::size_t begin = b * width, size = std::min(width, order.size() - begin);
        Square& result = m_inverses[b];
        for (std::size_t j = 0; j < size; ++j) {
            result[j * width + j] = 1 / order.row(begin + j)[begin + j];
            for (std::size_t i = j; i-- > 0;) {
                float sum = 0;
                for (std::size_t k = i + 1; k <= j; ++k)
                    sum += order.row(begin + i)[begin + k] * result[k * width + j];
                result[i * width + j] = -sum / order.row(begin + i)[begin + i];
            }
        }
    }
}

namespace {

constexpr std::size_t batchColumns = 128; ///< stored before their errors are spread to all the rest

/// One row on its way through the columns.
struct Row {
    float* current; ///< what is left to store
    std::span<std::byte> packed;
};

/// Fits the scale of the group that begins at `begin` to what is left of it.
void fitGroup(const NumberFormat& format, const Row& row, std::size_t begin, std::size_t columns)
{
    const std::size_t group = format.blockElements(), count = std::min(group, columns - begin);
    std::vector<float> values(group), equal(group);
    std::copy_n(row.current + begin, count, values.begin());
    std::fill_n(equal.begin(), count, 1.0f);
    format.fit(values, equal, row.packed.subspan(begin / group * format.blockBytes(), format.blockBytes()));
}

/// Stores eight columns. errors: normalised, [8].
void storeEight(
    const BlockFeedback& feedback, const NumberFormat& format, const Row& row, std::size_t begin,
    std::size_t count, float* errors)
{
    const std::size_t group = format.blockElements();
    const auto block = row.packed.subspan(begin / group * format.blockBytes(), format.blockBytes());
    const float scale = loadHalf(block, 0), factor = inverse(scale);
    e8p::Vector x{};
    for (std::size_t i = 0; i < count; ++i)
        x[i] = std::clamp(row.current[begin + i] * factor, -1e6f, 1e6f);
    const std::size_t bytes = (format.blockBytes() - 2) * e8p::Vector{}.size() / group; // of eight
    const auto code = block.subspan(2 + begin % group / 8 * bytes, bytes);
    e8p::store(x, code);
    const e8p::Vector point = e8p::load(code);
    const BlockFeedback::Square& square = feedback.inverse(begin / BlockFeedback::width);
    for (std::size_t j = 0; j < count; ++j) {
        float sum = 0;
        for (std::size_t i = 0; i <= j; ++i)
            sum += (row.current[begin + i] - scale * point[i]) * square[i * BlockFeedback::width + j];
        errors[j] = sum;
    }
}

} // namespace

void storeWithFeedback(
    const BlockFeedback& feedback, const NumberFormat& format, std::span<const float> weights,
    std::span<std::byte> packed, const std::stop_token& stop)
{
    const std::size_t columns = feedback.order().size(), rows = weights.size() / columns;
    const std::size_t rowBytes = packed.size() / rows;
    std::vector<float> current(weights.begin(), weights.end()), errors(rows * batchColumns);
    const MatrixView<const float> factor{feedback.order().factor.data(), columns, columns, columns};
    for (std::size_t begin = 0; begin < columns && !stop.stop_requested(); begin += batchColumns) {
        const std::size_t end = std::min(begin + batchColumns, columns);
        for (std::size_t r = 0; r < rows && !stop.stop_requested(); ++r) {
            const Row row{current.data() + r * columns, packed.subspan(r * rowBytes, rowBytes)};
            for (std::size_t c = begin; c < end; c += BlockFeedback::width) {
                if (c % format.blockElements() == 0)
                    fitGroup(format, row, c, columns);
                const std::size_t count = std::min(BlockFeedback::width, end - c);
                float* const normalised = errors.data() + r * batchColumns + (c - begin);
                storeEight(feedback, format, row, c, count, normalised);
                for (std::size_t i = 0; i < count; ++i) {
                    const float* const spread = feedback.order().row(c + i);
                    for (std::size_t j = c + count; j < end; ++j)
                        row.current[j] -= normalised[i] * spread[j];
                }
            }
        }
        addProduct(
            MatrixView<const float>{errors.data(), rows, end - begin, batchColumns},
            factor.block(begin, end, end - begin, columns - end),
            MatrixView<float>{current.data() + end, rows, columns - end, columns}, Sign::Minus);
    }
}

std::vector<double> rowLosses(
    std::span<const float> gram, std::span<const float> errors, std::size_t columns,
    const std::stop_token& stop)
{
    const std::size_t rows = errors.size() / columns;
    std::vector<double> result(rows);
    constexpr std::size_t strip = 512;
    for (std::size_t begin = 0; begin < columns && !stop.stop_requested(); begin += strip) {
        const std::size_t size = std::min(strip, columns - begin);
        std::vector<float> slopes(rows * size);
        addProduct(
            MatrixView<const float>{errors.data(), rows, columns, columns},
            MatrixView<const float>{gram.data() + begin, columns, size, columns},
            MatrixView<float>{slopes.data(), rows, size, size});
        for (std::size_t r = 0; r < rows; ++r)
            for (std::size_t c = 0; c < size; ++c)
                result[r] += static_cast<double>(slopes[r * size + c]) * errors[r * columns + begin + c];
    }
    return result;
}

} // namespace tritloom
