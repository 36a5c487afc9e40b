#include "core/tensor/distribution.h"

#include "core/base/half.h"
#include "core/base/parallel.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <numbers>

namespace tritloom {
namespace {

/// What one look at every value tells; counts add up in any order.
struct Sums {
    std::size_t count = 0, nans = 0, infinities = 0, zeros = 0;
    double minimum = std::numeric_limits<double>::infinity(), maximum = -minimum;
    double sum = 0;

    void add(double value, std::size_t times)
    {
        if (!std::isfinite(value)) {
            (std::isnan(value) ? nans : infinities) += times;
            return;
        }
        count += times;
        zeros += value == 0 ? times : 0;
        minimum = std::min(minimum, value);
        maximum = std::max(maximum, value);
        sum += value * double(times);
    }
    void add(const Sums& other)
    {
        count += other.count;
        nans += other.nans;
        infinities += other.infinities;
        zeros += other.zeros;
        minimum = std::min(minimum, other.minimum);
        maximum = std::max(maximum, other.maximum);
        sum += other.sum;
    }
};

/// Where the bins lie and about what the moments are taken. Distances are divided by `reach`, the largest of
/// them, so that fourth powers neither overflow nor vanish.
struct Frame {
    double mean = 0, reach = 1, low = 0, binsPerUnit = 0;
    std::size_t binCount = 0;
};

struct Central {
    double second = 0, fourth = 0, absolute = 0; ///< sums of powers of |x - mean| / reach
    std::vector<std::uint64_t> bins;

    void add(const Central& other)
    {
        second += other.second;
        fourth += other.fourth;
        absolute += other.absolute;
        bins.resize(std::max(bins.size(), other.bins.size())); // a part that was never begun has none
        for (std::size_t b = 0; b < other.bins.size(); ++b)
            bins[b] += other.bins[b];
    }
    void add(const Frame& frame, double value, std::size_t times)
    {
        const double d = std::abs(value - frame.mean) / frame.reach;
        second += d * d * double(times);
        fourth += d * d * d * d * double(times);
        absolute += d * double(times);
        const double place = (value - frame.low) * frame.binsPerUnit;
        bins[std::min(frame.binCount - 1, std::size_t(std::max(0.0, place)))] += times;
    }
};

/// Values of a tensor as they can be counted: two passes, the second knows the first's result.
class Values {
public:
    virtual ~Values() = default;
    [[nodiscard]] virtual Sums sums(std::stop_token stop) const = 0;
    [[nodiscard]] virtual Central central(const Frame& frame, std::stop_token stop) const = 0;
};

/// Sixteen-bit floats have only 65,536 values: each is counted once, everything else is arithmetic on the
/// counts and exact to double.
class HalfValues final : public Values {
public:
    HalfValues(
        const Tensor& tensor, std::size_t everyRow, float (*toFloat)(std::uint16_t), std::stop_token stop)
        : m_toFloat(toFloat)
    {
        const std::size_t columns = tensor.type().columns(),
                          rows = (tensor.type().rows() + everyRow - 1) / everyRow;
        // A table is 256 KB: as many parts as keep that small beside the values.
        const std::size_t parts = std::clamp<std::size_t>(rows * columns >> 20, 1, 64),
                          grain = (rows + parts - 1) / parts;
        std::vector<std::vector<std::uint32_t>> counted((rows + grain - 1) / grain);
        parallelFor(rows, grain, [&](std::size_t begin, std::size_t end) {
            std::vector<std::uint32_t>& table = counted[begin / grain];
            table.resize(m_counts.size());
            for (std::size_t r = begin; r < end && !stop.stop_requested(); ++r) {
                const std::byte* const from = tensor.row(r * everyRow).data();
                for (std::size_t c = 0; c < columns; ++c) {
                    std::uint16_t pattern;
                    std::memcpy(&pattern, from + 2 * c, 2);
                    ++table[pattern];
                }
            }
        });
        for (const auto& table : counted)
            for (std::size_t i = 0; i < table.size(); ++i)
                m_counts[i] += table[i];
    }

    Sums sums(std::stop_token) const override
    {
        Sums sums;
        each([&](double value, std::size_t times) { sums.add(value, times); });
        return sums;
    }
    Central central(const Frame& frame, std::stop_token) const override
    {
        Central central;
        central.bins.resize(frame.binCount);
        each([&](double value, std::size_t times) {
            if (std::isfinite(value))
                central.add(frame, value, times);
        });
        return central;
    }

private:
    template <typename Function>
    void each(Function function) const
    {
        for (std::size_t i = 0; i < m_counts.size(); ++i)
            if (m_counts[i] != 0)
                function(double(m_toFloat(std::uint16_t(i))), m_counts[i]);
    }

    float (*m_toFloat)(std::uint16_t);
    std::vector<std::size_t> m_counts = std::vector<std::size_t>(1u << 16);
};

// Four floats at a time: what every machine has.
constexpr std::size_t laneCount = 4,
                      tileElements = 256; // a tile's sums fit a float, tiles are added in double
typedef float Lanes __attribute__((vector_size(laneCount * sizeof(float))));
typedef std::int32_t IntLanes __attribute__((vector_size(laneCount * sizeof(float))));

Lanes lanesAt(const float* from)
{
    Lanes lanes;
    std::memcpy(&lanes, from, sizeof lanes);
    return lanes;
}

/// Rows decoded to floats, any format.
class DecodedValues final : public Values {
public:
    DecodedValues(const Tensor& tensor, std::size_t everyRow)
        : m_tensor(tensor)
        , m_everyRow(everyRow)
    {
    }

    Sums sums(std::stop_token stop) const override
    {
        return forTiles<Sums>(stop, [](Sums& sums, std::span<const float> tile) {
            if (tile.size() < tileElements || !allFinite(tile.data())) {
                for (const float value : tile)
                    sums.add(double(value), 1);
                return;
            }
            Lanes low = lanesAt(tile.data()), high = low, sum{};
            IntLanes zeros{};
            for (std::size_t i = 0; i < tileElements; i += laneCount) {
                const Lanes x = lanesAt(tile.data() + i);
                low = x < low ? x : low;
                high = x > high ? x : high;
                sum += x;
                zeros -= x == 0; // a true lane is -1
            }
            for (std::size_t l = 0; l < laneCount; ++l) {
                sums.minimum = std::min(sums.minimum, double(low[l]));
                sums.maximum = std::max(sums.maximum, double(high[l]));
                sums.sum += double(sum[l]);
                sums.zeros += std::size_t(zeros[l]);
            }
            sums.count += tileElements;
        });
    }

    Central central(const Frame& frame, std::stop_token stop) const override
    {
        const float mean = float(frame.mean), scale = float(1 / frame.reach), low = float(frame.low),
                    perUnit = float(frame.binsPerUnit), last = float(frame.binCount - 1);
        return forTiles<Central>(stop, [&](Central& central, std::span<const float> tile) {
            central.bins.resize(frame.binCount);
            if (tile.size() < tileElements || !allFinite(tile.data())) {
                for (const float value : tile)
                    if (std::isfinite(value))
                        central.add(frame, double(value), 1);
                return;
            }
            std::int32_t places[tileElements];
            Lanes second{}, fourth{}, absolute{};
            for (std::size_t i = 0; i < tileElements; i += laneCount) {
                const Lanes x = lanesAt(tile.data() + i), d = (x - mean) * scale, square = d * d;
                second += square;
                fourth += square * square;
                absolute += d < 0 ? -d : d;
                Lanes place = (x - low) * perUnit;
                place = place < last ? place : Lanes{} + last;
                const IntLanes index = __builtin_convertvector(place, IntLanes);
                std::memcpy(places + i, &index, sizeof index);
            }
            std::uint64_t* const bins = central.bins.data();
            for (const std::int32_t place : places)
                ++bins[place];
            for (std::size_t l = 0; l < laneCount; ++l) {
                central.second += double(second[l]);
                central.fourth += double(fourth[l]);
                central.absolute += double(absolute[l]);
            }
        });
    }

private:
    static bool allFinite(const float* tile)
    {
        IntLanes bad{};
        for (std::size_t i = 0; i < tileElements; i += laneCount) {
            IntLanes bits;
            std::memcpy(&bits, tile + i, sizeof bits);
            bad |= (bits & 0x7f800000) == 0x7f800000;
        }
        std::int32_t any = 0;
        for (std::size_t l = 0; l < laneCount; ++l)
            any |= bad[l];
        return any == 0;
    }

    template <typename Part, typename Function>
    Part forTiles(const std::stop_token& stop, Function function) const
    {
        constexpr std::size_t rowsPerPart = 16;
        const std::size_t columns = m_tensor.type().columns(),
                          rows = (m_tensor.type().rows() + m_everyRow - 1) / m_everyRow;
        std::vector<Part> parts((rows + rowsPerPart - 1) / rowsPerPart);
        parallelFor(rows, rowsPerPart, [&](std::size_t begin, std::size_t end) {
            std::vector<float> row(columns);
            for (std::size_t r = begin; r < end && !stop.stop_requested(); ++r) {
                m_tensor.decodeRows(r * m_everyRow, row);
                for (std::size_t c = 0; c < columns; c += tileElements)
                    function(
                        parts[begin / rowsPerPart],
                        std::span<const float>(row).subspan(c, std::min(tileElements, columns - c)));
            }
        });
        Part total;
        for (const Part& part : parts)
            total.add(part);
        return total;
    }

    const Tensor& m_tensor;
    std::size_t m_everyRow;
};

std::unique_ptr<Values> valuesOf(const Tensor& tensor, std::size_t everyRow, std::stop_token stop)
{
    const std::string id = tensor.type().format->id();
    const bool many = tensor.type().elements() / everyRow >= (1u << 16);
    if (many && (id == "f16" || id == "bf16"))
        return std::make_unique<HalfValues>(
            tensor, everyRow, id == "f16" ? halfToFloat : brainToFloat, std::move(stop));
    return std::make_unique<DecodedValues>(tensor, everyRow);
}

/// The generalised Gaussian's shape from E|x|^2 / (E|x|)^2 = G(1/b) G(3/b) / G(2/b)^2, by bisection
/// (moment matching, Mallat 1989; Sharifi and Leon-Garcia 1995).
double shapeFromRatio(double ratio)
{
    const auto ratioOf = [](double b) {
        return std::exp(std::lgamma(1 / b) + std::lgamma(3 / b) - 2 * std::lgamma(2 / b));
    };
    double low = 0.15, high = 12;
    if (ratio >= ratioOf(low))
        return low;
    if (ratio <= ratioOf(high))
        return high;
    for (int i = 0; i < 60; ++i) {
        const double middle = (low + high) / 2;
        (ratioOf(middle) > ratio ? low : high) = middle;
    }
    return (low + high) / 2;
}

} // namespace

double FittedDensity::density(double x) const
{
    return shape / (2 * scale * std::tgamma(1 / shape))
        * std::exp(-std::pow(std::abs(x - location) / scale, shape));
}

Result<Distribution>
distributionOf(const Tensor& tensor, std::size_t binCount, std::size_t everyRow, std::stop_token stop)
{
    Distribution result;
    result.bins.assign(binCount, 0);
    if (tensor.isEmpty())
        return result;
    everyRow = std::max<std::size_t>(1, everyRow);
    const std::unique_ptr<Values> values = valuesOf(tensor, everyRow, stop);
    const Sums total = values->sums(stop);
    if (stop.stop_requested())
        return fail(ErrorCode::Cancelled, "cancelled");
    result.nanCount = total.nans;
    result.infiniteCount = total.infinities;
    result.count = total.count;
    if (total.count == 0)
        return result;
    const double count = double(total.count);
    result.minimum = total.minimum;
    result.maximum = total.maximum;
    result.mean = total.sum / count;
    result.zeroShare = double(total.zeros) / count;

    const double width = result.maximum - result.minimum;
    Frame frame{.mean = result.mean, .low = result.minimum, .binCount = binCount};
    if (width > 0) {
        frame.reach = std::max(result.maximum - result.mean, result.mean - result.minimum);
        frame.binsPerUnit = double(binCount) / width;
    }
    Central central = values->central(frame, stop);
    if (stop.stop_requested())
        return fail(ErrorCode::Cancelled, "cancelled");
    result.bins = std::move(central.bins);
    const double second = central.second / count * frame.reach * frame.reach,
                 absolute = central.absolute / count * frame.reach;
    result.sigma = std::sqrt(second);
    result.kurtosis = central.second > 0 ? central.fourth / central.second * (count / central.second) : 0;
    for (std::size_t b = 0; b < binCount; ++b) {
        const double center = result.minimum + (double(b) + 0.5) * result.binWidth();
        if (std::abs(center - result.mean) > 4 * result.sigma)
            result.outlierShare += double(result.bins[b]) / count;
    }
    if (second > 0) {
        const double shape = shapeFromRatio(second / (absolute * absolute));
        result.gaussian = {result.mean, result.sigma * std::numbers::sqrt2, 2, 0};
        result.laplace = {result.mean, absolute, 1, 0};
        result.generalised = {
            result.mean, result.sigma * std::exp((std::lgamma(1 / shape) - std::lgamma(3 / shape)) / 2),
            shape, 0};
        for (FittedDensity* const fit : {&result.gaussian, &result.laplace, &result.generalised})
            for (std::size_t b = 0; b < binCount; ++b) {
                const double center = result.minimum + (double(b) + 0.5) * result.binWidth();
                const double scaled = std::pow(std::abs(center - fit->location) / fit->scale, fit->shape);
                fit->logLikelihood += double(result.bins[b]) / count
                    * (std::log(fit->shape / (2 * fit->scale)) - std::lgamma(1 / fit->shape) - scaled);
            }
    }
    return result;
}

} // namespace tritloom
