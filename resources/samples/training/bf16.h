#pragma once

#include <torch/torch.h>

#include <bit>
#include <cstdint>

namespace sample {

using Half = std::uint16_t; // the bits of a bf16

inline float widen(Half bits)
{
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

inline Half narrow(float value)
{
    const auto bits = std::bit_cast<std::uint32_t>(value);
    return static_cast<Half>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

inline Half* halves(const torch::Tensor& t)
{
    TORCH_CHECK(t.is_contiguous() && t.scalar_type() == torch::kBFloat16);
    return static_cast<Half*>(t.data_ptr());
}

inline float* floats(const torch::Tensor& t)
{
    TORCH_CHECK(t.is_contiguous() && t.scalar_type() == torch::kFloat32);
    return t.data_ptr<float>();
}

} // namespace sample
