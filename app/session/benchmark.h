#pragma once

#include "app/session/plugin_choice.h"
#include "app/session/vulkan_devices.h"
#include "compute/cpu/cpu_backend.h"
#include "core/method/layer_method.h"

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace tritloom {

/// One measured speed. A value.
struct BenchmarkRow {
    std::string device; ///< a backend's name; for work without one, what is done: "fit rtn"
    std::string format;
    std::size_t rows = 0, inner = 0, columns = 0; ///< of the product; 0 where it is none
    std::size_t threads = 0;
    double seconds = 0; ///< median of the processor time of a repetition over the number of threads: what it
                        ///< takes on a machine that does nothing else; of kernels on another device by its
                        ///< own clock
    double spread = 0; ///< of seconds: (third quartile - first quartile) / median
    double wallSeconds = 0; ///< median by the clock, with what other programs took away
    double bytesPerSecond = 0; ///< of weights as the format stores them
    double operationsPerSecond = 0; ///< two a weight and column
    double shareOfBandwidth =
        0; ///< of the memory's read bandwidth; for one column on the CPU as measured beside it
    double shareOfPeak = 0; ///< of the arithmetic that the mode is about: 8-bit dots, or
                            ///< CpuLimits::exactOperationsPerSecond()
};

[[nodiscard]] double processorSeconds(); ///< that all threads of this process have worked so far

using OnBenchmarkRow = std::function<void(const BenchmarkRow&)>;

/// Of each repetition, seconds, each list sorted.
struct BenchmarkTimes {
    std::vector<double> busy, wall;
};

/// Repeats `work` until both counts are reached, after one repetition that is not counted. Each takes `parts`
/// equal parts, whose times are given. device: seconds that a device which works behind the host's back has
/// worked so far, busy time instead of the processor's. Errors: those of the work; Cancelled.
[[nodiscard]] Result<BenchmarkTimes> repeat(
    std::size_t leastCount, double leastSeconds, const std::function<Result<void>()>& work,
    std::stop_token stop, std::size_t parts = 1, const std::function<double()>& device = {});

/// Fills the times, and what follows from them.
void setTimes(
    BenchmarkRow& row, const BenchmarkTimes& times, double bytes, double operations, const CpuLimits& limits,
    double peak);

/// Whether a matrix to measure fits: some methods hold a square of a row, all some GB at the peak. Errors:
/// InvalidInput.
[[nodiscard]] Result<void> checkSize(std::size_t rows, std::size_t inner);

/// Formats that weights come in; the others are for activations, positions and the like.
[[nodiscard]] std::vector<std::string> weightFormats();

struct KernelBenchmark {
    std::string device = "cpu"; ///< or "vulkan:0"
    std::vector<std::string> formats; ///< empty: all that weights come in
    std::vector<std::size_t> columns{1, 512};
    std::vector<CpuActivations> modes{CpuActivations::Exact, CpuActivations::EightBit}; ///< of the CPU
    std::vector<VulkanProducts> vulkanModes{
        VulkanProducts::Exact, VulkanProducts::EightBit, VulkanProducts::Half}; ///< of "vulkan:<number>"
    VulkanNarrow narrow = VulkanNarrow::WhereQuick;
    std::size_t rows = 4096, inner = 4096; ///< copies make one column's weights larger than caches
    std::size_t coldBytes = std::size_t{512} << 20; ///< copies for one column, larger than caches
    bool cached = false; ///< one column: no copies but the same weights again, which caches may hold
    std::string instructionSet; ///< empty: the best
};

/// What a device can do at most, measured now; of a Vulkan device by its own clock. Errors: NotFound, those
/// of the backends.
[[nodiscard]] Result<CpuLimits>
measureLimits(const std::string& device, VulkanNarrow narrow = VulkanNarrow::WhereQuick);

/// Products of a device with random weights; formats that it leaves to the CPU are left out. Errors: NotFound
/// (a format, a device), InvalidInput (sizes beyond memory), OutOfMemory, Cancelled.
[[nodiscard]] Result<void> benchmarkKernels(
    const KernelBenchmark& what, const CpuLimits& limits, const OnBenchmarkRow& onRow, std::stop_token stop);

struct FitBenchmark {
    std::vector<PluginChoice> methods{{"rtn", {}}};
    std::vector<std::string> formats{"q8_0", "q4_0", "int4g32", "int4g128", "ternaryg128", "tq2_0", "q2_k",
                                     "q3_k", "q4_k", "q5_k",    "q6_k",     "iq4_nl",      "iq4_xs"};
    std::size_t rows = 4096, inner = 4096;
    std::size_t count = 1; ///< repetitions at least, after one that is not counted
};

/// From f16 weights to packed ones by a method; bytesPerSecond counts the f16 that are read. Formats that a
/// method cannot write are left out. Errors: NotFound (a method, a format), InvalidInput (a parameter, sizes
/// beyond memory, no pair that goes together), Unsupported (a method that needs a base), those of the method,
/// Cancelled.
[[nodiscard]] Result<void> benchmarkFit(
    const FitBenchmark& what, const MethodLookup& methods, const CpuLimits& limits,
    const OnBenchmarkRow& onRow, std::stop_token stop);

/// Random weights that the format's own encoder has written: some blocks, over and over. Quick to make.
[[nodiscard]] Tensor randomWeights(const NumberFormatPtr& format, std::size_t rows, std::size_t columns);

} // namespace tritloom
