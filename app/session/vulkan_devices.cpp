#include "app/session/vulkan_devices.h"

#include <map>

namespace tritloom {
namespace {

constexpr VulkanMode modes[] = {
    {VulkanProducts::Exact, "", "{}"},
    {VulkanProducts::EightBit, ":8bit", "{}, 8-bit activations as in runtimes"},
    {VulkanProducts::Half, ":half", "{}, half precision"},
};

} // namespace

const std::vector<std::string>& vulkanNames()
{
    static const std::vector<std::string> names = vulkanDevices();
    return names;
}

bool hasQuickHalves(const std::string& name)
{
    static const std::map<std::string, bool> known = [] {
        std::map<std::string, bool> found;
        for (const std::string& device : vulkanNames())
            found[device] = vulkanHasQuickHalves(device);
        return found;
    }();
    const auto device = known.find(name);
    return device != known.end() && device->second;
}

std::span<const VulkanMode> vulkanModes()
{
    return modes;
}

Result<VulkanChoice> vulkanChoiceOf(const std::string& id)
{
    const std::vector<std::string>& names = vulkanNames();
    for (std::size_t i = 0; i < names.size(); ++i)
        for (const VulkanMode& mode : modes)
            if (id == fmt::format("vulkan:{}{}", i, mode.suffix))
                return VulkanChoice{names[i], mode.products};
    return fail(
        ErrorCode::NotFound, "no device is called '{}'; {}", id,
        names.empty() ? "there is no Vulkan device here"
            : names.size() == 1
            ? "the one Vulkan device here is vulkan:0"
            : fmt::format("the Vulkan devices here are vulkan:0 to vulkan:{}", names.size() - 1));
}

} // namespace tritloom
