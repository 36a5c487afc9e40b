#include "compute/cpu/cpu_tensor.h"

#include "core/base/mapped_file.h"

namespace tritloom::cpu {

Result<const PackedWeights*> CpuTensor::packed() const
{
    if (!m_asked) {
        if (const auto format = packedFormatOf(*m_type.format))
            if (const auto layout = packedLayout(format->layout, m_type)) {
                m_packed = TRY(repack(m_given, *layout, format->read));
                MappedFile::doneWith(m_given.bytes());
                m_given = Tensor();
            }
        m_asked = true;
    }
    return m_packed ? &*m_packed : nullptr;
}

void CpuTensor::decodeRow(std::size_t index, std::span<float> values) const
{
    if (m_packed)
        m_packed->decodeRow(index, values);
    else
        m_given.decodeRows(index, values);
}

} // namespace tritloom::cpu
