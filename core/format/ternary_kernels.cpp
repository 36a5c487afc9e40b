#include "core/format/ternary_kernels.h"

#include "core/format/line_lanes.h"

// Built once per instruction set, as line_kernels.cpp is, and by the same rule: nothing from the standard
// library is called here.

namespace tritloom {
namespace {

using namespace lanes;

constexpr std::size_t lanesAtOnce = 16;
constexpr std::size_t run = 4096; ///< values that are summed in single precision

[[gnu::always_inline]] inline Lanes magnitudeOf(const Lanes& x)
{
    return bitsAs<Lanes>(bitsAs<WholeLanes>(x) & 0x7fffffff);
}

/// visit(x, i) for sixteen values from i on; those past the end are 0.
template <typename Visit>
[[gnu::always_inline]] inline void
forEachLanes(const float* values, std::size_t begin, std::size_t end, const Visit& visit)
{
    std::size_t i = begin;
    for (; i + lanesAtOnce <= end; i += lanesAtOnce)
        visit(load(values + i), i);
    if (i == end)
        return;
    float last[lanesAtOnce]{};
    __builtin_memcpy(last, values + i, sizeof(float) * (end - i));
    visit(load(last), i);
}

[[gnu::always_inline]] inline float encodeGroup(const float* values, std::size_t group, std::uint8_t* codes)
{
    double sum = 0;
    for (std::size_t begin = 0; begin < group; begin += run) {
        Lanes part{};
        forEachLanes(
            values, begin, begin + run < group ? begin + run : group,
            [&](const Lanes& x, std::size_t) __attribute__((always_inline)) { part += magnitudeOf(x); });
        sum += double(blockSum(part, lanesAtOnce)[0]);
    }
    const float threshold = float(0.7 * sum / double(group));
    double above = 0;
    std::int64_t count = 0;
    for (std::size_t begin = 0; begin < group; begin += run) {
        const std::size_t end = begin + run < group ? begin + run : group;
        Lanes part{}, counts{};
        forEachLanes(
            values, begin, end, [&](const Lanes& x, std::size_t i) __attribute__((always_inline)) {
                const Lanes magnitude = magnitudeOf(x);
                const auto isAbove = magnitude > threshold;
                part += pick(isAbove, magnitude, Lanes{});
                counts += pick(isAbove, all(1.0f), Lanes{});
                const WholeLanes sign = bitsAs<WholeLanes>(x) >> 31 | 1;
                const ByteLanes bytes = lowBytes(pick(isAbove, sign, WholeLanes{}) + 1);
                if (i + lanesAtOnce <= end)
                    *reinterpret_cast<UnalignedByteLanes*>(codes + i) = bytes;
                else
                    __builtin_memcpy(codes + i, &bytes, end - i);
            });
        above += double(blockSum(part, lanesAtOnce)[0]);
        count += std::int64_t(blockSum(counts, lanesAtOnce)[0]);
    }
    return count > 0 ? float(above / double(count)) : 0.0f;
}

void encode(const float* values, std::size_t groups, std::size_t group, float* scales, std::uint8_t* codes)
{
    for (std::size_t g = 0; g < groups; ++g)
        scales[g] = encodeGroup(values + g * group, group, codes + g * group);
}

} // namespace

extern const TernaryKernels TRITLOOM_TERNARY_KERNEL_SET;
const TernaryKernels TRITLOOM_TERNARY_KERNEL_SET{TRITLOOM_KERNEL_NAME, encode};

} // namespace tritloom
