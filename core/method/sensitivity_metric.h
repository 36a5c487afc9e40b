#pragma once

#include "core/method/model_probe.h"

namespace tritloom {

/// What a metric says of layers and candidates.
struct MetricScores {
    std::string title; ///< of the number: "Hessian trace x |dW|^2"
    std::string unit; ///< "nats", ""
    /// [layer][candidate]: what the candidate costs there; more is worse. Additive over layers where
    /// `isAdditive`, else only the order means something.
    std::vector<std::vector<double>> costs;
    bool isAdditive = true;
    std::vector<double> perLayer; ///< the metric before candidates enter, e.g. the trace; may be empty
    std::vector<std::string> notices;
    /// Layers whose costs have the same unit have the same number; empty: all have.
    std::vector<int> groups = {};
    /// A further number of each layer, shown beside its costs.
    struct Further {
        std::string title; ///< short, a heading: "GM/AM"; empty: there is none
        std::string meaning;
        std::vector<double> values; ///< by layer
    };
    Further further = {};
};

/// Says without a full sweep how much each layer can stand. Stateless.
class SensitivityMetric {
public:
    virtual ~SensitivityMetric() = default;
    [[nodiscard]] virtual std::string id() const = 0; ///< "hawq"
    [[nodiscard]] virtual std::vector<ParameterSpec> parameters() const = 0;
    /// Errors: Unsupported (needs a model that runs), InvalidInput (a parameter), Cancelled.
    [[nodiscard]] virtual Result<MetricScores>
    score(ModelProbe& probe, const Parameters&, const MethodContext&) const = 0;
};

} // namespace tritloom
