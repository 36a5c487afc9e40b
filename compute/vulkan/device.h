#pragma once

#include "compute/vulkan/vulkan_backend.h"

#include <array>
#include <cstdint>
#include <span>

namespace tritloom::vulkan {

/// Bytes on a device. Keeps the device alive.
struct Buffer;
using BufferPtr = std::shared_ptr<Buffer>;

/// What a shader is compiled for besides what every device has.
enum class Variant : std::uint8_t {
    Plain,
    Subgroups, ///< sums over subgroups
    Dots, ///< so, and dot products of four bytes
    Halves, ///< tiles of f16
};
constexpr std::size_t variantCount = 4;

/// SPIR-V of a compute shader, named as its file. Bindings and push constants: as its dispatch says.
struct Shader {
    std::string_view name;
    std::array<std::span<const std::uint32_t>, variantCount>
        words; ///< by variant; all but Plain may be empty

    [[nodiscard]] std::span<const std::uint32_t> of(Variant variant) const
    {
        return words[std::size_t(variant)];
    }
};

/// Specialization constants 0, 1, 2 ...
using Specials = std::array<std::uint32_t, 8>;

/// A part of a buffer that a shader reads or writes. bytes 0: all from offset on.
struct Operand {
    BufferPtr buffer;
    std::size_t offset = 0, bytes = 0;
    bool isWritten = false;
};

/// One run of a shader.
struct Dispatch {
    OpKind op = OpKind::Linear; ///< for the profile
    const Shader* shader = nullptr;
    /// Plain: the one of Plain and Subgroups that suits the device.
    Variant variant = Variant::Plain;
    Specials specials{};
    std::vector<Operand> operands; ///< bindings 0, 1, 2 ...
    std::vector<std::uint32_t> constants; ///< push constants
    std::array<std::size_t, 3> groups{1, 1, 1};
    double work = 0; ///< multiply-adds, roughly
};

struct DeviceLimits {
    std::size_t operandBytes = 0; ///< that a shader can be given as one buffer
    std::size_t offsetStep = 0; ///< offsets of operands are multiples of it
    std::size_t groups = 0; ///< along one dimension
    bool hasDots = false, hasHalves = false; ///< those variants; false too where floats are quicker
};

/// A queue of a Vulkan device, its memory and the pipelines made so far, which all who open it with equal
/// options share: any thread, one call after the other, but for those that wait for what they read. What a call records runs in
/// that order, later, when somebody reads or much has been recorded.
class Device {
public:
    /// The one in use that was opened so and is not lost, else a new one, which closes with its last user.
    /// Errors: those of makeVulkanBackend().
    [[nodiscard]] static Result<std::unique_ptr<Device>> open(const std::string& name, VulkanOptions options);
    ~Device();

    [[nodiscard]] const std::string& name() const;
    [[nodiscard]] const DeviceLimits& limits() const;
    [[nodiscard]] std::size_t usedBytes() const; ///< of the device's memory, blocks kept for later included

    /// Errors of all below: OutOfMemory, DeviceLost.
    [[nodiscard]] Result<BufferPtr> makeBuffer(std::size_t bytes);
    [[nodiscard]] Result<BufferPtr> makeBuffer(std::span<const std::byte> content);
    [[nodiscard]] Result<std::vector<std::byte>> read(const BufferPtr& buffer, std::size_t bytes);
    [[nodiscard]] Result<void> run(const Dispatch& dispatch);
    /// Whole floats.
    [[nodiscard]] Result<void>
    copy(OpKind op, const BufferPtr& from, const BufferPtr& to, std::size_t toOffset, std::size_t bytes);
    [[nodiscard]] Result<void> submit(); ///< what is recorded, without waiting

private:
    struct Handles;
    explicit Device(std::shared_ptr<Handles> handles);
    friend struct Buffer;

    std::shared_ptr<Handles> m_handles; // shared with the buffers, which need the device to be freed
};

} // namespace tritloom::vulkan
