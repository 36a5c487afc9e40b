#include "compute/vulkan/formats.h"

#include "compute/vulkan/coded_weights.h"

#include "shaders/all.h"

#include <algorithm>
#include <map>
#include <mutex>

namespace tritloom::vulkan {
namespace {

constexpr std::size_t tableBinding = 4; // as in shaders/multiply_coded.comp

/// int<bits>g<group>: two's complement.
constexpr FormatRow integer(std::string_view format, std::uint32_t bits)
{
    return {format, &shaders::multiply_fields, {bits, 2, 1u << (bits - 1), 1u << (bits - 1)}};
}

/// int<bits>g<group>a: an offset.
constexpr FormatRow asymmetric(std::string_view format, std::uint32_t bits)
{
    return {format, &shaders::multiply_fields, {bits, 4, 0, bits == 8 ? 128u : 0u}, true};
}

// The only list of formats. fields: bits, bytes of the header, bit to flip, zero. block32: bytes of the
// header, fifth bits, zero.
const FormatRow rows[] = {
    {"f32", &shaders::multiply_f32, {}},
    {"f16", &shaders::multiply_f16, {}},
    {"bf16", &shaders::multiply_bf16, {}},
    integer("int2g", 2),
    asymmetric("int2g", 2),
    integer("int3g", 3),
    asymmetric("int3g", 3),
    integer("int4g", 4),
    asymmetric("int4g", 4),
    integer("int5g", 5),
    asymmetric("int5g", 5),
    integer("int6g", 6),
    asymmetric("int6g", 6),
    integer("int7g", 7),
    asymmetric("int7g", 7),
    integer("int8g", 8),
    asymmetric("int8g", 8),
    {"nf4g", &shaders::multiply_nf4, {}},
    {"ternaryg", &shaders::multiply_fields, {2, 2, 0, 1}},
    {"q4_0", &shaders::multiply_block32, {2, 0, 8}},
    {"q4_1", &shaders::multiply_block32, {4, 0, 0}},
    {"q5_0", &shaders::multiply_block32, {2, 1, 16}},
    {"q5_1", &shaders::multiply_block32, {4, 1, 0}},
    {"q8_0", &shaders::multiply_fields, {8, 2, 128, 128}},
    {"q2_k", &shaders::multiply_q2_k, {}},
    {"q3_k", &shaders::multiply_q3_k, {}},
    {"q4_k", &shaders::multiply_q4_k, {}},
    {"q5_k", &shaders::multiply_q5_k, {}},
    {"q6_k", &shaders::multiply_q6_k, {}},
    {"iq4_nl", &shaders::multiply_iq4_nl, {}},
    {"iq4_xs", &shaders::multiply_iq4_xs, {}},
    {"mxfp4", &shaders::multiply_mxfp4, {}},
    {"nvfp4", &shaders::multiply_nvfp4, {}},
    {"tq1_0", &shaders::multiply_tq1_0, {}},
    {"tq2_0", &shaders::multiply_tq2_0, {}},
    {"q2_0", &shaders::multiply_fields, {2, 2, 0, 1}},
    {"q1_0", &shaders::multiply_q1_0, {}},
};

bool matches(std::string_view id, const FormatRow& row)
{
    const auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
    if (!id.starts_with(row.format) || (id.size() > row.format.size() && isDigit(row.format.back())))
        return false;
    id.remove_prefix(row.format.size());
    if (row.isAsymmetric) {
        if (!id.ends_with('a'))
            return false;
        id.remove_suffix(1);
    }
    return std::all_of(id.begin(), id.end(), isDigit);
}

} // namespace

std::span<const FormatRow> formatRows()
{
    return rows;
}

const FormatRow* formatRowFor(const NumberFormat& weights)
{
    const std::string id = weights.id();
    const auto* const found = std::find_if(
        std::begin(rows), std::end(rows), [&](const FormatRow& row) { return matches(id, row); });
    if (found != std::end(rows))
        return found;
    static std::mutex mutex;
    static std::map<std::string, std::optional<FormatRow>> coded; // asked for with every product
    const std::scoped_lock lock(mutex);
    auto at = coded.find(id);
    if (at == coded.end())
        at = coded.emplace(id, codedRow(weights)).first;
    return at->second ? &*at->second : nullptr;
}

StoredWeights storedWeights(const TensorType& weights)
{
    const NumberFormat& format = *weights.format;
    const FormatRow& row = *formatRowFor(format);
    if (row.lineElements == 0)
        return {weights.rowBytes(), format.blockElements(), format.blockBytes(), 0};
    const std::size_t lines =
        weights.rowBytes() / format.blockBytes() * (format.blockElements() / row.lineElements);
    const std::size_t rowBytes = lines * row.lineBytes;
    return {
        rowBytes, row.lineElements, row.lineBytes, row.hasTable ? tablePlace(rowBytes * weights.rows()) : 0};
}

void setFormat(Dispatch& dispatch, const FormatRow& row)
{
    std::copy(row.constants.begin(), row.constants.end(), dispatch.specials.begin() + 3);
}

void addTable(Dispatch& dispatch, const BufferPtr& matrix, const StoredWeights& stored)
{
    if (stored.tableAt == 0)
        return;
    if (dispatch.operands[0].bytes == 0) // all rows, which alone have to fit the device's limit
        dispatch.operands[0].bytes = stored.tableAt - dispatch.operands[0].offset;
    while (dispatch.operands.size() < tableBinding) // bound, but not read
        dispatch.operands.push_back({.buffer = matrix});
    dispatch.operands.push_back({.buffer = matrix, .offset = stored.tableAt});
}

} // namespace tritloom::vulkan
