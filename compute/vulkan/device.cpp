#include "compute/vulkan/device.h"

#define VULKAN_HPP_NO_STRUCT_CONSTRUCTORS
#include <vulkan/vulkan_raii.hpp>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <map>
#include <optional>

namespace tritloom {
namespace vulkan {
namespace {

constexpr std::chrono::nanoseconds patience = std::chrono::seconds(60); // for one submission
constexpr std::byte guardByte{0xff}; // four of them are a NaN
constexpr std::size_t guardBytes = 256;

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

vk::raii::Instance makeInstance(const vk::raii::Context& context)
{
    const vk::ApplicationInfo application{.pApplicationName = "tritloom", .apiVersion = VK_API_VERSION_1_2};
    return {context, vk::InstanceCreateInfo{.pApplicationInfo = &application}};
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

} // namespace

struct Buffer {
    std::shared_ptr<const void> device; // first: freed last
    std::size_t bytes = 0; ///< of the tensor
    std::size_t allBytes = 0; ///< in whole words, and with the guard if there is one
    bool hostVisible = false;
    vk::raii::DeviceMemory memory = nullptr;
    vk::raii::Buffer buffer = nullptr;
};

// Destroyed in reverse order: the device before the instance, the instance before the loader.
struct Device::Handles {
    vk::raii::Context context;
    vk::raii::Instance instance = nullptr;
    vk::raii::PhysicalDevice physical = nullptr;
    std::string name;
    VulkanMemory placement = VulkanMemory::Automatic;
    vk::PhysicalDeviceMemoryProperties memories;
    std::size_t largestBuffer = 0;
    std::size_t largestAllocation = 0;
    std::size_t largestGroupCount = 0;
    vk::raii::Device device = nullptr;
    vk::raii::Queue queue = nullptr;
    vk::raii::CommandPool pool = nullptr;
    vk::raii::CommandBuffers commands = nullptr; // one: a submission is waited for
    vk::raii::Fence done = nullptr;
    vk::raii::DescriptorSetLayout setLayout = nullptr;
    vk::raii::PipelineLayout layout = nullptr;
    vk::raii::DescriptorPool descriptors = nullptr;
    vk::raii::DescriptorSets sets = nullptr; // one
    std::map<std::pair<const std::uint32_t*, bool>, vk::raii::Pipeline> pipelines; // by shader and tiling
    std::vector<BufferPtr> givenUp; // used by a submission that never ended; then every call fails

    void open(std::uint32_t family);
    const vk::raii::Pipeline& pipeline(const PipelineRow& row, bool tiled);
    std::optional<std::uint32_t> memoryType(std::uint32_t allowed, vk::MemoryPropertyFlags wanted) const;
    Result<void> place(Buffer& made, bool onHost);
    template <typename Record>
    Result<void> submit(std::vector<BufferPtr> uses, Record&& record);
    Result<void> copy(const BufferPtr& from, const BufferPtr& to);
    void fill(const Buffer& buffer, std::span<const std::byte> content);
};

void Device::Handles::open(std::uint32_t family)
{
    const auto properties = physical.getProperties2<vk::PhysicalDeviceProperties2, vk::PhysicalDeviceVulkan11Properties>();
    const vk::PhysicalDeviceLimits& limits = properties.get<vk::PhysicalDeviceProperties2>().properties.limits;
    largestBuffer = limits.maxStorageBufferRange - guardBytes - sizeof(std::uint32_t);
    largestAllocation = properties.get<vk::PhysicalDeviceVulkan11Properties>().maxMemoryAllocationSize;
    largestGroupCount = std::min(limits.maxComputeWorkGroupCount[0], limits.maxComputeWorkGroupCount[1]);
    memories = physical.getMemoryProperties();

    const float priority = 1.0f;
    const vk::DeviceQueueCreateInfo queues{
        .queueFamilyIndex = family, .queueCount = 1, .pQueuePriorities = &priority};
    device = physical.createDevice({.queueCreateInfoCount = 1, .pQueueCreateInfos = &queues});
    queue = device.getQueue(family, 0);
    pool = device.createCommandPool(
        {.flags = vk::CommandPoolCreateFlagBits::eResetCommandBuffer, .queueFamilyIndex = family});
    commands = vk::raii::CommandBuffers(
        device,
        {.commandPool = *pool, .level = vk::CommandBufferLevel::ePrimary, .commandBufferCount = 1});
    done = device.createFence({});

    std::array<vk::DescriptorSetLayoutBinding, 3> bindings;
    for (std::uint32_t i = 0; i < bindings.size(); ++i)
        bindings[i] = {
            .binding = i,
            .descriptorType = vk::DescriptorType::eStorageBuffer,
            .descriptorCount = 1,
            .stageFlags = vk::ShaderStageFlagBits::eCompute};
    setLayout = device.createDescriptorSetLayout({.bindingCount = 3, .pBindings = bindings.data()});
    const vk::PushConstantRange constants{.stageFlags = vk::ShaderStageFlagBits::eCompute, .size = sizeof(Sizes)};
    layout = device.createPipelineLayout(
        {.setLayoutCount = 1,
         .pSetLayouts = &*setLayout,
         .pushConstantRangeCount = 1,
         .pPushConstantRanges = &constants});
    const vk::DescriptorPoolSize size{.type = vk::DescriptorType::eStorageBuffer, .descriptorCount = 3};
    descriptors = device.createDescriptorPool(
        {.flags = vk::DescriptorPoolCreateFlagBits::eFreeDescriptorSet,
         .maxSets = 1,
         .poolSizeCount = 1,
         .pPoolSizes = &size});
    sets = vk::raii::DescriptorSets(
        device, {.descriptorPool = *descriptors, .descriptorSetCount = 1, .pSetLayouts = &*setLayout});
}

const vk::raii::Pipeline& Device::Handles::pipeline(const PipelineRow& row, bool tiled)
{
    const std::pair key{row.words.data(), tiled};
    if (const auto found = pipelines.find(key); found != pipelines.end())
        return found->second;
    const vk::raii::ShaderModule shader =
        device.createShaderModule({.codeSize = row.words.size_bytes(), .pCode = row.words.data()});
    const vk::SpecializationMapEntry entry{.constantID = 0, .offset = 0, .size = sizeof(VkBool32)};
    const VkBool32 constant = tiled ? VK_TRUE : VK_FALSE;
    const vk::SpecializationInfo special{
        .mapEntryCount = 1, .pMapEntries = &entry, .dataSize = sizeof constant, .pData = &constant};
    const vk::PipelineShaderStageCreateInfo stage{
        .stage = vk::ShaderStageFlagBits::eCompute,
        .module = *shader,
        .pName = "main",
        .pSpecializationInfo = &special};
    const vk::ComputePipelineCreateInfo info{.stage = stage, .layout = *layout};
    return pipelines.emplace(key, vk::raii::Pipeline(device, nullptr, info)).first->second;
}

std::optional<std::uint32_t>
Device::Handles::memoryType(std::uint32_t allowed, vk::MemoryPropertyFlags wanted) const
{
    for (std::uint32_t type = 0; type < memories.memoryTypeCount; ++type)
        if ((allowed >> type & 1u) != 0 && (memories.memoryTypes[type].propertyFlags & wanted) == wanted)
            return type;
    return {};
}

/// Gives a buffer of made.bytes its memory.
/// onHost: for staging. Elsewhere device memory, which the host reaches only where both are the same memory.
Result<void> Device::Handles::place(Buffer& made, bool onHost)
{
    using Flag = vk::MemoryPropertyFlagBits;
    constexpr std::size_t word = sizeof(std::uint32_t);
    const std::size_t guard = placement == VulkanMemory::Guarded ? guardBytes : 0;
    made.allBytes = std::max<std::size_t>((made.bytes + word - 1) / word * word, word) + guard;
    made.buffer = device.createBuffer(
        {.size = made.allBytes,
         .usage = vk::BufferUsageFlagBits::eStorageBuffer | vk::BufferUsageFlagBits::eTransferSrc
             | vk::BufferUsageFlagBits::eTransferDst});
    const vk::MemoryRequirements needs = made.buffer.getMemoryRequirements();
    if (needs.size > largestAllocation)
        return fail(
            ErrorCode::OutOfMemory, "{}: a tensor of {} bytes, the device allocates at most {}", name,
            made.bytes, largestAllocation);
    const vk::MemoryPropertyFlags mapped = Flag::eHostVisible | Flag::eHostCoherent;
    std::vector<vk::MemoryPropertyFlags> wishes{mapped | Flag::eHostCached, mapped};
    if (!onHost)
        wishes = {Flag::eDeviceLocal | mapped | Flag::eHostCached, Flag::eDeviceLocal, {}};
    for (const vk::MemoryPropertyFlags wish : wishes) {
        const auto type = memoryType(needs.memoryTypeBits, wish);
        if (!type)
            continue;
        made.hostVisible = onHost || (wish & mapped && placement == VulkanMemory::Automatic);
        made.memory = device.allocateMemory({.allocationSize = needs.size, .memoryTypeIndex = *type});
        made.buffer.bindMemory(*made.memory, 0);
        return {};
    }
    return fail(ErrorCode::Unsupported, "{} has no memory that fits a buffer of {} bytes", name, made.bytes);
}

template <typename Record>
Result<void> Device::Handles::submit(std::vector<BufferPtr> uses, Record&& record)
{
    if (!givenUp.empty())
        return fail(ErrorCode::DeviceLost, "{} stopped answering; choose it again to start anew", name);
    const vk::raii::CommandBuffer& list = commands[0];
    list.begin({.flags = vk::CommandBufferUsageFlagBits::eOneTimeSubmit});
    record(list);
    const vk::MemoryBarrier visible{
        .srcAccessMask = vk::AccessFlagBits::eShaderWrite | vk::AccessFlagBits::eTransferWrite,
        .dstAccessMask = vk::AccessFlagBits::eShaderRead | vk::AccessFlagBits::eTransferRead
            | vk::AccessFlagBits::eHostRead};
    const auto work = vk::PipelineStageFlagBits::eComputeShader | vk::PipelineStageFlagBits::eTransfer;
    list.pipelineBarrier(work, work | vk::PipelineStageFlagBits::eHost, {}, visible, nullptr, nullptr);
    list.end();
    device.resetFences(*done);
    queue.submit(vk::SubmitInfo{.commandBufferCount = 1, .pCommandBuffers = &*list}, *done);
    if (device.waitForFences(*done, VK_TRUE, std::uint64_t(patience.count())) != vk::Result::eSuccess) {
        givenUp = std::move(uses); // a cycle on purpose: better never freed than freed in use
        return fail(
            ErrorCode::DeviceLost, "{} did not answer within {} s", name,
            std::chrono::duration_cast<std::chrono::seconds>(patience).count());
    }
    return {};
}

Result<void> Device::Handles::copy(const BufferPtr& from, const BufferPtr& to)
{
    return submit({from, to}, [&](const vk::raii::CommandBuffer& list) {
        list.copyBuffer(*from->buffer, *to->buffer, vk::BufferCopy{.size = from->allBytes});
    });
}

/// What follows the content is filled with guard bytes.
void Device::Handles::fill(const Buffer& buffer, std::span<const std::byte> content)
{
    auto* const to = static_cast<std::byte*>(buffer.memory.mapMemory(0, buffer.allBytes));
    std::copy(content.begin(), content.end(), to);
    std::fill(to + content.size(), to + buffer.allBytes, guardByte);
    buffer.memory.unmapMemory();
}

Device::Device(std::shared_ptr<Handles> handles)
    : m_handles(std::move(handles))
{
}

Device::~Device() = default;

const std::string& Device::name() const
{
    return m_handles->name;
}

std::size_t Device::largestBuffer() const
{
    return m_handles->largestBuffer;
}

std::size_t Device::largestGroupCount() const
{
    return m_handles->largestGroupCount;
}

Result<BufferPtr> Device::place(std::size_t bytes, bool onHost)
{
    auto made = std::make_shared<Buffer>();
    made->device = m_handles;
    made->bytes = bytes;
    TRY_VOID(m_handles->place(*made, onHost));
    return made;
}

Result<BufferPtr> Device::makeBuffer(std::size_t bytes)
{
    if (m_handles->placement == VulkanMemory::Guarded)
        return makeBuffer(std::vector<std::byte>(bytes, guardByte));
    return guarded("make a result", [&] { return place(bytes, false); });
}

Result<BufferPtr> Device::makeBuffer(std::span<const std::byte> content)
{
    return guarded("take a tensor", [&]() -> Result<BufferPtr> {
        const BufferPtr made = TRY(place(content.size(), false));
        const BufferPtr staging = made->hostVisible ? made : TRY(place(content.size(), true));
        m_handles->fill(*staging, content);
        if (staging != made)
            TRY_VOID(m_handles->copy(staging, made));
        return made;
    });
}

Result<std::vector<std::byte>> Device::read(const BufferPtr& buffer)
{
    return guarded("give a tensor back", [&]() -> Result<std::vector<std::byte>> {
        const BufferPtr from = buffer->hostVisible ? buffer : TRY(place(buffer->bytes, true));
        if (from != buffer)
            TRY_VOID(m_handles->copy(buffer, from));
        const auto* const bytes = static_cast<const std::byte*>(from->memory.mapMemory(0, from->allBytes));
        std::vector<std::byte> content(bytes, bytes + buffer->bytes);
        const bool whole = m_handles->placement != VulkanMemory::Guarded
            || std::all_of(bytes + buffer->bytes, bytes + from->allBytes, [](std::byte b) { return b == guardByte; });
        from->memory.unmapMemory();
        if (!whole)
            return fail(ErrorCode::InvalidInput, "{}: a shader wrote past the end of its result", name());
        return content;
    });
}

Result<void> Device::run(
    const PipelineRow& row, bool tiled, const std::array<BufferPtr, 3>& buffers, const Sizes& sizes,
    std::array<std::size_t, 2> groups)
{
    return guarded("multiply", [&]() -> Result<void> {
        Handles& at = *m_handles;
        const vk::raii::Pipeline& pipeline = at.pipeline(row, tiled);
        std::array<vk::DescriptorBufferInfo, 3> infos;
        for (std::size_t i = 0; i < infos.size(); ++i)
            infos[i] = vk::DescriptorBufferInfo{.buffer = *buffers[i]->buffer, .range = buffers[i]->allBytes};
        at.device.updateDescriptorSets(
            vk::WriteDescriptorSet{
                .dstSet = *at.sets[0],
                .descriptorCount = 3,
                .descriptorType = vk::DescriptorType::eStorageBuffer,
                .pBufferInfo = infos.data()},
            nullptr);
        return at.submit({buffers.begin(), buffers.end()}, [&](const vk::raii::CommandBuffer& list) {
            list.bindPipeline(vk::PipelineBindPoint::eCompute, *pipeline);
            list.bindDescriptorSets(vk::PipelineBindPoint::eCompute, *at.layout, 0, *at.sets[0], nullptr);
            list.pushConstants<Sizes>(*at.layout, vk::ShaderStageFlagBits::eCompute, 0, sizes);
            list.dispatch(std::uint32_t(groups[0]), std::uint32_t(groups[1]), 1);
        });
    });
}

Result<std::unique_ptr<Device>> Device::open(const std::string& name, VulkanMemory memory)
{
    return guarded("open " + name, [&]() -> Result<std::unique_ptr<Device>> {
        auto handles = std::make_shared<Handles>();
        handles->instance = makeInstance(handles->context);
        vk::raii::PhysicalDevices devices(handles->instance);
        const std::vector<std::string> names = namesOf(devices);
        const auto found = std::find(names.begin(), names.end(), name);
        if (found == names.end())
            return fail(ErrorCode::NotFound, "no Vulkan device is called '{}'", name);
        handles->physical = std::move(devices[std::size_t(found - names.begin())]);
        handles->name = name;
        handles->placement = memory;
        const std::uint32_t version = handles->physical.getProperties().apiVersion;
        if (version < VK_API_VERSION_1_2)
            return fail(
                ErrorCode::Unsupported, "{} has Vulkan {}.{}, 1.2 is needed", name, VK_API_VERSION_MAJOR(version),
                VK_API_VERSION_MINOR(version));
        const auto family = computeFamily(handles->physical);
        if (!family)
            return fail(ErrorCode::Unsupported, "{} has no compute queue", name);
        handles->open(*family);
        return std::unique_ptr<Device>(new Device(std::move(handles)));
    });
}

} // namespace vulkan

std::vector<std::string> vulkanDevices()
{
    const auto names = vulkan::guarded("list devices", []() -> Result<std::vector<std::string>> {
        const vk::raii::Context context;
        const vk::raii::Instance instance = vulkan::makeInstance(context);
        return vulkan::namesOf(vk::raii::PhysicalDevices(instance));
    });
    return names.value_or(std::vector<std::string>{});
}

} // namespace tritloom
