#pragma once

#include "core/tensor/tensor.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace tritloom {

/// One knob. The GUI builds its form and the CLI its flags from these: a method never draws.
struct ParameterSpec {
    std::string key; ///< "dampening", stored in projects
    std::string title; ///< "Dampening"
    std::string unit; ///< "% of mean diagonal"
    double standard = 0, lowest = 0, highest = 0;
    bool whole = false; ///< integers only; lowest 0 and highest 1 then make a check box
};
using Parameters = std::map<std::string, double>; ///< by ParameterSpec::key; absent means standard

/// What a method needs to know about the inputs of a layer; more costs more to gather.
enum class Calibration {
    None,
    MeanSquare, ///< mean of x^2 per input column
    Gram, ///< mean of x x^T over the calibration tokens (its diagonal is the mean square)
};

/// One layer to compress. Absent statistics were not asked for, or there is no calibration text.
struct LayerProblem {
    Tensor weights; ///< [outputs, inputs]
    std::optional<Tensor> meanSquare; ///< f32 [inputs]
    std::optional<Tensor> gram; ///< f32 [inputs, inputs]
};

/// What a running method may use; valid for the duration of the call.
struct MethodContext {
    std::stop_token stop;
    std::function<void(double fraction)> progress = [](double) {};
    std::uint64_t seed = 0;
};

/// Chooses the stored numbers of one layer.
///
/// Stateless: quantize() may run on many threads at once, and equal arguments give equal bytes whatever
/// the number of threads. It honours context.stop within 50 ms of work.
class LayerMethod {
public:
    virtual ~LayerMethod() = default;
    [[nodiscard]] virtual std::string id() const = 0; ///< "gptq", stored in projects
    [[nodiscard]] virtual Calibration calibration() const = 0;
    [[nodiscard]] virtual std::vector<ParameterSpec> parameters() const = 0;
    /// Whether quantize() can write this format at all (floats, levels, block sizes).
    [[nodiscard]] virtual bool supports(const NumberFormat& format) const = 0;

    /// The layer's weights in `format`, same shape.
    /// Errors: Unsupported (this format), InvalidInput (a parameter), Cancelled (context.stop).
    [[nodiscard]] virtual Result<Tensor> quantize(
        const LayerProblem&, const NumberFormatPtr& format, const Parameters&,
        const MethodContext&) const = 0;
};

/// The value for `key`: as given, or the standard. Errors: InvalidInput outside lowest..highest.
[[nodiscard]] Result<double> parameterValue(
    const std::vector<ParameterSpec>&, const Parameters&, std::string_view key);

} // namespace tritloom
