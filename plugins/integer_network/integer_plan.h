#pragma once

#include "core/method/activation_range.h"
#include "core/method/dyadic.h"
#include "core/method/network_probe.h"

#include <cstdint>

namespace tritloom {

/// Which element of a map each tap of a window reads.
struct TapTable {
    std::size_t inputSize = 1, outputSize = 1,
                taps = 1; ///< elements of a map; of what it becomes; of a window
    std::vector<std::int32_t> from{0}; ///< [taps][outputSize]; -1: padding
};

/// The weights of a product as whole numbers: weight = code * scale of its output. A batch norm behind it is
/// folded in.
struct WholeWeights {
    std::size_t outputs = 0, channels = 0, groups = 1; ///< channels: of one group
    std::vector<std::int32_t> codes; ///< [outputs, channels * taps]
    std::vector<double> scales; ///< [outputs]
    std::vector<std::int32_t> bias; ///< [outputs], in units of scale * scale of the input
    int bits = 8;
    double largestSum = 0; ///< no sum of the network can be larger than this; below 2^31
};

/// One step of a network that runs in whole numbers. It reads registers and fills one.
struct IntegerStep {
    enum class Kind : std::uint8_t {
        Given, ///< a value that floats prepare, before the first product: rounded to codes
        Round, ///< sums to codes: multiplied by a dyadic number, rounded, clipped
        Product, ///< convolution or matrix product: codes to 32-bit sums
        Add, ///< both brought to the scale of the sum, each by itself
        Rectify, ///< negative ones to 0, those above `most` to that
        Largest, ///< of each window
        Sum, ///< of each window; the mean is this with another scale
        Move, ///< slices, pads, reshapes: elements in other places, or 0
    };
    Kind kind = Kind::Given;
    std::string name; ///< of the layer or node, or of the layer that it comes behind
    std::vector<std::size_t> from; ///< registers
    ValueId value{}; ///< of the graph: what Given rounds, or what the result stands for
    std::int32_t low = 0, high = 0; ///< Given, Round: the codes that there are
    double most = 0; ///< Rectify: no bound if 0
    std::vector<std::vector<Dyadic>> rescale; ///< Round, Add: by operand and scale; multiplier 0: as it is
    TapTable taps; ///< Product, Largest, Sum
    WholeWeights weights; ///< Product
    std::vector<std::int64_t> moved; ///< Move: [elements], from where; -1: 0
    // The result.
    Shape shape;
    std::vector<double> scales; ///< one, or one for each element of dimension 1
};

/// A classifier as steps. Step i fills register i.
struct IntegerPlan {
    std::vector<IntegerStep> steps;
    std::size_t logits = 0; ///< the register that the network answers with, of one scale
    double logitStep = 1; ///< of 8 bits that would hold them: what a difference is told in
};

struct IntegerOptions {
    int weightBits = 8, inputBits = 8; ///< of the products
    int heldBits = 8; ///< of residual sums, and of what is averaged
    bool endsIn8 = true; ///< the first and the last product and what they read in 8 bits
    bool floatScales = false; ///< scales as quotients of f32, as the released code has them
    RangeOptions range; ///< bits and symmetry are told by the value
};

/// Builds the steps of the network whose values the probe knows (HAWQ-V3, arXiv 2011.10680). values: of one
/// part, for shapes; ranges: of every value, over the parts for calibration. Errors: Unsupported (a node that
/// has no form in whole numbers, sums that 32 bits do not hold), those of the probe.
[[nodiscard]] Result<IntegerPlan> integerPlan(
    ModelProbe& probe, const NetworkProbe::Values& values, const std::map<ValueId, Histogram>& ranges,
    const IntegerOptions& options);

} // namespace tritloom
