#include "compute/vulkan/memory.h"

namespace tritloom::vulkan {
namespace {

constexpr std::size_t grain = 4096;

std::optional<std::uint32_t> memoryType(
    const vk::PhysicalDeviceMemoryProperties& memories, std::uint32_t allowed, vk::MemoryPropertyFlags wanted)
{
    for (std::uint32_t type = 0; type < memories.memoryTypeCount; ++type)
        if ((allowed >> type & 1u) != 0 && (memories.memoryTypes[type].propertyFlags & wanted) == wanted)
            return type;
    return {};
}

} // namespace

Result<Block> Memory::take(std::size_t bytes, Use use, bool forHost)
{
    bytes = (bytes + grain - 1) / grain * grain;
    if (auto block = reuse(bytes, use == Use::Staging, forHost))
        return std::move(*block);
    if (use == Use::Staging)
        return allocate(bytes, use);
    const std::size_t budget = m_gpu.budget(m_used),
                      limit = use == Use::Weights ? budget - budget / 8 : budget;
    if (m_used + bytes > limit)
        freeIdle();
    if (m_used + bytes > limit)
        return fail(
            ErrorCode::OutOfMemory, "{} has no room for a tensor of {} KiB: {} of {} KiB are in use",
            m_gpu.name, bytes >> 10, m_used >> 10, limit >> 10);
    try {
        return allocate(bytes, use);
    } catch (const vk::OutOfDeviceMemoryError&) {
        freeIdle();
        return allocate(bytes, use);
    }
}

std::optional<Block> Memory::reuse(std::size_t bytes, bool onHost, bool forHost)
{
    // A block a quarter larger than needed is better used than kept.
    const auto end = m_idle.upper_bound({onHost, bytes + bytes / 4});
    for (auto at = m_idle.lower_bound({onHost, bytes}); at != end; ++at) {
        if (forHost && at->second.lastBatch > m_gpu.completed)
            continue;
        Block block = std::move(at->second);
        m_idle.erase(at);
        return block;
    }
    return {};
}

void Memory::giveBack(Block block)
{
    const std::pair key{block.isStaging, block.bytes};
    m_idle.emplace(key, std::move(block));
}

void Memory::freeIdle()
{
    std::erase_if(m_idle, [this](const auto& entry) {
        const Block& block = entry.second;
        if (block.lastBatch > m_gpu.completed)
            return false;
        if (!entry.first.first)
            m_used -= block.bytes;
        return true;
    });
}

Result<Block> Memory::allocate(std::size_t bytes, Use use)
{
    using Flag = vk::MemoryPropertyFlagBits;
    Block block;
    block.bytes = bytes;
    block.buffer = m_gpu.device.createBuffer(
        {.size = bytes,
         .usage = vk::BufferUsageFlagBits::eStorageBuffer | vk::BufferUsageFlagBits::eTransferSrc
             | vk::BufferUsageFlagBits::eTransferDst});
    const vk::MemoryRequirements needs = block.buffer.getMemoryRequirements();
    if (needs.size > m_gpu.largestAllocation)
        return fail(
            ErrorCode::OutOfMemory, "{}: a tensor of {} bytes, the device allocates at most {}", m_gpu.name,
            bytes, m_gpu.largestAllocation);
    const bool onHost = use == Use::Staging;
    const vk::MemoryPropertyFlags mapped = Flag::eHostVisible | Flag::eHostCoherent;
    std::vector<vk::MemoryPropertyFlags> wishes{mapped | Flag::eHostCached, mapped};
    // Device memory is seen by the host only where both are the same memory.
    if (!onHost)
        wishes = {Flag::eDeviceLocal | mapped | Flag::eHostCached, Flag::eDeviceLocal, {}};
    for (const vk::MemoryPropertyFlags wish : wishes) {
        const auto type = memoryType(m_gpu.memories, needs.memoryTypeBits, wish);
        if (!type)
            continue;
        block.memory = m_gpu.device.allocateMemory({.allocationSize = needs.size, .memoryTypeIndex = *type});
        block.buffer.bindMemory(*block.memory, 0);
        if (onHost || (wish & mapped && m_gpu.options.memory == VulkanMemory::Automatic))
            block.host = static_cast<std::byte*>(block.memory.mapMemory(0, bytes));
        block.isStaging = onHost;
        if (!onHost)
            m_used += bytes;
        return block;
    }
    return fail(ErrorCode::Unsupported, "{} has no memory that fits a buffer of {} bytes", m_gpu.name, bytes);
}

} // namespace tritloom::vulkan
