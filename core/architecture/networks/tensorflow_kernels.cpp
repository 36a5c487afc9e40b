#include "core/architecture/networks/tensorflow_kernels.h"

#include <array>
#include <cstring>

namespace tritloom::networks {
namespace {

bool isFloat(const NamedTensor& tensor, std::size_t dimensions)
{
    return tensor.shape.size() == dimensions && tensor.layout == Layout::RowMajor && !tensor.replacement
        && tensor.stored.type().format && tensor.stored.type().format->isFloat();
}

/// Dimension i of the result is dimension order[i] of the tensor.
Tensor permuted(const Tensor& tensor, const std::array<std::size_t, 4>& order)
{
    const Shape& from = tensor.type().shape;
    std::array<std::size_t, 4> steps{};
    std::size_t step = tensor.type().format->blockBytes();
    const std::size_t each = step;
    for (std::size_t d = 4; d-- > 0; step *= from[d])
        steps[d] = step;
    Shape shape;
    for (const std::size_t d : order)
        shape.push_back(from[d]);
    std::vector<std::byte> bytes(tensor.bytes().size());
    std::byte* to = bytes.data();
    for (std::size_t a = 0; a < shape[0]; ++a)
        for (std::size_t b = 0; b < shape[1]; ++b)
            for (std::size_t c = 0; c < shape[2]; ++c)
                for (std::size_t d = 0; d < shape[3]; ++d, to += each)
                    std::memcpy(
                        to,
                        tensor.bytes().data() + a * steps[order[0]] + b * steps[order[1]]
                            + c * steps[order[2]] + d * steps[order[3]],
                        each);
    return Tensor::adopt({tensor.type().format, shape}, std::move(bytes));
}

void become(NamedTensor& kernel, const Tensor& turned, const Shape& fileShape, bool isTransposed)
{
    const std::size_t first = fileShape[0], rest = turned.type().elements() / first;
    kernel.fileShape = fileShape;
    kernel.stored = Tensor({turned.type().format, {first, rest}}, turned.bytes(), turned.owner());
    kernel.layout = isTransposed ? Layout::Transposed : Layout::RowMajor;
    kernel.shape = isTransposed ? Shape{rest, first} : Shape{first, rest};
    kernel.role = NamedTensor::Role::Layer;
}

} // namespace

void turnConvolution(NamedTensor& kernel)
{
    if (!isFloat(kernel, 4))
        return;
    const Tensor turned = permuted(kernel.stored, {3, 2, 0, 1});
    become(kernel, turned, turned.type().shape, false);
}

void turnDepthwise(NamedTensor& kernel)
{
    if (!isFloat(kernel, 4))
        return;
    const Tensor turned = permuted(kernel.stored, {2, 3, 0, 1});
    const Shape& s = turned.type().shape;
    become(kernel, turned, {s[0] * s[1], 1, s[2], s[3]}, false);
}

void turnTransposedConvolution(NamedTensor& kernel)
{
    if (!isFloat(kernel, 4))
        return;
    const Tensor turned = permuted(kernel.stored, {3, 2, 0, 1});
    become(kernel, turned, turned.type().shape, true);
}

void turnDense(NamedTensor& kernel)
{
    if (!isFloat(kernel, 2))
        return;
    kernel.fileShape = kernel.shape;
    kernel.shape = {kernel.shape[1], kernel.shape[0]};
    kernel.layout = Layout::Transposed;
    kernel.role = NamedTensor::Role::Layer;
}

} // namespace tritloom::networks
