#include "compute/cpu/ranged_product.h"

#include "compute/cpu/output.h"
#include "compute/cpu/packed/product.h"
#include "compute/cpu/tile/tile_unit.h"
#include "core/base/parallel.h"
#include "core/graph/window.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>

// Inputs become signed bytes, code - 128; packed products sum them in whole numbers. What the 128 and the
// zero point add is the same for all tokens: (128 - zero) * scale * (sum of a row of weights), which the
// product of the row with ones gives.
namespace tritloom::cpu {
namespace {

constexpr std::size_t together = 16; ///< windows whose bytes are put in order at once

/// Signed bytes of one picture, channel by channel, with the padding around and room to read beyond the end.
struct Bytes {
    std::size_t height = 0, width = 0; ///< of a plane
    std::vector<std::int8_t> planes;
};

/// digits[i] = code of x[i] - 128. False where one is no number.
bool toDigits(const InputGrid& grid, const float* x, std::size_t count, std::int8_t* digits)
{
    const float last = std::exp2(float(grid.bits)) - 1, low = -grid.zero, high = last - grid.zero;
    const int shift = int(grid.zero) - 128;
    int wrong = 0;
    for (std::size_t i = 0; i < count; ++i) {
        wrong |= x[i] != x[i];
        const float held = std::min(high, std::max(low, x[i] / grid.scale)); // whole ends: as after rounding
        constexpr float magic = 12582912.0f; // leaves no room for a fraction: ties to even
        digits[i] = static_cast<std::int8_t>(int((held + magic) - magic) + shift);
    }
    return wrong == 0;
}

/// Activations of `tokens` windows for this layout, digits not yet there.
Activations roomFor(const PackedLayout& layout, std::size_t tokens, float scale)
{
    Activations out;
    out.tokens = tokens;
    out.digits = 1;
    out.lowestDigit = -128;
    out.blockColumns = layout.blockColumns;
    out.lines = layout.linesPerBlock();
    const std::size_t blocks = layout.blocks * tokens;
    out.bytes = scratch((blocks + tileTokens - 1) * out.blockColumns);
    out.scales.assign(blocks * out.lines, scale * layout.unit);
    out.sums.resize(blocks * out.lines);
    out.starts.resize(blocks * out.lines * 2);
    return out;
}

/// The sums that zero points and offsets of weights are multiplied with, of the digits that are there.
void addSums(const PackedLayout& layout, float scale, std::size_t token, Activations& out)
{
    for (std::size_t b = 0; b < layout.blocks; ++b) {
        const std::int8_t* const digits = out.digitsOf(b, token);
        for (std::size_t line = 0; line * layout.lineColumns < layout.columnsOf(b); ++line) {
            std::int32_t sum = 0;
            for (std::size_t c = 0; c < layout.lineColumns; ++c)
                sum += digits[line * layout.lineColumns + c];
            const std::size_t index = out.at(b, token) * out.lines + line;
            out.sums[index] = (isSuper(layout.scales) ? 1 : scale) * float(sum);
            out.starts[2 * index + 1] = -layout.zero * sum;
        }
    }
}

using Sixteen = std::uint8_t __attribute__((vector_size(16)));

/// Bytes of sixteen rows as those of sixteen columns: each step interleaves rows that are eight apart.
void transpose(Sixteen (&rows)[together])
{
    Sixteen other[together];
    const auto step = [](const Sixteen(&from)[together], Sixteen(&to)[together]) {
        for (std::size_t i = 0; i < together / 2; ++i) {
            const Sixteen a = from[i], b = from[i + together / 2];
            to[2 * i] = __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
            to[2 * i + 1] =
                __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
        }
    };
    step(rows, other);
    step(other, rows);
    step(rows, other);
    step(other, rows);
}

/// Where the windows of one picture read: column (channel, tap) of window (row, column) of the output.
class WindowReader {
public:
    WindowReader(const Window& window, const Bytes& bytes)
        : m_window(window)
        , m_bytes(bytes)
    {
        for (std::int64_t c = 0; c < window.channels; ++c)
            for (std::int64_t i = 0; i < window.kernel[1]; ++i)
                for (std::int64_t j = 0; j < window.kernel[2]; ++j)
                    m_offsets.push_back(
                        (std::size_t(c) * bytes.height + std::size_t(i * window.dilation[1])) * bytes.width
                        + std::size_t(j * window.dilation[2]));
    }

    /// Windows `first`.. of one row of the output, at most sixteen, as tokens from `token` on.
    void read(
        std::size_t row, std::size_t first, std::size_t count, const PackedLayout& layout, std::size_t token,
        Activations& out) const
    {
        const std::size_t stride = std::size_t(m_window.stride[2]);
        const std::int8_t* const corner =
            m_bytes.planes.data() + row * std::size_t(m_window.stride[1]) * m_bytes.width + first * stride;
        for (std::size_t b = 0; b < layout.blocks; ++b) {
            const std::size_t begin = b * layout.blockColumns;
            for (std::size_t c = 0; c < layout.columnsOf(b); c += together) {
                Sixteen rows[together];
                for (std::size_t k = 0; k < together; ++k) {
                    const std::size_t column = begin + c + k;
                    if (column >= m_offsets.size()) // meets no weight; zeros keep the sums right
                        rows[k] = Sixteen{};
                    else if (stride == 1)
                        std::memcpy(&rows[k], corner + m_offsets[column], sizeof rows[k]);
                    else
                        for (std::size_t t = 0; t < together; ++t)
                            rows[k][t] =
                                std::uint8_t(corner[m_offsets[column] + (t < count ? t : 0) * stride]);
                }
                transpose(rows);
                for (std::size_t t = 0; t < count; ++t)
                    std::memcpy(out.digitsOf(b, token + t) + c, &rows[t], sizeof rows[t]);
            }
        }
    }

private:
    const Window& m_window;
    const Bytes& m_bytes;
    std::vector<std::size_t> m_offsets; ///< by column, from the corner of a window
};

/// What is read before and behind a picture in one dimension.
std::size_t paddedSize(const Window& w, std::size_t dimension)
{
    const std::int64_t reach = (w.output[dimension] - 1) * w.stride[dimension]
        + w.dilation[dimension] * (w.kernel[dimension] - 1) + 1;
    return std::size_t(std::max(reach, w.input[dimension] + w.padBegin[dimension]));
}

/// False where a value is no number.
bool fill(const Window& w, const InputGrid& grid, const float* x, Bytes& bytes)
{
    const auto height = std::size_t(w.input[1]), width = std::size_t(w.input[2]),
               top = std::size_t(w.padBegin[1]), left = std::size_t(w.padBegin[2]);
    std::fill(bytes.planes.begin(), bytes.planes.end(), static_cast<std::int8_t>(int(grid.zero) - 128));
    std::atomic<bool> good = true;
    parallelFor(std::size_t(w.channels), 8, [&](std::size_t begin, std::size_t end) {
        for (std::size_t c = begin; c < end; ++c)
            for (std::size_t i = 0; i < height; ++i)
                if (!toDigits(
                        grid, x + (c * height + i) * width, width,
                        &bytes.planes[(c * bytes.height + top + i) * bytes.width + left]))
                    good = false;
    });
    return good;
}

void multiply(
    const PackedWeights& weights, const Activations& x, std::span<float> y, const std::stop_token& stop)
{
    x.tokens == 1 && weights.layout.levels != Levels::Table ? multiplyColumn(weights, x, y)
                                                            : multiplyColumns(weights, x, y, stop);
}

/// By row of the weights: bias + (128 - zero) * scale * (sum of the row).
std::vector<float> constants(
    const PackedWeights& weights, const InputGrid& grid, const Tensor* bias, const std::stop_token& stop)
{
    const PackedLayout& layout = weights.layout;
    Activations ones = roomFor(layout, 1, 1);
    for (std::size_t b = 0; b < layout.blocks; ++b)
        for (std::size_t c = 0; c < layout.columnsOf(b); ++c)
            ones.digitsOf(b, 0)[c] = b * layout.blockColumns + c < layout.columns ? 1 : 0;
    addSums(layout, 1, 0, ones);
    std::vector<float> sums(layout.rows);
    multiply(weights, ones, sums, stop);
    const std::vector<float> added = bias == nullptr ? std::vector<float>(layout.rows) : bias->toFloats();
    for (std::size_t r = 0; r < sums.size(); ++r)
        sums[r] =
            float(double(added[r]) + (128.0 - double(grid.zero)) * double(grid.scale) * double(sums[r]));
    return sums;
}

Result<Tensor> linearProduct(
    const InputGrid& grid, const Tensor& input, const PackedWeights& weights, const Tensor* bias,
    const std::stop_token& stop)
{
    const PackedLayout& layout = weights.layout;
    const std::size_t tokens = input.type().rows();
    const float* const x = input.floats().data();
    Activations codes = roomFor(layout, tokens, grid.scale);
    std::atomic<bool> good = true;
    parallelFor(tokens, 16, [&](std::size_t begin, std::size_t end) {
        for (std::size_t t = begin; t < end; ++t) {
            for (std::size_t b = 0; b < layout.blocks; ++b) {
                const std::size_t first = b * layout.blockColumns, padded = layout.columnsOf(b);
                const std::size_t count = std::min(padded, layout.columns - std::min(first, layout.columns));
                std::int8_t* const digits = codes.digitsOf(b, t);
                if (!toDigits(grid, x + t * layout.columns + first, count, digits))
                    good = false;
                std::fill(digits + count, digits + padded, std::int8_t{0});
            }
            addSums(layout, grid.scale, t, codes);
        }
    });
    if (!good)
        return fail(ErrorCode::Unsupported, "an input of a product is no number");
    Output output(tokens * layout.rows);
    const auto y = output.values();
    multiply(weights, codes, y, stop);
    const std::vector<float> added = constants(weights, grid, bias, stop);
    if (stop.stop_requested())
        return fail(ErrorCode::Cancelled, "cancelled in a product of {} rows", layout.rows);
    for (std::size_t i = 0; i < y.size(); ++i)
        y[i] += added[i % layout.rows];
    return std::move(output).take({tokens, layout.rows});
}

Result<Tensor> windowProduct(
    const Window& w, const InputGrid& grid, const Tensor& input, const PackedWeights& weights,
    const Tensor* bias, const std::stop_token& stop)
{
    const PackedLayout& layout = weights.layout;
    const auto outputs = layout.rows, rows = std::size_t(w.output[1]), columns = std::size_t(w.output[2]);
    const std::size_t pictureSize = std::size_t(w.channels * w.inputSize()), area = rows * columns;
    Bytes bytes{.height = paddedSize(w, 1), .width = paddedSize(w, 2), .planes = {}};
    bytes.planes.resize(
        std::size_t(w.channels) * bytes.height * bytes.width + together * std::size_t(w.stride[2]));
    const WindowReader reader(w, bytes);
    const std::vector<float> added = constants(weights, grid, bias, stop);
    // Rows of windows at a time, so that their bytes stay in the cache.
    constexpr std::size_t mostBytes = std::size_t{1} << 19;
    const std::size_t rowsAtOnce =
        std::clamp<std::size_t>(mostBytes / (layout.paddedColumns * columns), 1, rows);
    Output output(std::size_t(w.batch) * outputs * area);
    const auto y = output.values();
    Activations codes = roomFor(layout, rowsAtOnce * columns, grid.scale);
    std::vector<float> products(codes.tokens * outputs);
    for (std::size_t n = 0; n < std::size_t(w.batch); ++n) {
        if (!fill(w, grid, input.floats().data() + n * pictureSize, bytes))
            return fail(ErrorCode::Unsupported, "an input of a convolution is no number");
        for (std::size_t top = 0; top < rows; top += rowsAtOnce) {
            if (stop.stop_requested())
                return fail(ErrorCode::Cancelled, "cancelled in a convolution of {} channels", outputs);
            const std::size_t count = std::min(rowsAtOnce, rows - top);
            if (count * columns != codes.tokens)
                codes = roomFor(layout, count * columns, grid.scale);
            parallelFor(
                count, std::max<std::size_t>(1, 64 / columns), [&](std::size_t begin, std::size_t end) {
                    for (std::size_t r = begin; r < end; ++r)
                        for (std::size_t c = 0; c < columns; c += together) {
                            const std::size_t some = std::min(together, columns - c), token = r * columns + c;
                            reader.read(top + r, c, some, layout, token, codes);
                            for (std::size_t t = 0; t < some; ++t)
                                addSums(layout, grid.scale, token + t, codes);
                        }
                });
            const auto made = std::span(products).first(codes.tokens * outputs);
            multiply(weights, codes, made, stop);
            parallelFor(outputs, 8, [&](std::size_t begin, std::size_t end) {
                for (std::size_t o = begin; o < end; ++o) {
                    float* const to = &y[(n * outputs + o) * area + top * columns];
                    for (std::size_t t = 0; t < codes.tokens; ++t)
                        to[t] = made[t * outputs + o] + added[o];
                }
            });
        }
    }
    if (stop.stop_requested())
        return fail(ErrorCode::Cancelled, "cancelled in a convolution of {} channels", outputs);
    return std::move(output).take(w.outputShape(std::int64_t(outputs)));
}

} // namespace

bool hasRangedProduct(const Op& op, const TensorType& weights)
{
    if (op.kind != OpKind::Linear && op.kind != OpKind::Convolution)
        return false;
    if (op.kind == OpKind::Convolution && op.count("groups", 1) != 1)
        return false;
    // The padded picture is made whole: nothing is cut off it, and it is not much larger than the picture.
    constexpr std::int64_t most = 1024;
    for (const std::int64_t pad : op.list("pads"))
        if (pad < 0 || pad > most)
            return false;
    for (const char* const step : {"strides", "dilations"})
        for (const std::int64_t size : op.list(step))
            if (size > most)
                return false;
    const auto format = packedFormatOf(*weights.format);
    return format && !alwaysDecodesColumns(format->layout) && packedLayout(format->layout, weights);
}

Result<Tensor> rangedProduct(
    const Op& op, const InputGrid& grid, const Tensor& input, const CpuTensor& weights, const Tensor* bias,
    std::stop_token stop)
{
    const PackedWeights* const packed = TRY(weights.packed());
    if (packed == nullptr)
        return fail(ErrorCode::Unsupported, "{} has no packed product", weights.type().format->id());
    const std::size_t inner = packed->layout.columns;
    if (op.kind == OpKind::Linear) {
        if (input.type().columns() != inner)
            return fail(
                ErrorCode::InvalidInput, "a product of {} columns with weights of {}", input.type().columns(),
                inner);
        return linearProduct(grid, input, *packed, bias, stop);
    }
    const Window w = TRY(windowOf(op, input.type().shape));
    if (w.dimensions > 2)
        return fail(ErrorCode::Unsupported, "windows of {} dimensions", w.dimensions);
    if (std::size_t(w.channels * w.kernelSize()) != inner)
        return fail(
            ErrorCode::InvalidInput, "windows of {} over {} channels with weights of {} columns",
            w.kernelSize(), w.channels, inner);
    return windowProduct(w, grid, input, *packed, bias, stop);
}

} // namespace tritloom::cpu
