#pragma once

#include "compute/vulkan/vulkan_backend.h"

#include <string>
#include <vector>

namespace tritloom {

/// Names of the Vulkan devices. Asked once: drivers load slowly, and devices do not come and go. Any thread.
[[nodiscard]] const std::vector<std::string>& vulkanNames();

/// Whether half precision is more than exact products on the device of this name. Asked once each. Any thread.
[[nodiscard]] bool hasQuickHalves(const std::string& name);

/// A Vulkan device and how it multiplies.
struct VulkanChoice {
    std::string name;
    VulkanProducts products = VulkanProducts::Exact;
};
/// What this id stands for: "vulkan:0", "vulkan:0:8bit", "vulkan:0:half". Errors: NotFound.
[[nodiscard]] Result<VulkanChoice> vulkanChoiceOf(const std::string& id);

/// What is behind the device's id for each way to multiply: "", ":8bit", ":half"; and how people call it.
struct VulkanMode {
    VulkanProducts products;
    const char* suffix;
    const char* title; ///< "{}" stands for the device
};
[[nodiscard]] std::span<const VulkanMode> vulkanModes();

} // namespace tritloom
