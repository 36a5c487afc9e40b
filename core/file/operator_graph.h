#pragma once

#include "core/base/result.h"
#include "core/tensor/tensor.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace tritloom {

inline constexpr int oldestOperatorSet = 6, newestOperatorSet = 28; ///< that are read

/// A constant of an operator graph that is no stored weight: shapes, axes, scalars. Values as f32.
struct OperatorConstant {
    Tensor values;
    int elementType = 1; ///< ONNX's number: 1 f32, 2 u8, 3 i8, 7 i64 ...
};

using OperatorAttribute = std::variant<
    std::int64_t, double, std::string, std::vector<std::int64_t>, std::vector<double>, std::vector<std::string>,
    OperatorConstant>;

/// One operator by its name in the file.
struct OperatorNode {
    std::string domain; ///< "" for ONNX's own
    std::string type; ///< "Conv"
    std::string name; ///< as the file has it, or made of type and position
    std::vector<std::string> inputs, outputs; ///< values by name; "" where an optional one is left out
    std::map<std::string, OperatorAttribute, std::less<>> attributes;
    std::string refused; ///< an attribute that cannot be read (a subgraph), by name; "" when all can

    [[nodiscard]] std::int64_t integer(std::string_view key, std::int64_t otherwise) const;
    [[nodiscard]] double number(std::string_view key, double otherwise) const;
    [[nodiscard]] std::string text(std::string_view key, std::string_view otherwise) const;
    [[nodiscard]] std::vector<std::int64_t> integers(std::string_view key) const; ///< empty when absent
    [[nodiscard]] bool has(std::string_view key) const { return attributes.find(key) != attributes.end(); }
};

/// A value that goes into or comes out of the whole graph.
struct OperatorValue {
    std::string name;
    int elementType = 0; ///< ONNX's number: 1 f32, 7 i64 ...
    bool hasShape = false;
    std::vector<std::optional<std::int64_t>> shape; ///< nullopt: dynamic
    std::vector<std::string> dimensionNames; ///< of the dynamic ones, "" elsewhere
};

/// What an ONNX file computes, as plain data: core/architecture makes a Graph of it. Immutable once read.
struct OperatorGraph {
    int version = 0; ///< of ONNX's own operators (opset)
    int irVersion = 0;
    std::string producer;
    std::vector<OperatorNode> nodes; ///< every value is made before it is read
    std::vector<OperatorValue> inputs, outputs; ///< inputs without initializers
    std::map<std::string, OperatorConstant, std::less<>> constants; ///< initializers of whole numbers
    /// ONNX's number for what the file's other initializers were, which are the stored tensors: what they are
    /// compressed to does not say what the network computes with.
    std::map<std::string, int, std::less<>> elementTypes;

    /// Of a stored tensor; f32 where nothing is said.
    [[nodiscard]] int elementTypeOf(std::string_view tensor) const
    {
        const auto found = elementTypes.find(tensor);
        return found == elementTypes.end() ? 1 : found->second;
    }
};

/// Whether a graph is one that can be kept: every value is made once, and before it is read; no attribute is a
/// graph itself; constants of whole numbers hold what their type does; names are UTF-8. tensors: the names of
/// the stored ones. Errors: Unsupported, InvalidInput.
[[nodiscard]] Result<void>
checkOperators(const OperatorGraph& graph, const std::vector<std::string_view>& tensors);

/// Whether every value of a graph is made once, by a node, an input or a stored tensor. where: begins the
/// sentence. Errors: InvalidInput, by the value and both makers.
[[nodiscard]] Result<void> checkMadeOnce(
    const OperatorGraph& graph, const std::vector<std::string_view>& stored, std::string_view where);

} // namespace tritloom
