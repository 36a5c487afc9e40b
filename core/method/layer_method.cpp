#include "core/method/layer_method.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>

namespace tritloom {

std::size_t LayerMethod::storedBytes(
    std::size_t outputs, std::size_t inputs, const NumberFormatPtr& format, const Parameters&) const
{
    return TensorType{format, {outputs, inputs}}.bytes();
}

Result<double>
parameterValue(const std::vector<ParameterSpec>& specs, const Parameters& parameters, std::string_view key)
{
    const auto spec = std::find_if(
        specs.begin(), specs.end(), [key](const ParameterSpec& candidate) { return candidate.key == key; });
    assert(spec != specs.end());
    const auto given = parameters.find(spec->key);
    if (given == parameters.end())
        return spec->standard;
    const double value = given->second;
    if (!(value >= spec->lowest && value <= spec->highest) || (spec->whole && value != std::floor(value)))
        return fail(
            ErrorCode::InvalidInput, "parameter '{}' is {}, allowed is {} to {}{}", spec->key, value,
            spec->lowest, spec->highest, spec->whole ? ", whole numbers" : "");
    return value;
}

std::string parameterText(const std::vector<ParameterSpec>& specs, std::string_view key, double value)
{
    const auto spec = std::ranges::find(specs, key, &ParameterSpec::key);
    const bool isNamed = spec != specs.end() && value >= 0 && value < double(spec->choices.size())
        && value == std::floor(value);
    return isNamed ? spec->choices[std::size_t(value)].word : fmt::format("{:g}", value);
}

} // namespace tritloom
