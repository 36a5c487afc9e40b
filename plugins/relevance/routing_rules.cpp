#include "core/graph/window.h"
#include "plugins/relevance/relevance_rules.h"

#include <algorithm>

namespace tritloom {
namespace {

using Position = std::vector<std::int64_t>;

std::size_t offsetOf(const Shape& shape, const Position& position)
{
    std::size_t offset = 0;
    for (std::size_t i = 0; i < shape.size(); ++i)
        offset = offset * shape[i] + std::size_t(position[i]);
    return offset;
}

/// Adds the relevance of each output to the input that it was taken from. from(position, source): false where
/// it was taken from none.
template <typename From>
std::vector<double> routed(const RuleProblem& p, const From& from)
{
    const Shape &shape = p.output.shape, &input = p.operands[0].shape;
    std::vector<double> result(p.operands[0].values.size());
    Position position(shape.size()), source(input.size());
    for (const double relevance : p.relevance) {
        if (from(position, source))
            result[offsetOf(input, source)] += relevance;
        for (std::size_t i = shape.size(); i-- > 0;) {
            if (++position[i] < std::int64_t(shape[i]))
                break;
            position[i] = 0;
        }
    }
    return result;
}

std::vector<double> fromLargest(const RuleProblem& p, const Window& w)
{
    const std::span<const float> a = p.operands[0].values;
    std::vector<double> result(a.size());
    const auto planes = std::size_t(w.batch * w.channels), inputSize = std::size_t(w.inputSize());
    std::size_t output = 0;
    for (std::size_t plane = 0; plane < planes; ++plane)
        for (std::int64_t z = 0; z < w.output[0]; ++z)
            for (std::int64_t y = 0; y < w.output[1]; ++y)
                for (std::int64_t x = 0; x < w.output[2]; ++x, ++output) {
                    std::size_t best = SIZE_MAX;
                    for (std::int64_t kz = 0; kz < w.kernel[0]; ++kz)
                        for (std::int64_t ky = 0; ky < w.kernel[1]; ++ky)
                            for (std::int64_t kx = 0; kx < w.kernel[2]; ++kx) {
                                const std::int64_t iz = z * w.stride[0] - w.padBegin[0] + kz * w.dilation[0],
                                                   iy = y * w.stride[1] - w.padBegin[1] + ky * w.dilation[1],
                                                   ix = x * w.stride[2] - w.padBegin[2] + kx * w.dilation[2];
                                if (iz < 0 || iy < 0 || ix < 0 || iz >= w.input[0] || iy >= w.input[1]
                                    || ix >= w.input[2])
                                    continue;
                                const std::size_t i =
                                    plane * inputSize + std::size_t((iz * w.input[1] + iy) * w.input[2] + ix);
                                if (best == SIZE_MAX || a[i] > a[best])
                                    best = i;
                            }
                    if (best != SIZE_MAX)
                        result[best] += p.relevance[output];
                }
    return result;
}

/// Each operand's stretch along the axis.
RuleResult split(const RuleProblem& p)
{
    const std::size_t axis = p.op.count("axis");
    std::size_t outer = 1, begin = 0;
    for (std::size_t i = 0; i < axis; ++i)
        outer *= p.output.shape[i];
    const std::size_t run = p.relevance.size() / outer;
    RuleResult result;
    for (const RuleOperand& operand : p.operands) {
        auto& part = result.emplace_back();
        const std::size_t own = operand.values.size() / outer;
        for (std::size_t o = 0; o < outer; ++o) {
            const auto from = p.relevance.subspan(o * run + begin, own);
            part.insert(part.end(), from.begin(), from.end());
        }
        begin += own;
    }
    return result;
}

} // namespace

Result<RuleResult> propagateRouted(const RuleProblem& p)
{
    RuleResult result(p.operands.size());
    const Op& op = p.op;
    const Shape& input = p.operands[0].shape;
    const std::int64_t block = std::int64_t(op.count("block"));
    switch (op.kind) {
    case OpKind::MaxPool:
        result[0] = fromLargest(p, TRY(windowOf(op, input)));
        return result;
    case OpKind::Concat:
        return split(p);
    case OpKind::Transpose:
        result[0] = routed(p, [&](const Position& at, Position& from) {
            for (std::size_t i = 0; i < at.size(); ++i)
                from[std::size_t(op.list("permutation")[i])] = at[i];
            return true;
        });
        return result;
    case OpKind::StridedSlice:
        result[0] = routed(p, [&](const Position& at, Position& from) {
            for (std::size_t i = 0; i < at.size(); ++i)
                from[i] = op.list("starts")[i] + at[i] * op.list("steps")[i];
            return true;
        });
        return result;
    case OpKind::Pad: // what is mirrored or repeated belongs to the pixels inside, which is where most of it
                      // is
        result[0] = routed(p, [&](const Position& at, Position& from) {
            for (std::size_t i = 0; i < at.size(); ++i) {
                from[i] = at[i] - op.list("pads")[i];
                if (from[i] < 0 || from[i] >= std::int64_t(input[i]))
                    return false;
            }
            return true;
        });
        return result;
    case OpKind::Expand:
        result[0] = routed(p, [&](const Position& at, Position& from) {
            for (std::size_t i = 0; i < from.size(); ++i)
                from[i] = input[i] == 1 ? 0 : at[at.size() - from.size() + i];
            return true;
        });
        return result;
    case OpKind::Gather: {
        const std::size_t axis = op.count("axis"), rank = p.operands[1].shape.size();
        result[0] = routed(p, [&](const Position& at, Position& from) {
            std::size_t index = 0;
            for (std::size_t i = 0; i < rank; ++i)
                index = index * p.operands[1].shape[i] + std::size_t(at[axis + i]);
            for (std::size_t i = 0; i < from.size(); ++i)
                if (i != axis)
                    from[i] = i < axis ? at[i] : at[i + rank - 1];
            const auto chosen = std::int64_t(p.operands[1].values[index]);
            from[axis] = chosen < 0 ? chosen + std::int64_t(input[axis]) : chosen;
            return true;
        });
        return result;
    }
    case OpKind::SpaceToDepth:
        result[0] = routed(p, [&](const Position& at, Position& from) {
            const auto channels = std::int64_t(input[1]);
            const std::int64_t inBlock = at[1] / channels;
            from = {
                at[0], at[1] % channels, at[2] * block + inBlock / block, at[3] * block + inBlock % block};
            return true;
        });
        return result;
    case OpKind::Where:
        if (p.operands[0].values.size() != 1 && p.operands[0].shape != p.output.shape)
            return fail(ErrorCode::Unsupported, "relevance has no rule for a condition that is broadcast");
        for (const std::size_t i : {1, 2})
            if (p.operands[i].shape == p.output.shape) {
                result[i].resize(p.relevance.size());
                for (std::size_t k = 0; k < p.relevance.size(); ++k) {
                    const float chosen = p.operands[0].values[p.operands[0].values.size() == 1 ? 0 : k];
                    result[i][k] = (chosen != 0) == (i == 1) ? p.relevance[k] : 0;
                }
            }
        return result;
    case OpKind::ArgReduce:
        return result; // nothing flows through a decision
    default:
        return fail(ErrorCode::Unsupported, "relevance has no rule for '{}'", nameOf(op.kind));
    }
}

} // namespace tritloom
