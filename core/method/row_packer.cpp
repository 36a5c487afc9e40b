#include "core/method/row_packer.h"

#include "core/base/parallel.h"
#include "core/base/recycled_memory.h"
#include "core/format/half_encoders.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace tritloom {
namespace {

/// body(values, importance, packed) for up to `most` blocks at a time; the padding has value and importance
/// 0.
template <typename Body>
void forEachBlocks(
    const NumberFormat& format, std::span<const float> values, std::span<const float> importance,
    std::span<std::byte> packed, std::size_t most, const std::stop_token& stop, const Body& body)
{
    const std::size_t elements = format.blockElements(), bytes = format.blockBytes();
    assert(packed.size() >= (values.size() + elements - 1) / elements * bytes);
    const std::size_t whole = values.size() / elements;
    std::size_t block = 0;
    for (; block < whole; block += std::min(most, whole - block)) {
        if (stop.stop_requested())
            return;
        const std::size_t count = std::min(most, whole - block);
        body(
            values.subspan(block * elements, count * elements),
            importance.subspan(block * elements, count * elements),
            packed.subspan(block * bytes, count * bytes));
    }
    const std::size_t rest = values.size() - block * elements;
    if (rest == 0)
        return;
    std::vector<float> lastValues(elements), lastImportance(elements);
    std::copy_n(values.end() - static_cast<std::ptrdiff_t>(rest), rest, lastValues.begin());
    std::copy_n(importance.end() - static_cast<std::ptrdiff_t>(rest), rest, lastImportance.begin());
    body(
        std::span<const float>(lastValues), std::span<const float>(lastImportance),
        packed.subspan(block * bytes, bytes));
}

/// Some thousand weights: a stop is seen within milliseconds.
std::size_t blocksAtOnce(const NumberFormat& format)
{
    return std::max<std::size_t>(1, 4096 / format.blockElements());
}

/// For a result that may be held for long: a small one takes what it needs.
std::shared_ptr<void> roomFor(std::size_t bytes)
{
    constexpr std::size_t large = std::size_t{1} << 20;
    if (bytes < large)
        return std::make_shared_for_overwrite<std::byte[]>(bytes);
    return recycledMemory(bytes);
}

// Milliseconds even for a slow search; where a kernel writes without one, a chunk of these takes a
// microsecond, and of those some fifty.
constexpr std::size_t weightsAtOnce = 16384, weightsOfKernels = 32 * weightsAtOnce;

/// A tensor of the same shape, each row by body(r, room, packed), rows in parallel. room: `floats` of the
/// thread.
template <typename Body>
Result<Tensor> writeRows(
    const Tensor& weights, const NumberFormatPtr& format, const MethodContext& context, std::size_t floats,
    std::size_t weightsOfChunk, const Body& body)
{
    const TensorType type{format, weights.type().shape};
    const std::size_t rows = type.rows(), columns = type.columns();
    const auto room = roomFor(type.bytes());
    const std::span<std::byte> packed(static_cast<std::byte*>(room.get()), type.bytes());
    const std::size_t grain = std::max<std::size_t>(1, weightsOfChunk / std::max<std::size_t>(columns, 1));
    const std::size_t batch = std::max(grain * threadCount() * 4, rows / 64);
    for (std::size_t first = 0; first < rows && columns > 0; first += batch) {
        const std::size_t count = std::min(batch, rows - first);
        parallelFor(count, grain, [&](std::size_t begin, std::size_t end) {
            std::vector<float> values(floats);
            for (std::size_t r = first + begin; r < first + end; ++r) {
                if (context.stop.stop_requested())
                    return;
                body(r, std::span(values), packed.subspan(r * type.rowBytes(), type.rowBytes()));
            }
        });
        if (context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled at row {} of {}", first, rows);
        context.progress(static_cast<double>(first + count) / static_cast<double>(rows));
    }
    return Tensor(type, packed, room);
}

/// By encodeRow(), some thousand floats at a time: they stay in the nearest cache, and memory is read evenly.
Result<Tensor> encodeRows(const Tensor& weights, const NumberFormatPtr& format, const MethodContext& context)
{
    const std::size_t elements = format->blockElements(), columns = weights.type().columns(),
                      elementBytes = weights.type().format->blockBytes();
    const auto halfBlock = weights.type().format->id() == "f16" ? halfBlockOf(*format) : std::nullopt;
    const std::size_t most = std::max<std::size_t>(1, 2048 / elements) * elements;
    return writeRows(
        weights, format, context, std::min(most, columns), halfBlock ? weightsOfKernels : weightsAtOnce,
        [&](std::size_t r, std::span<float> room, std::span<std::byte> packed) {
            const auto from = weights.row(r);
            const std::size_t direct = halfBlock ? columns / elements : 0;
            const bool isEncoded =
                direct > 0 && halfKernels().encode(*halfBlock, from.data(), direct, packed.data());
            for (std::size_t first = isEncoded ? direct * elements : 0; first < columns; first += most) {
                const auto values = room.first(std::min(most, columns - first));
                weights.type().format->decodeBlocks(
                    from.subspan(first * elementBytes, values.size() * elementBytes), values);
                encodeRow(*format, values, packed.subspan(first / elements * format->blockBytes()), {});
            }
        });
}

} // namespace

Result<Tensor> packRows(
    const Tensor& weights, const NumberFormatPtr& format, const MethodContext& context, const RowPacker& pack)
{
    return writeRows(
        weights, format, context, weights.type().columns(), weightsAtOnce,
        [&](std::size_t r, std::span<float> values, std::span<std::byte> packed) {
            weights.decodeRows(r, values);
            std::fill(packed.begin(), packed.end(), std::byte{0});
            pack(r, values, packed);
        });
}

void encodeRow(
    const NumberFormat& format, std::span<const float> values, std::span<std::byte> packed,
    std::stop_token stop)
{
    forEachBlocks(
        format, values, values, packed, blocksAtOnce(format), stop,
        [&](auto blocks, auto, auto out) { format.encodeBlocks(blocks, out); });
}

void fitRow(
    const NumberFormat& format, std::span<const float> values, std::span<const float> importance,
    std::span<std::byte> packed, std::stop_token stop)
{
    if (importance.empty()) {
        const std::vector<float> equal(values.size(), 1.0f);
        return fitRow(format, values, equal, packed, std::move(stop));
    }
    assert(importance.size() == values.size());
    forEachBlocks(
        format, values, importance, packed, blocksAtOnce(format), stop,
        [&](auto blocks, auto factors, auto out) { format.fitBlocks(blocks, factors, out); });
}

Result<Tensor> packByFormat(
    const Tensor& weights, const NumberFormatPtr& format, std::span<const float> importance, bool search,
    const MethodContext& context)
{
    if (!search && weights.type().format->isFloat())
        return encodeRows(weights, format, context);
    return packRows(
        weights, format, context,
        [&](std::size_t, std::span<const float> values, std::span<std::byte> packed) {
            if (search)
                fitRow(*format, values, importance, packed, context.stop);
            else
                encodeRow(*format, values, packed, context.stop);
        });
}

Tensor encodedAs(std::string_view formatId, Shape shape, std::span<const float> values)
{
    const TensorType type{parseNumberFormat(formatId).value(), std::move(shape)};
    const std::size_t rows = type.rows(), columns = type.columns();
    assert(values.size() == rows * columns);
    std::vector<std::byte> packed(type.bytes());
    for (std::size_t r = 0; r < rows; ++r)
        encodeRow(
            *type.format, values.subspan(r * columns, columns),
            std::span(packed).subspan(r * type.rowBytes(), type.rowBytes()), {});
    return Tensor::adopt(type, std::move(packed));
}

Result<std::vector<float>>
requiredStatistic(const std::optional<Tensor>& statistic, std::size_t elements, std::string_view name)
{
    if (!statistic)
        return fail(ErrorCode::InvalidInput, "this method needs the {}: choose a calibration text", name);
    if (statistic->type().elements() != elements)
        return fail(
            ErrorCode::InvalidInput, "the {} has {} elements, the layer needs {}", name,
            statistic->type().elements(), elements);
    std::vector<float> values = statistic->toFloats();
    if (!std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); }))
        return fail(ErrorCode::InvalidInput, "the {} holds numbers that are not finite", name);
    return values;
}

} // namespace tritloom
