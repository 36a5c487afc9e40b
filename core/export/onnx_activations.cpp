#include "core/export/onnx_activations.h"

#include "core/graph/cached_layer.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace tritloom::onnx {
namespace {

/// Convolutions and products that read a layer, through reshapes of it.
void readersOf(Document& document, const std::string& value, std::vector<Document::Node>& readers)
{
    for (const Document::Use& use : document.usesOf(value)) {
        const std::string& type = use.node->op_type();
        if (use.input == 0 && (type == "Identity" || type == "Transpose" || type == "Reshape"))
            readersOf(document, use.node->output(0), readers);
        else if (
            use.input == 1
            && (type == "Conv" || type == "ConvTranspose" || type == "Gemm" || type == "MatMul"))
            readers.push_back(use.node);
    }
}

/// Behind the node that makes the value; at the front for inputs of the graph.
Document::Node placeBehind(Document& document, const std::string& value)
{
    for (Document::Node node = document.nodes().begin(); node != document.nodes().end(); ++node)
        if (std::ranges::find(node->output(), value) != node->output().end())
            return std::next(node);
    return document.nodes().begin();
}

/// The pair of nodes; gives what comes out of it.
std::string roundedValue(Document& document, const RoundedInput& input, const ::onnx::NodeProto& reader)
{
    const std::string x = reader.input(0);
    const bool isProduct = reader.op_type() == "Gemm" || reader.op_type() == "MatMul";
    const Document::Dims dims =
        input.scales.size() == 1 ? Document::Dims{} : Document::Dims{std::int64_t(input.scales.size())};
    const std::string scale = document.unused(x + "_scale"), zero = document.unused(x + "_zero_point");
    document.addFloats(scale, dims, input.scales);
    document.add(
        zero, ::onnx::TensorProto::UINT8, dims,
        {reinterpret_cast<const char*>(input.zeros.data()), input.zeros.size()});
    std::map<std::string, std::int64_t> attributes;
    if (!dims.empty())
        attributes["axis"] = isProduct ? -1 : 1;
    const Document::Node place = placeBehind(document, x);
    const bool isNarrow = input.bits < 8;
    const unsigned last = (1U << input.bits) - 1;
    std::string given = x;
    if (isNarrow && dims.empty()) {
        const float step = input.scales[0], middle = float(input.zeros[0]);
        const std::string low = document.unused(x + "_low"), high = document.unused(x + "_high");
        document.addFloats(low, {}, {step * (0 - middle)});
        document.addFloats(high, {}, {step * (float(last) - middle)});
        given = document.unused(x + "_clipped");
        document.insert(place, "Clip", {x, low, high}, given);
    }
    std::string quantized = document.unused(x + "_quantized");
    const std::string rounded = document.unused(x + "_rounded");
    document.insert(place, "QuantizeLinear", {given, scale, zero}, quantized, attributes);
    if (isNarrow && !dims.empty()) { // each channel ends elsewhere, its codes all at the same
        const std::string low = document.unused(x + "_low"), high = document.unused(x + "_high"),
                          clipped = document.unused(x + "_clipped");
        document.add(low, ::onnx::TensorProto::UINT8, {}, std::string(1, '\0'));
        document.add(high, ::onnx::TensorProto::UINT8, {}, std::string(1, char(last)));
        document.insert(place, "Clip", {quantized, low, high}, clipped);
        quantized = clipped;
    }
    document.insert(place, "DequantizeLinear", {quantized, scale, zero}, rounded, attributes);
    return rounded;
}

/// b = scale of inputs * scale of weights * code, one scale an output.
void roundBias(Document& document, const RoundedInput& input, ::onnx::NodeProto& reader)
{
    if (reader.op_type() != "Conv" || reader.input_size() < 3 || input.scales.size() != 1
        || input.weightScales.empty())
        return;
    const std::string name = reader.input(2);
    const ::onnx::TensorProto* const stored = document.initializer(name);
    if (stored == nullptr || stored->data_type() != ::onnx::TensorProto::FLOAT
        || stored->raw_data().size() != input.weightScales.size() * sizeof(float))
        return;
    std::vector<float> bias(input.weightScales.size()), scales(bias.size());
    std::memcpy(bias.data(), stored->raw_data().data(), stored->raw_data().size());
    std::vector<std::int32_t> codes;
    for (std::size_t c = 0; c < bias.size(); ++c) {
        scales[c] = input.scales[0] * input.weightScales[c];
        const double code = std::nearbyint(double(bias[c]) / double(scales[c]));
        if (!(std::abs(code) < 2147483647.0))
            return; // weights of nearly nothing: the bias stays a float
        codes.push_back(std::int32_t(code));
    }
    const std::string quantized = document.unused(name + "_quantized"),
                      scale = document.unused(name + "_scale"), made = document.unused(name + "_dequantized");
    const auto count = std::int64_t(codes.size());
    document.add(quantized, ::onnx::TensorProto::INT32, {count}, bytesOf(codes));
    document.addFloats(scale, {count}, scales);
    document.insertFirst("DequantizeLinear", {quantized, scale}, made, {{"axis", 0}});
    reader.set_input(2, made);
    if (document.usesOf(name).empty())
        document.remove(name);
}

} // namespace

Result<std::pair<Tensor, RoundedInput>>
roundedInputOf(const LayerReplacement& replacement, const std::string& layer, const std::string& format)
{
    const std::vector<Node>& nodes = replacement.graph.nodes;
    if (!nodes.empty() && isTimeTable(nodes.back()))
        return fail(
            ErrorCode::Unsupported,
            "{}: outputs stored by time step cannot be written as ONNX: export to *.tritloom",
            layer);
    const bool isRounding = nodes.size() == 2 && nodes[0].op.kind == OpKind::QuantizeRows
        && nodes[0].weights.size() == 3 && nodes[1].op.kind == OpKind::Linear && nodes[1].weights.size() == 1;
    if (!isRounding)
        return fail(
            ErrorCode::Unsupported,
            "{}: {} by a method that stores more than one matrix cannot be written as ONNX: export to "
            "*.tritloom",
            layer, format);
    if (nodes[0].op.attributes.contains("offset"))
        return fail(
            ErrorCode::Unsupported,
            "{}: {} with inputs rounded as AQT does cannot be written as ONNX, which rounds to nearest; "
            "aqt=0 "
            "can",
            layer, format);
    const auto part = [&](std::size_t node, std::size_t i) -> const Tensor& {
        return replacement.parts[std::size_t(nodes[node].weights[i])].tensor;
    };
    if (part(0, 2).type().elements() != 1)
        return fail(
            ErrorCode::Unsupported,
            "{}: {} with ranges for {} groups of time steps cannot be written as one ONNX graph, groups=1 "
            "can",
            layer, format, part(0, 2).type().elements());
    RoundedInput input{.layer = layer, .bits = int(nodes[0].op.number("bits", 8))};
    input.scales = part(0, 0).toFloats();
    if (input.bits > 8)
        return fail(
            ErrorCode::Unsupported, "{}: {} with inputs of {} bits cannot be written as ONNX, 8 or fewer can",
            layer, format, input.bits);
    for (const float zero : part(0, 1).toFloats())
        input.zeros.push_back(std::uint8_t(zero));
    return std::pair{part(1, 0), std::move(input)};
}

Result<void> writeRoundedInputs(Document& document, const std::vector<RoundedInput>& inputs)
{
    struct Made {
        std::string value, rounded;
        const RoundedInput* input;
        bool isProduct;
    };
    std::vector<Made> made;
    for (const RoundedInput& input : inputs) {
        TRY_VOID(document.raiseOperatorSet(13));
        std::vector<Document::Node> readers;
        readersOf(document, input.layer, readers);
        if (readers.empty())
            return fail(
                ErrorCode::Unsupported,
                "{}: inputs of MatMulNBits or of a table cannot be rounded: export it as INT4 or INT8",
                input.layer);
        for (const Document::Node reader : readers) {
            if (integerOf(*reader, "transA", 0) != 0)
                return fail(
                    ErrorCode::Unsupported, "{}: the inputs of node '{}' are turned and cannot be rounded",
                    input.layer, reader->name());
            const bool isProduct = reader->op_type() == "Gemm" || reader->op_type() == "MatMul";
            const auto known = std::ranges::find_if(made, [&](const Made& other) {
                return other.value == reader->input(0) && other.input->bits == input.bits
                    && other.input->scales == input.scales && other.input->zeros == input.zeros
                    && (input.scales.size() == 1 || other.isProduct == isProduct);
            });
            const std::string value = reader->input(0);
            const std::string rounded =
                known != made.end() ? known->rounded : roundedValue(document, input, *reader);
            if (known == made.end())
                made.push_back({value, rounded, &input, isProduct});
            reader->set_input(0, rounded);
            roundBias(document, input, *reader);
        }
    }
    return {};
}

} // namespace tritloom::onnx
