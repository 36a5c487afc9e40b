#pragma once

#include "compute/vulkan/vulkan_backend.h"

#define VULKAN_HPP_NO_STRUCT_CONSTRUCTORS
#include <vulkan/vulkan_raii.hpp>

#include <optional>

namespace tritloom::vulkan {

/// Calls that Vulkan-Hpp ends with an exception end here with an Error.
template <typename Function>
auto guarded(std::string_view doing, Function&& function) -> decltype(function())
{
    try {
        return function();
    } catch (const vk::OutOfDeviceMemoryError&) {
        return fail(ErrorCode::OutOfMemory, "the device has no memory left to {}", doing);
    } catch (const vk::OutOfHostMemoryError&) {
        return fail(ErrorCode::OutOfMemory, "the Vulkan driver has no memory left to {}", doing);
    } catch (const vk::DeviceLostError&) {
        return fail(ErrorCode::DeviceLost, "the device was lost when asked to {}", doing);
    } catch (const std::exception& error) {
        return fail(ErrorCode::Unsupported, "Vulkan could not {}: {}", doing, error.what());
    }
}

/// A device with one compute queue, and what there is to know about it.
struct Gpu {
    // Destroyed in reverse order: the device before the instance, the instance before the loader.
    vk::raii::Context context;
    std::vector<std::string> findings; ///< of the validation layer
    vk::raii::Instance instance = nullptr;
    vk::raii::DebugUtilsMessengerEXT messenger = nullptr;
    vk::raii::PhysicalDevice physical = nullptr;
    std::string name;
    VulkanOptions options;
    vk::PhysicalDeviceLimits limits;
    vk::PhysicalDeviceMemoryProperties memories;
    std::size_t largestAllocation = 0;
    bool knowsBudget = false; ///< VK_EXT_memory_budget
    bool hasSubgroups = false; ///< sums over subgroups in compute shaders
    bool hasDots = false, hasHalves = false; ///< dot products of four bytes, f16; see VulkanNarrow
    double secondsPerTick = 0; ///< of timestamps; 0 without
    std::string identity; ///< of device, driver and its compiler, in hexadecimal digits
    std::uint32_t family = 0;
    vk::raii::Device device = nullptr;
    vk::raii::Queue queue = nullptr;
    std::uint64_t submitted = 0, completed = 0; ///< batches, numbered from 1

    /// Errors: those of makeVulkanBackend().
    static Result<std::unique_ptr<Gpu>> open(const std::string& name, VulkanOptions options);
    /// Memory for tensors in bytes: what is asked for, or what the driver says is left for this program
    /// beside the `used` bytes of this device.
    [[nodiscard]] std::size_t budget(std::size_t used) const;

private:
    void openDevice();
    bool wantsDots(std::span<const vk::ExtensionProperties> extensions) const;
};

} // namespace tritloom::vulkan
