#include "core/base/product_kernels.h"

// Built once per instruction set, with TRITLOOM_KERNEL_SET naming the table and TRITLOOM_LANE_BYTES the width
// of its registers. Nothing from the standard library is called here: an inline function of it, compiled for
// AVX-512, could be the copy that the linker keeps.

namespace tritloom {
namespace {

template <typename T>
struct Lanes {
    typedef T Type __attribute__((vector_size(TRITLOOM_LANE_BYTES)));
    typedef T Unaligned __attribute__((vector_size(TRITLOOM_LANE_BYTES), aligned(sizeof(T))));
    static constexpr std::size_t count = TRITLOOM_LANE_BYTES / sizeof(T);
};

constexpr std::size_t tileVectors = 2;

template <typename T, std::size_t Rows, bool Minus>
[[gnu::always_inline]] inline void
tileOf(const T* a, std::size_t aStride, const T* b, std::size_t depth, T* c, std::size_t cStride)
{
    using Vector = typename Lanes<T>::Type;
    using Unaligned = typename Lanes<T>::Unaligned;
    constexpr std::size_t lanes = Lanes<T>::count;
    Vector sums[Rows][tileVectors];
    for (std::size_t r = 0; r < Rows; ++r)
        for (std::size_t v = 0; v < tileVectors; ++v)
            sums[r][v] = *reinterpret_cast<const Unaligned*>(c + r * cStride + v * lanes);
    for (std::size_t k = 0; k < depth; ++k, b += tileVectors * lanes) {
        const Vector first = *reinterpret_cast<const Unaligned*>(b),
                     second = *reinterpret_cast<const Unaligned*>(b + lanes);
        for (std::size_t r = 0; r < Rows; ++r) {
            const T factor = Minus ? -a[k * aStride + r] : a[k * aStride + r];
            sums[r][0] += factor * first;
            sums[r][1] += factor * second;
        }
    }
    for (std::size_t r = 0; r < Rows; ++r)
        for (std::size_t v = 0; v < tileVectors; ++v)
            *reinterpret_cast<Unaligned*>(c + r * cStride + v * lanes) = sums[r][v];
}

template <typename T, std::size_t Rows>
void tileOfRows(
    const T* a, std::size_t aStride, const T* b, std::size_t depth, T* c, std::size_t cStride, bool minus)
{
    if (minus)
        tileOf<T, Rows, true>(a, aStride, b, depth, c, cStride);
    else
        tileOf<T, Rows, false>(a, aStride, b, depth, c, cStride);
}

template <typename T>
void tile(
    const T* a, const T* b, std::size_t depth, T* c, std::size_t cStride, std::size_t rowCount, bool minus)
{
    const std::size_t aStride = rowCount;
    if (rowCount == TRITLOOM_TILE_ROWS)
        return tileOfRows<T, TRITLOOM_TILE_ROWS>(a, aStride, b, depth, c, cStride, minus);
    std::size_t r = 0;
    for (; r + 4 <= rowCount; r += 4)
        tileOfRows<T, 4>(a + r, aStride, b, depth, c + r * cStride, cStride, minus);
    for (; r < rowCount; ++r)
        tileOfRows<T, 1>(a + r, aStride, b, depth, c + r * cStride, cStride, minus);
}

void addScaledRows(
    const float* factors, const float* const* rows, std::size_t count, float* out, std::size_t columns)
{
    using Vector = Lanes<float>::Type;
    using Unaligned = Lanes<float>::Unaligned;
    constexpr std::size_t lanes = Lanes<float>::count, step = 4 * lanes;
    std::size_t i = 0;
    for (; i + step <= columns; i += step) {
        Vector sums[4];
        for (std::size_t v = 0; v < 4; ++v)
            sums[v] = *reinterpret_cast<const Unaligned*>(out + i + v * lanes);
        for (std::size_t k = 0; k < count; ++k)
            for (std::size_t v = 0; v < 4; ++v)
                sums[v] += factors[k] * *reinterpret_cast<const Unaligned*>(rows[k] + i + v * lanes);
        for (std::size_t v = 0; v < 4; ++v)
            *reinterpret_cast<Unaligned*>(out + i + v * lanes) = sums[v];
    }
    for (; i < columns; ++i) {
        float sum = out[i];
        for (std::size_t k = 0; k < count; ++k)
            sum += factors[k] * rows[k][i];
        out[i] = sum;
    }
}

} // namespace

extern const ProductKernels TRITLOOM_KERNEL_SET;
const ProductKernels TRITLOOM_KERNEL_SET{
    TRITLOOM_KERNEL_NAME,
    {TRITLOOM_TILE_ROWS, tileVectors* Lanes<float>::count, tile<float>},
    {TRITLOOM_TILE_ROWS, tileVectors* Lanes<double>::count, tile<double>},
    addScaledRows};

} // namespace tritloom
