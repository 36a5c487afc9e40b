#include "plugins/baq_columns/column_bits.h"

#include "core/method/loss_gain.h"

#include <algorithm>
#include <cmath>
#include <queue>
#include <tuple>

namespace tritloom {

std::vector<double> idealBits(std::span<const double> c, double mean)
{
    const std::vector<double> values = flooredLosses(c);
    std::vector<double> bits(values.size());
    std::vector<std::size_t> active(values.size());
    for (std::size_t j = 0; j < active.size(); ++j)
        active[j] = j;
    while (!active.empty()) {
        double sum = 0;
        for (const std::size_t j : active)
            sum += std::log2(values[j]) / 2;
        const double base = (mean * double(values.size()) - sum) / double(active.size());
        std::vector<std::size_t> kept;
        for (const std::size_t j : active) {
            bits[j] = std::max(0.0, base + std::log2(values[j]) / 2);
            if (bits[j] > 0)
                kept.push_back(j);
        }
        if (kept.size() == active.size())
            break;
        active = std::move(kept);
    }
    return bits;
}

std::vector<std::uint16_t> levelsByRule(std::span<const double> losses, double mean, double exponent)
{
    const std::vector<double> values = flooredLosses(losses);
    const double middle = meanLogarithm(values);
    std::vector<std::uint16_t> levels;
    for (const double value : values) {
        const double real = std::exp((std::log(value) - middle) / exponent) * std::exp2(mean);
        levels.push_back(std::uint16_t(std::clamp(std::round(real), 1.0, 256.0)));
    }
    return levels;
}

std::vector<std::uint16_t> levelsWithin(std::span<const double> losses, double mean, double exponent)
{
    const auto meanBits = [](const std::vector<std::uint16_t>& levels) {
        double sum = 0;
        for (const std::uint16_t count : levels)
            sum += std::log2(double(count));
        return sum / double(levels.size());
    };
    double low = mean - 16, high = mean + 8; // at the lower end all columns have one level
    for (int i = 0; i < 40; ++i) {
        const double middle = (low + high) / 2;
        (meanBits(levelsByRule(losses, middle, exponent)) <= mean ? low : high) = middle;
    }
    return levelsByRule(losses, low, exponent);
}

std::vector<std::uint8_t>
bitsOfRuns(std::span<const RunLoss> runs, std::span<const std::uint8_t> widths, double budget)
{
    const auto lossAt = [&](std::size_t run, std::size_t width) {
        return widths[width] == 0 ? runs[run].pruned : runs[run].c * std::exp2(-2.0 * widths[width]);
    };
    // Gain per bit, the earlier run first where equal, and the width it leads to.
    using Step = std::tuple<double, std::ptrdiff_t, std::size_t>;
    std::priority_queue<Step> steps;
    std::vector<std::size_t> at(runs.size(), 0);
    double spent = 0;
    const auto offer = [&](std::size_t run) {
        const std::size_t next = at[run] + 1;
        if (next < widths.size())
            steps.emplace(
                (lossAt(run, at[run]) - lossAt(run, next))
                    / (double(widths[next] - widths[at[run]])
                       * double(std::max<std::size_t>(runs[run].columns, 1))),
                -std::ptrdiff_t(run), next);
    };
    for (std::size_t run = 0; run < runs.size(); ++run) {
        spent += double(widths[0]) * double(runs[run].columns);
        offer(run);
    }
    while (!steps.empty()) {
        const auto [gain, negative, next] = steps.top();
        steps.pop();
        const auto run = std::size_t(-negative);
        const double price = double(widths[next] - widths[at[run]]) * double(runs[run].columns);
        if (spent + price > budget)
            continue; // this run stays; a smaller one may still fit
        spent += price;
        at[run] = next;
        offer(run);
    }
    std::vector<std::uint8_t> bits;
    for (const std::size_t width : at)
        bits.push_back(widths[width]);
    return bits;
}

} // namespace tritloom
