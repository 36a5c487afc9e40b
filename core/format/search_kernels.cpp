#include "core/format/search_kernels.h"

// Built once per instruction set, with TRITLOOM_KERNEL_SET naming the table. Nothing from the standard
// library is called here: an inline function of it, compiled for AVX-512, could be the copy that the linker
// keeps.

namespace tritloom {
namespace {

using Lanes = float __attribute__((vector_size(64)));
using HalfLanes = float __attribute__((vector_size(32)));
using QuarterLanes = float __attribute__((vector_size(16)));
using UnalignedLanes [[gnu::aligned(4)]] = Lanes;
constexpr std::size_t laneCount = 16;

[[gnu::always_inline]] inline void load(const float* from, Lanes& lanes)
{
    lanes = *reinterpret_cast<const UnalignedLanes*>(from);
}

[[gnu::always_inline]] inline float total(const Lanes& v)
{
    const HalfLanes half = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7)
        + __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
    const QuarterLanes quarter =
        __builtin_shufflevector(half, half, 0, 1, 2, 3) + __builtin_shufflevector(half, half, 4, 5, 6, 7);
    return (quarter[0] + quarter[2]) + (quarter[1] + quarter[3]);
}

void moments(const SearchSamples& samples, SearchMoments* out)
{
    constexpr float far = 3.4e38f;
    Lanes weight{}, sum{}, lowest = Lanes{} + far, highest = Lanes{} - far;
    for (std::size_t i = 0; i < samples.count; i += laneCount) {
        Lanes x, w;
        load(samples.values + i, x);
        load(samples.importance + i, w);
        weight += w;
        sum += w * x;
        const Lanes low = w > 0.0f ? x : Lanes{} + far, high = w > 0.0f ? x : Lanes{} - far;
        lowest = low < lowest ? low : lowest;
        highest = high > highest ? high : highest;
    }
    out->weight = total(weight);
    out->x = total(sum);
    out->lowest = far;
    out->highest = -far;
    for (std::size_t lane = 0; lane < laneCount; ++lane) {
        out->lowest = lowest[lane] < out->lowest ? lowest[lane] : out->lowest;
        out->highest = highest[lane] > out->highest ? highest[lane] : out->highest;
    }
    if (out->lowest > out->highest)
        out->lowest = out->highest = 0;
}

struct WholeLevels {
    Lanes lowest, highest;
    [[gnu::always_inline]] inline void nearest(const Lanes& position, Lanes& q) const
    {
        Lanes clamped = position < lowest ? lowest : position;
        clamped = clamped > highest ? highest : clamped;
        // Adding 1.5 * 2^23 leaves no room for a fraction: rounds to nearest, ties to even.
        constexpr float magic = 12582912.0f;
        q = (clamped + magic) - magic;
    }
};

struct TableLevels {
    const SearchLevels& levels;
    [[gnu::always_inline]] inline void nearest(const Lanes& position, Lanes& q) const
    {
        q = Lanes{} + levels.lowest;
        for (std::size_t k = 0; k < levels.thresholdCount; ++k)
            q += position > levels.thresholds[k] ? Lanes{} + levels.steps[k] : Lanes{};
    }
};

template <typename Levels>
[[gnu::always_inline]] inline void sumsOf(
    const SearchSamples& samples, const Levels& levels, const SearchCandidate* candidates, std::size_t count,
    SearchSums* out)
{
    for (std::size_t k = 0; k < count; ++k) {
        const float factor = candidates[k].factor, offset = candidates[k].offset;
        Lanes sumQ{}, sumQq{}, sumXq{};
        for (std::size_t i = 0; i < samples.count; i += laneCount) {
            Lanes x, w, q;
            load(samples.values + i, x);
            load(samples.importance + i, w);
            levels.nearest((x - offset) * factor, q);
            const Lanes wq = w * q;
            sumQ += wq;
            sumQq += wq * q;
            sumXq += wq * x;
        }
        out[k].q = total(sumQ);
        out[k].qq = total(sumQq);
        out[k].xq = total(sumXq);
    }
}

template <typename Levels>
[[gnu::always_inline]] inline void errorsOf(
    const SearchSamples& samples, const Levels& levels, const SearchCandidate* candidates, std::size_t count,
    float* out)
{
    for (std::size_t k = 0; k < count; ++k) {
        const float scale = candidates[k].factor, offset = candidates[k].offset;
        const float factor = scale != 0 ? 1 / scale : 0.0f;
        Lanes sum{};
        for (std::size_t i = 0; i < samples.count; i += laneCount) {
            Lanes x, w, q;
            load(samples.values + i, x);
            load(samples.importance + i, w);
            levels.nearest((x - offset) * factor, q);
            const Lanes error = (x - offset) - q * scale;
            sum += w * error * error;
        }
        out[k] = total(sum);
    }
}

void sums(
    const SearchSamples& samples, const SearchLevels& levels, const SearchCandidate* candidates,
    std::size_t count, SearchSums* out)
{
    if (levels.thresholds)
        sumsOf(samples, TableLevels{levels}, candidates, count, out);
    else
        sumsOf(
            samples, WholeLevels{Lanes{} + levels.lowest, Lanes{} + levels.highest}, candidates, count, out);
}

void errors(
    const SearchSamples& samples, const SearchLevels& levels, const SearchCandidate* candidates,
    std::size_t count, float* out)
{
    if (levels.thresholds)
        errorsOf(samples, TableLevels{levels}, candidates, count, out);
    else
        errorsOf(
            samples, WholeLevels{Lanes{} + levels.lowest, Lanes{} + levels.highest}, candidates, count, out);
}

} // namespace

extern const SearchKernels TRITLOOM_KERNEL_SET;
const SearchKernels TRITLOOM_KERNEL_SET{TRITLOOM_KERNEL_NAME, moments, sums, errors};

} // namespace tritloom
