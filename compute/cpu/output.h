#pragma once

#include "core/tensor/tensor.h"

#include <span>

namespace tritloom::cpu {

/// Memory for a while: aligned, not zeroed. What comes from the system page by page is dear, so memory that
/// was given back is used again. Any thread.
[[nodiscard]] std::shared_ptr<void> scratch(std::size_t bytes);

/// Floats to be written, every one of them, and then handed on as a tensor. Of scratch memory.
class Output {
public:
    explicit Output(std::size_t count);
    [[nodiscard]] std::span<float> values() const { return m_values; }
    [[nodiscard]] Tensor take(Shape shape) &&;

private:
    std::shared_ptr<void> m_owner;
    std::span<float> m_values;
};

} // namespace tritloom::cpu
