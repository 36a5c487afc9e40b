#include "compute/cpu/dense.h"

#include "compute/cpu/cpu_backend.h"

#include <dnnl.h>
#include <omp.h>

#include <cassert>

namespace tritloom::cpu {
namespace {

void multiply(
    char transposeB, std::size_t rows, std::size_t columns, std::size_t inner, const float* a, std::size_t strideA,
    const float* b, std::size_t strideB, float* c, std::size_t strideC)
{
    omp_set_num_threads(1); // of this thread only: parallelFor has spread the work already
    const dnnl_status_t status = dnnl_sgemm(
        'N', transposeB, dnnl_dim_t(rows), dnnl_dim_t(columns), dnnl_dim_t(inner), 1.0f, a, dnnl_dim_t(strideA), b,
        dnnl_dim_t(strideB), 0.0f, c, dnnl_dim_t(strideC));
    assert(status == dnnl_success);
    (void)status;
}

} // namespace

void multiplyTransposed(
    std::size_t rows, std::size_t columns, std::size_t inner, const float* a, std::size_t strideA, const float* b,
    std::size_t strideB, float* c, std::size_t strideC)
{
    multiply('T', rows, columns, inner, a, strideA, b, strideB, c, strideC);
}

void multiplyPlain(
    std::size_t rows, std::size_t columns, std::size_t inner, const float* a, std::size_t strideA, const float* b,
    std::size_t strideB, float* c, std::size_t strideC)
{
    multiply('N', rows, columns, inner, a, strideA, b, strideB, c, strideC);
}

} // namespace tritloom::cpu

namespace tritloom {

void limitDenseProducts(std::string_view instructionSet)
{
    static constexpr struct {
        std::string_view name;
        dnnl_cpu_isa_t isa;
    } known[] = {
        {"SSE2", dnnl_cpu_isa_sse41}, // the least it can be told
        {"SSSE3", dnnl_cpu_isa_sse41},
        {"SSE4", dnnl_cpu_isa_sse41},
        {"AVX2", dnnl_cpu_isa_avx2},
        {"AVX3", dnnl_cpu_isa_avx512_core}};
    for (const auto& row : known)
        if (row.name == instructionSet) {
            const dnnl_status_t status = dnnl_set_max_cpu_isa(row.isa);
            assert(status == dnnl_success);
            (void)status;
        }
}

} // namespace tritloom
