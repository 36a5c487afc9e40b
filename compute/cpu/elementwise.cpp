#include "compute/cpu/kernels.h"
#include "compute/cpu/output.h"
#include "compute/cpu/row_math.h"
#include "core/backend/reference/ops.h"
#include "core/base/parallel.h"

namespace tritloom::cpu {
namespace {

constexpr std::size_t grainFloats = 16 * 1024; ///< enough work to be worth a task

template <typename Function>
Result<Tensor> mapChunks(const Tensor& input, Function function)
{
    const auto x = input.floats();
    Output output(x.size());
    const auto y = output.values();
    parallelFor(x.size(), grainFloats, [&](std::size_t begin, std::size_t end) {
        function(x.subspan(begin, end - begin), y.subspan(begin, end - begin));
    });
    return std::move(output).take(input.type().shape);
}

template <typename Function>
Result<Tensor> combine(std::span<const Tensor> inputs, Function function)
{
    const auto a = inputs[0].floats();
    const bool plain = inputs[1].type().format->id() == "f32"
        && reinterpret_cast<std::uintptr_t>(inputs[1].bytes().data()) % alignof(float) == 0;
    const std::vector<float> decoded = plain ? std::vector<float>() : inputs[1].toFloats();
    const std::span<const float> b = plain ? inputs[1].floats() : std::span<const float>(decoded);
    const std::size_t columns = inputs[0].type().columns();
    if (b.size() != a.size() && b.size() != columns && b.size() != 1)
        return fail(ErrorCode::InvalidInput, "{} numbers combined with {}", a.size(), b.size());
    Output output(a.size());
    const auto y = output.values();
    const std::size_t rowsPerChunk =
        std::max<std::size_t>(1, grainFloats / std::max<std::size_t>(columns, 1));
    parallelFor(inputs[0].type().rows(), rowsPerChunk, [&](std::size_t begin, std::size_t end) {
        for (std::size_t r = begin; r < end; ++r) {
            const float* const x = a.data() + r * columns;
            const float* const z = b.size() == a.size() ? b.data() + r * columns : b.data();
            float* const out = y.data() + r * columns;
            if (b.size() == 1)
                for (std::size_t c = 0; c < columns; ++c)
                    out[c] = function(x[c], z[0]);
            else
                for (std::size_t c = 0; c < columns; ++c)
                    out[c] = function(x[c], z[c]);
        }
    });
    return std::move(output).take(inputs[0].type().shape);
}

} // namespace

Result<Tensor> rmsNorm(const Op& op, std::span<const Tensor> inputs, std::stop_token)
{
    const auto x = inputs[0].floats();
    const std::vector<float> w = inputs[1].toFloats();
    if (w.empty() || inputs[0].type().columns() % w.size() != 0)
        return fail(
            ErrorCode::InvalidInput, "a norm of {} over rows of {}", w.size(), inputs[0].type().columns());
    Output output(x.size());
    const auto y = output.values();
    parallelFor(x.size() / w.size(), 32, [&](std::size_t begin, std::size_t end) {
        for (std::size_t r = begin; r < end; ++r)
            rmsNormRow(
                x.subspan(r * w.size(), w.size()), w, float(op.number("epsilon", 1e-5)),
                y.subspan(r * w.size(), w.size()));
    });
    return std::move(output).take(inputs[0].type().shape);
}

Result<Tensor> rope(const Op& op, std::span<const Tensor> inputs, std::stop_token)
{
    const std::size_t head = op.count("headSize"), dimensions = op.count("dimensions", head),
                      rows = inputs[0].type().rows(), columns = inputs[0].type().columns();
    if (head == 0 || columns % head != 0 || dimensions > head || dimensions % 2 != 0)
        return fail(
            ErrorCode::InvalidInput, "rotary heads of {} ({} turned) in rows of {}", head, dimensions,
            columns);
    const std::vector<float> divisors = inputs.size() > 1 ? inputs[1].toFloats() : std::vector<float>();
    if (!divisors.empty() && divisors.size() != dimensions / 2)
        return fail(
            ErrorCode::InvalidInput, "{} rotary divisors for {} frequencies", divisors.size(),
            dimensions / 2);
    const bool halfSplit = op.number("halfSplit") != 0;
    const auto x = inputs[0].floats();
    Output output(x.size());
    const auto y = output.values();
    std::copy(x.begin(), x.end(), y.begin());
    parallelFor(rows, 16, [&](std::size_t begin, std::size_t end) {
        for (std::size_t r = begin; r < end; ++r) {
            const reference::Rotation turn = reference::rotationAt(
                op.count("position") + r, dimensions, op.number("base", 10000), op.number("factor", 1),
                divisors);
            for (std::size_t start = r * columns; start < (r + 1) * columns; start += head) {
                for (std::size_t i = 0; i < dimensions / 2; ++i) {
                    float& a = y[start + (halfSplit ? i : 2 * i)];
                    float& b = y[start + (halfSplit ? i + dimensions / 2 : 2 * i + 1)];
                    const float turnedA = a * turn.cosine[i] - b * turn.sine[i];
                    b = b * turn.cosine[i] + a * turn.sine[i];
                    a = turnedA;
                }
            }
        }
    });
    return std::move(output).take(inputs[0].type().shape);
}

Result<Tensor> add(const Op&, std::span<const Tensor> inputs, std::stop_token)
{
    return combine(inputs, [](float a, float b) { return a + b; });
}

Result<Tensor> multiply(const Op&, std::span<const Tensor> inputs, std::stop_token)
{
    return combine(inputs, [](float a, float b) { return a * b; });
}

Result<Tensor> silu(const Op&, std::span<const Tensor> inputs, std::stop_token)
{
    return mapChunks(inputs[0], [](auto x, auto y) { siluRow(x, y); });
}

Result<Tensor> gelu(const Op&, std::span<const Tensor> inputs, std::stop_token)
{
    return mapChunks(inputs[0], [](auto x, auto y) { geluRow(x, y); });
}

Result<Tensor> logSoftmax(const Op&, std::span<const Tensor> inputs, std::stop_token)
{
    const auto x = inputs[0].floats();
    const std::size_t columns = inputs[0].type().columns();
    Output output(x.size());
    const auto y = output.values();
    parallelFor(inputs[0].type().rows(), 8, [&](std::size_t begin, std::size_t end) {
        for (std::size_t r = begin; r < end; ++r)
            logSoftmaxRow(x.subspan(r * columns, columns), y.subspan(r * columns, columns));
    });
    return std::move(output).take(inputs[0].type().shape);
}

Result<Tensor> divergence(const Op&, std::span<const Tensor> inputs, std::stop_token)
{
    const auto p = inputs[0].floats(), q = inputs[1].floats();
    const std::size_t columns = inputs[0].type().columns(), rows = inputs[0].type().rows();
    if (p.size() != q.size())
        return fail(ErrorCode::InvalidInput, "{} probabilities against {}", p.size(), q.size());
    Output output(rows);
    const auto y = output.values();
    parallelFor(rows, 8, [&](std::size_t begin, std::size_t end) {
        for (std::size_t r = begin; r < end; ++r)
            y[r] = divergenceRow(p.subspan(r * columns, columns), q.subspan(r * columns, columns));
    });
    return std::move(output).take({rows});
}

} // namespace tritloom::cpu
