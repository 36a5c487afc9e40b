#include "app/session/benchmark.h"

#include "app/session/vulkan_devices.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace tritloom {
namespace {

Tensor activations(std::size_t columns, std::size_t inner)
{
    std::vector<float> x(columns * inner);
    for (std::size_t i = 0; i < x.size(); ++i)
        x[i] = std::sin(float(i % 8191));
    return Tensor::adoptFloats({columns, inner}, std::move(x));
}

constexpr double slow = 0.5; // seconds of one product, from which on one repetition has to do

/// In memory of its own.
Tensor copyOf(const Tensor& tensor)
{
    const auto bytes = tensor.bytes();
    return Tensor::adopt(tensor.type(), {bytes.begin(), bytes.end()});
}

/// Where products are measured.
struct Bench {
    Backend& backend;
    double peak; ///< operations a second of the arithmetic that the mode is about
    /// Of a device that works behind the host's back: what it has done. Null for the CPU.
    std::shared_ptr<VulkanProfile> profile;
    const MemoryReader* memory; ///< null for other devices: their memory is their own
};

/// What all threads together read in a second, timed as products are: what neighbours leave of the memory
/// changes from second to second, so that a product is held against what is measured beside it.
Result<double> bandwidthNow(const MemoryReader& memory, std::stop_token stop)
{
    const auto read = [&memory]() -> Result<void> {
        memory.readAll();
        return {};
    };
    const BenchmarkTimes times = TRY(repeat(3, 0, read, stop));
    return double(MemoryReader::bytes) / times.busy[times.busy.size() / 2];
}

Result<void> benchmarkFormat(
    const Bench& bench, const NumberFormatPtr& format, const KernelBenchmark& what, const CpuLimits& limits,
    const OnBenchmarkRow& onRow, std::stop_token stop)
{
    Backend& backend = bench.backend;
    const TensorType types[] = {
        {parseNumberFormat("f32").value(), {1, what.inner}}, {format, {what.rows, what.inner}}};
    if (bench.profile != nullptr && !backend.supports({OpKind::Linear, {}}, types))
        return {};
    const Tensor weights = randomWeights(format, what.rows, what.inner);
    const double bytes = double(weights.bytes().size()), products = double(what.rows) * double(what.inner);
    std::vector<DeviceTensor> copies{TRY(backend.upload(weights))};
    for (const std::size_t columns : what.columns) {
        const DeviceTensor x = TRY(backend.upload(activations(columns, what.inner)));
        copies.resize(1);
        const DeviceTensor first[] = {x, copies[0]};
        double once = 0;
        for (int turn = 0; turn < 2 && once < slow; ++turn) { // the very first repacks the weights
            const auto begin = std::chrono::steady_clock::now();
            TRY(backend.run({OpKind::Linear, {}}, first, stop));
            once = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        }
        // A format without a kernel is decoded for each product: memory binds nothing there, few copies do.
        if (columns == 1)
            for (double n = 1; n < std::min({100.0, double(what.coldBytes) / bytes, 0.3 / once}); ++n)
                copies.push_back(what.cached ? copies[0] : TRY(backend.upload(copyOf(weights))));
        const auto multiply = [&]() -> Result<void> {
            DeviceTensor last;
            for (const DeviceTensor& copy : copies) {
                const DeviceTensor inputs[] = {x, copy};
                last = TRY(backend.run({OpKind::Linear, {}}, inputs, stop));
            }
            if (bench.profile != nullptr)
                TRY(backend.download(last)); // which waits
            return {};
        };
        const BenchmarkTimes times = bench.profile == nullptr
            ? TRY(repeat(once < slow ? 3 : 1, columns == 1 ? 0.2 : 0.1, multiply, stop, copies.size()))
            : TRY(repeat(
                5, 0, multiply, stop, copies.size(),
                [&seconds = bench.profile->seconds[OpKind::Linear]] { return seconds; }));
        BenchmarkRow row{
            .device = backend.name(),
            .format = format->id(),
            .rows = what.rows,
            .inner = what.inner,
            .columns = columns};
        CpuLimits now = limits;
        if (bench.memory != nullptr && columns == 1)
            now.readBytesPerSecond = TRY(bandwidthNow(*bench.memory, stop));
        setTimes(row, times, bytes, 2 * products * double(columns), now, bench.peak);
        onRow(row);
    }
    return {};
}

double peakOf(const CpuLimits& limits, const NumberFormat& format, bool isEightBit)
{
    return isEightBit && !format.isFloat() ? limits.byteOperationsPerSecond
                                           : limits.exactOperationsPerSecond();
}

/// All formats on a Vulkan device in one mode.
Result<void> benchmarkVulkan(
    const VulkanChoice& choice, std::span<const NumberFormatPtr> formats, const KernelBenchmark& what,
    const CpuLimits& limits, const OnBenchmarkRow& onRow, std::stop_token stop)
{
    const auto profile = std::make_shared<VulkanProfile>();
    const auto backend = TRY(makeVulkanBackend(
        choice.name, {.products = choice.products, .profile = profile, .narrow = what.narrow}));
    const bool isEightBit = choice.products == VulkanProducts::EightBit;
    for (const NumberFormatPtr& format : formats) {
        if (isEightBit && format->isFloat() && what.vulkanModes.size() > 1)
            continue; // multiplied as they are in both modes
        TRY_VOID(benchmarkFormat(
            {*backend, peakOf(limits, *format, isEightBit), profile, nullptr}, format, what, limits, onRow,
            stop));
    }
    return {};
}

} // namespace

Result<CpuLimits> measureLimits(const std::string& device, VulkanNarrow narrow)
{
    if (!device.starts_with("vulkan:"))
        return measureCpuLimits();
    const VulkanLimits found = TRY(measureVulkanLimits(TRY(vulkanChoiceOf(device)).name, narrow));
    return CpuLimits{
        .readBytesPerSecond = found.readBytesPerSecond,
        .floatOperationsPerSecond = found.floatOperationsPerSecond,
        // Without dot products of bytes, rounded activations are multiplied as floats.
        .byteOperationsPerSecond = found.byteOperationsPerSecond > 0 ? found.byteOperationsPerSecond
                                                                     : found.floatOperationsPerSecond};
}

std::vector<std::string> weightFormats()
{
    std::vector<std::string> ids{"f16", "bf16"};
    for (const NumberFormatFamily& family : numberFormatFamilies())
        for (const std::string& id : family.examples())
            if (family.name != "float" && id != "q8_1" && id != "q8_k")
                ids.push_back(id);
    return ids;
}

Result<void> benchmarkKernels(
    const KernelBenchmark& what, const CpuLimits& limits, const OnBenchmarkRow& onRow, std::stop_token stop)
{
    TRY_VOID(checkSize(what.rows, what.inner));
    constexpr std::size_t mostNumbers = std::size_t{1} << 29; // of a product's input and of its result
    for (const std::size_t columns : what.columns)
        if (columns > mostNumbers / std::max<std::size_t>({what.rows, what.inner, 1}))
            return fail(
                ErrorCode::InvalidInput,
                "{} columns of {} numbers are too many to measure: at most {} numbers are possible", columns,
                std::max(what.rows, what.inner), mostNumbers);
    std::vector<NumberFormatPtr> formats;
    for (const std::string& id : what.formats.empty() ? weightFormats() : what.formats)
        formats.push_back(TRY(parseNumberFormat(id)));
    if (what.device.starts_with("vulkan:")) {
        VulkanChoice choice = TRY(vulkanChoiceOf(what.device));
        KernelBenchmark each = what;
        if (choice.products != VulkanProducts::Exact) // the device's id says how
            each.vulkanModes = {choice.products};
        for (const VulkanProducts products : each.vulkanModes) {
            choice.products = products;
            TRY_VOID(benchmarkVulkan(choice, formats, each, limits, onRow, stop));
        }
        return {};
    }
    if (what.device != "cpu")
        return fail(
            ErrorCode::NotFound, "a benchmark runs on cpu or vulkan:<number>, not on '{}'", what.device);
    const MemoryReader memory = TRY(MemoryReader::make());
    for (const NumberFormatPtr& format : formats) {
        for (const CpuActivations mode : what.modes) {
            if (format->isFloat() && mode == CpuActivations::EightBit && what.modes.size() > 1)
                continue; // floats are multiplied as they are in both modes
            const auto backend = TRY(makeCpuBackend(what.instructionSet, mode));
            const double peak = peakOf(limits, *format, mode == CpuActivations::EightBit);
            TRY_VOID(benchmarkFormat({*backend, peak, nullptr, &memory}, format, what, limits, onRow, stop));
        }
    }
    return {};
}

} // namespace tritloom
