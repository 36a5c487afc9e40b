#include "compute/vulkan/pipelines.h"

#include "shaders/multiply_f16.spv.h"
#include "shaders/multiply_f32.spv.h"
#include "shaders/multiply_int4g.spv.h"
#include "shaders/multiply_tq2_0.spv.h"

#include <algorithm>

namespace tritloom::vulkan {
namespace {

// The only list of Vulkan pipelines. A row here is tested on every device.
const PipelineRow rows[] = {
    {OpKind::Linear, "f32", multiply_f32_spv},
    {OpKind::Linear, "f16", multiply_f16_spv},
    {OpKind::Linear, "int4g", multiply_int4g_spv},
    {OpKind::Linear, "tq2_0", multiply_tq2_0_spv},
};

bool matches(std::string_view id, std::string_view row)
{
    const auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
    if (!id.starts_with(row) || (id.size() > row.size() && isDigit(row.back())))
        return false;
    id.remove_prefix(row.size());
    return std::all_of(id.begin(), id.end(), isDigit);
}

} // namespace

std::span<const PipelineRow> pipelineRows()
{
    return rows;
}

const PipelineRow* pipelineRowFor(OpKind op, const NumberFormat& weights)
{
    const std::string id = weights.id();
    const auto* const found = std::find_if(std::begin(rows), std::end(rows), [&](const PipelineRow& row) {
        return row.op == op && matches(id, row.format);
    });
    return found == std::end(rows) ? nullptr : found;
}

} // namespace tritloom::vulkan
