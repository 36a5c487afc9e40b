#include "core/export/onnx_document.h"

// What has changed between the operator sets of ONNX, from 7 on, for the operators that networks here are
// made of.
namespace tritloom::onnx {
namespace {

using Node = Document::Node;

std::vector<std::int64_t> integersOf(const ::onnx::NodeProto& node, std::string_view name)
{
    const auto* const attribute = attributeOf(node, name);
    if (attribute == nullptr)
        return {};
    return {attribute->ints().begin(), attribute->ints().end()};
}

/// Input number `index` becomes `name`; left-out ones before it stay empty.
void setInput(::onnx::NodeProto& node, int index, const std::string& name)
{
    while (node.input_size() <= index)
        node.add_input("");
    node.set_input(index, name);
}

std::string nameFor(const Document& document, const ::onnx::NodeProto& node, const std::string& what)
{
    return document.unused(node.output(0) + "_" + what);
}

/// A list that was an attribute and is now an input.
void listToInput(Document& document, ::onnx::NodeProto& node, const std::string& attribute, int input)
{
    const auto values = integersOf(node, attribute);
    if (attributeOf(node, attribute) == nullptr)
        return;
    const std::string name = nameFor(document, node, attribute);
    document.addWhole(name, values);
    setInput(node, input, name);
    removeAttribute(node, attribute);
}

void numberToInput(Document& document, ::onnx::NodeProto& node, const std::string& attribute, int input)
{
    const auto* const found = attributeOf(node, attribute);
    if (found == nullptr)
        return;
    const std::string name = nameFor(document, node, attribute);
    document.addFloats(name, {}, {found->f()});
    setInput(node, input, name);
    removeAttribute(node, attribute);
}

/// Before 13 everything from the axis on was one row: the same as a matrix of them.
void softmax(Document& document, Node node)
{
    const std::int64_t axis = integerOf(*node, "axis", 1);
    if (axis == -1)
        return; // a row is the last dimension either way only when it is so far behind
    const std::string x = node->input(0), y = node->output(0);
    const std::string shape = nameFor(document, *node, "shape"), matrix = nameFor(document, *node, "matrix"),
                      rows = nameFor(document, *node, "rows");
    document.insert(node, "Shape", {x}, shape);
    document.insert(node, "Flatten", {x}, matrix, {{"axis", axis}});
    node->set_input(0, matrix);
    node->set_output(0, rows);
    setInteger(*node, "axis", 1);
    document.insert(std::next(node), "Reshape", {rows, shape}, y);
}

void upsample(Document& document, ::onnx::NodeProto& node, bool wasUpsample)
{
    if (attributeOf(node, "scales") != nullptr) {
        const auto& given = attributeOf(node, "scales")->floats();
        const std::vector<float> scales(given.begin(), given.end());
        const std::string name = nameFor(document, node, "scales");
        document.addFloats(name, {std::int64_t(scales.size())}, scales);
        setInput(node, 1, name);
        removeAttribute(node, "scales");
    }
    const std::string scales = node.input(1);
    node.set_op_type("Resize");
    setInput(node, 1, "");
    setInput(node, 2, scales);
    // Positions were those of the output divided by the scale.
    setText(node, "coordinate_transformation_mode", "asymmetric");
    if (const auto* const mode = attributeOf(node, "mode"); mode == nullptr || mode->s() == "nearest")
        setText(node, "nearest_mode", "floor");
    else if (wasUpsample && mode->s() == "bilinear")
        setText(node, "mode", "linear");
}

bool isReduction(const std::string& type)
{
    return type.starts_with("Reduce");
}

Result<void> raise(Document& document, Node at, int from, int to)
{
    ::onnx::NodeProto& node = *at;
    const std::string type = node.op_type();
    const auto crosses = [&](int version) { return from < version && to >= version; };
    if (type == "BatchNormalization") {
        if (crosses(9) && integerOf(node, "spatial", 1) == 0)
            return fail(
                ErrorCode::Unsupported,
                "node '{}' norms each pixel by itself, which operator set {} does not have", node.name(), to);
        removeAttribute(node, "spatial");
        while (node.output_size() > 1)
            node.mutable_output()->RemoveLast();
    } else if (type == "Dropout") { // does nothing when a network is run
        node.set_op_type("Identity");
        node.clear_attribute();
        while (node.input_size() > 1)
            node.mutable_input()->RemoveLast();
        while (node.output_size() > 1)
            node.mutable_output()->RemoveLast();
    } else if (type == "Upsample" || (type == "Resize" && crosses(11))) {
        upsample(document, node, type == "Upsample");
    } else if (type == "Slice" && crosses(10)) {
        listToInput(document, node, "starts", 1);
        listToInput(document, node, "ends", 2);
        listToInput(document, node, "axes", 3);
    } else if (type == "Clip" && crosses(11)) {
        numberToInput(document, node, "min", 1);
        numberToInput(document, node, "max", 2);
    } else if (type == "Pad" && crosses(11)) {
        listToInput(document, node, "pads", 1);
        numberToInput(document, node, "value", 2);
    } else if ((type == "Softmax" || type == "LogSoftmax") && crosses(13)) {
        softmax(document, at);
    } else if ((type == "Squeeze" || type == "Unsqueeze" || type == "ReduceSum") && crosses(13)) {
        listToInput(document, node, "axes", 1);
    } else if (isReduction(type) && type != "ReduceSum" && crosses(18)) {
        listToInput(document, node, "axes", 1);
    } else if (type == "Split") {
        if (crosses(13))
            listToInput(document, node, "split", 1);
        if (crosses(18) && node.input_size() < 2)
            setInteger(node, "num_outputs", node.output_size());
    } else if (type == "GroupNormalization" && crosses(21)) {
        return fail(
            ErrorCode::Unsupported,
            "node '{}' norms groups with one factor a group, which operator set {} does not have",
            node.name(), to);
    }
    return {};
}

} // namespace

Result<void> Document::raiseOperatorSet(int version)
{
    const int from = operatorSet();
    if (from >= version)
        return {};
    if (from < 7)
        return fail(
            ErrorCode::Unsupported, "operator set {} broadcasts in its own way and cannot be raised to {}",
            from, version);
    for (Node node = m_nodes.begin(), next; node != m_nodes.end(); node = next) {
        next = std::next(node);
        if (node->domain().empty() || node->domain() == "ai.onnx")
            TRY_VOID(raise(*this, node, from, version));
    }
    needDomain("", version);
    return {};
}

} // namespace tritloom::onnx
