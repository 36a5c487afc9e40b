#include "app/session/feature_depot.h"

#include "app/session/engine.h"

#include <atomic>
#include <filesystem>
#include <mutex>
#include <utility>

namespace tritloom {
namespace {

struct Kept {
    std::string features, device;
    std::filesystem::file_time_type written; ///< another file of the same name is another network
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

/// When its file was written; of none: the beginning of time.
std::filesystem::file_time_type writtenAt(const std::string& features)
{
    const auto choice = parseFeatureChoice(features);
    std::error_code none;
    return choice ? std::filesystem::last_write_time(choice->network, none)
                  : std::filesystem::file_time_type::min();
}

} // namespace

Result<void> checkFeatureNetwork(const std::string& features, const std::string& device)
{
    const auto written = writtenAt(features);
    auto network = TRY(openNetwork(features, device));
    const std::lock_guard lock(mutex);
    kept = {features, device, written, std::move(network)};
    return {};
}

Result<std::unique_ptr<FeatureNetwork>>
takeFeatureNetwork(const std::string& features, const std::string& device)
{
    {
        const std::lock_guard lock(mutex);
        if (kept.network && kept.features == features && kept.device == device
            && kept.written == writtenAt(features))
            return std::exchange(kept, {}).network;
    }
    return openNetwork(features, device);
}

void forgetFeatureNetwork()
{
    const std::lock_guard lock(mutex);
    kept = {};
}

std::size_t featureNetworksOpened()
{
    return opened;
}

} // namespace tritloom
