#include "compute/vulkan/vulkan_backend.h"

#include "compute/vulkan/device.h"

#include <algorithm>

namespace tritloom {
namespace {

class VulkanBackend final : public Backend {
public:
    explicit VulkanBackend(std::unique_ptr<vulkan::Device> device)
        : m_device(std::move(device))
    {
    }

    std::string name() const override { return "vulkan " + m_device->name(); }

    bool supports(const Op& op, std::span<const TensorType> inputs) const override
    {
        if (inputs.size() != 2 || inputs[0].format->id() != "f32")
            return false;
        const TensorType &x = inputs[0], &weights = inputs[1];
        const std::size_t tokens = x.rows(), outputs = weights.rows(), limit = m_device->largestBuffer();
        return vulkan::pipelineRowFor(op.kind, *weights.format) != nullptr && x.columns() == weights.columns()
            && weights.columns() % weights.format->blockElements() == 0 && x.bytes() <= limit
            && weights.bytes() <= limit && tokens <= limit / sizeof(float) / std::max<std::size_t>(outputs, 1)
            && groupsAlong(tokens) <= m_device->largestGroupCount()
            && groupsAlong(outputs) <= m_device->largestGroupCount();
    }

    Result<DeviceTensor> upload(const Tensor& tensor) override
    {
        return DeviceTensor{tensor.type(), TRY(m_device->makeBuffer(tensor.bytes()))};
    }

    Result<Tensor> download(const DeviceTensor& tensor) override
    {
        return Tensor::adopt(tensor.type, TRY(m_device->read(bufferOf(tensor))));
    }

    Result<DeviceTensor>
    run(const Op& op, std::span<const DeviceTensor> inputs, std::stop_token stop) override
    {
        std::vector<TensorType> types;
        for (const DeviceTensor& input : inputs)
            types.push_back(input.type);
        if (!supports(op, types))
            return fail(ErrorCode::Unsupported, "{} has no {} of these tensors", name(), nameOf(op.kind));
        if (stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled before a product of {} rows", types[1].rows());

        const std::size_t tokens = types[0].rows(), outputs = types[1].rows();
        const bool tiled = tokens > vulkan::fewTokens;
        TensorType type{types[0].format, {tokens, outputs}};
        const vulkan::BufferPtr y = TRY(m_device->makeBuffer(type.bytes()));
        const vulkan::Sizes sizes{
            .rows = std::uint32_t(outputs),
            .columns = std::uint32_t(types[1].columns()),
            .tokens = std::uint32_t(tokens),
            .blockElements = std::uint32_t(types[1].format->blockElements())};
        const std::array<std::size_t, 2> groups = tiled
            ? std::array{groupsAlong(outputs), groupsAlong(tokens)}
            : std::array{std::min(outputs, m_device->largestGroupCount()), tokens};
        TRY_VOID(m_device->run(
            *vulkan::pipelineRowFor(op.kind, *types[1].format), tiled, {bufferOf(inputs[1]), bufferOf(inputs[0]), y},
            sizes, groups));
        return DeviceTensor{std::move(type), y};
    }

private:
    static std::size_t groupsAlong(std::size_t count)
    {
        return (count + vulkan::tileEdge - 1) / vulkan::tileEdge;
    }
    static vulkan::BufferPtr bufferOf(const DeviceTensor& tensor)
    {
        return std::static_pointer_cast<const vulkan::Buffer>(tensor.storage);
    }

    std::unique_ptr<vulkan::Device> m_device;
};

} // namespace

Result<std::unique_ptr<Backend>> makeVulkanBackend(const std::string& device, VulkanMemory memory)
{
    return std::unique_ptr<Backend>(
        std::make_unique<VulkanBackend>(TRY(vulkan::Device::open(device, memory))));
}

} // namespace tritloom
