#include "core/backend/reference/ops.h"

#include <algorithm>
#include <cmath>

namespace tritloom::reference {

Rotation rotationAt(
    std::size_t position, std::size_t dimensions, double base, double factor, std::span<const float> divisors)
{
    Rotation rotation;
    for (std::size_t i = 0; i < dimensions / 2; ++i) {
        double theta = std::pow(base, -2.0 * double(i) / double(dimensions)) / factor;
        if (!divisors.empty())
            theta /= double(divisors[i]);
        const double angle = double(position) * theta;
        rotation.cosine.push_back(float(std::cos(angle)));
        rotation.sine.push_back(float(std::sin(angle)));
    }
    return rotation;
}

Result<Tensor> rope(const Op& op, std::span<const Tensor> inputs, std::stop_token)
{
    std::vector<float> x = values(inputs[0]);
    const std::size_t head = op.count("headSize"), dimensions = op.count("dimensions", head),
                      rows = inputs[0].type().rows(), columns = inputs[0].type().columns();
    if (head == 0 || columns % head != 0 || dimensions > head || dimensions % 2 != 0)
        return fail(ErrorCode::InvalidInput, "rotary heads of {} ({} turned) in rows of {}", head, dimensions, columns);
    const std::vector<float> divisors = inputs.size() > 1 ? values(inputs[1]) : std::vector<float>();
    if (!divisors.empty() && divisors.size() != dimensions / 2)
        return fail(ErrorCode::InvalidInput, "{} rotary divisors for {} frequencies", divisors.size(), dimensions / 2);
    const bool halfSplit = op.number("halfSplit") != 0;
    for (std::size_t r = 0; r < rows; ++r) {
        const Rotation turn = rotationAt(
            op.count("position") + r, dimensions, op.number("base", 10000), op.number("factor", 1), divisors);
        for (std::size_t begin = r * columns; begin < (r + 1) * columns; begin += head) {
            for (std::size_t i = 0; i < dimensions / 2; ++i) {
                float& a = x[begin + (halfSplit ? i : 2 * i)];
                float& b = x[begin + (halfSplit ? i + dimensions / 2 : 2 * i + 1)];
                const float turnedA = a * turn.cosine[i] - b * turn.sine[i];
                b = b * turn.cosine[i] + a * turn.sine[i];
                a = turnedA;
            }
        }
    }
    return Tensor::adoptFloats(inputs[0].type().shape, std::move(x));
}

// Grouped-query attention, causal unless told otherwise: query head h reads key-value head h / (heads /
// kvHeads). A window of n: the query at i sees keys i - n + 1 to i (Beltagy et al., "Longformer", 2020, with
// n counted as Mistral's config does).
Result<Tensor> attention(const Op& op, std::span<const Tensor> inputs, std::stop_token stop)
{
    const std::vector<float> q = values(inputs[0]), k = values(inputs[1]), v = values(inputs[2]);
    const std::size_t heads = op.count("heads"), kvHeads = op.count("kvHeads", heads),
                      rows = inputs[0].type().rows(), keys = inputs[1].type().rows();
    const std::size_t size = heads == 0 ? 0 : inputs[0].type().columns() / heads;
    const bool causal = op.number("causal", 1) != 0;
    const std::size_t window = op.count("window");
    if (size == 0 || kvHeads == 0 || heads % kvHeads != 0 || inputs[1].type().columns() != kvHeads * size
        || inputs[2].type().shape != inputs[1].type().shape || (causal && keys < rows))
        return fail(ErrorCode::InvalidInput, "attention with {} heads, {} key heads, {} keys for {} queries", heads, kvHeads, keys, rows);
    std::vector<float> y(rows * heads * size);
    std::vector<double> weights(keys);
    for (std::size_t h = 0; h < heads; ++h) {
        const std::size_t kv = h / (heads / kvHeads);
        for (std::size_t r = 0; r < rows; ++r) {
            if (stop.stop_requested())
                return fail(ErrorCode::Cancelled, "cancelled");
            const std::size_t end = causal ? keys - rows + r + 1 : keys,
                              begin = causal ? firstKeySeen(end - 1, window) : 0;
            double largest = -1e300, total = 0;
            for (std::size_t j = begin; j < end; ++j) {
                double dot = 0;
                for (std::size_t i = 0; i < size; ++i)
                    dot += double(q[(r * heads + h) * size + i]) * double(k[(j * kvHeads + kv) * size + i]);
                weights[j] = dot / std::sqrt(double(size));
                largest = std::max(largest, weights[j]);
            }
            for (std::size_t j = begin; j < end; ++j)
                total += weights[j] = std::exp(weights[j] - largest);
            for (std::size_t i = 0; i < size; ++i) {
                double sum = 0;
                for (std::size_t j = begin; j < end; ++j)
                    sum += weights[j] * double(v[(j * kvHeads + kv) * size + i]);
                y[(r * heads + h) * size + i] = float(sum / total);
            }
        }
    }
    return Tensor::adoptFloats({rows, heads * size}, std::move(y));
}

} // namespace tritloom::reference
