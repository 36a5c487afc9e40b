#include "compute/cpu/row_math.h"
#include "compute/cpu/tile/float_unit_product.h"
#include "core/base/half.h"
#include "tests/compute/emulated_tile_unit.h"
#include "tests/compute/neon/checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace tritloom::checks {
namespace {

using namespace cpu;

void near(const char* what, std::size_t length, std::size_t at, double got, double expected, double tolerance)
{
    check(
        std::abs(got - expected) <= tolerance,
        fmt::format("{} of {} numbers: [{}] is {}, expected {}", what, length, at, got, expected));
}

struct Stored {
    FloatKind kind;
    std::vector<std::byte> bytes;
    std::vector<float> values;

    Stored(FloatKind which, std::vector<float> numbers)
        : kind(which)
        , values(std::move(numbers))
    {
        for (float& value : values) {
            const auto put = [&](const auto& number) {
                const auto* const from = reinterpret_cast<const std::byte*>(&number);
                bytes.insert(bytes.end(), from, from + sizeof number);
            };
            if (kind == FloatKind::F16) {
                const std::uint16_t half = floatToHalf(value);
                value = halfToFloat(half);
                put(half);
            } else if (kind == FloatKind::BF16) {
                const auto brain = std::uint16_t(std::bit_cast<std::uint32_t>(value) >> 16);
                value = brainToFloat(brain);
                put(brain);
            } else {
                put(value);
            }
        }
    }
};

void checkProducts(FloatKind kind, std::size_t rows, std::size_t columns, std::size_t tokens, Random& random)
{
    const Stored w(kind, random.numbers(rows * columns));
    const std::vector<float> x = random.numbers(tokens * columns);
    std::vector<float> decoded(w.values.size()), y(tokens * rows), tiles(tokens * rows);
    decodeFloats(kind, w.bytes.data(), decoded);
    check(decoded == w.values, fmt::format("decoding {} floats of kind {}", decoded.size(), int(kind)));
    for (std::size_t t = 0; t < tokens; ++t)
        multiplyFloatRows(
            kind, w.bytes.data(), std::span(x).subspan(t * columns, columns),
            std::span(y).subspan(t * rows, rows));
    multiplyFloatColumns(
        kind, w.bytes.data(), rows, splitTokens(x, tokens, columns), emulatedTileUnit, tiles, {});
    for (std::size_t t = 0; t < tokens; ++t)
        for (std::size_t r = 0; r < rows; ++r) {
            double expected = 0, size = 0;
            for (std::size_t c = 0; c < columns; ++c) {
                const double term = double(w.values[r * columns + c]) * double(x[t * columns + c]);
                expected += term;
                size += std::abs(term);
            }
            near("a row", columns, r, double(y[t * rows + r]), expected, 1e-6 * size);
            near("a row by tiles", columns, r, double(tiles[t * rows + r]), expected, 4e-7 * size);
        }
}

void checkRows(std::size_t count, Random& random)
{
    const std::vector<float> a = random.numbers(count), b = random.numbers(count);
    std::vector<float> x(a), y(count), z(count);
    for (float& value : x)
        value *= 20;
    double highest = -1e30, exponentials = 0, squares = 0, dot = 0;
    for (std::size_t i = 0; i < count; ++i) {
        highest = std::max(highest, double(x[i]));
        squares += double(x[i]) * double(x[i]);
        dot += double(a[i]) * double(b[i]);
    }
    for (const float value : x)
        exponentials += std::exp(double(value) - highest);
    std::vector<float> soft(x);
    softmaxRow(soft, 1);
    logSoftmaxRow(x, y);
    for (std::size_t i = 0; i < count; ++i) {
        const double expected = double(x[i]) - highest - std::log(exponentials);
        near("softmax", count, i, double(soft[i]), std::exp(expected), 2e-6);
        near("log softmax", count, i, double(y[i]), expected, 2e-5);
    }
    std::vector<float> other(count);
    logSoftmaxRow(b, other);
    double divergence = 0;
    for (std::size_t i = 0; i < count; ++i)
        divergence += std::exp(double(y[i])) * (double(y[i]) - double(other[i]));
    near("divergence", count, 0, double(divergenceRow(y, other)), divergence, 1e-4);
    siluRow(x, y);
    geluRow(x, z);
    for (std::size_t i = 0; i < count; ++i) {
        const double v = double(x[i]);
        near("silu", count, i, double(y[i]), v / (1 + std::exp(-v)), 1e-5 * (1 + std::abs(v)));
        const double inner = 0.7978845608028654 * (v + 0.044715 * v * v * v);
        near("gelu", count, i, double(z[i]), 0.5 * v * (1 + std::tanh(inner)), 1e-5 * (1 + std::abs(v)));
    }
    rmsNormRow(x, b, 1e-5f, y);
    const double factor = 1 / std::sqrt(squares / double(count) + 1e-5);
    for (std::size_t i = 0; i < count; ++i)
        near("rms norm", count, i, double(y[i]), double(x[i]) * factor * double(b[i]), 1e-5);
    near("dot", count, 0, double(dotRow(a, b)), dot, 1e-6 * double(count));
}

} // namespace

void checkFloatKernels()
{
    Random random(2);
    for (const auto kind : {FloatKind::F32, FloatKind::F16, FloatKind::BF16})
        for (const auto& [rows, columns, tokens] :
             {std::array<std::size_t, 3>{1, 1, 1}, {5, 31, 3}, {33, 129, 17}, {7, 300, 2}})
            checkProducts(kind, rows, columns, tokens, random);
    for (const std::size_t count : {1, 2, 3, 7, 8, 31, 64, 257})
        checkRows(count, random);
}

} // namespace tritloom::checks
