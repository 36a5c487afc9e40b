#pragma once

#include "core/file/model_file.h"
#include "core/tensor/transposed.h"

#include <map>

namespace tritloom {

/// Puts other numbers of the same shape in place of a tensor: floats in the order its file has them, so that
/// whoever reads the stored bytes by the file's own shape still can, packed ones as they are.
/// tensor: [outputs, inputs] for layers.
inline void replaceTensor(NamedTensor& into, const Tensor& tensor)
{
    if (into.layout == Layout::Transposed && tensor.type().format->isFloat()) {
        const std::size_t rows = tensor.type().rows(), columns = tensor.type().columns();
        into.stored = Tensor::adoptFloats({columns, rows}, transposed(tensor.toFloats(), rows, columns));
        return;
    }
    into.stored = tensor;
    into.layout = into.layout == Layout::Transposed ? Layout::Transposed : Layout::RowMajor;
    into.scale = 1;
    into.replacement = nullptr;
}

/// The file with other numbers for some of its tensors.
[[nodiscard]] inline ModelFile withTensors(ModelFile file, const std::map<TensorId, Tensor>& tensors)
{
    for (const auto& [id, tensor] : tensors)
        replaceTensor(file.tensors[std::size_t(id)], tensor);
    return file;
}

} // namespace tritloom
