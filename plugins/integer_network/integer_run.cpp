#include "plugins/integer_network/integer_run.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

namespace tritloom {
namespace {

using Kind = IntegerStep::Kind;

/// The steps over whole numbers (int32) or over the values they stand for (floats).
template <typename Element>
class Runner {
public:
    static constexpr bool isWhole = std::is_integral_v<Element>;

    Runner(
        const IntegerPlan& plan, const std::map<ValueId, Tensor>& given, const Registers<std::int32_t>* codes,
        std::stop_token stop)
        : m_plan(plan)
        , m_given(given)
        , m_codes(codes)
        , m_stop(std::move(stop))
        , m_registers(plan.steps.size())
        , m_replaced(plan.steps.size())
    {
    }

    Result<Registers<Element>> run()
    {
        for (std::size_t i = 0; i < m_plan.steps.size(); ++i) {
            const IntegerStep& step = m_plan.steps[i];
            std::vector<Element>& to = m_registers[i];
            to.resize(TensorType{nullptr, step.shape}.elements());
            if (step.kind == Kind::Given)
                TRY_VOID(give(step, to));
            else if (step.kind == Kind::Product)
                multiply(step, to);
            else
                fill(step, to);
            if (m_stop.stop_requested())
                return fail(ErrorCode::Cancelled, "cancelled at {}", step.name);
            if (m_codes != nullptr && (step.kind == Kind::Given || step.kind == Kind::Round))
                for (const std::int32_t code : (*m_codes)[i])
                    m_replaced[i].push_back(Element(code * step.scales[0]));
        }
        return std::move(m_registers);
    }

private:
    const std::vector<Element>& operand(const IntegerStep& step, std::size_t i = 0) const
    {
        const std::vector<Element>& replaced = m_replaced[step.from[i]];
        return replaced.empty() ? m_registers[step.from[i]] : replaced;
    }
    /// Which of the scales of a register an element has.
    static std::size_t scaleIndex(const IntegerStep& maker, std::size_t element)
    {
        if (maker.scales.size() == 1)
            return 0;
        std::size_t inner = 1;
        for (std::size_t d = 2; d < maker.shape.size(); ++d)
            inner *= maker.shape[d];
        return element / inner % maker.scales.size();
    }

    Result<void> give(const IntegerStep& step, std::vector<Element>& to) const
    {
        const std::vector<float> values = m_given.at(step.value).toFloats();
        if (values.size() != to.size())
            return fail(
                ErrorCode::InvalidInput, "{}: {} numbers instead of {}", step.name, values.size(), to.size());
        const double scale = step.scales[0];
        for (std::size_t i = 0; i < to.size(); ++i) {
            const double code =
                std::clamp(std::nearbyint(double(values[i]) / scale), double(step.low), double(step.high));
            to[i] = isWhole ? Element(code) : Element(code * scale);
        }
        return {};
    }

    void multiply(const IntegerStep& step, std::vector<Element>& to) const
    {
        const WholeWeights& w = step.weights;
        const TapTable& t = step.taps;
        const std::vector<Element>& x = operand(step);
        const double inputScale = m_plan.steps[step.from[0]].scales[0];
        const std::size_t columns = w.channels * t.taps, all = w.channels * w.groups,
                          batch = x.size() / (all * t.inputSize), perGroup = w.outputs / w.groups;
        // The windows side by side: [channel, tap][output].
        std::vector<Element> windows(all * t.taps * t.outputSize);
        for (std::size_t n = 0; n < batch; ++n) {
            const Element* const maps = x.data() + n * all * t.inputSize;
            for (std::size_t c = 0; c < all; ++c)
                for (std::size_t k = 0; k < t.taps * t.outputSize; ++k)
                    windows[c * t.taps * t.outputSize + k] =
                        t.from[k] < 0 ? Element(0) : maps[c * t.inputSize + std::size_t(t.from[k])];
            parallelFor(w.outputs, 2, [&](std::size_t begin, std::size_t end) {
                for (std::size_t o = begin; o < end && !m_stop.stop_requested(); ++o) {
                    Element* const sums = to.data() + (n * w.outputs + o) * t.outputSize;
                    const Element bias =
                        isWhole ? Element(w.bias[o]) : Element(double(w.bias[o]) * w.scales[o] * inputScale);
                    std::fill(sums, sums + t.outputSize, bias);
                    for (std::size_t k = 0; k < columns; ++k) {
                        const std::int32_t code = w.codes[o * columns + k];
                        const Element weight = isWhole ? Element(code) : Element(code * w.scales[o]);
                        const Element* const row =
                            windows.data() + (o / perGroup * columns + k) * t.outputSize;
                        for (std::size_t p = 0; p < t.outputSize; ++p)
                            sums[p] += weight * row[p];
                    }
                }
            });
        }
    }

    /// An operand at the scale of the result, neither clipped nor narrowed.
    std::int64_t wholeAt(const IntegerStep& step, std::size_t which, std::size_t element) const
    {
        const auto number = std::int64_t(operand(step, which)[element]);
        const IntegerStep& maker = m_plan.steps[step.from[which]];
        const Dyadic& by = step.rescale[which][scaleIndex(maker, element)];
        return by.multiplier == 0 ? number : rescaled(number, by);
    }
    Element simulatedAt(const IntegerStep& step, std::size_t which, std::size_t element) const
    {
        const Element number = operand(step, which)[element] / Element(step.scales[0]);
        return std::is_same_v<Element, double> ? std::floor(number + Element(.5)) // as rescaled() does
                                               : std::nearbyint(number);
    }

    void fill(const IntegerStep& step, std::vector<Element>& to) const
    {
        const std::vector<Element>& x = operand(step);
        const TapTable& t = step.taps;
        for (std::size_t i = 0; i < to.size(); ++i) {
            if ((i & 4095) == 0 && m_stop.stop_requested())
                return;
            switch (step.kind) {
            case Kind::Round:
                if constexpr (isWhole)
                    to[i] = Element(std::clamp<std::int64_t>(wholeAt(step, 0, i), step.low, step.high));
                else
                    to[i] = std::clamp(simulatedAt(step, 0, i), Element(step.low), Element(step.high))
                        * Element(step.scales[0]);
                break;
            case Kind::Add:
                if constexpr (isWhole)
                    to[i] = Element(std::clamp<std::int64_t>(
                        wholeAt(step, 0, i) + wholeAt(step, 1, i), std::numeric_limits<Element>::min(),
                        std::numeric_limits<Element>::max()));
                else
                    to[i] = (simulatedAt(step, 0, i) + simulatedAt(step, 1, i)) * Element(step.scales[0]);
                break;
            case Kind::Rectify: {
                to[i] = std::max(x[i], Element(0));
                if (step.most > 0)
                    to[i] = std::min(
                        to[i],
                        isWhole ? Element(std::min(
                            std::nearbyint(step.most / step.scales[scaleIndex(step, i)]), 2147483647.0))
                                : Element(step.most));
                break;
            }
            case Kind::Move:
                to[i] = step.moved[i] < 0 ? Element(0) : x[std::size_t(step.moved[i])];
                break;
            case Kind::Largest:
            case Kind::Sum: {
                const Element* const map = x.data() + i / t.outputSize * t.inputSize;
                Element result = step.kind == Kind::Sum ? Element(0) : std::numeric_limits<Element>::lowest();
                for (std::size_t k = 0; k < t.taps; ++k) {
                    const std::int32_t from = t.from[k * t.outputSize + i % t.outputSize];
                    if (from >= 0 && step.kind == Kind::Sum)
                        result += map[from];
                    else if (from >= 0)
                        result = std::max(result, map[from]);
                }
                if (!isWhole && step.kind == Kind::Sum)
                    result /= Element(t.taps);
                to[i] = result;
                break;
            }
            default:
                break;
            }
        }
    }

    const IntegerPlan& m_plan;
    const std::map<ValueId, Tensor>& m_given;
    const Registers<std::int32_t>* const m_codes;
    std::stop_token m_stop;
    Registers<Element> m_registers, m_replaced; ///< replaced: by m_codes, what is read in their place
};

} // namespace

Result<Registers<std::int32_t>>
runWhole(const IntegerPlan& plan, const std::map<ValueId, Tensor>& given, std::stop_token stop)
{
    return Runner<std::int32_t>(plan, given, nullptr, std::move(stop)).run();
}

template <typename Real>
Result<Registers<Real>> runSimulated(
    const IntegerPlan& plan, const std::map<ValueId, Tensor>& given, const Registers<std::int32_t>* codes,
    std::stop_token stop)
{
    return Runner<Real>(plan, given, codes, std::move(stop)).run();
}

template Result<Registers<float>> runSimulated(
    const IntegerPlan&, const std::map<ValueId, Tensor>&, const Registers<std::int32_t>*, std::stop_token);
template Result<Registers<double>> runSimulated(
    const IntegerPlan&, const std::map<ValueId, Tensor>&, const Registers<std::int32_t>*, std::stop_token);

} // namespace tritloom
