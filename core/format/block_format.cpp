#include "core/format/block_format.h"

namespace tritloom {

double weightedError(
    std::span<const float> values, std::span<const float> importance, std::span<const float> decoded)
{
    assert(values.size() == decoded.size() && values.size() == importance.size());
    // Eight sums that do not wait for each other, always combined in the same order.
    std::array<double, 8> sums{};
    std::size_t i = 0;
    for (; i + sums.size() <= values.size(); i += sums.size()) {
        for (std::size_t lane = 0; lane < sums.size(); ++lane) {
            const double error = static_cast<double>(values[i + lane]) - decoded[i + lane];
            sums[lane] += importance[i + lane] * error * error;
        }
    }
    double total = 0;
    for (const double sum : sums)
        total += sum;
    for (; i < values.size(); ++i) {
        const double error = static_cast<double>(values[i]) - decoded[i];
        total += importance[i] * error * error;
    }
    return total;
}

} // namespace tritloom
