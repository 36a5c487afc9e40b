#pragma once

#include "core/base/result.h"
#include "core/graph/graph.h"

#include <functional>
#include <map>
#include <set>
#include <span>
#include <stop_token>
#include <vector>

namespace tritloom {

/// Tensors by id, f32 or any other format.
using TensorMap = std::map<TensorId, Tensor>;

/// A part of a graph to run, and what to derive. Nodes are those that lie between `inputs` and `outputs`.
struct GradientProblem {
    const Graph& graph; ///< outlives the call
    std::map<ValueId, Tensor> inputs; ///< known values, f32
    std::vector<ValueId> outputs;
    /// Any format; asked once for each tensor that is read.
    std::function<Result<Tensor>(TensorId)> tensorOf;
    std::set<TensorId> wanted; ///< derived by
    /// d loss / d output for each of the outputs, f32 of their shapes. Empty: run only, derive nothing.
    std::function<Result<std::vector<Tensor>>(std::span<const Tensor> outputs)> slopesOf = {};
    std::stop_token stop = {};
};

struct Gradients {
    std::vector<Tensor> outputs; ///< f32
    std::map<TensorId, Tensor> byTensor; ///< d loss / d tensor, f32, shapes of the tensors; 0 where unread
};

/// Runs graphs and derives them. Stateless, any number of threads at once, each run on its caller's thread
/// alone: equal problems give equal bytes.
class GradientEngine {
public:
    virtual ~GradientEngine() = default;
    /// Errors: Unsupported (an op that cannot be derived, by name), InvalidInput (sizes that do not fit, a
    /// value that nothing makes), those of tensorOf and slopesOf, Cancelled.
    [[nodiscard]] virtual Result<Gradients> run(const GradientProblem& problem) const = 0;
};

/// The engine over LibTorch, which is opened by the first call: that takes half a second, for it brings a
/// hundred libraries along. Any thread. Errors: Unsupported (it cannot be opened).
[[nodiscard]] Result<const GradientEngine*> gradientEngine();

} // namespace tritloom
