#pragma once

#include "core/file/model_file.h"

#include <map>

namespace tritloom {

/// The shape that a tensor has in its file; what was packed there has that of the numbers it stands for.
[[nodiscard]] inline Shape shapeInFile(const NamedTensor& tensor)
{
    const bool isUnpacked = tensor.packed || tensor.replacement || tensor.layout == Layout::TernaryRows;
    return !tensor.fileShape.empty() ? tensor.fileShape
        : isUnpacked                 ? tensor.shape
                                     : tensor.stored.type().shape;
}

/// A layer, [outputs, inputs], as it lies in the file of the tensor, which may have it the other way round:
/// floats of the same format, so that whoever reads them by the file's own shape still can. Blocks of several
/// weights run along the inputs and stay as they are.
[[nodiscard]] inline Tensor asStored(const NamedTensor& tensor, const Tensor& layer)
{
    const TensorType& type = layer.type();
    if (tensor.layout != Layout::Transposed || !type.format->isFloat())
        return layer;
    NamedTensor turned{.name = tensor.name, .stored = layer, .layout = Layout::Transposed};
    turned.shape = {type.columns(), type.rows()};
    return materialise(turned).value(); // which fails for blocks only
}

/// Puts other numbers of the same shape in place of a tensor. tensor: [outputs, inputs] for layers.
inline void replaceTensor(NamedTensor& into, const Tensor& tensor)
{
    into.replacement = nullptr;
    into.packed = nullptr;
    into.scale = 1;
    into.stored = asStored(into, tensor);
    into.layout = into.layout == Layout::Transposed ? Layout::Transposed : Layout::RowMajor;
}

/// Numbers of a layer, [outputs, inputs], in the order of the file, which may have them the other way round.
[[nodiscard]] inline std::vector<float> inFileOrder(const NamedTensor& tensor, const Tensor& layer)
{
    return asStored(tensor, Tensor::adoptFloats(layer.type().shape, layer.toFloats())).toFloats();
}

/// The file with other numbers for some of its tensors, and layers that are more than a matrix.
[[nodiscard]] inline ModelFile withTensors(
    ModelFile file, const std::map<TensorId, Tensor>& tensors,
    const std::map<TensorId, LayerReplacement>& layers = {})
{
    for (const auto& [id, layer] : layers) {
        NamedTensor& into = file.tensors[std::size_t(id)];
        into.packed = nullptr;
        into.scale = 1;
        into.layout = Layout::RowMajor;
        into.stored = layer.parts.front().tensor; // what kind of file it is; the whole is the replacement
        into.replacement = std::make_shared<const LayerReplacement>(layer);
    }
    for (const auto& [id, tensor] : tensors)
        replaceTensor(file.tensors[std::size_t(id)], tensor);
    return file;
}

} // namespace tritloom
