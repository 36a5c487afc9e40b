#include "plugins/torch/gradients.h"
#include "plugins/torch/ops.h"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/autograd.h>

#include <omp.h>

#include <algorithm>
#include <optional>

namespace tritloom {
namespace {

struct Stopped : std::exception { };

/// What work throws, as an Error; `what` names the node or step.
template <typename Work>
auto guarded(const std::string& what, Work work) -> decltype(work())
{
    try {
        return work();
    } catch (const Stopped&) {
        return fail(ErrorCode::Cancelled, "cancelled at {}", what);
    } catch (const torchops::Refusal& refusal) {
        return fail(ErrorCode::Unsupported, "{}: {}", what, refusal.what());
    } catch (const c10::Error& error) {
        return fail(ErrorCode::InvalidInput, "{}: {}", what, error.what_without_backtrace());
    } catch (const std::exception& error) {
        return fail(ErrorCode::InvalidInput, "{}: {}", what, error.what());
    }
}

/// Shares the floats where they lie; the tensor must outlive what is returned, which nothing may write to.
at::Tensor borrowed(const Tensor& tensor)
{
    const std::vector<std::int64_t> shape(tensor.type().shape.begin(), tensor.type().shape.end());
    return at::from_blob(const_cast<float*>(tensor.floats().data()), shape, at::kFloat);
}

Tensor ours(const at::Tensor& tensor)
{
    const at::Tensor plain = tensor.detach().to(at::kFloat).contiguous();
    const float* const data = plain.data_ptr<float>();
    return Tensor::adoptFloats(
        Shape(plain.sizes().begin(), plain.sizes().end()), std::vector<float>(data, data + plain.numel()));
}

/// One run: values and tensors as they come.
class Run {
public:
    explicit Run(const GradientProblem& problem)
        : m_problem(problem)
    {
        for (const auto& [id, tensor] : problem.inputs)
            m_values[id] = borrowed(tensor);
    }

    Result<void> forward()
    {
        for (const Node* node : TRY(nodes())) {
            const std::string what = fmt::format("{} ({})", node->name, nameOf(node->op.kind));
            if (m_problem.stop.stop_requested())
                return fail(ErrorCode::Cancelled, "cancelled at {}", what);
            TRY_VOID(apply(*node, what));
        }
        return {};
    }

    Result<std::vector<at::Tensor>> outputs() const
    {
        std::vector<at::Tensor> list;
        for (const ValueId id : m_problem.outputs)
            list.push_back(m_values.at(id));
        return list;
    }

    /// The tensors that are derived by and were read.
    const std::map<TensorId, at::Tensor>& leaves() const { return m_leaves; }

private:
    /// Those between the inputs and the outputs, in graph order.
    Result<std::vector<const Node*>> nodes() const
    {
        std::set<ValueId> needed;
        for (const ValueId id : m_problem.outputs)
            if (!m_problem.inputs.contains(id))
                needed.insert(id);
        std::vector<const Node*> list;
        const auto& all = m_problem.graph.nodes;
        for (auto node = all.rbegin(); node != all.rend(); ++node)
            if (needed.erase(node->output) != 0) {
                list.push_back(&*node);
                for (const ValueId id : node->inputs)
                    if (!m_problem.inputs.contains(id))
                        needed.insert(id);
            }
        if (!needed.empty())
            return fail(
                ErrorCode::InvalidInput, "value {} is needed, but no node makes it and it is not given",
                std::uint32_t(*needed.begin()));
        std::ranges::reverse(list);
        return list;
    }

    Result<at::Tensor> stored(TensorId id)
    {
        if (const auto known = m_tensors.find(id); known != m_tensors.end())
            return known->second;
        Tensor tensor = TRY(m_problem.tensorOf(id));
        if (tensor.type().format->id() != "f32")
            tensor = Tensor::adoptFloats(tensor.type().shape, tensor.toFloats());
        m_kept.push_back(tensor);
        at::Tensor made = borrowed(tensor);
        if (m_problem.slopesOf && m_problem.wanted.contains(id)) {
            made.requires_grad_(true);
            m_leaves[id] = made;
        }
        m_tensors[id] = made;
        return made;
    }

    Result<void> apply(const Node& node, const std::string& what)
    {
        const torchops::Function function = torchops::functionOf(node.op.kind);
        if (function == nullptr)
            return fail(ErrorCode::Unsupported, "{}: gradients know no such op", what);
        return guarded(what, [&]() -> Result<void> {
            std::vector<at::Tensor> inputs;
            for (const ValueId id : node.inputs)
                inputs.push_back(m_values.at(id));
            for (const TensorId id : node.weights)
                inputs.push_back(TRY(stored(id)));
            for (const Tensor& literal : node.literals)
                inputs.push_back(borrowed(literal));
            at::Tensor made = function(node.op, inputs);
            if (made.requires_grad()) // the way back stops between any two ops too
                made.register_hook([stop = m_problem.stop](const at::Tensor& slope) {
                    if (stop.stop_requested())
                        throw Stopped();
                    return slope;
                });
            m_values[node.output] = std::move(made);
            return {};
        });
    }

    const GradientProblem& m_problem;
    std::vector<Tensor> m_kept; ///< what m_tensors share the floats of
    std::map<TensorId, at::Tensor> m_tensors, m_leaves;
    std::map<ValueId, at::Tensor> m_values;
};

/// Walks a graph with LibTorch on the processor in f32; autograd gives the slopes.
class TorchInterpreter final : public GradientEngine {
public:
    TorchInterpreter() { at::set_num_threads(1); }

    Result<Gradients> run(const GradientProblem& problem) const override
    {
        // Sums do not depend on the number of threads where there is one; callers work on many samples at
        // once.
        omp_set_num_threads(1); // of this thread only
        const c10::AutoGradMode mode(bool(problem.slopesOf));
        Run run(problem);
        TRY_VOID(run.forward());
        const std::vector<at::Tensor> made = TRY(run.outputs());
        Gradients result;
        TRY_VOID(guarded("the results", [&]() -> Result<void> {
            for (const at::Tensor& output : made)
                result.outputs.push_back(ours(output));
            return {};
        }));
        if (!problem.slopesOf)
            return result;
        const std::vector<Tensor> given = TRY(problem.slopesOf(result.outputs));
        TRY_VOID(guarded("the way back", [&] { return back(made, given, run, result); }));
        for (const TensorId id : problem.wanted)
            if (!result.byTensor.contains(id)) {
                const Shape shape = TRY(problem.tensorOf(id)).type().shape;
                std::vector<float> zeros(TensorType{nullptr, shape}.elements());
                result.byTensor[id] = Tensor::adoptFloats(shape, std::move(zeros));
            }
        return result;
    }

private:
    static Result<void> back(
        const std::vector<at::Tensor>& made, const std::vector<Tensor>& given, const Run& run,
        Gradients& into)
    {
        if (given.size() != made.size())
            return fail(ErrorCode::InvalidInput, "{} slopes for {} outputs", given.size(), made.size());
        std::vector<at::Tensor> outputs, slopes, leaves;
        for (std::size_t i = 0; i < made.size(); ++i)
            if (made[i].requires_grad()) {
                outputs.push_back(made[i]);
                slopes.push_back(borrowed(given[i]));
            }
        for (const auto& [id, leaf] : run.leaves())
            leaves.push_back(leaf);
        if (outputs.empty() || leaves.empty())
            return {};
        const auto found = torch::autograd::grad(outputs, leaves, slopes, false, false, true);
        std::size_t i = 0;
        for (const auto& [id, leaf] : run.leaves()) {
            if (found[i].defined())
                into.byTensor[id] = ours(found[i]);
            ++i;
        }
        return {};
    }
};

} // namespace
} // namespace tritloom

extern "C" __attribute__((visibility("default"))) const tritloom::GradientEngine* tritloomGradientEngine1()
{
    static const tritloom::TorchInterpreter engine;
    return &engine;
}
