#pragma once

#include "tests/app/small_networks.h"

#define ONNX_ML 1
#include <onnx/onnx_pb.h>

namespace tritloom {

/// Noise of 8 x 8 grey pictures at a time step: two convolutions.
inline bool writeDiffusion(const QString& path)
{
    onnx::ModelProto model;
    model.set_ir_version(8);
    model.add_opset_import()->set_version(13);
    onnx::GraphProto& graph = *model.mutable_graph();
    graph.set_name("noise");
    const auto value = [](onnx::ValueInfoProto& info, const char* name, std::initializer_list<int> shape) {
        info.set_name(name);
        auto& type = *info.mutable_type()->mutable_tensor_type();
        type.set_elem_type(onnx::TensorProto::FLOAT);
        for (const int side : shape)
            type.mutable_shape()->add_dim()->set_dim_value(side);
    };
    value(*graph.add_input(), "x", {1, 1, 8, 8});
    value(*graph.add_input(), "t", {1, 1, 1, 1});
    value(*graph.add_output(), "noise", {1, 1, 8, 8});
    const auto tensor = [&](const char* name, const std::vector<int>& shape, double scale, unsigned seed) {
        onnx::TensorProto& proto = *graph.add_initializer();
        proto.set_name(name);
        proto.set_data_type(onnx::TensorProto::FLOAT);
        for (const int side : shape)
            proto.add_dims(side);
        for (const float number : seededNumbers(shape, scale, seed))
            proto.add_float_data(number);
    };
    tensor("a", {6, 1, 3, 3}, 0.4, 1);
    tensor("b", {1, 6, 3, 3}, 0.2, 2);
    const auto node = [&](const char* op, std::initializer_list<const char*> inputs, const char* output,
                          bool pads) {
        onnx::NodeProto& made = *graph.add_node();
        made.set_op_type(op);
        made.set_name(output);
        for (const char* const input : inputs)
            made.add_input(input);
        made.add_output(output);
        if (!pads)
            return;
        onnx::AttributeProto& attribute = *made.add_attribute();
        attribute.set_name("pads");
        attribute.set_type(onnx::AttributeProto::INTS);
        for (int side = 0; side < 4; ++side)
            attribute.add_ints(1);
    };
    node("Add", {"x", "t"}, "later", false);
    node("Conv", {"later", "a"}, "wide", true);
    node("Relu", {"wide"}, "positive", false);
    node("Conv", {"positive", "b"}, "noise", true);
    QFile file(path);
    const std::string bytes = model.SerializeAsString();
    return file.open(QIODevice::WriteOnly)
        && file.write(bytes.data(), qint64(bytes.size())) == qint64(bytes.size());
}

} // namespace tritloom
