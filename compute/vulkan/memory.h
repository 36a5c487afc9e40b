#pragma once

#include "compute/vulkan/gpu.h"

namespace tritloom::vulkan {

/// Memory with one buffer in it.
struct Block {
    std::size_t bytes = 0; ///< of the buffer
    bool isStaging = false;
    std::byte* host = nullptr; ///< where the host sees it, if it does
    vk::raii::DeviceMemory memory = nullptr;
    vk::raii::Buffer buffer = nullptr;
    std::uint64_t lastBatch = 0; ///< that reads or writes it
    std::uint64_t lastRead = 0, lastWrite = 0; ///< in which span between two barriers
};

/// Blocks of a device. Those that nobody needs any more are kept for the next who asks.
class Memory {
public:
    enum class Use {
        Weights, ///< leaves an eighth of the budget to values that flow
        Values,
        Staging, ///< in host memory, no part of the budget
    };
    explicit Memory(Gpu& gpu)
        : m_gpu(gpu)
    {
    }
    /// forHost: the host writes it at once, so no batch under way may use it.
    /// Errors: OutOfMemory. Throws Vulkan-Hpp's errors.
    [[nodiscard]] Result<Block> take(std::size_t bytes, Use use, bool forHost);
    void giveBack(Block block);
    [[nodiscard]] std::size_t usedBytes() const { return m_used; }

private:
    std::optional<Block> reuse(std::size_t bytes, bool onHost, bool forHost);
    void freeIdle();
    Result<Block> allocate(std::size_t bytes, Use use);

    Gpu& m_gpu;
    std::multimap<std::pair<bool, std::size_t>, Block> m_idle; ///< by whether it is for staging, and size
    std::size_t m_used = 0; ///< bytes allocated on the device, idle ones included
};

} // namespace tritloom::vulkan
