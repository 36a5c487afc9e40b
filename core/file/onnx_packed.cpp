#include "core/file/onnx_packed.h"

#include "core/file/onnx_uses.h"
#include "core/format/bit_fields.h"
#include "core/tensor/transposed.h"

#include <algorithm>
#include <bit>
#include <optional>

namespace tritloom::onnx {
namespace {

constexpr int uint8Type = 2, int8Type = 3, uint4Type = 21, int4Type = 22;
constexpr std::size_t longestSide = std::size_t{1} << 24; // so that products of two fit

std::size_t elementsOf(const Shape& shape)
{
    return TensorType{nullptr, shape}.elements();
}

unsigned bitsOf(int elementType)
{
    return elementType == uint4Type || elementType == int4Type ? 4 : 8;
}

bool isSigned(int elementType)
{
    return elementType == int8Type || elementType == int4Type;
}

/// Codes from 0 on: signed ones are moved up by 2^(bits - 1).
std::vector<std::uint8_t> codesOf(const WholeNumbers& numbers)
{
    const unsigned bits = bitsOf(numbers.elementType);
    const std::uint8_t flip = isSigned(numbers.elementType) ? std::uint8_t(1u << (bits - 1)) : 0;
    std::vector<std::uint8_t> codes(elementsOf(numbers.shape));
    for (std::size_t i = 0; i < codes.size(); ++i) {
        const auto byte = std::to_integer<unsigned>(numbers.bytes[bits == 8 ? i : i / 2]);
        codes[i] = std::uint8_t((bits == 8 ? byte : byte >> (i % 2 * 4) & 15) ^ flip);
    }
    return codes;
}

Tensor tensorOf(std::string_view format, const Shape& shape, const void* data, std::size_t bytes)
{
    const auto* const first = static_cast<const std::byte*>(data);
    return Tensor::adopt({parseNumberFormat(format).value(), shape}, {first, first + bytes});
}

/// Codes and zero points from 0 on as the matrix stores them: lines of words, or bytes of 8 bits.
void store(PackedMatrix& matrix, std::vector<std::uint8_t> codes, std::vector<std::uint8_t> zeros)
{
    const std::size_t outputs = matrix.outputs, inputs = matrix.inputs, groups = matrix.groups();
    if (matrix.bits == 8) {
        matrix.order = PackedMatrix::Order::Bytes;
        for (auto* const list : {&codes, &zeros})
            for (std::uint8_t& value : *list)
                value ^= 0x80;
        matrix.codes = tensorOf("i8", {outputs, inputs}, codes.data(), codes.size());
        if (!zeros.empty())
            matrix.zeros = tensorOf("i8", {outputs, groups}, zeros.data(), zeros.size());
        return;
    }
    matrix.order = PackedMatrix::Order::Rows;
    std::vector<std::uint32_t> words;
    for (std::size_t o = 0; o < outputs; ++o) {
        const auto line = packFields(std::span(codes).subspan(o * inputs, inputs), matrix.bits);
        words.insert(words.end(), line.begin(), line.end());
    }
    matrix.codes =
        tensorOf("i32", {outputs, words.size() / outputs}, words.data(), words.size() * sizeof(words[0]));
    if (zeros.empty())
        return;
    words = packColumns(zeros, groups, matrix.bits);
    matrix.zeros =
        tensorOf("i32", {words.size() / groups, groups}, words.data(), words.size() * sizeof(words[0]));
}

class Packer {
public:
    Packer(OperatorGraph& graph, std::vector<NamedTensor>& tensors, WholeInitializers& whole)
        : m_graph(graph)
        , m_uses(graph)
        , m_tensors(tensors)
        , m_whole(whole)
    {
        for (const NamedTensor& tensor : tensors)
            m_floats.emplace(tensor.name, &tensor);
    }

    void run()
    {
        std::vector<OperatorNode> kept;
        std::vector<NamedTensor> made;
        for (const OperatorNode& node : m_graph.nodes) {
            std::optional<NamedTensor> tensor;
            if (m_gone.contains(&node)) {
                m_read.insert(node.inputs.begin(), node.inputs.end());
                continue;
            }
            if (node.domain.empty() && node.type == "DequantizeLinear")
                tensor = dequantized(node);
            else if (node.domain == "com.microsoft" && node.type == "MatMulNBits")
                tensor = blocks(node);
            if (!tensor) {
                kept.push_back(node);
                continue;
            }
            for (std::size_t i = node.domain.empty() ? 0 : 1; i < node.inputs.size(); ++i)
                m_read.insert(node.inputs[i]);
            m_graph.elementTypes[tensor->name] =
                m_graph.elementTypes[node.inputs[node.domain.empty() ? 1 : 2]];
            if (!node.domain.empty()) {
                OperatorNode product = node;
                product.domain.clear();
                product.type = "MatMul";
                product.inputs = {node.inputs[0], tensor->name};
                product.attributes.clear();
                kept.push_back(std::move(product));
            }
            made.push_back(std::move(*tensor));
        }
        if (made.empty())
            return;
        m_graph.nodes = std::move(kept);
        dropUnread();
        std::ranges::move(made, std::back_inserter(m_tensors));
    }

private:
    const WholeNumbers* wholeNumbers(const std::string& name) const
    {
        const auto found = m_whole.find(name);
        return found == m_whole.end() ? nullptr : &found->second;
    }

    /// Scales that a packed matrix can have; null for others.
    const Tensor* scales(const std::string& name) const
    {
        const auto found = m_floats.find(name);
        if (found == m_floats.end())
            return nullptr;
        const Tensor& stored = found->second->stored;
        const std::string format = stored.type().format->id();
        return format == "f32" || format == "f16" ? &stored : nullptr;
    }

    bool isOutput(const std::string& name) const
    {
        return std::ranges::find(m_graph.outputs, name, &OperatorValue::name) != m_graph.outputs.end();
    }

    /// The tensor that stands for the operator's output, unless it is none of a layer.
    std::optional<NamedTensor> dequantized(const OperatorNode& node)
    {
        if (node.inputs.size() < 2 || node.outputs.size() != 1 || isOutput(node.outputs[0]))
            return std::nullopt;
        const WholeNumbers* const codes = wholeNumbers(node.inputs[0]);
        const Tensor* const scale = scales(node.inputs[1]);
        const bool hasZeros = node.inputs.size() > 2 && !node.inputs[2].empty();
        const WholeNumbers* const zeros = hasZeros ? wholeNumbers(node.inputs[2]) : nullptr;
        if (codes == nullptr || scale == nullptr || codes->shape.size() < 2 || (hasZeros && zeros == nullptr))
            return std::nullopt;
        Shape shape = codes->shape;
        const Reading reading = m_uses.of(node.outputs[0], shape);
        if (reading == Reading::Other || elementsOf(shape) == 0)
            return std::nullopt;
        const bool isTurned = reading == Reading::Columns;
        const std::size_t first = shape[0], rest = elementsOf(shape) / first;
        PackedMatrix matrix{
            .bits = bitsOf(codes->elementType),
            .outputs = isTurned ? rest : first,
            .inputs = isTurned ? first : rest};
        const auto groups = groupsOf(node, *codes, *scale, first, rest, isTurned);
        if (!groups
            || (zeros != nullptr
                && (zeros->elementType != codes->elementType
                    || elementsOf(zeros->shape) != scale->type().elements())))
            return std::nullopt;
        matrix.group = *groups;
        const bool turnsScales = isTurned && matrix.group != matrix.inputs;
        std::vector<float> scaleValues = scale->toFloats();
        if (turnsScales)
            scaleValues = transposed(scaleValues, matrix.groups(), matrix.outputs);
        std::vector<std::uint8_t> zeroCodes;
        if (zeros != nullptr)
            zeroCodes = codesOf(*zeros);
        else if (!isSigned(codes->elementType))
            zeroCodes.assign(scaleValues.size(), 0);
        if (turnsScales && zeros != nullptr)
            zeroCodes = transposed(zeroCodes, matrix.groups(), matrix.outputs);
        const auto middle = std::uint8_t(1u << (matrix.bits - 1));
        matrix.symmetric = std::ranges::all_of(zeroCodes, [&](std::uint8_t zero) { return zero == middle; });
        if (matrix.symmetric)
            zeroCodes.clear();
        else if (zeroCodes.size() == 1)
            zeroCodes.assign(matrix.outputs, zeroCodes[0]);
        finishScales(matrix, scaleValues, *scale);
        std::vector<std::uint8_t> all = codesOf(*codes);
        store(matrix, isTurned ? transposed(all, first, rest) : std::move(all), std::move(zeroCodes));
        const OperatorNode* const reshape = reshapeOf(node.outputs[0], shape);
        if (isStored(reshape ? reshape->outputs[0] : node.outputs[0]))
            return std::nullopt; // the file names two values alike
        auto tensor = reshape ? named(reshape->outputs[0], shape, std::move(matrix))
                              : named(node.outputs[0], codes->shape, std::move(matrix));
        if (reshape != nullptr && tensor)
            m_gone.insert(reshape);
        return tensor;
    }

    /// The one operator that reads a matrix where it only gives it this shape, under which it is known.
    const OperatorNode* reshapeOf(const std::string& value, const Shape& shape) const
    {
        const auto reader = std::ranges::find_if(m_graph.nodes, [&](const OperatorNode& node) {
            return std::ranges::find(node.inputs, value) != node.inputs.end();
        });
        if (m_uses.count(value) != 1 || reader == m_graph.nodes.end() || reader->type != "Reshape"
            || reader->inputs.size() != 2 || reader->outputs.size() != 1 || isOutput(reader->outputs[0]))
            return nullptr;
        const auto target = m_graph.constants.find(reader->inputs[1]);
        if (target == m_graph.constants.end())
            return nullptr;
        const std::vector<float> sizes = target->second.values.toFloats();
        const auto isSame = [](std::size_t size, float given) { return float(size) == given; };
        return std::ranges::equal(shape, sizes, isSame) ? &*reader : nullptr;
    }

    /// Inputs under one scale, where the scales lie as a packed matrix has them.
    static std::optional<std::size_t> groupsOf(
        const OperatorNode& node, const WholeNumbers& codes, const Tensor& scale, std::size_t first,
        std::size_t rest, bool isTurned)
    {
        const Shape &shape = codes.shape, &scaleShape = scale.type().shape;
        const std::size_t inputs = isTurned ? first : rest, outputs = isTurned ? rest : first;
        if (scale.type().elements() == 1)
            return inputs;
        const std::int64_t given = node.integer("axis", 1), block = node.integer("block_size", 0);
        const auto axis = std::size_t(given < 0 ? given + std::int64_t(shape.size()) : given);
        const std::size_t outputAxis = isTurned ? 1 : 0;
        const bool isMatrix = shape.size() == 2 && shape[0] == first;
        if (block == 0) {
            const bool isAlongOutputs =
                axis == outputAxis && shape[axis] == outputs && (isMatrix || !isTurned);
            return isAlongOutputs && scaleShape == Shape{outputs} ? std::optional(inputs) : std::nullopt;
        }
        if (block < 0 || std::size_t(block) > longestSide || !isMatrix || axis != 1 - outputAxis)
            return std::nullopt;
        const std::size_t groups = (inputs + std::size_t(block) - 1) / std::size_t(block);
        const Shape expected = isTurned ? Shape{groups, outputs} : Shape{outputs, groups};
        return scaleShape == expected ? std::optional(std::min(std::size_t(block), inputs)) : std::nullopt;
    }

    /// Halves stay halves: that they are says more than their values do.
    static void finishScales(PackedMatrix& matrix, std::vector<float>& values, const Tensor& from)
    {
        const Shape shape = values.size() == 1 ? Shape{1} : Shape{matrix.outputs, matrix.groups()};
        if (from.type().format->id() == "f16" && matrix.group == matrix.inputs) {
            matrix.scales = Tensor({from.type().format, shape}, from.bytes(), from.owner());
            return;
        }
        matrix.scales = Tensor::adoptFloats(shape, std::move(values));
    }

    /// com.microsoft's: bytes [N, blocks, size * bits / 8], low bits first; zero points of a row packed
    /// alike.
    std::optional<NamedTensor> blocks(const OperatorNode& node) const
    {
        if (node.inputs.size() < 3 || node.outputs.size() != 1)
            return std::nullopt;
        for (std::size_t i = 4; i < node.inputs.size(); ++i)
            if (!node.inputs[i].empty())
                return std::nullopt; // an order of the inputs, or a bias
        const WholeNumbers* const codes = wholeNumbers(node.inputs[1]);
        const Tensor* const scale = scales(node.inputs[2]);
        const bool hasZeros = node.inputs.size() > 3 && !node.inputs[3].empty();
        const WholeNumbers* const zeros = hasZeros ? wholeNumbers(node.inputs[3]) : nullptr;
        const auto outputs = std::size_t(node.integer("N", 0)), inputs = std::size_t(node.integer("K", 0)),
                   bits = std::size_t(node.integer("bits", 4)),
                   size = std::size_t(node.integer("block_size", 0));
        if (codes == nullptr || scale == nullptr || (hasZeros && zeros == nullptr)
            || m_uses.count(node.inputs[1]) != 1 || outputs == 0 || inputs == 0 || outputs > longestSide
            || inputs > longestSide || (bits != 2 && bits != 4 && bits != 8) || size < 16 || size > 1u << 16
            || !std::has_single_bit(size))
            return std::nullopt;
        const std::size_t count = (inputs + size - 1) / size, zeroBytes = (count * bits + 7) / 8;
        if (codes->bytes.size() != outputs * count * size * bits / 8
            || scale->type().elements() != outputs * count
            || (zeros != nullptr && zeros->bytes.size() != outputs * zeroBytes))
            return std::nullopt;
        PackedMatrix matrix{
            .bits = unsigned(bits), .outputs = outputs, .inputs = inputs, .group = std::min(size, inputs)};
        std::vector<std::uint8_t> all, zeroCodes;
        all.reserve(outputs * inputs);
        for (std::size_t o = 0; o < outputs; ++o) {
            const auto line = codes->bytes.subspan(o * (count * size * bits / 8));
            for (std::size_t i = 0; i < inputs; ++i)
                all.push_back(std::uint8_t(loadField(line, i, matrix.bits)));
            for (std::size_t g = 0; zeros != nullptr && g < count; ++g)
                zeroCodes.push_back(
                    std::uint8_t(loadField(zeros->bytes.subspan(o * zeroBytes), g, matrix.bits)));
        }
        matrix.symmetric = zeros == nullptr;
        std::vector<float> values = scale->toFloats();
        finishScales(matrix, values, *scale);
        store(matrix, std::move(all), std::move(zeroCodes));
        const std::string& name = node.inputs[1];
        constexpr std::string_view ending = "_codes";
        const std::string stem =
            name.ends_with(ending) ? name.substr(0, name.size() - ending.size()) : name + "_weights";
        return named(unused(stem), {inputs, outputs}, std::move(matrix));
    }

    bool isStored(const std::string& name) const
    {
        return m_floats.contains(name) || m_whole.contains(name) || m_graph.constants.contains(name);
    }

    std::string unused(std::string name) const
    {
        const auto isTaken = [&](const OperatorNode& node) {
            return std::ranges::find(node.outputs, name) != node.outputs.end();
        };
        while (isStored(name)
               || std::ranges::any_of(m_graph.nodes, isTaken)
               || std::ranges::find(m_graph.inputs, name, &OperatorValue::name) != m_graph.inputs.end())
            name += "_";
        return name;
    }

    static std::optional<NamedTensor> named(const std::string& name, const Shape& shape, PackedMatrix matrix)
    {
        const auto format = packedFormat(matrix);
        if (!format)
            return std::nullopt;
        matrix.format = *format;
        NamedTensor tensor{.name = name, .shape = shape, .stored = matrix.codes, .layout = Layout::Packed};
        tensor.packed = std::make_shared<const PackedMatrix>(std::move(matrix));
        return tensor;
    }

    /// What only those read that are gone.
    void dropUnread()
    {
        std::set<std::string, std::less<>> read;
        for (const OperatorNode& node : m_graph.nodes)
            read.insert(node.inputs.begin(), node.inputs.end());
        for (const OperatorValue& output : m_graph.outputs)
            read.insert(output.name);
        const auto isGone = [&](const std::string& name) {
            return m_read.contains(name) && !read.contains(name);
        };
        std::erase_if(m_tensors, [&](const NamedTensor& tensor) { return isGone(tensor.name); });
        std::erase_if(m_whole, [&](const auto& entry) { return isGone(entry.first); });
        std::erase_if(m_graph.constants, [&](const auto& entry) { return isGone(entry.first); });
        std::erase_if(m_graph.elementTypes, [&](const auto& entry) { return isGone(entry.first); });
    }

    OperatorGraph& m_graph;
    Uses m_uses;
    std::vector<NamedTensor>& m_tensors;
    WholeInitializers& m_whole;
    std::map<std::string, const NamedTensor*, std::less<>> m_floats;
    std::set<std::string, std::less<>> m_read;
    std::set<const OperatorNode*> m_gone; ///< what only gave a packed matrix its shape
};

} // namespace

bool WholeNumbers::areWhole() const
{
    const bool isKnown = elementType == uint8Type || elementType == int8Type || elementType == uint4Type
        || elementType == int4Type;
    return isKnown && bytes.size() == (elementsOf(shape) * bitsOf(elementType) + 7) / 8;
}

std::set<std::string, std::less<>> quantizedInputs(const OperatorGraph& graph)
{
    std::set<std::string, std::less<>> names;
    for (const OperatorNode& node : graph.nodes)
        if (node.type == "DequantizeLinear" || node.type == "MatMulNBits")
            names.insert(node.inputs.begin(), node.inputs.end());
    return names;
}

void packWeights(OperatorGraph& graph, std::vector<NamedTensor>& tensors, WholeInitializers& whole)
{
    Packer(graph, tensors, whole).run();
}

} // namespace tritloom::onnx
