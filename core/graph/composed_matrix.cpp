#include "core/graph/composed_matrix.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace tritloom {
namespace {

constexpr std::size_t rowsAtOnce = 16; ///< that a thread takes

class SignFactors {
public:
    static Result<SignFactors> of(std::span<const Tensor> tensors)
    {
        const Tensor& signs = tensors[0];
        const std::size_t outputs = signs.type().rows(), inputs = signs.type().columns();
        const std::size_t rank = tensors[1].type().columns();
        if (tensors[1].type().rows() != outputs || tensors[2].type().rows() != rank
            || tensors[2].type().columns() != inputs)
            return fail(
                ErrorCode::InvalidInput, "signs [{}, {}] with factors [{}, {}] and [{}, {}]", outputs, inputs,
                tensors[1].type().rows(), rank, tensors[2].type().rows(), tensors[2].type().columns());
        return SignFactors(signs, tensors[1].toFloats(), tensors[2].toFloats(), rank);
    }

    [[nodiscard]] std::size_t outputs() const { return m_signs.type().rows(); }
    [[nodiscard]] std::size_t inputs() const { return m_signs.type().columns(); }
    /// row, room: [inputs]
    void makeRow(std::size_t r, std::span<float> row, std::span<float> room) const
    {
        const std::size_t n = inputs();
        std::ranges::fill(row, 0.0f);
        std::size_t k = 0;
        for (; k + 4 <= m_rank; k += 4) { // four at a time: the row is fetched and stored a quarter as often
            const float* const f = m_left.data() + r * m_rank + k;
            const float* const b = m_right.data() + k * n;
            for (std::size_t c = 0; c < n; ++c)
                row[c] += f[0] * b[c] + f[1] * b[n + c] + f[2] * b[2 * n + c] + f[3] * b[3 * n + c];
        }
        for (; k < m_rank; ++k)
            for (std::size_t c = 0; c < n; ++c)
                row[c] += m_left[r * m_rank + k] * m_right[k * n + c];
        m_signs.decodeRows(r, room);
        for (std::size_t c = 0; c < n; ++c)
            row[c] *= room[c];
    }

private:
    SignFactors(Tensor signs, std::vector<float> left, std::vector<float> right, std::size_t rank)
        : m_signs(std::move(signs))
        , m_left(std::move(left))
        , m_right(std::move(right))
        , m_rank(rank)
    {
    }
    Tensor m_signs;
    std::vector<float> m_left, m_right;
    std::size_t m_rank;
};

class SparseCodes {
public:
    static Result<SparseCodes> of(std::span<const Tensor> tensors)
    {
        SparseCodes made(tensors[0], tensors[1].toFloats(), tensors[2].toFloats(), tensors[3].toFloats());
        const std::size_t outputs = made.outputs(), codes = made.m_codes.size();
        if (made.m_scales.size() != outputs || made.m_zeros.size() != outputs)
            return fail(
                ErrorCode::InvalidInput, "{} scales and {} zeros for {} rows", made.m_scales.size(),
                made.m_zeros.size(), outputs);
        made.m_starts.resize(outputs + 1);
        parallelFor(outputs, rowsAtOnce, [&](std::size_t begin, std::size_t end) {
            std::vector<float> mask(made.inputs());
            for (std::size_t r = begin; r < end; ++r) {
                made.m_mask.decodeRows(r, mask);
                made.m_starts[r + 1] =
                    std::size_t(std::ranges::count_if(mask, [](float value) { return !(value < 0); }));
            }
        });
        std::partial_sum(made.m_starts.begin(), made.m_starts.end(), made.m_starts.begin());
        if (made.m_starts.back() > codes)
            return fail(ErrorCode::InvalidInput, "the mask marks more than the {} codes there are", codes);
        if (made.m_starts.back() < codes)
            return fail(
                ErrorCode::InvalidInput, "the mask marks {} weights, there are {} codes",
                made.m_starts.back(), codes);
        made.m_codes.push_back(0);
        return made;
    }

    [[nodiscard]] std::size_t outputs() const { return m_mask.type().rows(); }
    [[nodiscard]] std::size_t inputs() const { return m_mask.type().columns(); }
    void makeRow(std::size_t r, std::span<float> row, std::span<float>) const
    {
        m_mask.decodeRows(r, row);
        // Without branches, which nobody could predict: the code behind the last is there, and counts
        // nothing.
        const float* code = m_codes.data() + m_starts[r];
        const float scale = m_scales[r], zero = m_zeros[r];
        for (float& value : row) {
            const bool isStored = !(value < 0);
            const float decoded = scale * (*code - zero);
            value = isStored ? decoded : 0.0f;
            code += isStored;
        }
    }

private:
    SparseCodes(Tensor mask, std::vector<float> codes, std::vector<float> scales, std::vector<float> zeros)
        : m_mask(std::move(mask))
        , m_codes(std::move(codes))
        , m_scales(std::move(scales))
        , m_zeros(std::move(zeros))
    {
    }
    Tensor m_mask;
    std::vector<float> m_codes, m_scales, m_zeros; ///< codes: and a 0 behind them
    std::vector<std::size_t> m_starts; ///< of the codes of each row
};

template <typename Rows>
Tensor matrixOf(const Rows& rows)
{
    const std::size_t outputs = rows.outputs(), inputs = rows.inputs();
    std::vector<float> values(outputs * inputs);
    parallelFor(outputs, rowsAtOnce, [&](std::size_t begin, std::size_t end) {
        std::vector<float> room(inputs);
        for (std::size_t r = begin; r < end; ++r)
            rows.makeRow(r, std::span(values).subspan(r * inputs, inputs), room);
    });
    return Tensor::adoptFloats({outputs, inputs}, std::move(values));
}

float dot(std::span<const float> a, std::span<const float> b)
{
    constexpr std::size_t lanes = 16;
    std::array<float, lanes> sums{};
    std::size_t i = 0;
    for (; i + lanes <= a.size(); i += lanes)
        for (std::size_t lane = 0; lane < lanes; ++lane)
            sums[lane] += a[i + lane] * b[i + lane];
    float sum = std::accumulate(sums.begin(), sums.end(), 0.0f);
    for (; i < a.size(); ++i)
        sum += a[i] * b[i];
    return sum;
}

template <typename Rows>
Result<Tensor> productOf(const Tensor& x, const Rows& rows)
{
    const std::size_t outputs = rows.outputs(), inputs = rows.inputs(), tokens = x.type().rows();
    if (x.type().columns() != inputs)
        return fail(
            ErrorCode::InvalidInput, "{} inputs for a matrix [{}, {}]", x.type().columns(), outputs, inputs);
    const std::vector<float> given = x.toFloats();
    std::vector<float> y(tokens * outputs);
    parallelFor(outputs, rowsAtOnce, [&](std::size_t begin, std::size_t end) {
        std::vector<float> row(inputs), room(inputs);
        for (std::size_t r = begin; r < end; ++r) {
            rows.makeRow(r, row, room);
            for (std::size_t t = 0; t < tokens; ++t)
                y[t * outputs + r] = dot(row, std::span(given).subspan(t * inputs, inputs));
        }
    });
    return Tensor::adoptFloats({tokens, outputs}, std::move(y));
}

} // namespace

Result<Tensor> signFactorMatrix(std::span<const Tensor> tensors)
{
    return matrixOf(TRY(SignFactors::of(tensors)));
}

Result<Tensor> signFactorProduct(const Tensor& x, std::span<const Tensor> tensors)
{
    return productOf(x, TRY(SignFactors::of(tensors)));
}

Result<Tensor> sparseMatrix(std::span<const Tensor> tensors)
{
    return matrixOf(TRY(SparseCodes::of(tensors)));
}

Result<Tensor> sparseProduct(const Tensor& x, std::span<const Tensor> tensors)
{
    return productOf(x, TRY(SparseCodes::of(tensors)));
}

} // namespace tritloom
