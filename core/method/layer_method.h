#pragma once

#include "core/graph/layer_replacement.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace tritloom {

/// One value of a parameter that chooses among a few things.
struct ParameterChoice {
    std::string word; ///< "percentile": small letters and hyphens, what people type
    std::string title; ///< "Percentile"
};

/// One knob. The GUI builds its form and the CLI its flags from these: a method never draws.
struct ParameterSpec {
    std::string key; ///< "dampening", stored in projects
    std::string title; ///< "Dampening"
    std::string unit; ///< "% of mean diagonal"
    double standard = 0, lowest = 0, highest = 0;
    bool whole = false; ///< integers only; lowest 0 and highest 1 then make a check box
    bool sizes = false; ///< every whole value from lowest on makes a larger result: stops of the loom
    std::vector<ParameterChoice> choices; ///< of the values 0, 1 ... highest, one each; empty: a number
};
using Parameters = std::map<std::string, double>; ///< by ParameterSpec::key; absent means standard

/// What a method needs to know about the inputs of a layer; more costs more to gather.
enum class Calibration {
    None,
    MeanSquare, ///< per input column: mean of x^2, mean of |x|, largest |x|
    Gram, ///< mean of x x^T over the calibration tokens (its diagonal is the mean square)
};

/// One layer to compress. Absent statistics were not asked for, or there is no calibration text.
struct LayerProblem {
    Tensor weights; ///< [outputs, inputs]
    std::optional<Tensor> meanSquare; ///< f32 [inputs]
    std::optional<Tensor> gram; ///< f32 [inputs, inputs]
    std::optional<Tensor> meanAbsolute, maxAbsolute; ///< f32 [inputs], with meanSquare
    std::optional<Tensor> base; ///< [outputs, inputs]: this layer in the model that this one was tuned from
    std::size_t index = 0,
                layerCount = 1; ///< where in the model, for methods that treat first or last layers apart
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

    /// Whether quantize() may give more than one matrix in the format, which only the native file can hold.
    [[nodiscard]] virtual bool makesReplacements() const { return false; }
    /// Whether LayerProblem::base must be there.
    [[nodiscard]] virtual bool needsBase() const { return false; }
    /// Bytes that quantize() of such a layer will store, scales, masks, indices and factors counted; an upper
    /// bound where it depends on the data. Standard: one matrix in the format.
    [[nodiscard]] virtual std::size_t storedBytes(
        std::size_t outputs, std::size_t inputs, const NumberFormatPtr& format, const Parameters&) const;

    /// The layer's weights in `format`, same shape, or what replaces the product with them.
    /// Errors: Unsupported (this format), InvalidInput (a parameter), Cancelled (context.stop).
    [[nodiscard]] virtual Result<CompressedLayer> quantize(
        const LayerProblem&, const NumberFormatPtr& format, const Parameters&,
        const MethodContext&) const = 0;
};

using MethodLookup = std::function<const LayerMethod*(std::string_view id)>; ///< null: no such method

/// The value for `key`: as given, or the standard. Errors: InvalidInput outside lowest..highest.
[[nodiscard]] Result<double>
parameterValue(const std::vector<ParameterSpec>&, const Parameters&, std::string_view key);
/// The value as people write it: the word of a choice, else the number.
[[nodiscard]] std::string
parameterText(const std::vector<ParameterSpec>&, std::string_view key, double value);

} // namespace tritloom
