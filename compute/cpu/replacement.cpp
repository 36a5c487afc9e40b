#include "compute/cpu/cpu_tensor.h"
#include "compute/cpu/packed/product.h"
#include "core/base/parallel.h"
#include "core/graph/composed_matrix.h"
#include "core/graph/hadamard.h"

// What layer replacements are made of. Composed matrices are put together once a call and multiplied densely:
// many tokens share the work, which is how evaluations come. For few tokens the matrix is never there.
namespace tritloom::cpu {
namespace {

/// So many tokens that a matrix put together pays: the product of a row with one costs an eighth of making
/// it.
constexpr std::size_t many = 8;

} // namespace

Result<Tensor> hadamard(const Op& op, std::span<const Tensor> inputs, std::stop_token)
{
    const std::size_t columns = inputs[0].type().columns(), size = op.count("size", columns);
    if (!isHadamardSize(size) || columns % size != 0)
        return fail(
            ErrorCode::InvalidInput, "a Hadamard transform of size {} over {} elements", size, columns);
    std::vector<float> x = inputs[0].toFloats();
    parallelFor(inputs[0].type().rows(), 8, [&](std::size_t begin, std::size_t end) {
        tritloom::hadamard(std::span(x).subspan(begin * columns, (end - begin) * columns), size);
    });
    return Tensor::adoptFloats(inputs[0].type().shape, std::move(x));
}

Result<Tensor> signFactorLinear(const Op&, std::span<const Tensor> inputs, std::stop_token stop)
{
    if (inputs[0].type().rows() < many)
        return signFactorProduct(inputs[0], inputs.subspan(1, 3));
    const CpuTensor matrix(TRY(signFactorMatrix(inputs.subspan(1, 3))));
    ActivationCache cache; // exact products round nothing that could be shared
    return linear(inputs[0], matrix, ActivationMode::Exact, cache, std::move(stop));
}

Result<Tensor> sparseLinear(const Op&, std::span<const Tensor> inputs, std::stop_token stop)
{
    if (inputs[0].type().rows() < many)
        return sparseProduct(inputs[0], inputs.subspan(1, 4));
    const CpuTensor matrix(TRY(sparseMatrix(inputs.subspan(1, 4))));
    ActivationCache cache; // exact products round nothing that could be shared
    return linear(inputs[0], matrix, ActivationMode::Exact, cache, std::move(stop));
}

} // namespace tritloom::cpu
