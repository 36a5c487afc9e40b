#include "app/session/timed_executor.h"

#include "app/session/forwarding_backend.h"
#include "app/session/vulkan_devices.h"
#include "compute/vulkan/vulkan_backend.h"

#include <chrono>

namespace tritloom {
namespace {

/// Adds up how long each kind of op takes on another backend that works at once.
class TimedBackend final : public ForwardingBackend {
public:
    TimedBackend(std::unique_ptr<Backend> backend, std::shared_ptr<TimedExecutor::Seconds> seconds)
        : ForwardingBackend(std::move(backend))
        , m_seconds(std::move(seconds))
    {
    }
    Result<DeviceTensor>
    run(const Op& op, std::span<const DeviceTensor> inputs, std::stop_token stop) override
    {
        const auto begin = std::chrono::steady_clock::now();
        auto result = ForwardingBackend::run(op, inputs, std::move(stop));
        (*m_seconds)[op.kind] +=
            std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        return result;
    }

private:
    std::shared_ptr<TimedExecutor::Seconds> m_seconds;
};

} // namespace

void TimedExecutor::clear() const
{
    for (const Part& part : parts)
        part.seconds->clear();
}

Result<TimedExecutor> makeTimedExecutor(const std::string& device, CpuActivations mode)
{
    TimedExecutor timed;
    std::vector<std::unique_ptr<Backend>> backends;
    const auto add = [&](std::unique_ptr<Backend> backend) {
        const auto seconds = std::make_shared<TimedExecutor::Seconds>();
        timed.parts.push_back({backend->name(), seconds});
        backends.push_back(std::make_unique<TimedBackend>(std::move(backend), seconds));
    };
    if (device.starts_with("vulkan:")) {
        // Its calls only record: the device's own clock tells.
        const auto profile = std::make_shared<VulkanProfile>();
        const VulkanChoice choice = TRY(vulkanChoiceOf(device));
        auto backend = TRY(makeVulkanBackend(choice.name, {.products = choice.products, .profile = profile}));
        timed.parts.push_back({backend->name(), {profile, &profile->seconds}});
        backends.push_back(std::move(backend));
    } else if (device != "cpu")
        return fail(ErrorCode::NotFound, "a benchmark runs on cpu or vulkan:<number>, not on '{}'", device);
    add(TRY(makeCpuBackend({}, mode)));
    backends.push_back(makeReferenceBackend());
    timed.name = timed.parts.front().name;
    timed.executor = std::make_unique<Executor>(std::move(backends));
    return timed;
}

} // namespace tritloom
