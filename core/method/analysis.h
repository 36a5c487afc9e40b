#pragma once

#include "core/method/model_probe.h"

namespace tritloom {

/// What an analysis found: window, command line and HTML draw the same.
struct Report {
    struct Table {
        std::string title;
        std::vector<std::string> columns;
        std::vector<std::vector<std::string>> rows;
    };
    struct Point {
        double x = 0, y = 0, yError = 0;
    };
    struct Series {
        std::string name;
        std::vector<Point> points; ///< in the order of x
        bool isLine = true; ///< else dots
    };
    struct Chart {
        std::string title, xTitle, yTitle;
        bool xIsLogarithmic = false, yIsLogarithmic = false;
        std::vector<Series> series;
    };
    std::string title;
    std::vector<std::string> paragraphs; ///< what it means, sentence by sentence; caveats too
    std::vector<Table> tables;
    std::vector<Chart> charts;
};

/// A page of its own about a model or about the field: scaling laws, fault injection, fits. Stateless.
class Analysis {
public:
    virtual ~Analysis() = default;
    [[nodiscard]] virtual std::string id() const = 0; ///< "memory-faults"
    [[nodiscard]] virtual std::vector<ParameterSpec> parameters() const = 0;
    /// Whether run() asks the probe anything; otherwise it works without a model.
    [[nodiscard]] virtual bool needsModel() const { return true; }
    /// probe: null only when needsModel() is false. Errors: InvalidInput, Unsupported, Cancelled.
    [[nodiscard]] virtual Result<Report>
    run(ModelProbe* probe, const Parameters&, const MethodContext&) const = 0;
};

} // namespace tritloom
