#pragma once

#include "core/method/model_probe.h"

#include <map>

namespace tritloom {

/// What runs through a layer of the positive network: y = |W| x.
struct LayerFlow {
    std::vector<double> inputs; ///< x, [inputs]; for a table a 1
    std::vector<double> gradients; ///< dR / dy, [outputs]; for a table [columns]
    double total = 0; ///< sum of |W| dR / d|W|
};

/// SynFlow's network (arXiv 2006.05467, in EMQ's list of proxies): all weights by magnitude, one token of
/// ones, R the sum of the outputs; dR / d|W| is EMQ's "virtual gradient". By hand, no data, no gradients.
///
/// Kept linear so that conservation holds (what flows into a layer flows out of it): norms divide by the
/// root mean square that they find and count it as a constant, activation functions are open, biases 0, a
/// gate is the root of the product, so that each side carries half. A token alone attends to itself: queries
/// and keys carry nothing.
struct PositiveFlow {
    double total = 0; ///< R
    std::map<TensorId, LayerFlow> layers; ///< by matrix; one that is read twice has the last product's
                                          ///< vectors and the sum of both totals
};

/// Errors: Unsupported (an operation of networks on pictures), those of the probe.
[[nodiscard]] Result<PositiveFlow> positiveFlow(ModelProbe& probe, const std::stop_token& stop);

} // namespace tritloom
