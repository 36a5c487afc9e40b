#include "core/format/search_kernels.h"

namespace tritloom {

extern const SearchKernels baselineSearchKernels;
#if defined(__x86_64__)
extern const SearchKernels avx2SearchKernels;
extern const SearchKernels avx512SearchKernels;
#endif

const SearchKernels* const* searchKernelSets()
{
    struct List {
        const SearchKernels* sets[4] = {&baselineSearchKernels, nullptr, nullptr, nullptr};
        List()
        {
#if defined(__x86_64__)
            __builtin_cpu_init();
            int count = 1;
            if (__builtin_cpu_supports("avx2"))
                sets[count++] = &avx2SearchKernels;
            if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"))
                sets[count++] = &avx512SearchKernels;
#endif
        }
    };
    static const List list;
    return list.sets;
}

const SearchKernels& searchKernels()
{
    static const SearchKernels& fastest = [&]() -> const SearchKernels& {
        const SearchKernels* const* set = searchKernelSets();
        while (set[1])
            ++set;
        return **set;
    }();
    return fastest;
}

} // namespace tritloom
