#include "compute/vulkan/formats.h"

#include "shaders/multiply_bf16.spv.h"
#include "shaders/multiply_bf16_subgroup.spv.h"
#include "shaders/multiply_block32.spv.h"
#include "shaders/multiply_block32_subgroup.spv.h"
#include "shaders/multiply_f16.spv.h"
#include "shaders/multiply_f16_subgroup.spv.h"
#include "shaders/multiply_f32.spv.h"
#include "shaders/multiply_f32_subgroup.spv.h"
#include "shaders/multiply_fields.spv.h"
#include "shaders/multiply_fields_subgroup.spv.h"
#include "shaders/multiply_iq4_nl.spv.h"
#include "shaders/multiply_iq4_nl_subgroup.spv.h"
#include "shaders/multiply_iq4_xs.spv.h"
#include "shaders/multiply_iq4_xs_subgroup.spv.h"
#include "shaders/multiply_mxfp4.spv.h"
#include "shaders/multiply_mxfp4_subgroup.spv.h"
#include "shaders/multiply_nf4.spv.h"
#include "shaders/multiply_nf4_subgroup.spv.h"
#include "shaders/multiply_nvfp4.spv.h"
#include "shaders/multiply_nvfp4_subgroup.spv.h"
#include "shaders/multiply_q1_0.spv.h"
#include "shaders/multiply_q1_0_subgroup.spv.h"
#include "shaders/multiply_q2_k.spv.h"
#include "shaders/multiply_q2_k_subgroup.spv.h"
#include "shaders/multiply_q3_k.spv.h"
#include "shaders/multiply_q3_k_subgroup.spv.h"
#include "shaders/multiply_q4_k.spv.h"
#include "shaders/multiply_q4_k_subgroup.spv.h"
#include "shaders/multiply_q5_k.spv.h"
#include "shaders/multiply_q5_k_subgroup.spv.h"
#include "shaders/multiply_q6_k.spv.h"
#include "shaders/multiply_q6_k_subgroup.spv.h"
#include "shaders/multiply_tq1_0.spv.h"
#include "shaders/multiply_tq1_0_subgroup.spv.h"
#include "shaders/multiply_tq2_0.spv.h"
#include "shaders/multiply_tq2_0_subgroup.spv.h"

#include <algorithm>

namespace tritloom::vulkan {
namespace {

const Shader bf16{"multiply_bf16", multiply_bf16_spv, multiply_bf16_subgroup_spv};
const Shader block32{"multiply_block32", multiply_block32_spv, multiply_block32_subgroup_spv};
const Shader f16{"multiply_f16", multiply_f16_spv, multiply_f16_subgroup_spv};
const Shader f32{"multiply_f32", multiply_f32_spv, multiply_f32_subgroup_spv};
const Shader fields{"multiply_fields", multiply_fields_spv, multiply_fields_subgroup_spv};
const Shader iq4_nl{"multiply_iq4_nl", multiply_iq4_nl_spv, multiply_iq4_nl_subgroup_spv};
const Shader iq4_xs{"multiply_iq4_xs", multiply_iq4_xs_spv, multiply_iq4_xs_subgroup_spv};
const Shader mxfp4{"multiply_mxfp4", multiply_mxfp4_spv, multiply_mxfp4_subgroup_spv};
const Shader nf4{"multiply_nf4", multiply_nf4_spv, multiply_nf4_subgroup_spv};
const Shader nvfp4{"multiply_nvfp4", multiply_nvfp4_spv, multiply_nvfp4_subgroup_spv};
const Shader q1_0{"multiply_q1_0", multiply_q1_0_spv, multiply_q1_0_subgroup_spv};
const Shader q2_k{"multiply_q2_k", multiply_q2_k_spv, multiply_q2_k_subgroup_spv};
const Shader q3_k{"multiply_q3_k", multiply_q3_k_spv, multiply_q3_k_subgroup_spv};
const Shader q4_k{"multiply_q4_k", multiply_q4_k_spv, multiply_q4_k_subgroup_spv};
const Shader q5_k{"multiply_q5_k", multiply_q5_k_spv, multiply_q5_k_subgroup_spv};
const Shader q6_k{"multiply_q6_k", multiply_q6_k_spv, multiply_q6_k_subgroup_spv};
const Shader tq1_0{"multiply_tq1_0", multiply_tq1_0_spv, multiply_tq1_0_subgroup_spv};
const Shader tq2_0{"multiply_tq2_0", multiply_tq2_0_spv, multiply_tq2_0_subgroup_spv};

/// int<bits>g<group>: two's complement.
constexpr FormatRow integer(std::string_view format, std::uint32_t bits)
{
    return {format, &fields, {bits, 2, 1u << (bits - 1), 1u << (bits - 1)}};
}

/// int<bits>g<group>a: an offset.
constexpr FormatRow asymmetric(std::string_view format, std::uint32_t bits)
{
    return {format, &fields, {bits, 4, 0, 0}, true};
}

// The only list of formats. fields: bits, bytes of the header, bit to flip, zero. block32: bytes of the
// header, fifth bits, zero.
const FormatRow rows[] = {
    {"f32", &f32, {}},
    {"f16", &f16, {}},
    {"bf16", &bf16, {}},
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
    {"nf4g", &nf4, {}},
    {"ternaryg", &fields, {2, 2, 0, 1}},
    {"q4_0", &block32, {2, 0, 8}},
    {"q4_1", &block32, {4, 0, 0}},
    {"q5_0", &block32, {2, 1, 16}},
    {"q5_1", &block32, {4, 1, 0}},
    {"q8_0", &fields, {8, 2, 128, 128}},
    {"q2_k", &q2_k, {}},
    {"q3_k", &q3_k, {}},
    {"q4_k", &q4_k, {}},
    {"q5_k", &q5_k, {}},
    {"q6_k", &q6_k, {}},
    {"iq4_nl", &iq4_nl, {}},
    {"iq4_xs", &iq4_xs, {}},
    {"mxfp4", &mxfp4, {}},
    {"nvfp4", &nvfp4, {}},
    {"tq1_0", &tq1_0, {}},
    {"tq2_0", &tq2_0, {}},
    {"q2_0", &fields, {2, 2, 0, 1}},
    {"q1_0", &q1_0, {}},
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
    return found == std::end(rows) ? nullptr : found;
}

std::vector<const Shader*> formatShaders()
{
    std::vector<const Shader*> shaders;
    for (const FormatRow& row : rows)
        if (std::find(shaders.begin(), shaders.end(), row.shader) == shaders.end())
            shaders.push_back(row.shader);
    return shaders;
}

} // namespace tritloom::vulkan
