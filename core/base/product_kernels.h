#pragma once

#include <cstddef>

// The inner loops of matrix_product, compiled once per instruction set.

namespace tritloom {

template <typename T>
struct ProductKernel {
    std::size_t rows = 0, columns = 0; ///< of a full tile of c
    /// c[rows, columns] += or -= a[rows, depth] * b[depth, columns]; both packed without gaps, a by columns.
    /// rowCount: at most `rows` of them.
    void (*tile)(
        const T* a, const T* b, std::size_t depth, T* c, std::size_t cStride, std::size_t rowCount,
        bool minus);
};

struct ProductKernels {
    const char* name;
    ProductKernel<float> single;
    ProductKernel<double> twice;
    void (*addScaledRows)(
        const float* factors, const float* const* rows, std::size_t count, float* out, std::size_t columns);
};

/// The fastest set that this machine runs.
[[nodiscard]] const ProductKernels& productKernels();

/// Every set that this machine runs, for tests. Ends with a null pointer.
[[nodiscard]] const ProductKernels* const* productKernelSets();

/// Tests only: all products from now on by this set; null chooses the fastest again.
void useProductKernels(const ProductKernels* set);

} // namespace tritloom
