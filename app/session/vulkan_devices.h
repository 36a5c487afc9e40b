#pragma once

#include "core/base/result.h"

#include <string>
#include <vector>

namespace tritloom {

/// Names of the Vulkan devices. Asked once: drivers load slowly, and devices do not come and go. Any thread.
[[nodiscard]] const std::vector<std::string>& vulkanNames();

/// The name of the device with this id, "vulkan:0". Errors: NotFound.
[[nodiscard]] Result<std::string> vulkanDeviceOf(const std::string& id);

} // namespace tritloom
