#include "core/method/rounding_rows.h"

#include "core/base/parallel.h"
#include "core/method/level_bracket.h"
#include "core/method/row_packer.h"

#include <algorithm>
#include <cmath>

namespace tritloom {

RoundingRows::RoundingRows(
    NumberFormatPtr format, const Tensor& weights, std::size_t firstRow, std::size_t rows,
    std::span<const float> gram, std::span<const float> importance, const std::stop_token& stop)
    : m_columns(weights.type().columns())
    , m_gram(gram)
    , m_weights(rows * m_columns)
    , m_lower(rows * m_columns)
    , m_upper(rows * m_columns)
    , m_lowerCode(rows * m_columns)
    , m_upperCode(rows * m_columns)
    , m_bestLoss(rows)
    , m_nearestLoss(rows)
{
    weights.decodeRows(firstRow, m_weights);
    for (float& value : m_weights)
        value = std::isfinite(value) ? value : 0.0f; // as every encoder does
    const TensorType type{format, {rows, m_columns}};
    m_best.resize(type.bytes());
    m_states.reserve(rows);
    std::vector<float> errors(m_weights), slopes(rows * m_columns), decoded(m_columns);
    std::vector<std::byte> fitted(type.rowBytes());
    const auto rowOf = [&](std::size_t r) { return std::span(m_weights).subspan(r * m_columns, m_columns); };
    const auto storeErrors = [&](std::size_t r, std::span<const std::byte> packed) {
        format->decodeBlocks(packed, decoded);
        for (std::size_t c = 0; c < m_columns; ++c)
            errors[r * m_columns + c] = m_weights[r * m_columns + c] - decoded[c];
    };
    for (std::size_t r = 0; r < rows; ++r) {
        const auto plain = std::span(m_best).subspan(r * type.rowBytes(), type.rowBytes());
        fitRow(*format, rowOf(r), {}, plain, stop);
        m_states.emplace_back(*format, m_columns);
        m_states.back().load(plain);
        storeErrors(r, plain);
    }
    findSlopes(errors, slopes, stop);
    for (std::size_t r = 0; r < rows; ++r)
        m_bestLoss[r] = m_nearestLoss[r] = lossOf(r, errors, slopes);
    if (!importance.empty()) {
        // Other scales where they do better.
        std::vector<std::byte> all(m_best.size());
        for (std::size_t r = 0; r < rows; ++r) {
            const auto other = std::span(all).subspan(r * type.rowBytes(), type.rowBytes());
            fitRow(*format, rowOf(r), importance, other, stop);
            storeErrors(r, other);
        }
        std::fill(slopes.begin(), slopes.end(), 0.0f);
        findSlopes(errors, slopes, stop);
        for (std::size_t r = 0; r < rows; ++r) {
            const double loss = lossOf(r, errors, slopes);
            if (!(loss < m_bestLoss[r]))
                continue;
            m_bestLoss[r] = loss;
            const auto other = std::span(all).subspan(r * type.rowBytes(), type.rowBytes());
            std::copy(other.begin(), other.end(), m_best.begin() + std::ptrdiff_t(r * type.rowBytes()));
            m_states[r].load(other);
        }
    }
    for (std::size_t r = 0; r < rows; ++r)
        bracket(r);
}

void RoundingRows::bracket(std::size_t r)
{
    for (std::size_t c = 0; c < m_columns; ++c) {
        const std::size_t i = r * m_columns + c;
        const LevelBracket found = levelBracket(m_states[r], c, m_weights[i]);
        const std::span<const float> levels = m_states[r].levels(c);
        m_lowerCode[i] = found.lower;
        m_upperCode[i] = found.upper;
        m_lower[i] = levels[found.lower];
        m_upper[i] = levels[found.upper];
    }
}

void RoundingRows::findSlopes(
    std::span<const float> errors, std::span<float> slopes, const std::stop_token& stop) const
{
    const std::size_t count = errors.size() / m_columns;
    std::fill(slopes.begin(), slopes.end(), 0.0f);
    constexpr std::size_t strip = 768;
    for (std::size_t begin = 0; begin < m_columns && !stop.stop_requested(); begin += strip) {
        const std::size_t size = std::min(strip, m_columns - begin);
        addProduct(
            MatrixView<const float>{errors.data(), count, m_columns, m_columns},
            MatrixView<const float>{m_gram.data(), m_columns, m_columns, m_columns}.block(
                0, begin, m_columns, size),
            MatrixView<float>{slopes.data() + begin, count, size, m_columns});
    }
}

double RoundingRows::lossOf(std::size_t r, std::span<const float> errors, std::span<const float> slopes) const
{
    double sum = 0;
    for (std::size_t i = r * m_columns; i < (r + 1) * m_columns; ++i)
        sum += static_cast<double>(errors[i]) * slopes[i];
    return sum;
}

Result<Tensor> packByRounding(
    const LayerProblem& layer, const NumberFormatPtr& format, bool weighted, const MethodContext& context,
    const std::function<void(RoundingRows&)>& learn)
{
    if (format->levelCount() < 2 || !format->isWritable())
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
            learn(problem);
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
