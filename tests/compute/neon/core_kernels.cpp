#include "core/base/half.h"
#include "core/base/matrix_product.h"
#include "core/format/line_kernels.h"
#include "core/format/plain_kernels.h"
#include "core/format/search_kernels.h"
#include "tests/compute/neon/checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace tritloom::checks {
namespace {

template <typename T>
void checkMatrixProduct(std::size_t m, std::size_t n, std::size_t k, Random& random)
{
    const auto numbers = [&](std::size_t count) {
        const std::vector<float> values = random.numbers(count);
        return std::vector<T>(values.begin(), values.end());
    };
    const std::vector<T> a = numbers(m * k), b = numbers(k * n), c = numbers(m * n);
    for (const Sign sign : {Sign::Plus, Sign::Minus})
        for (const Right right : {Right::AsItIs, Right::Transposed}) {
            std::vector<T> result = c;
            const std::size_t bRows = right == Right::AsItIs ? k : n,
                              bColumns = right == Right::AsItIs ? n : k;
            addProduct(
                MatrixView<const T>{a.data(), m, k, k},
                MatrixView<const T>{b.data(), bRows, bColumns, bColumns},
                MatrixView<T>{result.data(), m, n, n}, sign, right);
            for (std::size_t r = 0; r < m; ++r)
                for (std::size_t j = 0; j < n; ++j) {
                    double sum = 0, size = std::abs(double(c[r * n + j]));
                    for (std::size_t i = 0; i < k; ++i) {
                        const double term = double(a[r * k + i])
                            * double(right == Right::AsItIs ? b[i * n + j] : b[j * k + i]);
                        sum += term;
                        size += std::abs(term);
                    }
                    const double expected = double(c[r * n + j]) + (sign == Sign::Plus ? sum : -sum),
                                 unit = sizeof(T) == 4 ? 1e-6 : 1e-14;
                    check(
                        std::abs(double(result[r * n + j]) - expected) <= unit * size + 1e-30,
                        fmt::format("a matrix product of {} x {} x {} at [{}, {}]", m, n, k, r, j));
                }
        }
}

void checkScaledRows(std::size_t columns, Random& random)
{
    const std::vector<float> rows = random.numbers(3 * columns), factors = random.numbers(3);
    const float* const starts[] = {rows.data(), rows.data() + columns, rows.data() + 2 * columns};
    std::vector<float> out(columns, 1.0f);
    addScaledRows(factors.data(), starts, 3, out.data(), columns);
    for (std::size_t i = 0; i < columns; ++i) {
        double expected = 1;
        for (std::size_t k = 0; k < 3; ++k)
            expected += double(factors[k]) * double(starts[k][i]);
        check(
            std::abs(double(out[i]) - expected) <= 1e-6, fmt::format("scaled rows of {} at {}", columns, i));
    }
}

void checkPlainKernels(Random& random)
{
    const PlainKernels& kernels = plainKernels();
    std::vector<std::uint16_t> halves(65536);
    for (std::size_t i = 0; i < halves.size(); ++i)
        halves[i] = std::uint16_t(i);
    std::vector<float> floats(halves.size());
    kernels.fromHalves(halves.data(), halves.size(), floats.data());
    for (std::size_t i = 0; i < halves.size(); ++i)
        check(
            std::bit_cast<std::uint32_t>(floats[i]) == std::bit_cast<std::uint32_t>(halfToFloat(halves[i])),
            fmt::format("the float of half {:#x}", i));
    std::vector<float> values = random.numbers(5000);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = std::ldexp(values[i], int(i % 50) - 30);
    values.insert(values.end(), {0.0f, -0.0f, 65504, -65504, 65519, 65520, 1e30f, -1e30f});
    std::vector<std::uint16_t> back(values.size());
    kernels.toHalves(values.data(), values.size(), back.data());
    for (std::size_t i = 0; i < values.size(); ++i)
        check(
            back[i] == floatToHalf(std::clamp(values[i], -65504.0f, 65504.0f)),
            fmt::format("the half of {}", values[i]));
    check(kernels.allFinite(values.data(), 37), "37 finite numbers");
    values[30] = std::numeric_limits<float>::quiet_NaN();
    check(!kernels.allFinite(values.data(), 37), "one of 37 numbers is none");
    values[30] = 0;
    std::vector<float> extremes(10), factors(10, 3.5f);
    kernels.extremes(values.data(), 10, 48, extremes.data());
    for (std::size_t g = 0; g < 10; ++g) {
        float expected = 0;
        for (std::size_t i = 0; i < 48; ++i)
            if (std::abs(values[g * 48 + i]) > std::abs(expected))
                expected = values[g * 48 + i];
        check(extremes[g] == expected, fmt::format("the extreme of group {}", g));
    }
    for (const bool halfUp : {false, true}) {
        const CodeGrid grid{.lowest = -7, .highest = 7, .first = -8, .halfUp = halfUp};
        std::vector<float> x(320);
        for (std::size_t i = 0; i < x.size(); ++i) // halves are where the two ways differ
            x[i] = float(int(i % 27) - 13) / 7;
        std::vector<std::uint8_t> codes(x.size());
        kernels.codes(x.data(), 10, 32, factors.data(), grid, codes.data());
        for (std::size_t i = 0; i < x.size(); ++i) {
            const float position = x[i] * 3.5f;
            const float code =
                halfUp ? std::min(7.0f, std::floor(position + 8.5f) - 8) : std::round(position);
            check(
                float(codes[i]) == std::clamp(code, -7.0f, 7.0f) + 8,
                fmt::format("the code of {}: {}", position, codes[i]));
        }
    }
}

void checkSearchKernels(Random& random)
{
    constexpr std::size_t count = 96;
    const std::vector<float> values = random.numbers(count);
    std::vector<float> importance = random.numbers(count);
    for (std::size_t i = 0; i < count; ++i)
        importance[i] = i < 90 ? importance[i] * importance[i] : 0;
    const SearchSamples samples{values.data(), importance.data(), count};
    const SearchKernels& kernels = searchKernels();
    Bits bits("search_kernels");
    SearchMoments moments;
    kernels.moments(samples, &moments);
    bits.add(&moments, 1);
    constexpr float thresholds[] = {-3, 0.5f, 4}, steps[] = {2, 3, 5};
    const SearchLevels whole{.lowest = -8, .highest = 7}, table{-5, 5, thresholds, steps, 3};
    for (const SearchLevels& levels : {whole, table}) {
        SearchCandidate candidates[3] = {{9, 0}, {11.5f, 0.03f}, {-7, -0.02f}};
        SearchSums sums[3];
        float errors[3];
        kernels.sums(samples, levels, candidates, 3, sums);
        bits.add(sums, 3);
        for (SearchCandidate& candidate : candidates)
            candidate.factor = 1 / candidate.factor;
        kernels.errors(samples, levels, candidates, 3, errors);
        bits.add(errors, 3);
        for (std::size_t k = 0; k < 3; ++k) {
            double error = 0;
            const float factor = 1 / candidates[k].factor;
            for (std::size_t i = 0; i < count; ++i) {
                const float position = (values[i] - candidates[k].offset) * factor;
                float q = std::nearbyint(std::clamp(position, levels.lowest, levels.highest));
                if (levels.thresholds != nullptr) {
                    q = levels.lowest;
                    for (std::size_t t = 0; t < levels.thresholdCount; ++t)
                        q += position > thresholds[t] ? steps[t] : 0;
                }
                const double rest = double(values[i]) - double(candidates[k].offset)
                    - double(q) * double(candidates[k].factor);
                error += double(importance[i]) * rest * rest;
            }
            check(std::abs(double(errors[k]) - error) <= 1e-5 * error + 1e-9, "the error of a candidate");
        }
    }
}

void checkArrangedLines(Random& random)
{
    constexpr std::size_t count = 24, all = count * lanesOfLines;
    const std::vector<float> values = random.numbers(all), importance = random.numbers(all);
    const LineKernels& kernels = lineKernels();
    Bits bits("arranged_lines");
    LineSources from;
    from.count = count;
    for (std::size_t lane = 0; lane < lanesOfLines; ++lane) {
        from.values[lane] = &values[lane * count];
        from.importance[lane] = &importance[lane * count];
        from.shrinks[lane] = 0.5f;
        from.perMeans[lane] = 1 + 0.1f * float(lane);
        from.leasts[lane] = 1e-6f;
    }
    std::vector<float> x(all), w(all), products(all);
    std::array<float, lanesOfLines> lowest, highest;
    kernels.arrange(from, {x.data(), w.data(), lowest.data(), highest.data()});
    kernels.multiply(x.data(), w.data(), all, products.data());
    for (std::size_t i = 0; i < all; ++i)
        check(x[i] == values[i % lanesOfLines * count + i / lanesOfLines] * 0.5f, "an arranged value");
    for (const std::vector<float>* some : {&x, &w, &products})
        bits.add(some->data(), some->size());
    bits.add(lowest.data(), lowest.size());
    bits.add(highest.data(), highest.size());
    BlockSizes sizes;
    kernels.sizes(values.data(), importance.data(), count, &sizes);
    bits.add(&sizes.largest, 1);
    bits.add(&sizes.meanImportance, 1);
    check(!sizes.isEqual && !sizes.isShort, "what is known of a block");
}

void checkLineKernels(Random& random)
{
    constexpr std::size_t count = 24;
    std::vector<float> values = random.numbers(count * lanesOfLines), importance(values.size());
    for (std::size_t lane = 0; lane < lanesOfLines; ++lane) {
        float largest = 0;
        for (std::size_t i = 0; i < count; ++i)
            largest = std::max(largest, std::abs(values[i * lanesOfLines + lane]));
        for (std::size_t i = 0; i < count; ++i) {
            values[i * lanesOfLines + lane] *= 1.5f / largest;
            importance[i * lanesOfLines + lane] = 0.5f + float(random.bits() >> 25) * 0x1p-7f;
        }
    }
    const LineKernels& kernels = lineKernels();
    std::vector<float> products(values.size());
    kernels.multiply(values.data(), importance.data(), values.size(), products.data());
    const LineSamples samples{values.data(), importance.data(), products.data(), count};
    Bits bits("line_kernels");
    constexpr float thresholds[] = {-4, 0.5f, 3}, steps[] = {-7, -1, 2, 4};
    using Lanes = std::array<float, lanesOfLines>;
    Lanes units;
    units.fill(0.25f);
    for (const LineLevels& levels :
         {LineLevels{-8, 7, nullptr, nullptr, 0}, LineLevels{-7, 4, thresholds, steps, 3}}) {
        const ScaleGrid grid{
            .levels = levels, .first = 6, .ratio = 1.05f, .steps = 12, .bothSigns = true, .negative = true};
        const LineGrid lines{
            .top = 15, .first = 12, .last = 16, .plain = {5, 3}, .others = {5, 3}, .offsetNotPositive = true};
        Lanes scale{}, offset{}, none{}, error{}, before{};
        kernels.scales(grid, samples, scale.data());
        bits.add(scale.data(), scale.size());
        kernels.errors(levels, samples, scale.data(), none.data(), error.data());
        bits.add(error.data(), error.size());
        Lanes start;
        for (std::size_t lane = 0; lane < lanesOfLines; ++lane)
            start[lane] = 1.5f / 6;
        kernels.errors(levels, samples, start.data(), none.data(), before.data());
        std::vector<std::uint8_t> codes(count * lanesOfLines);
        kernels.codes(levels, samples, scale.data(), none.data(), codes.data());
        bits.add(codes.data(), codes.size());
        for (std::size_t lane = 0; lane < lanesOfLines; ++lane) {
            double expected = 0; // of the codes that the kernel gave
            for (std::size_t i = 0; i < count; ++i) {
                const unsigned code = codes[lane * count + i];
                const double level =
                    levels.thresholds ? double(levels.values[code]) : double(levels.lowest) + code;
                const double rest = double(values[i * lanesOfLines + lane]) - double(scale[lane]) * level;
                expected += double(importance[i * lanesOfLines + lane]) * rest * rest;
            }
            check(std::abs(double(error[lane]) - expected) <= 1e-4 * expected + 1e-9, "the error of a line");
            check(error[lane] <= before[lane] * 1.0001f, "a search that is no worse than where it began");
        }
        kernels.lines(lines, samples, scale.data(), offset.data());
        bits.add(scale.data(), scale.size());
        bits.add(offset.data(), offset.size());
        SuperFit fit;
        kernels.superScales(
            {.lanes = 16, .lowestScale = -32, .highestScale = 31}, grid, samples, units.data(), &fit);
        bits.add(&fit, 1);
        kernels.superLines({.lanes = 8, .highestScale = 63}, lines, samples, units.data(), &fit);
        bits.add(&fit, 1);
    }
}

} // namespace

void checkCoreKernels()
{
    Random random(3);
    for (const auto& [m, n, k] :
         {std::array<std::size_t, 3>{1, 1, 1}, {13, 31, 7}, {25, 65, 257}, {12, 32, 256}, {3, 5, 0}}) {
        checkMatrixProduct<float>(m, n, k, random);
        checkMatrixProduct<double>(m, n, k, random);
    }
    for (const std::size_t columns : {1, 15, 16, 67})
        checkScaledRows(columns, random);
    checkPlainKernels(random);
    checkSearchKernels(random);
    checkArrangedLines(random);
    checkLineKernels(random);
}

} // namespace tritloom::checks
