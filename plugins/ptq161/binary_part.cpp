#include "plugins/ptq161/binary_part.h"

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

float valueAt(const BinaryPart& part, std::size_t r, std::size_t c)
{
    return part.columnFactor[c] * (part.alpha[r] * part.signs[r * part.columns + c] + part.mean[r]);
}

/// For fixed r: alpha_i minimises sum_j h_j (w_ij - r_j m_i - alpha r_j s_ij)^2.
void fitRows(BinaryPart& part, std::span<const float> weights, std::span<const float> importance)
{
    for (std::size_t r = 0; r < part.rows; ++r) {
        double above = 0, below = 0;
        for (std::size_t c = 0; c < part.columns; ++c) {
            const double h = double(importance[c]), factor = double(part.columnFactor[c]);
            const double rest = double(weights[r * part.columns + c]) - factor * double(part.mean[r]);
            above += h * rest * factor * double(part.signs[r * part.columns + c]);
            below += h * factor * factor;
        }
        if (below > 0)
            part.alpha[r] = std::max(1e-8f, float(above / below));
    }
}

/// For fixed alpha: r_j minimises sum_i (w_ij - r_j v_ij)^2, whatever the weight of column j.
void fitColumns(BinaryPart& part, std::span<const float> weights)
{
    std::vector<double> above(part.columns), below(part.columns);
    for (std::size_t r = 0; r < part.rows; ++r)
        for (std::size_t c = 0; c < part.columns; ++c) {
            const double v =
                double(part.alpha[r]) * double(part.signs[r * part.columns + c]) + double(part.mean[r]);
            above[c] += double(weights[r * part.columns + c]) * v;
            below[c] += v * v;
        }
    for (std::size_t c = 0; c < part.columns; ++c)
        if (below[c] > 0)
            part.columnFactor[c] = float(above[c] / below[c]);
}

} // namespace

double binaryError(const BinaryPart& part, std::span<const float> weights, std::span<const float> importance)
{
    double sum = 0;
    for (std::size_t r = 0; r < part.rows; ++r)
        for (std::size_t c = 0; c < part.columns; ++c) {
            const double error = double(weights[r * part.columns + c]) - double(valueAt(part, r, c));
            sum += double(importance[c]) * error * error;
        }
    return sum;
}

Result<BinaryPart> fitBinaryPart(
    std::span<const float> weights, std::size_t rows, std::size_t columns, std::span<const float> importance,
    std::size_t rounds, const MethodContext& context)
{
    BinaryPart part{
        rows,
        columns,
        std::vector<float>(rows * columns),
        std::vector<float>(rows),
        std::vector<float>(rows),
        std::vector<float>(columns, 1.0f)};
    for (std::size_t r = 0; r < rows; ++r) {
        const auto row = weights.subspan(r * columns, columns);
        double sum = 0, deviation = 0;
        for (const float weight : row)
            sum += double(weight);
        part.mean[r] = float(sum / double(std::max<std::size_t>(columns, 1)));
        for (std::size_t c = 0; c < columns; ++c) {
            deviation += std::fabs(double(row[c]) - double(part.mean[r]));
            part.signs[r * columns + c] = row[c] >= part.mean[r] ? 1.0f : -1.0f;
        }
        part.alpha[r] = float(deviation / double(std::max<std::size_t>(columns, 1)));
        if (r % 256 == 0 && context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled at row {} of {}", r, rows);
    }
    double lowest = binaryError(part, weights, importance);
    for (std::size_t round = 0; round < rounds; ++round) {
        BinaryPart next = part;
        fitColumns(next, weights);
        fitRows(next, weights, importance);
        if (context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled in round {} of {}", round, rounds);
        const double error = binaryError(next, weights, importance);
        if (!(error < lowest))
            break;
        lowest = error;
        part = std::move(next);
        context.progress(0.5 * double(round + 1) / double(rounds));
    }
    return part;
}

} // namespace tritloom
