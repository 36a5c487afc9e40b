#include "core/graph/composed_matrix.h"

#include "core/base/parallel.h"

#include <numeric>

namespace tritloom {

Result<Tensor> signFactorMatrix(std::span<const Tensor> tensors)
{
    const Tensor& signs = tensors[0];
    const std::size_t outputs = signs.type().rows(), inputs = signs.type().columns();
    const std::size_t rank = tensors[1].type().columns();
    if (tensors[1].type().rows() != outputs || tensors[2].type().rows() != rank
        || tensors[2].type().columns() != inputs)
        return fail(
            ErrorCode::InvalidInput, "signs [{}, {}] with factors [{}, {}] and [{}, {}]", outputs, inputs,
            tensors[1].type().rows(), rank, tensors[2].type().rows(), tensors[2].type().columns());
    const std::vector<float> left = tensors[1].toFloats(), right = tensors[2].toFloats();
    std::vector<float> values(outputs * inputs);
    parallelFor(outputs, 16, [&](std::size_t begin, std::size_t end) {
        std::vector<float> sign(inputs);
        for (std::size_t r = begin; r < end; ++r) {
            float* const row = values.data() + r * inputs;
            for (std::size_t k = 0; k < rank; ++k) {
                const float factor = left[r * rank + k];
                const float* const other = right.data() + k * inputs;
                for (std::size_t c = 0; c < inputs; ++c)
                    row[c] += factor * other[c];
            }
            signs.decodeRows(r, sign);
            for (std::size_t c = 0; c < inputs; ++c)
                row[c] *= sign[c];
        }
    });
    return Tensor::adoptFloats({outputs, inputs}, std::move(values));
}

Result<Tensor> sparseMatrix(std::span<const Tensor> tensors)
{
    const Tensor& mask = tensors[0];
    const std::size_t outputs = mask.type().rows(), inputs = mask.type().columns();
    const std::vector<float> codes = tensors[1].toFloats(), scales = tensors[2].toFloats(),
                             zeros = tensors[3].toFloats();
    if (scales.size() != outputs || zeros.size() != outputs)
        return fail(
            ErrorCode::InvalidInput, "{} scales and {} zeros for {} rows", scales.size(), zeros.size(),
            outputs);
    std::vector<float> values = mask.toFloats();
    std::size_t next = 0;
    for (std::size_t r = 0; r < outputs; ++r)
        for (std::size_t c = 0; c < inputs; ++c) {
            float& value = values[r * inputs + c];
            if (value < 0) {
                value = 0;
                continue;
            }
            if (next == codes.size())
                return fail(
                    ErrorCode::InvalidInput, "the mask marks more than the {} codes there are", codes.size());
            value = scales[r] * (codes[next++] - zeros[r]);
        }
    if (next != codes.size())
        return fail(
            ErrorCode::InvalidInput, "the mask marks {} weights, there are {} codes", next, codes.size());
    return Tensor::adoptFloats({outputs, inputs}, std::move(values));
}

} // namespace tritloom
