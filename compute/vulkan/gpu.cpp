#include "compute/vulkan/gpu.h"

#include <algorithm>
#include <cstring>

namespace tritloom {
namespace vulkan {
namespace {

constexpr const char* validationLayer = "VK_LAYER_KHRONOS_validation";

VKAPI_ATTR VkBool32 VKAPI_CALL keepFinding(
    VkDebugUtilsMessageSeverityFlagBitsEXT, VkDebugUtilsMessageTypeFlagsEXT,
    const VkDebugUtilsMessengerCallbackDataEXT* data, void* findings)
{
    static_cast<std::vector<std::string>*>(findings)->emplace_back(data->pMessage);
    return VK_FALSE;
}

vk::raii::Instance makeInstance(const vk::raii::Context& context, bool validation)
{
    const vk::ApplicationInfo application{.pApplicationName = "tritloom", .apiVersion = VK_API_VERSION_1_2};
    vk::InstanceCreateInfo info{.pApplicationInfo = &application};
    const char* const extension = VK_EXT_DEBUG_UTILS_EXTENSION_NAME;
    if (validation) {
        info.enabledLayerCount = 1;
        info.ppEnabledLayerNames = &validationLayer;
        info.enabledExtensionCount = 1;
        info.ppEnabledExtensionNames = &extension;
    }
    return {context, info};
}

std::vector<std::string> namesOf(const std::vector<vk::raii::PhysicalDevice>& devices)
{
    std::map<std::string, int> seen;
    std::vector<std::string> names;
    for (const vk::raii::PhysicalDevice& device : devices) {
        const std::string name = device.getProperties().deviceName.data();
        const int count = ++seen[name];
        names.push_back(count == 1 ? name : fmt::format("{} #{}", name, count));
    }
    return names;
}

std::optional<std::uint32_t> computeFamily(const vk::raii::PhysicalDevice& device)
{
    const auto families = device.getQueueFamilyProperties();
    for (std::uint32_t family = 0; family < families.size(); ++family)
        if (families[family].queueFlags & vk::QueueFlagBits::eCompute)
            return family;
    return {};
}

template <typename Bytes>
std::string hexadecimal(const Bytes& bytes)
{
    std::string text;
    for (const std::uint8_t byte : bytes)
        text += fmt::format("{:02x}", byte);
    return text;
}

bool isAmong(std::span<const vk::ExtensionProperties> extensions, const char* name)
{
    return std::any_of(extensions.begin(), extensions.end(), [&](const vk::ExtensionProperties& extension) {
        return std::strcmp(extension.extensionName.data(), name) == 0;
    });
}

/// Whether products of f16 are made as such; see VulkanNarrow.
bool usesHalves(const vk::raii::PhysicalDevice& device, VulkanNarrow narrow)
{
    if (narrow == VulkanNarrow::Never
        || (narrow == VulkanNarrow::WhereQuick
            && device.getProperties().deviceType == vk::PhysicalDeviceType::eCpu))
        return false;
    return device.getFeatures2<vk::PhysicalDeviceFeatures2, vk::PhysicalDeviceVulkan12Features>()
               .get<vk::PhysicalDeviceVulkan12Features>()
               .shaderFloat16
        != VK_FALSE;
}

} // namespace

bool Gpu::wantsDots(std::span<const vk::ExtensionProperties> extensions) const
{
    if (options.narrow == VulkanNarrow::Never
        || !isAmong(extensions, VK_KHR_SHADER_INTEGER_DOT_PRODUCT_EXTENSION_NAME))
        return false;
    using Features = vk::PhysicalDeviceShaderIntegerDotProductFeaturesKHR;
    using Properties = vk::PhysicalDeviceShaderIntegerDotProductPropertiesKHR;
    const auto features = physical.getFeatures2<vk::PhysicalDeviceFeatures2, Features>();
    if (!features.get<Features>().shaderIntegerDotProduct)
        return false;
    const auto properties = physical.getProperties2<vk::PhysicalDeviceProperties2, Properties>();
    return options.narrow == VulkanNarrow::Always
        || properties.get<Properties>().integerDotProduct4x8BitPackedSignedAccelerated;
}

void Gpu::openDevice()
{
    const auto properties =
        physical.getProperties2<vk::PhysicalDeviceProperties2, vk::PhysicalDeviceVulkan11Properties>();
    const auto& basic = properties.get<vk::PhysicalDeviceProperties2>().properties;
    const auto& more = properties.get<vk::PhysicalDeviceVulkan11Properties>();
    limits = basic.limits;
    largestAllocation = more.maxMemoryAllocationSize;
    memories = physical.getMemoryProperties();
    identity = hexadecimal(basic.pipelineCacheUUID) + "-" + hexadecimal(more.deviceUUID) + "-"
        + hexadecimal(more.driverUUID);
    hasSubgroups = options.subgroups && (more.subgroupSupportedStages & vk::ShaderStageFlagBits::eCompute)
        && (more.subgroupSupportedOperations & vk::SubgroupFeatureFlagBits::eBasic)
        && (more.subgroupSupportedOperations & vk::SubgroupFeatureFlagBits::eArithmetic);
    if (options.profile != nullptr && physical.getQueueFamilyProperties()[family].timestampValidBits == 64)
        secondsPerTick = 1e-9 * double(limits.timestampPeriod);

    const std::vector<vk::ExtensionProperties> there = physical.enumerateDeviceExtensionProperties();
    std::vector<const char*> extensions;
    knowsBudget = isAmong(there, VK_EXT_MEMORY_BUDGET_EXTENSION_NAME);
    if (knowsBudget)
        extensions.push_back(VK_EXT_MEMORY_BUDGET_EXTENSION_NAME);
    hasDots = hasSubgroups && wantsDots(there);
    if (hasDots)
        extensions.push_back(VK_KHR_SHADER_INTEGER_DOT_PRODUCT_EXTENSION_NAME);
    hasHalves = usesHalves(physical, options.narrow);
    vk::PhysicalDeviceShaderIntegerDotProductFeaturesKHR dots{.shaderIntegerDotProduct = VK_TRUE};
    const vk::PhysicalDeviceVulkan12Features features{
        .pNext = hasDots ? &dots : nullptr,
        .shaderFloat16 = hasHalves,
        .timelineSemaphore = VK_TRUE}; // which every device of Vulkan 1.2 has
    const float priority = 1.0f;
    const vk::DeviceQueueCreateInfo queues{
        .queueFamilyIndex = family, .queueCount = 1, .pQueuePriorities = &priority};
    device = physical.createDevice(
        {.pNext = &features,
         .queueCreateInfoCount = 1,
         .pQueueCreateInfos = &queues,
         .enabledExtensionCount = std::uint32_t(extensions.size()),
         .ppEnabledExtensionNames = extensions.data()});
    queue = device.getQueue(family, 0);
}

std::size_t Gpu::budget(std::size_t used) const
{
    if (options.budgetBytes != 0)
        return options.budgetBytes;
    using Budget = vk::PhysicalDeviceMemoryBudgetPropertiesEXT;
    using Properties = vk::PhysicalDeviceMemoryProperties2;
    std::size_t largest = 0;
    std::optional<Budget> left;
    if (knowsBudget)
        left = physical.getMemoryProperties2<Properties, Budget>().get<Budget>();
    for (std::uint32_t heap = 0; heap < memories.memoryHeapCount; ++heap) {
        if (!(memories.memoryHeaps[heap].flags & vk::MemoryHeapFlagBits::eDeviceLocal))
            continue;
        // Without the extension: a part is left to the screen and to other programs.
        std::size_t here = memories.memoryHeaps[heap].size / 4 * 3;
        if (left && left->heapBudget[heap] > 0) {
            const std::size_t inUse = std::max<std::size_t>(left->heapUsage[heap], used);
            here = used + std::size_t(left->heapBudget[heap])
                - std::min<std::size_t>(left->heapBudget[heap], inUse);
        }
        largest = std::max(largest, here);
    }
    return largest;
}

Result<std::unique_ptr<Gpu>> Gpu::open(const std::string& name, VulkanOptions options)
{
    return guarded("open " + name, [&]() -> Result<std::unique_ptr<Gpu>> {
        auto gpu = std::make_unique<Gpu>();
        gpu->options = std::move(options);
        if (gpu->options.validation) {
            const auto layers = gpu->context.enumerateInstanceLayerProperties();
            if (std::none_of(layers.begin(), layers.end(), [](const vk::LayerProperties& layer) {
                    return std::strcmp(layer.layerName.data(), validationLayer) == 0;
                }))
                return fail(ErrorCode::NotFound, "the layer {} is not installed", validationLayer);
        }
        gpu->instance = makeInstance(gpu->context, gpu->options.validation);
        if (gpu->options.validation) {
            using Severity = vk::DebugUtilsMessageSeverityFlagBitsEXT;
            using Type = vk::DebugUtilsMessageTypeFlagBitsEXT;
            gpu->messenger = gpu->instance.createDebugUtilsMessengerEXT(
                {.messageSeverity = Severity::eWarning | Severity::eError,
                 .messageType = Type::eValidation,
                 .pfnUserCallback = keepFinding,
                 .pUserData = &gpu->findings});
        }
        vk::raii::PhysicalDevices devices(gpu->instance);
        const std::vector<std::string> names = namesOf(devices);
        const auto found = std::find(names.begin(), names.end(), name);
        if (found == names.end())
            return fail(ErrorCode::NotFound, "no Vulkan device is called '{}'", name);
        gpu->physical = std::move(devices[std::size_t(found - names.begin())]);
        gpu->name = name;
        const std::uint32_t version = gpu->physical.getProperties().apiVersion;
        if (version < VK_API_VERSION_1_2)
            return fail(
                ErrorCode::Unsupported, "{} has Vulkan {}.{}, 1.2 is needed", name,
                VK_API_VERSION_MAJOR(version), VK_API_VERSION_MINOR(version));
        const auto family = computeFamily(gpu->physical);
        if (!family)
            return fail(ErrorCode::Unsupported, "{} has no compute queue", name);
        gpu->family = *family;
        gpu->openDevice();
        return gpu;
    });
}

} // namespace vulkan

std::vector<std::string> vulkanDevices()
{
    const auto names = vulkan::guarded("list devices", []() -> Result<std::vector<std::string>> {
        const vk::raii::Context context;
        const vk::raii::Instance instance = vulkan::makeInstance(context, false);
        return vulkan::namesOf(vk::raii::PhysicalDevices(instance));
    });
    return names.value_or(std::vector<std::string>{});
}

bool vulkanHasQuickHalves(const std::string& device)
{
    const auto found = vulkan::guarded("ask " + device, [&]() -> Result<bool> {
        const vk::raii::Context context;
        const vk::raii::Instance instance = vulkan::makeInstance(context, false);
        const vk::raii::PhysicalDevices devices(instance);
        const std::vector<std::string> names = vulkan::namesOf(devices);
        const auto at = std::size_t(std::ranges::find(names, device) - names.begin());
        return at < names.size() && devices[at].getProperties().apiVersion >= VK_API_VERSION_1_2
            && vulkan::usesHalves(devices[at], VulkanNarrow::WhereQuick);
    });
    return found.value_or(false);
}

} // namespace tritloom
