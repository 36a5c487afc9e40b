#include "compute/cpu/output.h"

#include "core/base/recycled_memory.h"

namespace tritloom::cpu {

std::shared_ptr<void> scratch(std::size_t bytes)
{
    return recycledMemory(bytes);
}

Output::Output(std::size_t count)
    : m_owner(scratch(count * sizeof(float)))
    , m_values(static_cast<float*>(m_owner.get()), count)
{
}

Tensor Output::take(Shape shape) &&
{
    static const NumberFormatPtr f32 = parseNumberFormat("f32").value();
    return {{f32, std::move(shape)}, std::as_bytes(m_values), std::move(m_owner)};
}

} // namespace tritloom::cpu
