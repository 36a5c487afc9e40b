#include "compute/vulkan/products.h"

#include "compute/vulkan/formats.h"

#include <algorithm>

namespace tritloom::vulkan {
namespace {

// As in shaders/multiply*.glsl.
enum class Mode : std::uint32_t { ByRows, InTiles, Gather };
constexpr std::size_t tileEdge = 64, rowsAtOnce = 4, tokensAtOnce = 4;
constexpr std::size_t fewTokens = 8; // up to so many, rows are quicker than tiles that would be mostly empty

constexpr std::size_t upwards(std::size_t count, std::size_t unit)
{
    return (count + unit - 1) / unit;
}

/// The shader adds numbers of elements and bytes in 32 bits.
bool isIndexable(const TensorType& type)
{
    return type.elements() < std::size_t{1} << 32;
}

Dispatch dispatchFor(Mode mode, const FormatRow& row, const TensorType& weights, std::size_t tokensTogether)
{
    Dispatch dispatch{.op = OpKind::Linear, .shader = row.shader};
    dispatch.specials = {std::uint32_t(mode), std::uint32_t(tokensTogether)};
    setFormat(dispatch, row);
    const StoredWeights stored = storedWeights(weights);
    dispatch.constants = {
        0,
        std::uint32_t(weights.columns()),
        0,
        0,
        std::uint32_t(weights.rows()),
        std::uint32_t(stored.rowBytes),
        std::uint32_t(stored.blockElements),
        std::uint32_t(stored.blockBytes)};
    return dispatch;
}

void setPart(Dispatch& dispatch, std::size_t firstRow, std::size_t rows, std::size_t tokens)
{
    dispatch.constants[0] = std::uint32_t(rows);
    dispatch.constants[2] = std::uint32_t(tokens);
    dispatch.constants[3] = std::uint32_t(firstRow);
}

} // namespace

std::size_t rowsThatFit(std::size_t rows, std::size_t rowBytes, const DeviceLimits& limits)
{
    if (rows * rowBytes <= limits.operandBytes)
        return rows;
    return limits.operandBytes / std::max<std::size_t>(rowBytes, 1) / limits.offsetStep * limits.offsetStep;
}

Operand partOf(const Rows& rows, std::size_t first, std::size_t count, std::size_t all, bool isWritten)
{
    // A whole buffer is bound with what lies behind the tensor, which vectors may reach into.
    return count == all ? Operand{.buffer = rows.buffer, .isWritten = isWritten}
                        : Operand{rows.buffer, first * rows.rowBytes, count * rows.rowBytes, isWritten};
}

bool canMultiply(const TensorType& x, const TensorType& weights, const DeviceLimits& limits)
{
    const std::size_t tokens = x.rows(), rows = weights.rows(), columns = weights.columns();
    if (formatRowFor(*weights.format) == nullptr || x.columns() != columns || tokens == 0 || rows == 0
        || columns == 0 || rows >= std::size_t{1} << 31 || !isIndexable(x))
        return false;
    const std::size_t rowBytes = storedWeights(weights).rowBytes;
    return rowsThatFit(rows, rowBytes, limits) > 0
        && rowsThatFit(tokens, std::max(columns, rows) * sizeof(float), limits) > 0
        && upwards(rowsThatFit(rows, rowBytes, limits), tileEdge) <= limits.groups
        && upwards(tokens, tokensAtOnce) <= limits.groups;
}

Result<void> multiply(Device& device, const Product& product)
{
    const TensorType& weights = product.weights;
    const std::size_t tokens = product.tokens, rows = weights.rows(), columns = weights.columns();
    const DeviceLimits& limits = device.limits();
    const Mode mode = tokens > fewTokens ? Mode::InTiles : Mode::ByRows;
    const std::size_t together = mode == Mode::InTiles ? tileEdge : tokens == 1 ? 1 : tokensAtOnce;
    const StoredWeights stored = storedWeights(weights);
    const Rows matrix{product.matrix, stored.rowBytes}, result{product.result, rows * sizeof(float)};
    std::size_t tokenBytes = result.rowBytes;
    for (const Rows& input : product.inputs)
        tokenBytes = std::max(tokenBytes, input.rowBytes);
    const std::size_t someRows = rowsThatFit(rows, matrix.rowBytes, limits);
    const std::size_t someTokens = rowsThatFit(tokens, tokenBytes, limits);
    Dispatch dispatch = dispatchFor(mode, *formatRowFor(*weights.format), weights, together);
    dispatch.variant = product.variant;
    dispatch.specials[2] = product.lineColumns;
    dispatch.constants.insert(dispatch.constants.end(), product.constants.begin(), product.constants.end());
    for (std::size_t token = 0; token < tokens; token += someTokens)
        for (std::size_t row = 0; row < rows; row += someRows) {
            const std::size_t rowCount = std::min(someRows, rows - row);
            const std::size_t tokenCount = std::min(someTokens, tokens - token);
            setPart(dispatch, row, rowCount, tokenCount);
            dispatch.operands = {partOf(matrix, row, rowCount, rows, false)};
            for (const Rows& input : product.inputs)
                dispatch.operands.push_back(partOf(input, token, tokenCount, tokens, false));
            dispatch.operands.insert(
                dispatch.operands.begin() + 2, partOf(result, token, tokenCount, tokens, true));
            // Words may reach past the last row.
            if (dispatch.operands[0].bytes != 0)
                dispatch.operands[0].bytes += sizeof(std::uint64_t);
            addTable(dispatch, product.matrix, stored);
            dispatch.groups = mode == Mode::InTiles
                ? std::array{upwards(rowCount, tileEdge), upwards(tokenCount, tileEdge), std::size_t{1}}
                : std::array{
                    std::min(upwards(rowCount, rowsAtOnce), limits.groups), upwards(tokenCount, together),
                    std::size_t{1}};
            dispatch.work = double(rowCount) * double(tokenCount) * double(columns);
            TRY_VOID(device.run(dispatch));
        }
    return {};
}

Result<void> multiply(
    Device& device, const TensorType& x, const TensorType& weights, const std::array<BufferPtr, 3>& buffers,
    Variant tiles)
{
    return multiply(
        device,
        {.weights = weights,
         .matrix = buffers[0],
         .inputs = {{buffers[1], x.rowBytes()}},
         .result = buffers[2],
         .tokens = x.rows(),
         .variant = x.rows() > fewTokens ? tiles : Variant::Plain});
}

bool canGather(const TensorType& ids, const TensorType& table, const DeviceLimits& limits)
{
    const std::size_t count = ids.elements();
    return formatRowFor(*table.format) != nullptr && count > 0 && table.rows() > 0 && table.columns() > 0
        && table.rows() <= std::size_t{1} << 24 // a number of a row is a float
        && count * sizeof(float) <= limits.operandBytes
        && table.columns() <= limits.operandBytes / sizeof(float) / count
        && rowsThatFit(table.rows(), storedWeights(table).rowBytes, limits) > 0;
}

Result<void> gatherRows(
    Device& device, const TensorType& ids, const TensorType& table, const std::array<BufferPtr, 3>& buffers)
{
    const std::size_t count = ids.elements(), rows = table.rows();
    const StoredWeights stored = storedWeights(table);
    const std::size_t rowBytes = stored.rowBytes;
    const std::size_t some = rowsThatFit(rows, rowBytes, device.limits());
    Dispatch dispatch = dispatchFor(Mode::Gather, *formatRowFor(*table.format), table, 1);
    dispatch.op = OpKind::Embedding;
    dispatch.groups = {
        std::min(upwards(count * upwards(table.columns(), 8), 64), device.limits().groups), std::size_t{1},
        std::size_t{1}};
    for (std::size_t row = 0; row < rows; row += some) {
        const std::size_t rowCount = std::min(some, rows - row);
        setPart(dispatch, row, rowCount, count);
        dispatch.operands = {
            {.buffer = buffers[0],
             .offset = row * rowBytes,
             .bytes = rowCount == rows ? 0 : rowCount * rowBytes + sizeof(std::uint64_t)},
            {.buffer = buffers[1]},
            {.buffer = buffers[2], .isWritten = true}};
        addTable(dispatch, buffers[0], stored);
        TRY_VOID(device.run(dispatch));
    }
    return {};
}

} // namespace tritloom::vulkan
