#pragma once

#include "compute/vulkan/ops.h"

namespace tritloom::vulkan::plans {

using Types = std::span<const TensorType>;
using PlanOrNot = std::optional<Plan>;

constexpr std::size_t groupSize = 64; ///< invocations of a workgroup, in all shaders

// What the rows of ops.cpp call. Row by row (row_plans.cpp):
PlanOrNot unary(const Op& op, Types inputs);
PlanOrNot slice(const Op& op, Types inputs);
PlanOrNot rmsNorm(const Op& op, Types inputs);
PlanOrNot layerNorm(const Op& op, Types inputs);
PlanOrNot softmax(const Op& op, Types inputs);
PlanOrNot argMax(const Op& op, Types inputs);
PlanOrNot pick(const Op& op, Types inputs);
PlanOrNot quantizeRows(const Op& op, Types inputs);
PlanOrNot divergence(const Op& op, Types inputs);
PlanOrNot rope(const Op& op, Types inputs);
PlanOrNot attention(const Op& op, Types inputs);

// On tensors of any shape (picture_plans.cpp):
PlanOrNot pool(const Op& op, Types inputs);
PlanOrNot resize(const Op& op, Types inputs);
PlanOrNot batchNorm(const Op& op, Types inputs);
PlanOrNot groupNorm(const Op& op, Types inputs);
PlanOrNot localResponseNorm(const Op& op, Types inputs);
PlanOrNot gather(const Op& op, Types inputs);

// By steps along dimensions (stepped_plans.cpp):
PlanOrNot binary(const Op& op, Types inputs);
PlanOrNot where(const Op& op, Types inputs);
PlanOrNot matMul(const Op& op, Types inputs);
PlanOrNot reduce(const Op& op, Types inputs);
PlanOrNot stridedSlice(const Op& op, Types inputs);
PlanOrNot transpose(const Op& op, Types inputs);
PlanOrNot pad(const Op& op, Types inputs);
PlanOrNot expand(const Op& op, Types inputs);
PlanOrNot depthToSpace(const Op& op, Types inputs);
PlanOrNot spaceToDepth(const Op& op, Types inputs);

/// The type that shape inference gives these inputs; nothing where they do not fit together.
std::optional<TensorType> resultOf(const Op& op, Types inputs);
std::uint32_t bitsOf(double number); ///< as f32, for push constants

} // namespace tritloom::vulkan::plans
