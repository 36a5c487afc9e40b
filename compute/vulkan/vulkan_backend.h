#pragma once

#include "core/backend/backend.h"

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

/// Products of f32 with the weight formats that have a row in pipelines.cpp. device: one of vulkanDevices().
/// Errors: NotFound (no such device), Unsupported (too old, no compute queue), OutOfMemory, DeviceLost.
[[nodiscard]] Result<std::unique_ptr<Backend>>
makeVulkanBackend(const std::string& device, VulkanMemory memory = VulkanMemory::Automatic);

} // namespace tritloom
