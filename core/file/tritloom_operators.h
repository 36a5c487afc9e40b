#pragma once

#include "core/file/json.h"
#include "core/file/operator_graph.h"

#include <functional>

namespace tritloom::tritloomFile {

/// Puts a tensor among the data and gives the object that stands for it: {"shape", "format", "data"}.
using PutTensor = std::function<Result<Json>(const std::string& name, const Tensor& tensor)>;
/// The tensor of such an object. Errors: InvalidInput.
using TakeTensor = std::function<Result<Tensor>(const Json& object)>;

/// An operator graph as it stands in "__metadata__" (see tritloom_file.h); constants are put in the order of
/// their names, then those of attributes in the order of the nodes. Errors: Unsupported (more nodes, inputs
/// or attributes than are read), those of put.
[[nodiscard]] Result<Json> operatorsJson(const OperatorGraph& graph, const PutTensor& put);
/// Everything is checked but what checkOperators() does. Errors: InvalidInput, with the file; those of take.
[[nodiscard]] Result<OperatorGraph>
operatorsOf(const Json& object, const TakeTensor& take, std::string_view file);

} // namespace tritloom::tritloomFile
