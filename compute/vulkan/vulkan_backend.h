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

/// Where tensors lie. Guarded is for tests: every tensor goes through a staging buffer and ends in a guard
/// of NaN that no shader may read or write; download() fails where one was written.
enum class VulkanMemory { Automatic, Guarded };

/// What a device has done so far, by its own clock; complete after each download().
struct VulkanProfile {
    std::map<OpKind, double> seconds;
    std::size_t submissions = 0;
};

struct VulkanOptions {
    VulkanMemory memory = VulkanMemory::Automatic;
    std::size_t budgetBytes = 0; ///< of tensors at most; 0: what the device says it has left
    std::shared_ptr<VulkanProfile> profile; ///< null: nothing is measured
    /// Where compiled pipelines are kept between runs; empty: tritloom in XDG_CACHE_HOME or ~/.cache.
    std::filesystem::path cacheFolder;
    std::size_t lostAfter =
        0; ///< for tests: submissions after which the device answers that it is lost; 0: never
    bool validation = false; ///< for tests: the Khronos layer checks every call; what it finds ends the call
    bool subgroups = true; ///< for tests: false keeps to what every device has
};

/// A whole pass of a language model or of a network on pictures: the ops of ops.cpp, products and
/// convolutions with the formats of formats.cpp. Ops are recorded and submitted together: errors of the
/// device come with the next download(). device: one of vulkanDevices(). Errors: NotFound (no such device),
/// Unsupported (too old, no compute queue), OutOfMemory, DeviceLost.
[[nodiscard]] Result<std::unique_ptr<Backend>>
makeVulkanBackend(const std::string& device, VulkanOptions options = {});

} // namespace tritloom
