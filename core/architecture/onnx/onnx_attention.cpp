#include "core/architecture/onnx/onnx_builder.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>
#include <map>

// Operators of transformers that are several ops here: Attention, and Einsum as exporters of attention write it.
namespace tritloom::onnx {
namespace {

Result<Operand> permuted(Builder& builder, const OperatorNode& node, const Operand& x, std::vector<std::int64_t> order)
{
    if (std::ranges::is_sorted(order))
        return x;
    Op op{OpKind::Transpose, {}};
    op.lists["permutation"] = std::move(order);
    return builder.emit(node, std::move(op), {x});
}

std::size_t product(const Shape& shape)
{
    return TensorType{nullptr, shape}.elements();
}

/// [batch, tokens, heads * size] as [batch, heads, tokens, size]; four dimensions are that already.
Result<Operand> inHeads(Builder& builder, const OperatorNode& node, const Operand& x, std::int64_t heads)
{
    const Shape& shape = x.shape();
    if (shape.size() == 4)
        return x;
    if (shape.size() != 3 || heads < 1 || shape[2] % std::size_t(heads) != 0)
        return builder.fail(
            ErrorCode::InvalidInput, node, "[{}] in {} heads", fmt::join(shape, ", "), heads);
    const auto count = std::size_t(heads);
    return permuted(
        builder, node, TRY(builder.reshaped(node, x, {shape[0], shape[1], count, shape[2] / count})), {0, 2, 1, 3});
}

/// Each of the heads of [batch, heads, tokens, size] so many times, one behind the other.
Result<Operand> repeatedHeads(Builder& builder, const OperatorNode& node, const Operand& x, std::size_t times)
{
    const Shape s = x.shape();
    if (times == 1)
        return x;
    Op op{OpKind::Expand, {}};
    for (const std::size_t size : {s[0], s[1], times, s[2], s[3]})
        op.lists["shape"].push_back(std::int64_t(size));
    const Operand apart = TRY(builder.reshaped(node, x, {s[0], s[1], 1, s[2], s[3]}));
    return builder.reshaped(node, TRY(builder.emit(node, std::move(op), {apart})), {s[0], s[1] * times, s[2], s[3]});
}

/// What keeps queries from keys behind them: one number for the keys that they see, one for the others.
Operand causalMask(std::size_t queries, std::size_t keys, float seen, float hidden)
{
    std::vector<float> values(queries * keys, seen);
    for (std::size_t q = 0; q < queries; ++q)
        for (std::size_t k = q + 1; k < keys; ++k)
            values[q * keys + k] = hidden;
    return Builder::known({queries, keys}, std::move(values));
}

Operand number(double value)
{
    return Builder::known({1}, {float(value)});
}

bool has(const std::string& letters, char letter)
{
    return letters.find(letter) != std::string::npos;
}

/// "bhid,bhjd->bhij": letters of each operand and of the result, which is every letter that stands once where it
/// is not written.
struct Equation {
    std::vector<std::string> operands;
    std::string result;
};
std::optional<Equation> equationOf(std::string text)
{
    std::erase(text, ' ');
    const std::size_t arrow = text.find("->");
    const std::string left = text.substr(0, arrow);
    Equation equation;
    for (std::size_t begin = 0; begin <= left.size();) {
        const std::size_t end = std::min(left.find(',', begin), left.size());
        equation.operands.push_back(left.substr(begin, end - begin));
        begin = end + 1;
    }
    if (arrow != std::string::npos) {
        equation.result = text.substr(arrow + 2);
    } else {
        for (char letter = 'A'; letter <= 'z'; ++letter)
            if (std::isalpha(static_cast<unsigned char>(letter)) != 0 && std::ranges::count(left, letter) == 1)
                equation.result.push_back(letter);
    }
    const auto isPlain = [](const std::string& letters) { // no letter twice, no "..."
        return std::ranges::all_of(letters, [&](char letter) {
            return std::isalpha(static_cast<unsigned char>(letter)) != 0 && std::ranges::count(letters, letter) == 1;
        });
    };
    const bool isKnown = std::ranges::all_of(equation.result, [&](char letter) { return has(left, letter); });
    return isKnown && isPlain(equation.result) && std::ranges::all_of(equation.operands, isPlain)
        ? std::optional(equation)
        : std::nullopt;
}

std::vector<std::int64_t> orderOf(const std::string& from, const std::string& to)
{
    std::vector<std::int64_t> order;
    for (const char letter : to)
        order.push_back(std::int64_t(from.find(letter)));
    return order;
}

/// Sums over the letters that are not to stay, and takes them from `letters`.
Result<Operand> summed(
    Builder& builder, const OperatorNode& node, const Operand& x, std::string& letters, const std::string& staying)
{
    Op op{OpKind::Reduce, {{"function", double(ReduceFunction::Sum)}, {"keep", 0}}};
    std::string left;
    for (std::size_t i = 0; i < letters.size(); ++i)
        if (has(staying, letters[i]))
            left.push_back(letters[i]);
        else
            op.lists["axes"].push_back(std::int64_t(i));
    const bool changes = left.size() < letters.size();
    letters = std::move(left);
    return changes ? builder.emit(node, std::move(op), {x}) : Result<Operand>(x);
}

} // namespace

// Softmax(q k^T * scale + mask) v; without a cache of keys and values.
Result<void> attention(Builder& builder, const OperatorNode& node)
{
    for (std::size_t i = 4; i < node.inputs.size(); ++i)
        if (!node.inputs[i].empty())
            return builder.fail(ErrorCode::Unsupported, node, "keys and values of earlier tokens");
    for (std::size_t i = 1; i < node.outputs.size(); ++i)
        if (!node.outputs[i].empty())
            return builder.fail(ErrorCode::Unsupported, node, "more than one output");
    const Operand given = TRY(builder.need(node, 0));
    const bool isFlat = given.shape().size() == 3;
    const Operand q = TRY(inHeads(builder, node, given, node.integer("q_num_heads", 0)));
    Operand k = TRY(inHeads(builder, node, TRY(builder.need(node, 1)), node.integer("kv_num_heads", 0)));
    Operand v = TRY(inHeads(builder, node, TRY(builder.need(node, 2)), node.integer("kv_num_heads", 0)));
    const std::size_t heads = q.shape().size() == 4 ? q.shape()[1] : 0;
    if (k.shape().size() != 4 || v.shape().size() != 4 || heads == 0 || k.shape()[1] == 0 || heads % k.shape()[1] != 0
        || v.shape()[1] != k.shape()[1])
        return builder.fail(
            ErrorCode::InvalidInput, node, "queries of [{}], keys of [{}]", fmt::join(given.shape(), ", "),
            fmt::join(k.shape(), ", "));
    const std::size_t times = heads / k.shape()[1];
    k = TRY(repeatedHeads(builder, node, k, times));
    v = TRY(repeatedHeads(builder, node, v, times));
    const double scale = node.number("scale", 1 / std::sqrt(double(std::max<std::size_t>(1, q.shape()[3]))));
    Operand scores = TRY(builder.emit(
        node, {OpKind::MatMul, {}}, {q, TRY(permuted(builder, node, k, {0, 1, 3, 2}))}));
    scores = TRY(builder.emit(node, binaryOp(BinaryFunction::Multiply), {scores, number(scale)}));
    const auto mask = [&](const Operand& added) -> Result<void> {
        scores = TRY(builder.emit(node, binaryOp(BinaryFunction::Add), {scores, added}));
        return {};
    };
    if (const double cap = node.number("softcap", 0); cap != 0) {
        scores = TRY(builder.emit(node, binaryOp(BinaryFunction::Multiply), {scores, number(1 / cap)}));
        scores = TRY(builder.emit(node, unaryOp(UnaryFunction::Tanh), {scores}));
        scores = TRY(builder.emit(node, binaryOp(BinaryFunction::Multiply), {scores, number(cap)}));
    }
    constexpr float lowest = std::numeric_limits<float>::lowest();
    std::optional<Operand> seen; // of a mask that says which keys are
    if (const Operand* const masked = TRY(builder.input(node, 3)); masked != nullptr) {
        constexpr int boolean = 9;
        if (masked->elementType == boolean)
            seen = *masked;
        TRY_VOID(mask(
            !seen
                ? *masked
                : TRY(builder.emit(node, {OpKind::Where, {}}, {*seen, number(0), number(double(lowest))}))));
    }
    const std::size_t queries = q.shape()[2], keys = k.shape()[2];
    const bool isCausal = node.integer("is_causal", 0) != 0;
    if (isCausal) {
        TRY_VOID(builder.folds(node, {queries, keys}, double(queries) * double(keys)));
        TRY_VOID(mask(causalMask(queries, keys, 0, lowest)));
    }
    scores = TRY(builder.emit(node, {OpKind::Softmax, {{"axis", 3}}}, {scores}));
    if (seen) // a query that sees no key gets nothing, not the mean of all
        scores = TRY(builder.emit(node, {OpKind::Where, {}}, {*seen, scores, number(0)}));
    if (seen && isCausal)
        scores = TRY(builder.emit(
            node, binaryOp(BinaryFunction::Multiply), {scores, causalMask(queries, keys, 1, 0)}));
    const Operand y = TRY(builder.emit(node, {OpKind::MatMul, {}}, {scores, v}));
    if (!isFlat)
        return builder.give(node, y);
    const Shape s = y.shape();
    return builder.give(
        node, builder.reshaped(node, TRY(permuted(builder, node, y, {0, 2, 1, 3})), {s[0], s[2], s[1] * s[3]}));
}

// One operand is summed and turned; two become a product of matrices, all letters that both have and that stay being
// its batch. Letters of one operand alone that do not stay are summed first.
Result<void> einsum(Builder& builder, const OperatorNode& node)
{
    const auto equation = equationOf(node.text("equation", ""));
    if (!equation || equation->operands.size() != node.inputs.size() || node.inputs.size() > 2)
        return builder.fail(ErrorCode::Unsupported, node, "the equation '{}'", node.text("equation", ""));
    std::vector<Operand> operands;
    std::vector<std::string> letters = equation->operands;
    std::map<char, std::size_t> sizes;
    for (std::size_t i = 0; i < letters.size(); ++i) {
        operands.push_back(TRY(builder.need(node, i)));
        if (operands[i].shape().size() != letters[i].size())
            return builder.fail(
                ErrorCode::InvalidInput, node, "'{}' for [{}]", letters[i], fmt::join(operands[i].shape(), ", "));
        for (std::size_t d = 0; d < letters[i].size(); ++d)
            if (sizes.try_emplace(letters[i][d], operands[i].shape()[d]).first->second != operands[i].shape()[d])
                return builder.fail(ErrorCode::InvalidInput, node, "'{}' of two sizes", letters[i][d]);
    }
    const auto shapeOf = [&](const std::string& of) {
        Shape shape;
        for (const char letter : of)
            shape.push_back(sizes.at(letter));
        return shape;
    };
    const std::string& result = equation->result;
    if (operands.size() == 1) {
        const Operand left = TRY(summed(builder, node, operands[0], letters[0], result));
        return builder.give(node, permuted(builder, node, left, orderOf(letters[0], result)));
    }
    for (std::size_t i = 0; i < 2; ++i)
        operands[i] = TRY(summed(builder, node, operands[i], letters[i], result + letters[1 - i]));
    std::string batch, inner, rows, columns;
    for (const char letter : letters[0])
        (!has(letters[1], letter) ? rows : has(result, letter) ? batch : inner).push_back(letter);
    for (const char letter : letters[1])
        if (!has(letters[0], letter))
            columns.push_back(letter);
    const auto matrix = [&](std::size_t i, const std::string& first, const std::string& second) -> Result<Operand> {
        const Operand turned = TRY(permuted(builder, node, operands[i], orderOf(letters[i], batch + first + second)));
        return builder.reshaped(
            node, turned, {product(shapeOf(batch)), product(shapeOf(first)), product(shapeOf(second))});
    };
    const Operand y = TRY(builder.emit(
        node, {OpKind::MatMul, {}}, {TRY(matrix(0, rows, inner)), TRY(matrix(1, inner, columns))}));
    const std::string made = batch + rows + columns;
    return builder.give(
        node,
        permuted(builder, node, TRY(builder.reshaped(node, y, shapeOf(made))), orderOf(made, result)));
}

} // namespace tritloom::onnx
