#pragma once

#include "app/session/engine.h"
#include "app/session/picture_engine.h"

#include <chrono>
#include <string>
#include <vector>

namespace tritloom {

[[nodiscard]] double secondsSince(std::chrono::steady_clock::time_point begin);

/// A number that a comparison tells of each row. A value.
struct ComparisonColumn {
    std::string key; ///< in JSON and CSV: "kl"
    std::string errorKey; ///< of its standard error in JSON: "klStandardError"
    const char* title; ///< for people, source of the translation in the context "Comparison"
    double factor = 1; ///< from the number to what people see: 100 for percent
    int decimals = -1; ///< of what people see; -1: four digits, small numbers in powers of ten
    bool isReference = false; ///< of the model before compression: the same in every row, in no table
};

/// What is told of rows on one kind of data. The first column is the divergence; before those of references
/// stands how fast the compressed layers are multiplied here and now: tokens one after the other, or pictures
/// a second.
struct ComparisonKind {
    std::vector<ComparisonColumn> columns;
    const char*
        samples; ///< what `ComparisonRow::samples` counts: "tokens" or "samples", a key in JSON and CSV
};
[[nodiscard]] const ComparisonKind& textComparison();
/// Of what is missing for a set of pictures (labels, targets) numbers are NaN.
[[nodiscard]] const ComparisonKind& pictureComparison(PictureTask task);

/// Numbers of one allocation, in the order of the columns.
struct ComparisonNumbers {
    std::vector<Measured> numbers;
    std::size_t samples = 0;
    double seconds = 0; ///< that evaluating took
};

/// Measures rows of a comparison. One thread.
class ComparisonMeter {
public:
    virtual ~ComparisonMeter() = default;
    [[nodiscard]] virtual const ComparisonKind& kind() const = 0;
    /// Errors: Cancelled, those of methods and of the network.
    [[nodiscard]] virtual Result<ComparisonNumbers>
    measure(const Allocation& allocation, std::stop_token stop) = 0;
    [[nodiscard]] virtual DivergenceMeter& session() = 0; ///< of the data, of what compresses and computes
};

/// Errors: those of PictureEngine::makeSession().
[[nodiscard]] Result<std::unique_ptr<ComparisonMeter>>
makeComparisonMeter(const std::shared_ptr<PictureEngine>& pictures);
/// For whatever the model works on. engine: outlives the meter. Errors: Unsupported (cannot be measured, no
/// pictures yet).
[[nodiscard]] Result<std::unique_ptr<ComparisonMeter>>
makeComparisonMeter(const Engine& engine, ResultStore* store);

} // namespace tritloom
