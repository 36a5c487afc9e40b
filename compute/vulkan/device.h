#pragma once

#include "compute/vulkan/pipelines.h"
#include "compute/vulkan/vulkan_backend.h"

#include <array>

namespace tritloom::vulkan {

/// Bytes on a device. Keeps the device alive.
struct Buffer;
using BufferPtr = std::shared_ptr<const Buffer>;

/// A queue of a Vulkan device, its memory and the pipelines made so far. One caller at a time; every call
/// returns when the device has done it.
class Device {
public:
    /// Errors: those of makeVulkanBackend().
    [[nodiscard]] static Result<std::unique_ptr<Device>> open(const std::string& name, VulkanMemory memory);
    ~Device();

    [[nodiscard]] const std::string& name() const;
    [[nodiscard]] std::size_t largestBuffer() const; ///< bytes that a shader can be given as one buffer
    [[nodiscard]] std::size_t largestGroupCount() const; ///< workgroups along one dimension

    /// Errors of all below: OutOfMemory, DeviceLost.
    [[nodiscard]] Result<BufferPtr> makeBuffer(std::size_t bytes);
    [[nodiscard]] Result<BufferPtr> makeBuffer(std::span<const std::byte> content);
    [[nodiscard]] Result<std::vector<std::byte>> read(const BufferPtr& buffer);

    /// One submission. buffers: weights, input, output. groups: workgroups along x and y.
    [[nodiscard]] Result<void>
    run(const PipelineRow& row, bool tiled, const std::array<BufferPtr, 3>& buffers, const Sizes& sizes,
        std::array<std::size_t, 2> groups);

private:
    struct Handles;
    explicit Device(std::shared_ptr<Handles> handles);
    Result<BufferPtr> place(std::size_t bytes, bool onHost);

    std::shared_ptr<Handles> m_handles; // shared with the buffers, which need the device to be freed
};

} // namespace tritloom::vulkan
