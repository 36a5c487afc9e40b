#pragma once

#include "core/method/analysis.h"

namespace tritloom {

/// An analysis that can look at a table of numbers that somebody measured elsewhere, such as training runs.
/// An Analysis that is one may be given it in place of a model: ask by dynamic_cast.
class RunsAnalysis {
public:
    virtual ~RunsAnalysis() = default;
    /// What a row holds, in this order.
    [[nodiscard]] virtual std::vector<std::string> columns() const = 0;
    /// rows: each as long as columns(). Errors: InvalidInput (numbers that cannot be), Cancelled.
    [[nodiscard]] virtual Result<Report>
    runOn(std::span<const std::vector<double>> rows, const Parameters&, const MethodContext&) const = 0;
};

} // namespace tritloom
