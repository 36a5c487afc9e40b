#pragma once

#include "compute/vulkan/device.h"
#include "compute/vulkan/gpu.h"

namespace tritloom::vulkan {

/// Compiled shaders of a device, kept in a file between runs.
class Pipelines {
public:
    /// Reads the file of this device; one that is damaged or of another driver is passed over.
    Pipelines(const Gpu& gpu, vk::PipelineLayout layout);
    /// Writes the file when something was added to it.
    ~Pipelines();
    /// Throws Vulkan-Hpp's errors.
    vk::Pipeline find(const Shader& shader, Variant variant, const Specials& specials);

private:
    std::filesystem::path file() const;

    const Gpu& m_gpu;
    vk::PipelineLayout m_layout;
    vk::raii::PipelineCache m_cache = nullptr;
    std::map<std::pair<const std::uint32_t*, Specials>, vk::raii::Pipeline> m_made;
};

} // namespace tritloom::vulkan
