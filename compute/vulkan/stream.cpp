#include "compute/vulkan/stream.h"

#include <algorithm>
#include <cassert>
#include <chrono>

namespace tritloom::vulkan {
namespace {

constexpr std::chrono::nanoseconds patience = std::chrono::seconds(120); // for one batch
// A batch is submitted when it has grown to one of these; the work takes a slow device some seconds.
constexpr std::uint32_t mostCommands = 512;
constexpr double mostWork = 0x1p34;
constexpr std::size_t mostCopied = std::size_t{256} << 20;

} // namespace

Stream::Stream(Gpu& gpu)
    : m_gpu(gpu)
{
    const vk::raii::Device& device = m_gpu.device;
    std::array<vk::DescriptorSetLayoutBinding, mostOperands> bindings;
    for (std::uint32_t i = 0; i < bindings.size(); ++i)
        bindings[i] = {
            .binding = i,
            .descriptorType = vk::DescriptorType::eStorageBuffer,
            .descriptorCount = 1,
            .stageFlags = vk::ShaderStageFlagBits::eCompute};
    m_setLayout =
        device.createDescriptorSetLayout({.bindingCount = mostOperands, .pBindings = bindings.data()});
    const vk::PushConstantRange constants{
        .stageFlags = vk::ShaderStageFlagBits::eCompute, .size = constantBytes};
    m_layout = device.createPipelineLayout(
        {.setLayoutCount = 1,
         .pSetLayouts = &*m_setLayout,
         .pushConstantRangeCount = 1,
         .pPushConstantRanges = &constants});
    m_pool = device.createCommandPool(
        {.flags = vk::CommandPoolCreateFlagBits::eResetCommandBuffer, .queueFamilyIndex = m_gpu.family});
    const vk::SemaphoreTypeCreateInfo counting{.semaphoreType = vk::SemaphoreType::eTimeline};
    m_done = device.createSemaphore({.pNext = &counting});
    for (Batch& batch : m_batches) {
        vk::raii::CommandBuffers lists(
            device,
            {.commandPool = *m_pool, .level = vk::CommandBufferLevel::ePrimary, .commandBufferCount = 1});
        batch.list = std::move(lists.front());
        const vk::DescriptorPoolSize size{
            .type = vk::DescriptorType::eStorageBuffer, .descriptorCount = mostOperands * mostCommands};
        batch.pool = device.createDescriptorPool(
            {.flags = vk::DescriptorPoolCreateFlagBits::eFreeDescriptorSet,
             .maxSets = mostCommands,
             .poolSizeCount = 1,
             .pPoolSizes = &size});
        const std::vector<vk::DescriptorSetLayout> layouts(mostCommands, *m_setLayout);
        batch.sets = vk::raii::DescriptorSets(
            device,
            {.descriptorPool = *batch.pool,
             .descriptorSetCount = mostCommands,
             .pSetLayouts = layouts.data()});
        if (m_gpu.secondsPerTick > 0)
            batch.times = device.createQueryPool(
                {.queryType = vk::QueryType::eTimestamp, .queryCount = 2 * mostCommands});
    }
}

Stream::~Stream()
{
    if (m_isHanging)
        return;
    try {
        m_gpu.device.waitIdle(); // what was submitted before a loss may still run
    } catch (const std::exception&) { // a lost device has stopped
    }
}

Error Stream::lost(std::string_view how)
{
    m_isLost = true;
    return {
        ErrorCode::DeviceLost, fmt::format("{} {}; choose the device again to start anew", m_gpu.name, how)};
}

Result<Stream::Batch*> Stream::open()
{
    Batch& batch = m_batches[m_current];
    if (m_isLost)
        return tl::make_unexpected(lost("was lost"));
    if (batch.isOpen)
        return &batch;
    TRY_VOID(wait(batch, patience));
    batch.list.begin({.flags = vk::CommandBufferUsageFlagBits::eOneTimeSubmit});
    if (*batch.times)
        batch.list.resetQueryPool(*batch.times, 0, 2 * mostCommands);
    batch.commands.clear();
    batch.work = 0;
    batch.copiedBytes = 0;
    batch.isOpen = true;
    return &batch;
}

// A command that touches what another has written since the last barrier, or writes what another has read,
// waits.
void Stream::order(std::span<const Operand> operands, const vk::raii::CommandBuffer& list)
{
    const bool waits = std::any_of(operands.begin(), operands.end(), [&](const Operand& operand) {
        return operand.block->lastWrite == m_span || (operand.isWritten && operand.block->lastRead == m_span);
    });
    if (waits) {
        const auto write = vk::AccessFlagBits::eShaderWrite | vk::AccessFlagBits::eTransferWrite;
        const auto read = vk::AccessFlagBits::eShaderRead | vk::AccessFlagBits::eTransferRead;
        const auto stages = vk::PipelineStageFlagBits::eComputeShader | vk::PipelineStageFlagBits::eTransfer;
        list.pipelineBarrier(
            stages, stages, {}, vk::MemoryBarrier{.srcAccessMask = write, .dstAccessMask = read | write},
            nullptr, nullptr);
        ++m_span;
    }
    for (const Operand& operand : operands) {
        operand.block->lastBatch = m_gpu.submitted + 1;
        (operand.isWritten ? operand.block->lastWrite : operand.block->lastRead) = m_span;
    }
}

void Stream::mark(const Batch& batch, bool begins)
{
    if (*batch.times)
        batch.list.writeTimestamp(
            begins ? vk::PipelineStageFlagBits::eTopOfPipe : vk::PipelineStageFlagBits::eBottomOfPipe,
            *batch.times, std::uint32_t(2 * batch.commands.size() + (begins ? 0 : 1)));
}

Result<void> Stream::dispatch(const Command& command)
{
    Batch& batch = *TRY(open());
    const vk::DescriptorSet set = *batch.sets[batch.commands.size()];
    std::array<vk::DescriptorBufferInfo, mostOperands> infos;
    for (std::size_t i = 0; i < infos.size(); ++i) {
        // Bindings that the shader does not have are set too: llvmpipe looks into what an earlier use left
        // there.
        const Operand& operand = command.operands[std::min(i, command.operands.size() - 1)];
        infos[i] = vk::DescriptorBufferInfo{
            .buffer = *operand.block->buffer, .offset = operand.offset, .range = operand.bytes};
    }
    m_gpu.device.updateDescriptorSets(
        vk::WriteDescriptorSet{
            .dstSet = set,
            .descriptorCount = mostOperands,
            .descriptorType = vk::DescriptorType::eStorageBuffer,
            .pBufferInfo = infos.data()},
        nullptr);
    order(command.operands, batch.list);
    mark(batch, true);
    batch.list.bindPipeline(vk::PipelineBindPoint::eCompute, command.pipeline);
    batch.list.bindDescriptorSets(vk::PipelineBindPoint::eCompute, *m_layout, 0, set, nullptr);
    // All of them: what a shader does not get it might still name.
    std::array<std::uint32_t, constantBytes / sizeof(std::uint32_t)> constants{};
    assert(command.constants.size() <= constants.size());
    std::copy(command.constants.begin(), command.constants.end(), constants.begin());
    batch.list.pushConstants<std::uint32_t>(*m_layout, vk::ShaderStageFlagBits::eCompute, 0, constants);
    batch.list.dispatch(command.groups[0], command.groups[1], command.groups[2]);
    mark(batch, false);
    batch.commands.push_back(command.op);
    batch.work += command.work;
    return limitBatch(batch);
}

Result<void> Stream::copy(
    OpKind op, Block& from, std::size_t fromOffset, Block& to, std::size_t toOffset, std::size_t bytes)
{
    Batch& batch = *TRY(open());
    const Operand operands[] = {{&from, fromOffset, bytes, false}, {&to, toOffset, bytes, true}};
    order(operands, batch.list);
    mark(batch, true);
    batch.list.copyBuffer(
        *from.buffer, *to.buffer,
        vk::BufferCopy{.srcOffset = fromOffset, .dstOffset = toOffset, .size = bytes});
    mark(batch, false);
    batch.commands.push_back(op);
    batch.copiedBytes += bytes;
    return limitBatch(batch);
}

Result<void> Stream::limitBatch(Batch& batch)
{
    if (batch.commands.size() < mostCommands && batch.work < mostWork && batch.copiedBytes < mostCopied)
        return {};
    return submit();
}

Result<void> Stream::submit()
{
    Batch& batch = m_batches[m_current];
    if (!batch.isOpen)
        return {};
    TRY_VOID(end(batch));
    m_current = (m_current + 1) % m_batches.size();
    return {};
}

Result<void> Stream::end(Batch& batch)
{
    const vk::MemoryBarrier visible{
        .srcAccessMask = vk::AccessFlagBits::eShaderWrite | vk::AccessFlagBits::eTransferWrite,
        .dstAccessMask = vk::AccessFlagBits::eHostRead};
    const auto work = vk::PipelineStageFlagBits::eComputeShader | vk::PipelineStageFlagBits::eTransfer;
    batch.list.pipelineBarrier(work, vk::PipelineStageFlagBits::eHost, {}, visible, nullptr, nullptr);
    batch.list.end();
    batch.isOpen = false;
    if (m_gpu.options.lostAfter != 0 && m_gpu.submitted >= m_gpu.options.lostAfter)
        return tl::make_unexpected(lost("was lost"));
    const std::uint64_t number = m_gpu.submitted + 1;
    const vk::TimelineSemaphoreSubmitInfo counted{
        .signalSemaphoreValueCount = 1, .pSignalSemaphoreValues = &number};
    try {
        m_gpu.queue.submit(vk::SubmitInfo{
            .pNext = &counted,
            .commandBufferCount = 1,
            .pCommandBuffers = &*batch.list,
            .signalSemaphoreCount = 1,
            .pSignalSemaphores = &*m_done});
    } catch (const vk::SystemError&) { // out of memory or lost: what was recorded is lost either way
        return tl::make_unexpected(lost("was lost when work was submitted"));
    }
    batch.number = m_gpu.submitted = number;
    return {};
}

Result<void> Stream::wait(Batch& batch, std::chrono::nanoseconds longest)
{
    if (batch.number == 0)
        return {};
    try {
        if (!isDone(batch.number, longest)) {
            m_isHanging = true;
            return tl::make_unexpected(lost(fmt::format(
                "did not answer within {} s",
                std::chrono::duration_cast<std::chrono::seconds>(patience).count())));
        }
    } catch (const vk::SystemError&) {
        return tl::make_unexpected(lost("was lost while it worked"));
    }
    m_gpu.completed = std::max(m_gpu.completed, batch.number);
    batch.number = 0;
    VulkanProfile* const profile = m_gpu.options.profile.get();
    if (profile == nullptr)
        return {};
    ++profile->submissions;
    if (!*batch.times || batch.commands.empty())
        return {};
    const auto [result, ticks] = batch.times.getResults<std::uint64_t>(
        0, std::uint32_t(2 * batch.commands.size()), 2 * batch.commands.size() * sizeof(std::uint64_t),
        sizeof(std::uint64_t), vk::QueryResultFlagBits::e64 | vk::QueryResultFlagBits::eWait);
    for (std::size_t i = 0; i < batch.commands.size(); ++i)
        profile->seconds[batch.commands[i]] += m_gpu.secondsPerTick * double(ticks[2 * i + 1] - ticks[2 * i]);
    return {};
}

bool Stream::isDone(std::uint64_t batch, std::chrono::nanoseconds longest) const
{
    return m_gpu.device.waitSemaphores(
               {.semaphoreCount = 1, .pSemaphores = &*m_done, .pValues = &batch},
               std::uint64_t(longest.count()))
        == vk::Result::eSuccess;
}

void Stream::await(std::uint64_t batch) const
{
    try {
        static_cast<void>(isDone(batch, patience));
    } catch (const vk::SystemError&) { // collect() meets it again
    }
}

Result<void> Stream::collect(std::uint64_t number)
{
    if (m_isLost)
        return tl::make_unexpected(lost("was lost"));
    for (std::size_t i = 0; i < m_batches.size(); ++i) { // in the order of submission
        Batch& batch = m_batches[(m_current + i) % m_batches.size()];
        if (batch.number <= number)
            TRY_VOID(wait(batch, std::chrono::nanoseconds::zero())); // await() has waited
    }
    return {};
}

} // namespace tritloom::vulkan
