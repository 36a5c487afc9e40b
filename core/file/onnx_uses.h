#pragma once

#include "core/file/operator_graph.h"

namespace tritloom::onnx {

/// How operators read a weight.
enum class Reading {
    Rows, ///< [outputs, everything else]: convolutions, Gemm with transB
    Columns, ///< [inputs, outputs]: MatMul, Gemm; [C, everything else]: transposed convolutions
    Table, ///< [rows, size], looked up by row
    Other,
};

/// Who reads which value of a graph, which outlives it.
class Uses {
public:
    explicit Uses(const OperatorGraph& graph);

    /// The one way in which all readers of a value read it; shape: of the value, changed by Reshape on the
    /// way.
    [[nodiscard]] Reading of(const std::string& value, Shape& shape, int depth = 0) const;
    /// How many inputs of operators a value is.
    [[nodiscard]] std::size_t count(const std::string& value) const;

private:
    Reading read(const OperatorNode& node, std::size_t input, Shape& shape, int depth) const;
    bool reshape(const OperatorNode& node, Shape& shape) const;

    const OperatorGraph& m_graph;
    std::map<std::string, std::vector<std::pair<const OperatorNode*, std::size_t>>, std::less<>> m_readers;
};

} // namespace tritloom::onnx
