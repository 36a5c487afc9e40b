#include "compute/cpu/kernels.h"

#include <array>
#include <string_view>

namespace tritloom::cpu {
namespace {

struct MultiplyRow {
    std::string_view format; ///< a format id, or the beginning of a family of them
    MultiplyKernel multiply;
};

// The only list of one-column products. A row here is tested on every instruction set.
constexpr std::array<MultiplyRow, 0> rows{};

} // namespace

MultiplyKernel multiplyKernelFor(const NumberFormat& format)
{
    const std::string id = format.id();
    for (const MultiplyRow& row : rows)
        if (id.starts_with(row.format))
            return row.multiply;
    return nullptr;
}

} // namespace tritloom::cpu
