#include "compute/vulkan/device.h"

#include "shaders/all.h"

#include <algorithm>
#include <chrono>

namespace tritloom {
namespace {

using namespace vulkan;
using std::uint32_t;

constexpr std::size_t groups = 512, groupSize = 64, vectorBytes = 16,
                      chains = 8 * 4; // as in shaders/peak.comp
constexpr std::size_t mostRead = std::size_t{512} << 20;

/// Runs of one kind on a device, timed.
class Race {
public:
    Race(Device& device, std::shared_ptr<VulkanProfile> profile, BufferPtr input, BufferPtr output)
        : m_device(device)
        , m_profile(std::move(profile))
        , m_output(std::move(output))
    {
        m_dispatch = {
            .op = OpKind::Linear, // the profile's own of nothing else here
            .shader = &shaders::peak,
            .operands = {{.buffer = std::move(input)}, {.buffer = m_output, .isWritten = true}},
            .groups = {groups, 1, 1}};
    }

    /// Seconds of the quickest of some runs, by the device's clock where it has one.
    Result<double> secondsOf(Variant variant, uint32_t what, std::size_t turns, std::size_t vectors)
    {
        m_dispatch.variant = variant;
        m_dispatch.specials = {what};
        m_dispatch.constants = {uint32_t(turns), uint32_t(vectors)};
        double best = 1e30;
        for (int run = 0; run < 4; ++run) { // the first compiles
            double& clock = m_profile->seconds[OpKind::Linear];
            const auto begin = std::chrono::steady_clock::now();
            TRY_VOID(m_device.run(m_dispatch));
            clock = 0;
            TRY(m_device.read(m_output, vectorBytes));
            const double wall =
                std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
            if (run > 0)
                best = std::min(best, clock > 0 ? clock : wall);
        }
        return best;
    }

    /// Multiply-adds a second; turns grow until a run is long enough to tell.
    Result<double> multiplyAdds(Variant variant, double aTurn)
    {
        constexpr double longEnough = 0.01;
        for (std::size_t turns = 64;; turns *= 4)
            if (const double seconds = TRY(secondsOf(variant, 1, turns, 0));
                seconds >= longEnough || turns >= 1 << 20)
                return aTurn * double(turns * groups * groupSize * chains) / seconds;
    }

private:
    Device& m_device;
    std::shared_ptr<VulkanProfile> m_profile;
    BufferPtr m_output;
    Dispatch m_dispatch;
};

} // namespace

Result<VulkanLimits> measureVulkanLimits(const std::string& name, VulkanNarrow narrow)
{
    const auto profile = std::make_shared<VulkanProfile>();
    const auto device = TRY(Device::open(name, {.profile = profile, .narrow = narrow}));
    const DeviceLimits& limits = device->limits();
    const std::size_t readBytes = std::min(mostRead, limits.operandBytes / vectorBytes * vectorBytes);
    Race race(
        *device, profile, TRY(device->makeBuffer(readBytes)),
        TRY(device->makeBuffer(groups * groupSize * vectorBytes)));
    VulkanLimits found;
    found.readBytesPerSecond =
        double(readBytes) / TRY(race.secondsOf(Variant::Plain, 0, 0, readBytes / vectorBytes));
    found.floatOperationsPerSecond = 2 * TRY(race.multiplyAdds(Variant::Plain, 1));
    if (limits.hasDots)
        found.byteOperationsPerSecond = 2 * TRY(race.multiplyAdds(Variant::Dots, 4));
    return found;
}

} // namespace tritloom
