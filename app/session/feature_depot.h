#pragma once

#include "core/task/feature_network.h"

#include <memory>
#include <string>

namespace tritloom {

/// Opens a feature network to see whether it can be, and keeps it for whoever takes it next: a large network
/// is not read twice. At most one is kept. features: as parseFeatureChoice() reads it. Errors: those of
/// FeatureNetwork::open(). Any thread.
[[nodiscard]] Result<void> checkFeatureNetwork(const std::string& features, const std::string& device);

/// The one that was kept for these words and this device, else a new one. Errors: those of
/// FeatureNetwork::open(). Any thread.
[[nodiscard]] Result<std::unique_ptr<FeatureNetwork>>
takeFeatureNetwork(const std::string& features, const std::string& device);

/// Lets go of what nobody took: its model was left. Any thread.
void forgetFeatureNetwork();

/// How many have been opened since the program began.
[[nodiscard]] std::size_t featureNetworksOpened();

} // namespace tritloom
