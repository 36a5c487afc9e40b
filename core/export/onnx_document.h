#pragma once

#include "core/export/export_target.h"

#define ONNX_ML 1
#include <onnx/onnx_pb.h>

#include <list>
#include <map>
#include <string>
#include <vector>

namespace tritloom::onnx {

/// An ONNX model on its way into a file: nodes that can be added anywhere, initializers by name. One thread.
class Document {
public:
    using Node = std::list<::onnx::NodeProto>::iterator;
    struct Use {
        Node node;
        int input = 0;
    };
    using Dims = std::vector<std::int64_t>;

    explicit Document(::onnx::ModelProto model);

    /// The model's own file again, or a graph made of the network it was recognised as; every tensor of the
    /// model is then an initializer of its name, in its order of the file. Errors: Io, InvalidInput,
    /// Unsupported.
    /// notices: what was odd, added behind.
    [[nodiscard]] static Result<Document> of(const ModelFile& model, std::vector<std::string>& notices);

    [[nodiscard]] std::list<::onnx::NodeProto>& nodes() { return m_nodes; }
    [[nodiscard]] ::onnx::TensorProto* initializer(const std::string& name); ///< null: none is called so
    /// bytes: raw_data, as the type has it.
    void add(const std::string& name, int type, const Dims& dims, std::string bytes);
    void addFloats(const std::string& name, const Dims& dims, const std::vector<float>& values);
    /// The same in another element type: halves, doubles.
    void addReals(const std::string& name, const Dims& dims, const std::vector<float>& values, int type);
    void addWhole(const std::string& name, const Dims& values); ///< int64 [n]
    void remove(const std::string& initializer);

    [[nodiscard]] std::vector<Use> usesOf(const std::string& value);
    [[nodiscard]] bool isOutput(const std::string& value) const;
    /// A name that nothing has yet, `wish` where that is free.
    [[nodiscard]] std::string unused(const std::string& wish) const;

    /// A node before `before`, with one output of this name.
    Node insert(
        Node before, const std::string& type, const std::vector<std::string>& inputs,
        const std::string& output, const std::map<std::string, std::int64_t>& attributes = {});
    /// Before all others: for what only reads initializers.
    Node insertFirst(
        const std::string& type, const std::vector<std::string>& inputs, const std::string& output,
        const std::map<std::string, std::int64_t>& attributes = {});

    void erase(Node node);

    [[nodiscard]] int operatorSet() const;
    /// Rewrites nodes whose meaning has changed since. Errors: Unsupported (a node that cannot be, by name).
    [[nodiscard]] Result<void> raiseOperatorSet(int version);
    void needDomain(const std::string& domain, int version);

    /// Among the properties of the model: of metadata those that are ONNX's own or ours. Others are ignored.
    void setProperty(std::string_view metadataKey, const std::string& value);

    /// Initializers that files of IR version 3 list among the inputs are none any more.
    [[nodiscard]] ::onnx::ModelProto finish() &&;

private:
    ::onnx::ModelProto m_model;
    std::list<::onnx::NodeProto> m_nodes;
    std::list<::onnx::TensorProto> m_initializers;
    std::map<std::string, std::list<::onnx::TensorProto>::iterator> m_byName;
    Node m_front; ///< where what was inserted first ends
};

/// A model of operators made from the graph of a network that did not come as ONNX; for pictures of any size
/// where the network takes them, else a notice says that it does not. Errors: Unsupported.
[[nodiscard]] Result<::onnx::ModelProto>
modelOfNetwork(const ModelFile& model, std::vector<std::string>& notices);

/// The operators that came with the model, when its own file is none of ONNX. Errors: Unsupported.
[[nodiscard]] Result<::onnx::ModelProto> modelOfOperators(const ModelFile& model);

/// The node's attribute, added when it is not there.
[[nodiscard]] const ::onnx::AttributeProto* attributeOf(const ::onnx::NodeProto& node, std::string_view name);
[[nodiscard]] std::int64_t
integerOf(const ::onnx::NodeProto& node, std::string_view name, std::int64_t otherwise);
[[nodiscard]] double numberOf(const ::onnx::NodeProto& node, std::string_view name, double otherwise);
void removeAttribute(::onnx::NodeProto& node, std::string_view name);
void setInteger(::onnx::NodeProto& node, const std::string& name, std::int64_t value);
void setText(::onnx::NodeProto& node, const std::string& name, const std::string& value);

/// raw_data of these numbers.
template <typename T>
[[nodiscard]] std::string bytesOf(const std::vector<T>& values)
{
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

/// raw_data of numbers in FLOAT16, BFLOAT16 or DOUBLE; empty for other types.
[[nodiscard]] std::string bytesOfReals(const std::vector<float>& values, int type);

} // namespace tritloom::onnx
