#include "app/session/vulkan_devices.h"

#include "compute/vulkan/vulkan_backend.h"

namespace tritloom {

const std::vector<std::string>& vulkanNames()
{
    static const std::vector<std::string> names = vulkanDevices();
    return names;
}

Result<std::string> vulkanDeviceOf(const std::string& id)
{
    const std::vector<std::string>& names = vulkanNames();
    for (std::size_t i = 0; i < names.size(); ++i)
        if (id == fmt::format("vulkan:{}", i))
            return names[i];
    return fail(
        ErrorCode::NotFound, "no device is called '{}'; {}", id,
        names.empty() ? "there is no Vulkan device here"
            : names.size() == 1
            ? "the one Vulkan device here is vulkan:0"
            : fmt::format("the Vulkan devices here are vulkan:0 to vulkan:{}", names.size() - 1));
}

} // namespace tritloom
