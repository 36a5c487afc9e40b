#include "plugins/ptq161/output_fit.h"

#include "core/base/matrix_product.h"
#include "core/base/parallel.h"

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

using Numbers = std::vector<float>;

constexpr std::size_t strip = 256; ///< columns of one product between two looks at the stop token

/// a [rows, n] times b [n, columns], in parallel.
Result<Numbers> product(
    std::span<const float> a, std::size_t rows, std::span<const float> b, std::size_t columns,
    const std::stop_token& stop)
{
    const std::size_t n = rows == 0 ? 0 : a.size() / rows;
    Numbers c(rows * columns);
    parallelFor(rows, 32, [&](std::size_t begin, std::size_t end) {
        for (std::size_t from = 0; from < columns && !stop.stop_requested(); from += strip) {
            const std::size_t size = std::min(strip, columns - from);
            addProduct(
                MatrixView<const float>{a.data() + begin * n, end - begin, n, n},
                MatrixView<const float>{b.data() + from, n, size, columns},
                MatrixView<float>{c.data() + begin * columns + from, end - begin, size, columns});
        }
    });
    if (stop.stop_requested())
        return fail(ErrorCode::Cancelled, "cancelled in a product of {} rows", rows);
    return c;
}

/// al s + m, before the factors of the columns.
Numbers rowValues(const BinaryPart& part)
{
    Numbers values(part.rows * part.columns);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::size_t r = i / part.columns;
        values[i] = part.alpha[r] * part.signs[i] + part.mean[r];
    }
    return values;
}

/// weights H + pull: what the whole layer asks of each weight.
Result<Numbers> askedOf(const OutputProblem& problem, const BinaryPart& part, const std::stop_token& stop)
{
    Numbers asked = TRY(product(problem.weights, part.rows, problem.gram, part.columns, stop));
    for (std::size_t i = 0; i < asked.size(); ++i)
        asked[i] += problem.pull[i];
    return asked;
}

/// Sweeps over r_j, each to its minimum for the others as they are.
Result<void>
fitColumns(BinaryPart& part, const OutputProblem& problem, const Numbers& asked, const std::stop_token& stop)
{
    const std::size_t n = part.columns, rows = part.rows;
    const Numbers values = rowValues(part);
    Numbers turned(n * rows);
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t c = 0; c < n; ++c)
            turned[c * rows + r] = values[r * n + c];
    Numbers system = TRY(product(turned, n, values, n, stop));
    for (std::size_t i = 0; i < system.size(); ++i)
        system[i] *= problem.gram[i];
    std::vector<double> slope(n); // b - A r
    for (std::size_t i = 0; i < values.size(); ++i)
        slope[i % n] += double(values[i]) * double(asked[i]);
    for (std::size_t j = 0; j < n; ++j)
        for (std::size_t k = 0; k < n; ++k)
            slope[k] -= double(system[j * n + k]) * double(part.columnFactor[j]);
    for (int sweep = 0; sweep < 10; ++sweep)
        for (std::size_t j = 0; j < n; ++j) {
            if (j % 64 == 0 && stop.stop_requested())
                return fail(ErrorCode::Cancelled, "cancelled in sweep {}", sweep);
            const double own = double(system[j * (n + 1)]);
            if (!(own > 0))
                continue;
            const auto next = float(double(part.columnFactor[j]) + slope[j] / own);
            const double change = double(next) - double(part.columnFactor[j]);
            part.columnFactor[j] = next;
            for (std::size_t k = 0; k < n; ++k)
                slope[k] -= change * double(system[j * n + k]);
        }
    return {};
}

/// al_i and m_i: the minimum over u = r o s and r of e H e^T + 2 e pull.
Result<void>
fitRows(BinaryPart& part, const OutputProblem& problem, const Numbers& asked, const std::stop_token& stop)
{
    const std::size_t n = part.columns;
    const Numbers& factor = part.columnFactor;
    const Numbers heard = TRY(product(factor, 1, problem.gram, n, stop)); // r H
    Numbers signedFactor(part.rows * n);
    for (std::size_t i = 0; i < signedFactor.size(); ++i)
        signedFactor[i] = factor[i % n] * part.signs[i];
    const Numbers sounded = TRY(product(signedFactor, part.rows, problem.gram, n, stop)); // u H
    double rr = 0;
    for (std::size_t c = 0; c < n; ++c)
        rr += double(factor[c]) * double(heard[c]);
    for (std::size_t r = 0; r < part.rows; ++r) {
        double uu = 0, ur = 0, ua = 0, ra = 0;
        for (std::size_t c = 0; c < n; ++c) {
            const std::size_t i = r * n + c;
            uu += double(signedFactor[i]) * double(sounded[i]);
            ur += double(signedFactor[i]) * double(heard[c]);
            ua += double(signedFactor[i]) * double(asked[i]);
            ra += double(factor[c]) * double(asked[i]);
        }
        const double determinant = uu * rr - ur * ur;
        if (determinant > 1e-6 * uu * rr) {
            const double alpha = (ua * rr - ra * ur) / determinant;
            if (alpha > 0) { // else the signs would turn
                part.alpha[r] = std::max(1e-8f, float(alpha));
                part.mean[r] = float((ra * uu - ua * ur) / determinant);
                continue;
            }
        }
        if (uu > 0)
            part.alpha[r] = std::max(1e-8f, float((ua - double(part.mean[r]) * ur) / uu));
    }
    return {};
}

} // namespace

Result<double> outputLoss(const BinaryPart& part, const OutputProblem& problem, const std::stop_token& stop)
{
    Numbers errors = rowValues(part);
    for (std::size_t i = 0; i < errors.size(); ++i)
        errors[i] = problem.weights[i] - part.columnFactor[i % part.columns] * errors[i];
    const Numbers heard = TRY(product(errors, part.rows, problem.gram, part.columns, stop));
    double sum = 0;
    for (std::size_t i = 0; i < errors.size(); ++i)
        sum += double(errors[i]) * (double(heard[i]) + 2 * double(problem.pull[i]));
    return sum;
}

Result<BinaryPart>
fitToOutput(BinaryPart part, const OutputProblem& problem, std::size_t rounds, const MethodContext& context)
{
    double lowest = TRY(outputLoss(part, problem, context.stop));
    const Numbers asked = TRY(askedOf(problem, part, context.stop));
    for (std::size_t round = 0; round < rounds; ++round) {
        BinaryPart next = part;
        TRY_VOID(fitColumns(next, problem, asked, context.stop));
        TRY_VOID(fitRows(next, problem, asked, context.stop));
        const double loss = TRY(outputLoss(next, problem, context.stop));
        context.progress(double(round + 1) / double(rounds));
        if (!(loss < lowest)) // NaN too
            break;
        lowest = loss;
        part = std::move(next);
    }
    return part;
}

} // namespace tritloom
