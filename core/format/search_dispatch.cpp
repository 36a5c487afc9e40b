#include "core/format/half_kernels.h"
#include "core/format/line_kernels.h"
#include "core/format/plain_kernels.h"
#include "core/format/search_kernels.h"
#include "core/format/ternary_kernels.h"

namespace tritloom {

extern const SearchKernels baselineSearchKernels;
extern const LineKernels baselineLineKernels;
extern const PlainKernels baselinePlainKernels;
extern const TernaryKernels baselineTernaryKernels;
extern const HalfKernels baselineHalfKernels;
#if defined(__x86_64__)
extern const SearchKernels avx2SearchKernels, avx512SearchKernels;
extern const LineKernels avx2LineKernels, avx512LineKernels;
extern const PlainKernels avx2PlainKernels, avx512PlainKernels;
extern const TernaryKernels avx2TernaryKernels, avx512TernaryKernels;
extern const HalfKernels avx2HalfKernels, avx512HalfKernels;
#endif

namespace {

/// Those of this machine, the fastest last, a null pointer behind it.
template <typename Kernels>
struct Sets {
    const Kernels* sets[4] = {nullptr, nullptr, nullptr, nullptr};
    const Kernels* fastest;
    Sets(
        const Kernels& baseline, [[maybe_unused]] const Kernels* avx2, [[maybe_unused]] const Kernels* avx512)
    {
        int count = 0;
        sets[count++] = &baseline;
#if defined(__x86_64__)
        __builtin_cpu_init();
#ifdef __clang__ // does not know the name; what has avx2 has it
        const bool hasHalves = true;
#else
        const bool hasHalves = __builtin_cpu_supports("f16c");
#endif
        if (__builtin_cpu_supports("avx2") && hasHalves && __builtin_cpu_supports("fma"))
            sets[count++] = avx2;
        if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")
            && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
            sets[count++] = avx512;
#endif
        fastest = sets[count - 1];
    }
};

#if defined(__x86_64__)
const Sets<SearchKernels> searchSets(baselineSearchKernels, &avx2SearchKernels, &avx512SearchKernels);
const Sets<LineKernels> lineSets(baselineLineKernels, &avx2LineKernels, &avx512LineKernels);
const Sets<PlainKernels> plainSets(baselinePlainKernels, &avx2PlainKernels, &avx512PlainKernels);
const Sets<TernaryKernels> ternarySets(baselineTernaryKernels, &avx2TernaryKernels, &avx512TernaryKernels);
const Sets<HalfKernels> halfSets(baselineHalfKernels, &avx2HalfKernels, &avx512HalfKernels);
#else
const Sets<SearchKernels> searchSets(baselineSearchKernels, nullptr, nullptr);
const Sets<LineKernels> lineSets(baselineLineKernels, nullptr, nullptr);
const Sets<PlainKernels> plainSets(baselinePlainKernels, nullptr, nullptr);
const Sets<TernaryKernels> ternarySets(baselineTernaryKernels, nullptr, nullptr);
const Sets<HalfKernels> halfSets(baselineHalfKernels, nullptr, nullptr);
#endif

} // namespace

const SearchKernels* const* searchKernelSets()
{
    return searchSets.sets;
}

const SearchKernels& searchKernels()
{
    return *searchSets.fastest;
}

const LineKernels* const* lineKernelSets()
{
    return lineSets.sets;
}

const LineKernels& lineKernels()
{
    return *lineSets.fastest;
}

const PlainKernels* const* plainKernelSets()
{
    return plainSets.sets;
}

const PlainKernels& plainKernels()
{
    return *plainSets.fastest;
}

const TernaryKernels* const* ternaryKernelSets()
{
    return ternarySets.sets;
}

const TernaryKernels& ternaryKernels()
{
    return *ternarySets.fastest;
}

const HalfKernels* const* halfKernelSets()
{
    return halfSets.sets;
}

const HalfKernels& halfKernels()
{
    return *halfSets.fastest;
}

} // namespace tritloom
