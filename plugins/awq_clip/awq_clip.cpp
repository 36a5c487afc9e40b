#include "plugins/awq_clip/awq_clip.h"

#include "core/base/matrix_product.h"
#include "core/base/parallel.h"
#include "core/method/row_packer.h"
#include "core/method/usual_parameters.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tritloom {
namespace {

constexpr std::size_t ratioStep = 20; ///< ratios are 1 - i / 20

/// One block of some rows on its way through the ratios.
class BlockSearch {
public:
    BlockSearch(const NumberFormat& format, std::size_t rows, std::size_t steps, bool search)
        : m_format(format)
        , m_rows(rows)
        , m_steps(steps)
        , m_candidates(steps + (search ? 1 : 0))
        , m_values(format.blockElements())
        , m_decoded(format.blockElements())
        , m_packed(m_candidates * rows * format.blockBytes())
    {
    }

    /// weights: [rows, columns]; gram: [columns, columns]; packed: rows of the format, `rowBytes` each, which
    /// hold what the scale search found where that is a candidate.
    void
    run(std::span<const float> weights, std::size_t columns, std::size_t begin, MatrixView<const float> gram,
        std::span<std::byte> packed, std::size_t rowBytes)
    {
        const std::size_t group = m_format.blockElements(), bytes = m_format.blockBytes(),
                          count = std::min(group, columns - begin), trials = m_candidates * m_rows;
        m_errors.assign(trials * count, 0);
        m_products.assign(trials * count, 0);
        for (std::size_t r = 0; r < m_rows; ++r)
            for (std::size_t k = 0; k < m_candidates; ++k)
                attempt(
                    weights.subspan(r * columns + begin, count),
                    std::span(packed).subspan(r * rowBytes + begin / group * bytes, bytes),
                    r * m_candidates + k, k);
        addProduct(
            MatrixView<const float>{m_errors.data(), trials, count, count},
            gram.block(begin, begin, count, count),
            MatrixView<float>{m_products.data(), trials, count, count});
        for (std::size_t r = 0; r < m_rows; ++r) {
            std::size_t best = 0;
            double least = std::numeric_limits<double>::infinity();
            for (std::size_t k = 0; k < m_candidates; ++k) {
                double loss = 0;
                for (std::size_t i = (r * m_candidates + k) * count, end = i + count; i < end; ++i)
                    loss += double(m_errors[i]) * double(m_products[i]);
                if (loss < least) {
                    least = loss;
                    best = k;
                }
            }
            std::copy_n(
                m_packed.begin() + std::ptrdiff_t((r * m_candidates + best) * bytes), bytes,
                packed.begin() + std::ptrdiff_t(r * rowBytes + begin / group * bytes));
        }
    }

private:
    void attempt(
        std::span<const float> weights, std::span<const std::byte> fitted, std::size_t trial, std::size_t k)
    {
        float largest = 0;
        for (const float weight : weights)
            largest = std::max(largest, std::fabs(weight));
        const float limit = k < m_steps ? largest * (1 - float(k) / float(ratioStep)) : largest;
        std::fill(m_values.begin(), m_values.end(), 0.0f);
        for (std::size_t i = 0; i < weights.size(); ++i)
            m_values[i] = std::clamp(weights[i], -limit, limit);
        const auto out = std::span(m_packed).subspan(trial * m_format.blockBytes(), m_format.blockBytes());
        if (k < m_steps)
            m_format.encode(m_values, out);
        else
            std::copy(fitted.begin(), fitted.end(), out.begin());
        m_format.decode(out, m_decoded);
        for (std::size_t i = 0; i < weights.size(); ++i)
            m_errors[trial * weights.size() + i] = weights[i] - m_decoded[i];
    }

    const NumberFormat& m_format;
    std::size_t m_rows, m_steps, m_candidates;
    std::vector<float> m_values, m_decoded, m_errors, m_products;
    std::vector<std::byte> m_packed;
};

} // namespace

std::vector<ParameterSpec> AwqClip::parameters() const
{
    return {
        {.key = "ratios",
         .title = "Clipping ratios to try, 1 downwards by 0.05",
         .unit = "",
         .standard = 10,
         .lowest = 1,
         .highest = 19,
         .whole = true},
        switchParameter("search", "Try the scale search too", true)};
}

Result<CompressedLayer> AwqClip::quantize(
    const LayerProblem& layer, const NumberFormatPtr& format, const Parameters& given,
    const MethodContext& context) const
{
    const auto steps = std::size_t(TRY(parameterValue(parameters(), given, "ratios")));
    const bool search = TRY(parameterValue(parameters(), given, "search")) != 0;
    if (!supports(*format))
        return fail(ErrorCode::Unsupported, "{} has no blocks to clip", format->id());
    const TensorType type{format, layer.weights.type().shape};
    const std::size_t rows = type.rows(), columns = type.columns();
    const std::vector<float> gram =
        TRY(requiredStatistic(layer.gram, columns * columns, "Gram matrix of the inputs"));
    std::vector<std::byte> packed(type.bytes());
    constexpr std::size_t grain = 4;
    const std::size_t batch = grain * threadCount() * 4;
    for (std::size_t first = 0; first < rows; first += batch) {
        const std::size_t count = std::min(batch, rows - first);
        parallelFor(count, grain, [&](std::size_t begin, std::size_t end) {
            const std::size_t some = end - begin;
            std::vector<float> weights(some * columns);
            layer.weights.decodeRows(first + begin, weights);
            for (float& value : weights)
                value = std::isfinite(value) ? value : 0.0f; // as every encoder does
            BlockSearch blocks(*format, some, steps, search);
            const auto out =
                std::span(packed).subspan((first + begin) * type.rowBytes(), some * type.rowBytes());
            for (std::size_t r = 0; search && r < some; ++r)
                fitRow(
                    *format, std::span(weights).subspan(r * columns, columns), {},
                    out.subspan(r * type.rowBytes(), type.rowBytes()), context.stop);
            for (std::size_t c = 0; c < columns && !context.stop.stop_requested();
                 c += format->blockElements())
                blocks.run(
                    weights, columns, c, {gram.data(), columns, columns, columns}, out, type.rowBytes());
        });
        if (context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled at row {} of {}", first, rows);
        context.progress(double(first + count) / double(rows));
    }
    return Tensor::adopt(type, std::move(packed));
}

} // namespace tritloom
