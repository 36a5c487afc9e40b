#pragma once

#include "compute/vulkan/device.h"

#include "core/graph/op.h"

#include <optional>

namespace tritloom::vulkan {

/// How an op becomes a run of a shader. Bindings: the inputs, then the result. Push constants: rows of this
/// run, number of the first of them, then `constants`.
struct Plan {
    TensorType result;
    const Shader* shader = nullptr;
    Specials specials{};
    std::vector<std::uint32_t> constants;
    std::size_t rows = 0; ///< that can be made apart from each other
    std::size_t itemsPerRow = 1; ///< invocations; of ops that give a workgroup to each row, 64
    std::size_t layers = 1; ///< workgroups along y
    std::vector<bool> inputByRow; ///< whether an input has those rows too; others are given whole
    double work = 0;
    std::vector<float> table; ///< made on the host, one more input
    std::size_t resultAt = 0; ///< binding of the result, where inputs may be missing before it
};

/// An op with a shader of its own.
struct OpRow {
    OpKind kind;
    /// Nothing where the op cannot have these inputs.
    std::optional<Plan> (*plan)(const Op&, std::span<const TensorType> inputs);
};

/// The list of ops that do not depend on the format of weights. A row here is tested on every device.
[[nodiscard]] std::span<const OpRow> opRows();
[[nodiscard]] const OpRow* opRowFor(OpKind kind);

/// Whether the device can run a plan on such inputs.
[[nodiscard]] bool fits(const Plan& plan, std::span<const TensorType> inputs, const DeviceLimits& limits);

/// Records it; tensors that are larger than a shader can be given are cut along their rows.
/// Errors: those of Device::run().
[[nodiscard]] Result<void>
run(Device& device, OpKind kind, const Plan& plan, std::span<const BufferPtr> inputs,
    std::span<const TensorType> types, const BufferPtr& result);

/// One of the tensors that Concat joins, the `index`-th, into the result.
[[nodiscard]] std::optional<Plan>
planConcat(const Op& op, std::span<const TensorType> inputs, std::size_t index);

/// What Rope's plan is given behind its input: cosines and sines, f32 [rows, dimensions / 2, 2], in double
/// precision made on the host. divisors: as Rope has them, may be empty.
[[nodiscard]] std::vector<float> ropeAngles(const Op& op, std::size_t rows, std::span<const float> divisors);

} // namespace tritloom::vulkan
