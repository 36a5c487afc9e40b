#include "app/session/feature_depot.h"

#include "app/session/engine.h"

#include <atomic>
#include <mutex>

namespace tritloom {
namespace {

struct Kept {
    std::string features, device;
    std::unique_ptr<FeatureNetwork> network;
};

std::mutex mutex;
Kept kept; ///< guarded by the mutex
std::atomic<std::size_t> opened = 0;

Result<std::unique_ptr<FeatureNetwork>> openNetwork(const std::string& features, const std::string& device)
{
    const FeatureChoice choice = TRY(parseFeatureChoice(features));
    auto network = TRY(FeatureNetwork::open(choice, TRY(makeExecutor(device))));
    ++opened;
    return network;
}

} // namespace

Result<void> checkFeatureNetwork(const std::string& features, const std::string& device)
{
    auto network = TRY(openNetwork(features, device));
    const std::lock_guard lock(mutex);
    kept = {features, device, std::move(network)};
    return {};
}

Result<std::unique_ptr<FeatureNetwork>>
takeFeatureNetwork(const std::string& features, const std::string& device)
{
    {
        const std::lock_guard lock(mutex);
        if (kept.network && kept.features == features && kept.device == device)
            return std::exchange(kept, {}).network;
    }
    return openNetwork(features, device);
}

std::size_t featureNetworksOpened()
{
    return opened;
}

} // namespace tritloom
