#pragma once

#include "compute/vulkan/memory.h"

#include <array>
#include <atomic>
#include <chrono>

namespace tritloom::vulkan {

constexpr std::uint32_t mostOperands = 6; ///< buffers that a shader is given
constexpr std::uint32_t constantBytes = 128; ///< of push constants: what every device has

/// Commands of a device in the order they are given: recorded, submitted in batches, waited for at the end.
/// Commands see what earlier ones wrote. Blocks must not be freed before Gpu::completed has reached the last
/// batch that uses them, as Memory sees to. One caller at a time, but for what says otherwise.
class Stream {
public:
    /// Throws Vulkan-Hpp's errors, as all below.
    explicit Stream(Gpu& gpu);
    ~Stream();

    struct Operand {
        Block* block = nullptr;
        std::size_t offset = 0, bytes = 0;
        bool isWritten = false;
    };
    struct Command {
        OpKind op = OpKind::Linear; ///< for the profile
        vk::Pipeline pipeline;
        std::span<const Operand> operands;
        std::span<const std::uint32_t> constants;
        std::array<std::uint32_t, 3> groups{1, 1, 1};
        double work = 0; ///< multiply-adds
    };
    /// Errors of all below: DeviceLost.
    [[nodiscard]] Result<void> dispatch(const Command& command);
    [[nodiscard]] Result<void>
    copy(OpKind op, Block& from, std::size_t fromOffset, Block& to, std::size_t toOffset, std::size_t bytes);
    [[nodiscard]] Result<void> submit(); ///< what is recorded
    /// Until the device has done this batch and those before. Any thread, beside one that calls the others;
    /// what goes wrong the next collect() tells.
    void await(std::uint64_t batch) const;
    /// Takes notice of batches up to this one, which await() has waited for.
    [[nodiscard]] Result<void> collect(std::uint64_t batch);

    [[nodiscard]] vk::PipelineLayout layout() const { return *m_layout; }
    [[nodiscard]] bool isLost() const { return m_isLost; } ///< Any thread.
    /// Whether the device never came back from a batch: what it uses must not be freed.
    [[nodiscard]] bool isHanging() const { return m_isHanging; }

private:
    struct Batch {
        vk::raii::CommandBuffer list = nullptr;
        vk::raii::DescriptorPool pool = nullptr;
        vk::raii::DescriptorSets sets = nullptr;
        vk::raii::QueryPool times = nullptr;
        std::vector<OpKind> commands;
        std::size_t copiedBytes = 0;
        double work = 0;
        std::uint64_t number = 0; ///< of the submission; 0: not yet
        bool isOpen = false;
    };
    Result<Batch*> open();
    Result<void> end(Batch& batch);
    Result<void> wait(Batch& batch, std::chrono::nanoseconds longest);
    Result<void> limitBatch(Batch& batch);
    bool isDone(std::uint64_t batch, std::chrono::nanoseconds longest) const;
    Error lost(std::string_view how);
    void order(std::span<const Operand> operands, const vk::raii::CommandBuffer& list);
    void mark(const Batch& batch, bool begins);

    Gpu& m_gpu;
    vk::raii::DescriptorSetLayout m_setLayout = nullptr;
    vk::raii::PipelineLayout m_layout = nullptr;
    vk::raii::CommandPool m_pool = nullptr;
    vk::raii::Semaphore m_done = nullptr; ///< counts the batches that are done
    std::array<Batch, 2> m_batches; ///< one is recorded while the other runs
    std::size_t m_current = 0;
    std::uint64_t m_span = 1; ///< counts barriers
    std::atomic<bool> m_isLost = false;
    bool m_isHanging = false;
};

} // namespace tritloom::vulkan
