#include "core/base/matrix_product.h"

#include "core/base/product_kernels.h"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <vector>

namespace tritloom {

extern const ProductKernels baselineProductKernels;
#if defined(__x86_64__)
extern const ProductKernels avx2ProductKernels;
extern const ProductKernels avx512ProductKernels;
#endif

const ProductKernels* const* productKernelSets()
{
    struct List {
        const ProductKernels* sets[4] = {&baselineProductKernels, nullptr, nullptr, nullptr};
        List()
        {
#if defined(__x86_64__)
            __builtin_cpu_init();
            int count = 1;
            if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
                sets[count++] = &avx2ProductKernels;
            if (__builtin_cpu_supports("avx512f"))
                sets[count++] = &avx512ProductKernels;
#endif
        }
    };
    static const List list;
    return list.sets;
}

namespace {

std::atomic<const ProductKernels*> chosen = nullptr;

constexpr std::size_t depthStep = 256, columnStep = 768; ///< a packed block of b stays in the second cache

/// Numbers too small to be normal count as 0 meanwhile: each would cost a hundred times a normal one, and
/// triangular factors are full of them.
class TinyIsZero {
public:
#if defined(__x86_64__)
    TinyIsZero()
    {
        __builtin_ia32_ldmxcsr(m_before | 0x8040u);
    }
    ~TinyIsZero()
    {
        __builtin_ia32_ldmxcsr(m_before);
    }

private:
    unsigned m_before = __builtin_ia32_stmxcsr();
#endif
};

template <typename T>
const ProductKernel<T>& kernelOf(const ProductKernels& kernels)
{
    if constexpr (sizeof(T) == sizeof(float))
        return kernels.single;
    else
        return kernels.twice;
}

/// b[k0.., n0..] as panels of `width` columns, each [depth, width], short ones filled with zeros.
template <typename T>
void pack(
    MatrixView<const T> b, Right right, std::size_t k0, std::size_t depth, std::size_t n0,
    std::size_t columns, std::size_t width, T* packed)
{
    for (std::size_t n = 0; n < columns; n += width, packed += depth * width) {
        const std::size_t count = std::min(width, columns - n);
        if (right == Right::AsItIs) {
            for (std::size_t k = 0; k < depth; ++k) {
                const T* const from = b.row(k0 + k) + n0 + n;
                std::copy(from, from + count, packed + k * width);
                std::fill(packed + k * width + count, packed + (k + 1) * width, T{});
            }
        } else {
            if (count < width)
                std::fill(packed, packed + depth * width, T{});
            for (std::size_t j = 0; j < count; ++j) {
                const T* const from = b.row(n0 + n + j) + k0;
                for (std::size_t k = 0; k < depth; ++k)
                    packed[k * width + j] = from[k];
            }
        }
    }
}

template <typename T>
void product(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c, Sign sign, Right right)
{
    const std::size_t m = c.rows, n = c.columns, k = a.columns;
    assert(
        a.rows == m
        && (right == Right::AsItIs ? b.rows == k && b.columns == n : b.rows == n && b.columns == k));
    [[maybe_unused]] const TinyIsZero guard;
    const ProductKernel<T>& kernel = kernelOf<T>(productKernels());
    const std::size_t width = kernel.columns;
    static thread_local std::vector<T> packed; // kept: products come by the thousand
    packed.resize(depthStep * ((std::min(n, columnStep) + width - 1) / width * width));
    std::vector<T> edge(kernel.rows * width), left(kernel.rows * depthStep);
    for (std::size_t k0 = 0; k0 < k; k0 += depthStep) {
        const std::size_t depth = std::min(depthStep, k - k0);
        for (std::size_t n0 = 0; n0 < n; n0 += columnStep) {
            const std::size_t columns = std::min(columnStep, n - n0);
            pack(b, right, k0, depth, n0, columns, width, packed.data());
            for (std::size_t r = 0; r < m; r += kernel.rows) {
                const std::size_t rows = std::min(kernel.rows, m - r);
                // Rows that lie a power of two apart would fight for the same lines of the cache.
                for (std::size_t i = 0; i < rows; ++i)
                    for (std::size_t d = 0; d < depth; ++d)
                        left[d * rows + i] = a.row(r + i)[k0 + d];
                for (std::size_t j = 0; j < columns; j += width) {
                    const T* const panel = packed.data() + j * depth;
                    T* const to = c.row(r) + n0 + j;
                    const std::size_t count = std::min(width, columns - j);
                    if (count == width) {
                        kernel.tile(left.data(), panel, depth, to, c.stride, rows, sign == Sign::Minus);
                        continue;
                    }
                    for (std::size_t i = 0; i < rows; ++i)
                        std::copy(to + i * c.stride, to + i * c.stride + count, edge.data() + i * width);
                    kernel.tile(left.data(), panel, depth, edge.data(), width, rows, sign == Sign::Minus);
                    for (std::size_t i = 0; i < rows; ++i)
                        std::copy(
                            edge.data() + i * width, edge.data() + i * width + count, to + i * c.stride);
                }
            }
        }
    }
}

} // namespace

const ProductKernels& productKernels()
{
    if (const ProductKernels* const set = chosen.load(std::memory_order_relaxed))
        return *set;
    static const ProductKernels& fastest = [&]() -> const ProductKernels& {
        const ProductKernels* const* set = productKernelSets();
        while (set[1])
            ++set;
        return **set;
    }();
    return fastest;
}

void useProductKernels(const ProductKernels* set)
{
    chosen.store(set);
}

void addProduct(
    MatrixView<const float> a, MatrixView<const float> b, MatrixView<float> c, Sign sign, Right right)
{
    product(a, b, c, sign, right);
}

void addProduct(
    MatrixView<const double> a, MatrixView<const double> b, MatrixView<double> c, Sign sign, Right right)
{
    product(a, b, c, sign, right);
}

void addScaledRows(
    const float* factors, const float* const* rows, std::size_t count, float* out, std::size_t columns)
{
    [[maybe_unused]] const TinyIsZero guard;
    productKernels().addScaledRows(factors, rows, count, out, columns);
}

} // namespace tritloom
