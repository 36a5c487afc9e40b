#include "core/export/network_to_onnx.h"

#include <cmath>

namespace tritloom::onnx {

// softmax(q k^T / sqrt(d)) v for every head, rows cut into [rows, heads, d].
Result<std::string> emitAttention(Emitter& e)
{
    const std::size_t heads = e.op().count("heads"), width = e.shapes()[0].back();
    if (e.op().number("causal", 1) != 0 || e.op().count("kvHeads", heads) != heads)
        return fail(
            ErrorCode::Unsupported,
            "{}: only attention to everything, with as many key heads as heads, is written", e.shown());
    const auto part = [&](std::size_t operand, const std::vector<std::int64_t>& permutation) {
        const std::vector<std::int64_t> shape{-1, std::int64_t(heads), std::int64_t(width / heads)};
        return e.emit(
            "Transpose", {e.emit("Reshape", {e.operands()[operand], e.whole(shape)})},
            {{"perm", permutation}});
    };
    const std::string scores = e.emit("MatMul", {part(0, {1, 0, 2}), part(1, {1, 2, 0})});
    const std::string scaled =
        e.emit("Mul", {scores, e.number(1 / std::sqrt(double(width) / double(heads)))});
    const std::string weights = e.emit("Softmax", {scaled}, {{"axis", std::int64_t(-1)}});
    const std::string seen = e.emit(
        "Transpose", {e.emit("MatMul", {weights, part(2, {1, 0, 2})})},
        {{"perm", std::vector<std::int64_t>{1, 0, 2}}});
    return e.emit("Reshape", {seen, e.whole({-1, std::int64_t(width)})});
}

} // namespace tritloom::onnx
