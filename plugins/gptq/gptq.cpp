#include "plugins/gptq/gptq.h"

#include "core/base/parallel.h"
#include "core/method/row_packer.h"
#include "plugins/gptq/column_order.h"
#include "plugins/gptq/row_state.h"

#include <Eigen/Dense>

#include <algorithm>
#include <atomic>
#include <cmath>

namespace tritloom {
namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Index = Eigen::Index;

constexpr std::size_t batchColumns = 128; ///< visited before their errors are spread to all the rest
constexpr std::size_t chunkRows = 32; ///< that share each reading of the factor

/// Some rows of one layer on their way through the columns.
class Chunk {
public:
    Chunk(
        const ColumnOrder& order, const NumberFormatPtr& format, const Tensor& weights, std::size_t firstRow,
        std::size_t rows)
        : m_order(order)
        , m_weights(static_cast<Index>(rows), static_cast<Index>(order.size()))
        , m_current(m_weights.rows(), m_weights.cols())
    {
        std::span<float> all(m_weights.data(), rows * order.size());
        weights.decodeRows(firstRow, all);
        for (float& value : all)
            value = std::isfinite(value) ? value : 0.0f; // as every encoder does
        for (std::size_t r = 0; r < rows; ++r) {
            m_rows.emplace_back(*format, order.size());
            for (std::size_t v = 0; v < order.size(); ++v)
                m_current(Index(r), Index(v)) = m_weights(Index(r), Index(order.columns[v]));
        }
    }

    void run(const std::stop_token& stop)
    {
        const std::size_t columns = m_order.size();
        if (!m_order.isNatural)
            fitAll();
        for (std::size_t begin = 0; begin < columns && !stop.stop_requested();) {
            const std::size_t end = batchEnd(begin);
            Matrix errors(m_weights.rows(), static_cast<Index>(end - begin));
            for (Index r = 0; r < m_weights.rows(); ++r)
                visit(static_cast<std::size_t>(r), begin, end, errors.row(r).data());
            // GPTQ, "lazy batch updates": the rest of the row absorbs the errors of the batch at once.
            if (end < columns) {
                const auto spread =
                    Eigen::Map<const Matrix>(m_order.factor.data(), Index(columns), Index(columns))
                        .block(Index(begin), Index(end), Index(end - begin), Index(columns - end));
                m_current.rightCols(Index(columns - end)).noalias() -= errors * spread;
            }
            begin = end;
        }
    }

    /// Coordinate descent on the output error: each weight in turn to the level that is best for the others
    /// as they are, scales untouched. Never raises the error. gram: [columns, columns].
    void refine(std::span<const float> gram, int sweeps, const std::stop_token& stop)
    {
        const Index rows = m_weights.rows(), columns = m_weights.cols();
        const Eigen::Map<const Matrix> h(gram.data(), columns, columns);
        Matrix errors(rows, columns), slopes(rows, columns);
        for (Index r = 0; r < rows; ++r)
            errors.row(r) = m_weights.row(r) - decoded(m_rows[static_cast<std::size_t>(r)].packed());
        constexpr Index width = 64;
        for (Index begin = 0; begin < columns && !stop.stop_requested(); begin += width) {
            const Index size = std::min(width, columns - begin);
            slopes.middleCols(begin, size).noalias() = errors * h.middleCols(begin, size);
        }
        for (Index r = 0; r < rows; ++r) {
            RowState& row = m_rows[static_cast<std::size_t>(r)];
            bool changed = true;
            for (int sweep = 0; sweep < sweeps && changed && !stop.stop_requested(); ++sweep) {
                changed = false;
                for (Index c = 0; c < columns; ++c) {
                    const float curvature = h(c, c) + m_order.damping;
                    const float pull = (slopes(r, c) + m_order.damping * errors(r, c)) / curvature;
                    const float stored = m_weights(r, c) - errors(r, c);
                    const float chosen = row.choose(static_cast<std::size_t>(c), stored + pull);
                    const float change = chosen - stored;
                    if (std::fabs(change) > 1e-6f * std::fabs(stored)) {
                        errors(r, c) = m_weights(r, c) - chosen;
                        slopes.row(r) -= change * h.row(c);
                        changed = true;
                    }
                }
            }
        }
    }

    /// Takes `plain` (one row of it each) where its output error is lower. gram: [columns, columns].
    void
    keepBetter(std::span<const float> gram, std::span<const std::byte> plain, const std::stop_token& stop)
    {
        const Index rows = m_weights.rows(), columns = m_weights.cols();
        Matrix errors(2 * rows, columns);
        const std::size_t rowBytes = m_rows[0].packed().size();
        for (Index r = 0; r < rows; ++r) {
            const auto index = static_cast<std::size_t>(r);
            errors.row(r) = m_weights.row(r) - decoded(m_rows[index].packed());
            errors.row(rows + r) = m_weights.row(r) - decoded(plain.subspan(index * rowBytes, rowBytes));
        }
        // e H e^T, by column strips of the upper triangle.
        const Eigen::Map<const Matrix> h(gram.data(), columns, columns);
        Eigen::VectorXd loss = Eigen::VectorXd::Zero(2 * rows);
        constexpr Index width = 64;
        for (Index begin = 0; begin < columns; begin += width) {
            if (stop.stop_requested())
                return;
            const Index size = std::min(width, columns - begin);
            const Matrix before = errors.leftCols(begin) * h.block(0, begin, begin, size);
            const Matrix within = errors.middleCols(begin, size) * h.block(begin, begin, size, size);
            loss += (2 * before + within)
                        .cwiseProduct(errors.middleCols(begin, size))
                        .rowwise()
                        .sum()
                        .cast<double>();
        }
        for (Index r = 0; r < rows; ++r)
            if (loss[rows + r] < loss[r])
                m_rows[static_cast<std::size_t>(r)].assign(
                    plain.subspan(static_cast<std::size_t>(r) * rowBytes, rowBytes));
    }

    void store(std::span<std::byte> packed) const
    {
        for (const RowState& row : m_rows) {
            std::copy(row.packed().begin(), row.packed().end(), packed.begin());
            packed = packed.subspan(row.packed().size());
        }
    }

    /// The weights as they were given, [rows, columns].
    [[nodiscard]] std::span<const float> row(std::size_t r) const
    {
        return {m_weights.row(static_cast<Index>(r)).data(), m_order.size()};
    }

private:
    [[nodiscard]] Eigen::RowVectorXf decoded(std::span<const std::byte> packed) const
    {
        Eigen::RowVectorXf values(m_weights.cols());
        m_rows[0].format().decodeBlocks(packed, {values.data(), m_order.size()});
        return values;
    }

    void fitAll()
    {
        const std::size_t block = m_rows[0].format().blockElements();
        for (std::size_t r = 0; r < m_rows.size(); ++r)
            for (std::size_t begin = 0; begin < m_order.size(); begin += block)
                m_rows[r].fit(begin, row(r).subspan(begin), m_order.importance);
    }

    /// A batch ends where a format's block begins unless blocks are small, so that a block's scales are
    /// fitted to weights that have absorbed all errors before it.
    [[nodiscard]] std::size_t batchEnd(std::size_t begin) const
    {
        const std::size_t block = m_rows[0].format().blockElements();
        std::size_t end = begin + batchColumns;
        if (m_order.isNatural && block >= batchColumns)
            end = std::min(end, (begin / block + 1) * block);
        return std::min(end, m_order.size());
    }

    /// Stores the columns of one batch of one row and spreads each error within the batch.
    void visit(std::size_t r, std::size_t begin, std::size_t end, float* errors)
    {
        RowState& row = m_rows[r];
        float* const current = m_current.row(static_cast<Index>(r)).data();
        const std::size_t block = row.format().blockElements();
        for (std::size_t v = begin; v < end; ++v) {
            if (m_order.isNatural && v % block == 0)
                row.fit(v, {current + v, m_order.size() - v}, m_order.importance);
            const float stored = row.choose(m_order.columns[v], current[v]);
            const float* const factor = m_order.row(v);
            // GPTQ eq. 3: the columns to come absorb the error of this one.
            const float error = (current[v] - stored) / factor[v];
            errors[v - begin] = error;
            for (std::size_t j = v + 1; j < end; ++j)
                current[j] -= error * factor[j];
        }
    }

    const ColumnOrder& m_order;
    Matrix m_weights; ///< [rows, columns]
    Matrix m_current; ///< [rows, visits]: what is left to store
    std::vector<RowState> m_rows;
};

} // namespace

std::vector<ParameterSpec> Gptq::parameters() const
{
    return {
        {.key = "dampening",
         .title = "Dampening",
         .unit = "% of mean diagonal",
         .standard = 1,
         .lowest = 0.01,
         .highest = 100,
         .whole = false},
        {.key = "act_order",
         .title = "Loudest inputs first",
         .unit = "",
         .standard = 1,
         .lowest = 0,
         .highest = 1,
         .whole = true},
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
    const std::size_t batch = std::max(rows / 32, chunkRows * threadCount() * 2) / chunkRows * chunkRows;
    for (std::size_t first = 0; first < rows; first += batch) {
        const std::size_t count = std::min(batch, rows - first);
        parallelFor(count, chunkRows, [&](std::size_t begin, std::size_t end) {
            Chunk chunk(order, format, layer.weights, first + begin, end - begin);
            chunk.run(context.stop);
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
