#include "compute/vulkan/device.h"

#include "compute/vulkan/pipelines.h"
#include "compute/vulkan/stream.h"

#include <algorithm>
#include <mutex>

namespace tritloom::vulkan {
namespace {

constexpr std::byte guardByte{0xff}; // four of them are a NaN
constexpr std::size_t guardBytes = 256;
constexpr std::size_t vectorBytes = 16; // shaders read that much at once, past the end of a tensor too

} // namespace

// Destroyed in reverse order: what runs first, then the blocks, the device last.
struct Device::Handles {
    std::recursive_mutex mutex; ///< of those below, which all users of the device share
    std::unique_ptr<Gpu> gpu;
    DeviceLimits limits;
    std::unique_ptr<Memory> memory;
    std::unique_ptr<Pipelines> pipelines;
    std::unique_ptr<Stream> stream;

    ~Handles()
    {
        if (stream == nullptr || !stream->isHanging())
            return;
        // Better never freed than freed in use.
        static_cast<void>(stream.release());
        static_cast<void>(pipelines.release());
        static_cast<void>(memory.release());
        static_cast<void>(gpu.release());
    }
    /// Whether another who asks for such a device can be given this one.
    bool serves(const std::string& name, const VulkanOptions& options) const
    {
        return gpu->name == name && gpu->options == options && !stream->isLost();
    }
    bool isGuarded() const { return gpu->options.memory == VulkanMemory::Guarded; }
    Result<BufferPtr>
    place(const std::shared_ptr<Handles>& self, std::size_t bytes, Memory::Use use, bool forHost);
    Result<void> fill(Buffer& buffer, std::span<const std::byte> content);
    Result<void> checkFindings();
};

struct Buffer {
    std::shared_ptr<Device::Handles> device; // first: freed last
    std::size_t bytes = 0; ///< of the tensor
    std::size_t boundBytes = 0; ///< what shaders are given: whole vectors, and the guard if there is one
    Block block;

    ~Buffer()
    {
        const std::scoped_lock lock(device->mutex);
        device->memory->giveBack(std::move(block));
    }
};

Result<BufferPtr>
Device::Handles::place(const std::shared_ptr<Handles>& self, std::size_t bytes, Memory::Use use, bool forHost)
{
    const std::size_t bound =
        (bytes + vectorBytes - 1) / vectorBytes * vectorBytes + vectorBytes + (isGuarded() ? guardBytes : 0);
    Block block = TRY(memory->take(bound, use, forHost));
    return BufferPtr(new Buffer{self, bytes, bound, std::move(block)});
}

/// What follows the content is filled with guard bytes.
Result<void> Device::Handles::fill(Buffer& buffer, std::span<const std::byte> content)
{
    const auto write = [&](std::byte* to) {
        std::copy(content.begin(), content.end(), to);
        std::fill(to + content.size(), to + buffer.boundBytes, guardByte);
    };
    if (buffer.block.host != nullptr) {
        write(buffer.block.host);
        return {};
    }
    Block staging = TRY(memory->take(buffer.boundBytes, Memory::Use::Staging, true));
    write(staging.host);
    const auto copied = stream->copy(OpKind::Constant, staging, 0, buffer.block, 0, buffer.boundBytes);
    memory->giveBack(std::move(staging)); // the next user waits for the copy
    return copied;
}

Result<void> Device::Handles::checkFindings()
{
    if (gpu->findings.empty())
        return {};
    return fail(
        ErrorCode::InvalidInput, "{}: {} findings of the validation layer, the first: {}", gpu->name,
        gpu->findings.size(), gpu->findings.front());
}

Device::Device(std::shared_ptr<Handles> handles)
    : m_handles(std::move(handles))
{
}

Device::~Device() = default;

const std::string& Device::name() const
{
    return m_handles->gpu->name;
}

const DeviceLimits& Device::limits() const
{
    return m_handles->limits;
}

std::size_t Device::usedBytes() const
{
    const std::scoped_lock lock(m_handles->mutex);
    return m_handles->memory->usedBytes();
}

Result<BufferPtr> Device::makeBuffer(std::size_t bytes)
{
    const std::scoped_lock lock(m_handles->mutex);
    return guarded("make a result", [&]() -> Result<BufferPtr> {
        const BufferPtr made = TRY(m_handles->place(m_handles, bytes, Memory::Use::Values, false));
        if (m_handles->isGuarded())
            TRY_VOID(m_handles->fill(*made, {}));
        return made;
    });
}

Result<BufferPtr> Device::makeBuffer(std::span<const std::byte> content)
{
    const std::scoped_lock lock(m_handles->mutex);
    return guarded("take a tensor", [&]() -> Result<BufferPtr> {
        const BufferPtr made = TRY(m_handles->place(m_handles, content.size(), Memory::Use::Weights, true));
        TRY_VOID(m_handles->fill(*made, content));
        return made;
    });
}

Result<std::vector<std::byte>> Device::read(const BufferPtr& buffer, std::size_t bytes)
{
    return guarded("give a tensor back", [&]() -> Result<std::vector<std::byte>> {
        Handles& at = *m_handles;
        std::unique_lock lock(at.mutex);
        std::optional<Block> staging;
        if (buffer->block.host == nullptr) {
            staging = TRY(at.memory->take(buffer->boundBytes, Memory::Use::Staging, false));
            TRY_VOID(at.stream->copy(OpKind::Constant, buffer->block, 0, *staging, 0, buffer->boundBytes));
        }
        TRY_VOID(at.stream->submit());
        const std::uint64_t batch = at.gpu->submitted;
        lock.unlock(); // others may record meanwhile
        at.stream->await(batch);
        lock.lock();
        TRY_VOID(at.stream->collect(batch));
        const std::byte* const from = staging ? staging->host : buffer->block.host;
        std::vector<std::byte> content(from, from + bytes);
        const bool isWhole =
            !at.isGuarded() || std::all_of(from + buffer->bytes, from + buffer->boundBytes, [](std::byte b) {
                return b == guardByte;
            });
        if (staging)
            at.memory->giveBack(std::move(*staging));
        if (!isWhole)
            return fail(ErrorCode::InvalidInput, "{}: a shader wrote past the end of its result", name());
        TRY_VOID(at.checkFindings());
        return content;
    });
}

Result<void> Device::run(const Dispatch& dispatch)
{
    const std::scoped_lock lock(m_handles->mutex);
    return guarded(nameOf(dispatch.op), [&]() -> Result<void> {
        std::vector<Stream::Operand> operands;
        for (const Operand& given : dispatch.operands) {
            const std::size_t rest = given.buffer->boundBytes - given.offset;
            operands.push_back(
                {&given.buffer->block, given.offset, given.bytes == 0 ? rest : std::min(rest, given.bytes),
                 given.isWritten});
        }
        TRY_VOID(m_handles->stream->dispatch(
            {.op = dispatch.op,
             .pipeline = m_handles->pipelines->find(*dispatch.shader, dispatch.variant, dispatch.specials),
             .operands = operands,
             .constants = dispatch.constants,
             .groups =
                 {std::uint32_t(dispatch.groups[0]), std::uint32_t(dispatch.groups[1]),
                  std::uint32_t(dispatch.groups[2])},
             .work = dispatch.work}));
        return m_handles->checkFindings(); // before anything wrong can run
    });
}

Result<void>
Device::copy(OpKind op, const BufferPtr& from, const BufferPtr& to, std::size_t toOffset, std::size_t bytes)
{
    const std::scoped_lock lock(m_handles->mutex);
    return guarded("copy a tensor", [&] {
        return m_handles->stream->copy(op, from->block, 0, to->block, toOffset, bytes);
    });
}

Result<void> Device::submit()
{
    const std::scoped_lock lock(m_handles->mutex);
    return guarded("submit", [&] { return m_handles->stream->submit(); });
}

Result<std::unique_ptr<Device>> Device::open(const std::string& name, VulkanOptions options)
{
    static std::mutex mutex; // who asks while another opens is given what that one opens
    static std::vector<std::weak_ptr<Handles>> open;
    const std::scoped_lock lock(mutex);
    std::erase_if(open, [](const std::weak_ptr<Handles>& entry) { return entry.expired(); });
    for (const std::weak_ptr<Handles>& entry : open)
        if (auto shared = entry.lock(); shared != nullptr && shared->serves(name, options))
            return std::unique_ptr<Device>(new Device(std::move(shared)));
    auto handles = std::make_shared<Handles>();
    handles->gpu = TRY(Gpu::open(name, std::move(options)));
    return guarded("open " + name, [&]() -> Result<std::unique_ptr<Device>> {
        const vk::PhysicalDeviceLimits& limits = handles->gpu->limits;
        handles->limits = {
            .operandBytes = limits.maxStorageBufferRange - guardBytes - 2 * vectorBytes,
            .offsetStep = std::max<std::size_t>(limits.minStorageBufferOffsetAlignment, vectorBytes),
            .groups = *std::min_element(
                limits.maxComputeWorkGroupCount.begin(), limits.maxComputeWorkGroupCount.end()),
            .hasDots = handles->gpu->hasDots,
            .hasHalves = handles->gpu->hasHalves};
        handles->memory = std::make_unique<Memory>(*handles->gpu);
        handles->stream = std::make_unique<Stream>(*handles->gpu);
        handles->pipelines = std::make_unique<Pipelines>(*handles->gpu, handles->stream->layout());
        open.push_back(handles);
        return std::unique_ptr<Device>(new Device(std::move(handles)));
    });
}

} // namespace tritloom::vulkan
