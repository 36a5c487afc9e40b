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
    into.replacement = nullptr;
    into.packed = nullptr;
    into.scale = 1;
    if (into.layout == Layout::Transposed && tensor.type().format->isFloat()) {
        const std::size_t rows = tensor.type().rows(), columns = tensor.type().columns();
        into.stored = Tensor::adoptFloats({columns, rows}, transposed(tensor.toFloats(), rows, columns));
        return;
    }
    into.stored = tensor;
    into.layout = into.layout == Layout::Transposed ? Layout::Transposed : Layout::RowMajor;
}

/// Numbers of a layer, [outputs, inputs], in the order of the file, which may have them the other way round.
[[nodiscard]] inline std::vector<float> inFileOrder(const NamedTensor& tensor, const Tensor& layer)
{
    if (tensor.layout != Layout::Transposed)
        return layer.toFloats();
    return transposed(layer.toFloats(), layer.type().rows(), layer.type().columns());
}

/// The file with other numbers for some of its tensors.
[[nodiscard]] inline ModelFile withTensors(ModelFile file, const std::map<TensorId, Tensor>& tensors)
{
    for (const auto& [id, tensor] : tensors)
        replaceTensor(file.tensors[std::size_t(id)], tensor);
    return file;
}

} // namespace tritloom
