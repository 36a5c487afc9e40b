#include "core/tensor/tensor.h"

#include <cassert>
#include <cstdint>

namespace tritloom {
namespace {

const NumberFormatPtr& float32()
{
    static const NumberFormatPtr format = parseNumberFormat("f32").value();
    return format;
}

} // namespace

Tensor::Tensor(TensorType type, std::span<const std::byte> bytes, std::shared_ptr<const void> owner)
    : m_type(std::move(type))
    , m_bytes(bytes)
    , m_owner(std::move(owner))
{
    assert(m_bytes.size() == m_type.bytes());
}

Tensor Tensor::adopt(TensorType type, std::vector<std::byte> bytes)
{
    auto owner = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
    const std::span<const std::byte> view = *owner;
    return {std::move(type), view, std::move(owner)};
}

Tensor Tensor::adoptFloats(Shape shape, std::vector<float> values)
{
    auto owner = std::make_shared<const std::vector<float>>(std::move(values));
    const std::span<const std::byte> view = std::as_bytes(std::span(*owner));
    return {{float32(), std::move(shape)}, view, std::move(owner)};
}

Tensor Tensor::fromFloats(Shape shape, std::span<const float> values)
{
    return adoptFloats(std::move(shape), {values.begin(), values.end()});
}

std::span<const float> Tensor::floats() const
{
    assert(m_type.format->id() == "f32");
    assert(reinterpret_cast<std::uintptr_t>(m_bytes.data()) % alignof(float) == 0);
    return {reinterpret_cast<const float*>(m_bytes.data()), m_bytes.size() / sizeof(float)};
}

void Tensor::decodeRows(std::size_t first, std::span<float> values) const
{
    const std::size_t columns = m_type.columns();
    assert(columns > 0 && values.size() % columns == 0);
    for (std::size_t r = 0; r < values.size() / columns; ++r)
        m_type.format->decodeBlocks(row(first + r), values.subspan(r * columns, columns));
}

std::vector<float> Tensor::toFloats() const
{
    std::vector<float> values(m_type.elements());
    if (!values.empty())
        decodeRows(0, values);
    return values;
}

} // namespace tritloom
