#pragma once

#include "core/format/number_format.h"
#include "core/graph/layer_replacement.h"

#include <cmath>
#include <string>

namespace tritloom {

/// Bits that tell the levels of a format apart, scales not counted: 4 of "int4g128" and of the candidate
/// "int4row". Of formats without levels, all that a weight takes; 16 for an unknown one.
[[nodiscard]] inline double codeBits(std::string formatId)
{
    // A candidate leaves the length of a row open; any group has the same codes.
    if (const std::size_t row = formatId.find("row"); row != std::string::npos)
        formatId.replace(row, 3, "g32");
    const auto format = parseNumberFormat(formatId);
    if (!format)
        return 16;
    const std::size_t levels = (*format)->levelCount();
    return levels > 0 ? std::ceil(std::log2(double(levels))) : (*format)->bitsPerWeight();
}

/// What the inputs of a layer are rounded to; 16 where they are not.
[[nodiscard]] inline double activationBits(const CompressedLayer& layer)
{
    constexpr double plain = 16;
    if (layer.isReplacement())
        for (const Node& node : layer.replacement()->graph.nodes)
            if (node.op.kind == OpKind::QuantizeRows)
                return node.op.number("bits", plain);
    return plain;
}

} // namespace tritloom
