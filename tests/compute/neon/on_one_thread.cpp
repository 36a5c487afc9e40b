// What the kernels call of libraries that are not there for every processor: one thread instead of oneTBB,
// plain loops instead of oneDNN.
#include "compute/cpu/dense.h"
#include "core/base/parallel.h"

#include <algorithm>

namespace tritloom {

void parallelFor(
    std::size_t count, std::size_t grain, const std::function<void(std::size_t, std::size_t)>& body)
{
    grain = std::max<std::size_t>(grain, 1);
    for (std::size_t begin = 0; begin < count; begin += grain)
        body(begin, std::min(count, begin + grain));
}

std::size_t threadCount()
{
    return 1;
}

namespace cpu {

void multiplyPlain(
    std::size_t rows, std::size_t columns, std::size_t inner, const float* a, std::size_t strideA,
    const float* b, std::size_t strideB, float* c, std::size_t strideC)
{
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t j = 0; j < columns; ++j) {
            double sum = 0;
            for (std::size_t i = 0; i < inner; ++i)
                sum += double(a[r * strideA + i]) * double(b[i * strideB + j]);
            c[r * strideC + j] = float(sum);
        }
}

} // namespace cpu
} // namespace tritloom
