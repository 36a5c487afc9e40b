#pragma once

#include "core/file/model_file.h"

namespace tritloom {

/// Puts other numbers of the same shape in place of a tensor, in the order its file has them, so that whoever
/// reads the stored bytes by the file's own shape still can. tensor: f32, [outputs, inputs] for layers.
inline void replaceTensor(NamedTensor& into, const Tensor& tensor)
{
    if (into.layout == Layout::Transposed) {
        const std::vector<float> values = tensor.toFloats();
        const std::size_t rows = tensor.type().rows(), columns = tensor.type().columns();
        std::vector<float> turned(values.size());
        for (std::size_t r = 0; r < rows; ++r)
            for (std::size_t c = 0; c < columns; ++c)
                turned[c * rows + r] = values[r * columns + c];
        into.stored = Tensor::adoptFloats({columns, rows}, std::move(turned));
        return;
    }
    into.stored = tensor;
    into.layout = Layout::RowMajor;
    into.scale = 1;
    into.replacement = nullptr;
}

} // namespace tritloom
