#pragma once

#include "core/backend/backend.h"

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tritloom {

/// Names of the Vulkan devices here, in the loader's order, each name once ("#2" is added to a second of the
/// same name); empty without a loader or a driver.
[[nodiscard]] std::vector<std::string> vulkanDevices();

/// Whether a device multiplies tiles of f16 quicker than those of f32, so that VulkanProducts::Half is more than
/// Exact there. False for one that is not there. Loads the driver.
[[nodiscard]] bool vulkanHasQuickHalves(const std::string& device);

/// Where tensors lie. Guarded is for tests: every tensor goes through a staging buffer and ends in a guard
/// of NaN that no shader may read or write; download() fails where one was written.
enum class VulkanMemory { Automatic, Guarded };

/// What a device has done so far, by its own clock; complete after each download().
struct VulkanProfile {
    std::map<OpKind, double> seconds;
    std::size_t submissions = 0;
};

/// What products of packed weights see of what they are multiplied with.
enum class VulkanProducts : std::uint8_t {
    Exact, ///< f32, sums in f32
    /// More than 8 tokens: weights and input rounded to f16 where Exact has f32, sums in f32. Off by at most
    /// 2^-10 of the sum of magnitudes (2^-9 where the device cuts off instead of rounding), and by 2^-25 of the
    /// other factor for each one below 2^-14; a number above 65504 becomes infinite. Exact where tiles of f16 are
    /// not quicker.
    Half,
    EightBit, ///< as CpuActivations::EightBit rounds it
};

/// Whether numbers narrower than f32 are multiplied as such; else they are multiplied as f32.
enum class VulkanNarrow : std::uint8_t {
    /// Dot products of bytes where the device says that they are quicker than the instructions they stand
    /// for, f16
    /// where it is no processor in software.
    WhereQuick,
    Always, ///< for tests: where the device can at all
    Never, ///< for tests
};

struct VulkanOptions {
    VulkanProducts products = VulkanProducts::Exact;
    VulkanMemory memory = VulkanMemory::Automatic;
    std::size_t budgetBytes = 0; ///< of tensors at most; 0: what the device says it has left
    std::shared_ptr<VulkanProfile> profile; ///< null: nothing is measured
    /// Where compiled pipelines are kept between runs; empty: tritloom in XDG_CACHE_HOME or ~/.cache.
    std::filesystem::path cacheFolder;
    std::size_t lostAfter =
        0; ///< for tests: submissions after which the device answers that it is lost; 0: never
    bool validation = false; ///< for tests: the Khronos layer checks every call; what it finds ends the call
    bool subgroups = true; ///< for tests: false keeps to what every device has
    VulkanNarrow narrow = VulkanNarrow::WhereQuick;

    bool operator==(const VulkanOptions&) const = default;
};

/// A whole pass of a language model or of a network on pictures: the ops of ops.cpp, products and
/// convolutions with the formats of formats.cpp. Ops are recorded and submitted together: errors of the
/// device come with the next download(). Backends of equal options, `products` aside, share one open device,
/// its memory and its compiled shaders, each from its own thread if need be; the last one closes it. One that
/// was lost is opened anew for the next who asks. device: one of vulkanDevices(). Errors: NotFound (no such
/// device), Unsupported (too old, no compute queue), OutOfMemory, DeviceLost.
[[nodiscard]] Result<std::unique_ptr<Backend>>
makeVulkanBackend(const std::string& device, VulkanOptions options = {});

/// What a device can do at most, by its own clock where it has one.
struct VulkanLimits {
    double readBytesPerSecond = 0; ///< from its memory
    double floatOperationsPerSecond = 0; ///< multiply-adds of f32, two operations each
    double byteOperationsPerSecond = 0; ///< dot products of four bytes, two operations a product; 0 where
                                        ///< products do not use them
};
/// Measured now. Errors: those of makeVulkanBackend().
[[nodiscard]] Result<VulkanLimits>
measureVulkanLimits(const std::string& device, VulkanNarrow narrow = VulkanNarrow::WhereQuick);

} // namespace tritloom
