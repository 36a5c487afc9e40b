#pragma once

#include "plugins/integer_network/integer_plan.h"

#include <stop_token>

namespace tritloom {

/// What the steps give on one picture, by register.
template <typename Element>
using Registers = std::vector<std::vector<Element>>;

/// Runs the steps in whole numbers: a value is the number times its scale. given: the values that floats
/// prepare. Errors: Cancelled, InvalidInput (a given value of another size).
[[nodiscard]] Result<Registers<std::int32_t>>
runWhole(const IntegerPlan& plan, const std::map<ValueId, Tensor>& given, std::stop_token stop);

/// The same steps as a simulator takes them: floats throughout, each value the nearest multiple of its scale;
/// halves to even in 32 bits, as usual simulators have them, and up in 64, as a shift rounds. What it gives
/// are values. codes: null, or what runWhole() gave; every tensor of codes is then replaced by that before
/// anything reads it, so that no difference reaches the next.
template <typename Real>
[[nodiscard]] Result<Registers<Real>> runSimulated(
    const IntegerPlan& plan, const std::map<ValueId, Tensor>& given, const Registers<std::int32_t>* codes,
    std::stop_token stop);
extern template Result<Registers<float>> runSimulated(
    const IntegerPlan&, const std::map<ValueId, Tensor>&, const Registers<std::int32_t>*, std::stop_token);
extern template Result<Registers<double>> runSimulated(
    const IntegerPlan&, const std::map<ValueId, Tensor>&, const Registers<std::int32_t>*, std::stop_token);

} // namespace tritloom
