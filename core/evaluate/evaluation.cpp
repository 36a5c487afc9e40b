#include "core/evaluate/evaluation.h"

#include <cmath>

namespace tritloom {
namespace {

Measured mean(std::span<const PositionValues> chunks, std::vector<float> PositionValues::*field)
{
    double sum = 0, squares = 0;
    std::size_t count = 0;
    for (const PositionValues& chunk : chunks) {
        for (const float value : chunk.*field) {
            sum += double(value);
            squares += double(value) * double(value);
        }
        count += (chunk.*field).size();
    }
    if (count == 0)
        return {};
    const double average = sum / double(count);
    const double variance = squares / double(count) - average * average;
    return {average, count > 1 && variance > 0 ? std::sqrt(variance / double(count - 1)) : 0};
}

} // namespace

Measured meanOf(std::span<const PositionValues> chunks, std::vector<float> PositionValues::*field)
{
    return mean(chunks, field);
}

Measured perplexityOf(std::span<const PositionValues> chunks, std::vector<float> PositionValues::*field)
{
    const Measured nll = mean(chunks, field);
    const double perplexity = std::exp(nll.value);
    return {perplexity, perplexity * nll.standardError};
}

} // namespace tritloom
