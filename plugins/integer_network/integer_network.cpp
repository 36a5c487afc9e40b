#include "plugins/integer_network/integer_network.h"

#include "core/method/usual_parameters.h"
#include "plugins/integer_network/integer_run.h"

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

using Kind = IntegerStep::Kind;

struct Settings {
    IntegerOptions options;
    std::size_t calibration = 0, pictures = 0;
};

Result<Settings> settingsOf(const IntegerNetwork& analysis, const Parameters& given)
{
    const auto specs = analysis.parameters();
    const auto number = [&](std::string_view key) { return parameterValue(specs, given, key); };
    Settings settings;
    settings.options.weightBits = int(TRY(number("weight_bits")));
    settings.options.inputBits = int(TRY(number("input_bits")));
    settings.options.heldBits = int(TRY(number("held_bits")));
    settings.options.endsIn8 = TRY(number("ends")) != 0;
    settings.options.floatScales = TRY(number("float_scales")) != 0;
    settings.options.range.estimate = RangeEstimate(int(TRY(number("range"))));
    settings.calibration = std::size_t(TRY(number("calibration")));
    settings.pictures = std::size_t(TRY(number("pictures")));
    return settings;
}

/// How far the whole numbers of a register are from what the simulation has there, in steps of its scale.
struct Distance {
    double largest = 0;
    std::size_t count = 0, apart = 0;
    void add(std::int32_t whole, double simulated, double scale, double step)
    {
        const double difference = std::abs(double(whole) * scale - simulated) / step;
        largest = std::max(largest, difference);
        apart += difference > .5 ? 1 : 0;
        ++count;
    }
    [[nodiscard]] std::string steps() const { return fmt::format("{:.3g}", largest); }
    [[nodiscard]] std::string share() const
    {
        return fmt::format("{:.3g} %", 100 * double(apart) / double(std::max<std::size_t>(count, 1)));
    }
};

/// What is compared of a plan: tensors of codes, and the answer last.
class Comparison {
public:
    explicit Comparison(const IntegerPlan& plan)
        : m_plan(plan)
        , m_distances(plan.steps.size())
    {
    }
    template <typename Real>
    void add(const Registers<std::int32_t>& whole, const Registers<Real>& simulated)
    {
        for (std::size_t s = 0; s < m_plan.steps.size(); ++s) {
            const double scale = m_plan.steps[s].scales[0],
                         step = s == m_plan.logits ? m_plan.logitStep : scale;
            if (isCompared(s))
                for (std::size_t i = 0; i < whole[s].size(); ++i)
                    m_distances[s].add(whole[s][i], double(simulated[s][i]), scale, step);
        }
    }
    [[nodiscard]] bool isCompared(std::size_t s) const
    {
        const Kind kind = m_plan.steps[s].kind;
        return kind == Kind::Round || kind == Kind::Given || s == m_plan.logits;
    }
    [[nodiscard]] const Distance& of(std::size_t s) const { return m_distances[s]; }
    [[nodiscard]] double largest() const
    {
        return std::ranges::max(m_distances, {}, &Distance::largest).largest;
    }

private:
    const IntegerPlan& m_plan;
    std::vector<Distance> m_distances;
};

std::size_t firstLargest(const auto& numbers)
{
    return std::size_t(std::ranges::max_element(numbers) - numbers.begin());
}

/// The answer of the network as stored.
std::size_t storedAnswer(const NetworkProbe::Values& values)
{
    return firstLargest(values.values.at(values.graph.output).toFloats());
}

std::string codesText(const IntegerStep& step)
{
    int bits = 1;
    while ((step.high >> (step.low < 0 ? bits - 1 : bits)) > 0)
        ++bits;
    return fmt::format("{}int{}", step.low < 0 ? "" : "u", bits);
}

/// The row of a product: what it reads, how large its sums may become, what brings them to codes.
std::vector<std::string> productRow(const IntegerPlan& plan, std::size_t index)
{
    const IntegerStep& step = plan.steps[index];
    int shortest = 64, longest = 0;
    for (const IntegerStep& reader : plan.steps)
        for (std::size_t i = 0; i < reader.rescale.size(); ++i) {
            std::size_t from = reader.from[i];
            while (plan.steps[from].kind == Kind::Rectify || plan.steps[from].kind == Kind::Largest)
                from = plan.steps[from].from[0];
            if (from == index)
                for (const Dyadic& by : reader.rescale[i]) {
                    shortest = std::min(shortest, by.shift);
                    longest = std::max(longest, by.shift);
                }
        }
    std::size_t codes = step.from[0];
    while (plan.steps[codes].kind != Kind::Round && plan.steps[codes].kind != Kind::Given)
        codes = plan.steps[codes].from[0];
    return {
        step.name, fmt::format("int{} x {}", step.weights.bits, codesText(plan.steps[codes])),
        fmt::format("{:.1f}", std::log2(step.weights.largestSum) + 1),
        longest == 0 ? "none" : fmt::format("{} to {}", shortest, longest)};
}

} // namespace

std::vector<ParameterSpec> IntegerNetwork::parameters() const
{
    return {
        {.key = "weight_bits",
         .title = "Bits of the weights",
         .unit = "",
         .standard = 8,
         .lowest = 2,
         .highest = 8,
         .whole = true},
        {.key = "input_bits",
         .title = "Bits of the inputs",
         .unit = "",
         .standard = 8,
         .lowest = 2,
         .highest = 8,
         .whole = true},
        {.key = "held_bits",
         .title = "Bits of residual sums and of what is averaged",
         .unit = "",
         .standard = 8,
         .lowest = 2,
         .highest = 8,
         .whole = true},
        switchParameter("ends", "First and last layer in 8 bits", true),
        switchParameter(
            "float_scales", "Scales as quotients of 32-bit floats, as the released code has them", false),
        // The search for the least error stops at hundredths of the largest value: the scales of one value in
        // 8 and in 4 bits are then of simple ratios, and halves, which are rounded either way, are frequent.
        rangeParameter(RangeEstimate::MinMax),
        {.key = "calibration",
         .title = "Pictures that ranges are told by",
         .unit = "",
         .standard = 32,
         .lowest = 1,
         .highest = 1000,
         .whole = true},
        {.key = "pictures",
         .title = "Pictures that are compared",
         .unit = "0: all",
         .standard = 100,
         .lowest = 0,
         .highest = 100000,
         .whole = true}};
}

Result<Report>
IntegerNetwork::run(ModelProbe* probe, const Parameters& given, const MethodContext& context) const
{
    const Settings settings = TRY(settingsOf(*this, given));
    auto* const network = dynamic_cast<NetworkProbe*>(probe);
    if (network == nullptr || probe->graph() == nullptr || probe->chunkCount() == 0)
        return fail(ErrorCode::Unsupported, "whole numbers are followed through networks on pictures only");
    if (probe->graph()->partCount() > 1)
        return fail(ErrorCode::Unsupported, "the model is several networks, not a classifier");
    const Shape& answers = probe->graph()->outputShape;
    if (answers.size() != 2 || answers[0] != 1)
        return fail(
            ErrorCode::Unsupported, "the answer is [{}], not a number a class", fmt::join(answers, ", "));
    const std::size_t learned = std::min(settings.calibration, probe->chunkCount()),
                      compared = settings.pictures == 0 ? probe->chunkCount()
                                                        : std::min(settings.pictures, probe->chunkCount());
    const auto cancelled = [](std::size_t picture) {
        return fail(ErrorCode::Cancelled, "cancelled at picture {}", picture);
    };
    std::map<ValueId, Histogram> ranges;
    NetworkProbe::Values first;
    for (std::size_t i = 0; i < learned; ++i) {
        if (context.stop.stop_requested())
            return cancelled(i);
        NetworkProbe::Values values = TRY(network->values(i));
        for (const auto& [id, tensor] : values.values)
            ranges[id].add(tensor.toFloats());
        if (i == 0)
            first = std::move(values);
        context.progress(.3 * double(i + 1) / double(learned));
    }
    const IntegerPlan plan = TRY(integerPlan(*probe, first, ranges, settings.options));

    Comparison alone(plan), chain(plan), exact(plan);
    std::size_t sameAnswer = 0, sameAsExact = 0, sameAsStored = 0, simulatedAsStored = 0;
    for (std::size_t i = 0; i < compared; ++i) {
        if (context.stop.stop_requested())
            return cancelled(i);
        const NetworkProbe::Values values = TRY(network->values(i));
        const auto whole = TRY(runWhole(plan, values.values, context.stop));
        alone.add(whole, TRY(runSimulated<float>(plan, values.values, &whole, context.stop)));
        const auto simulated = TRY(runSimulated<float>(plan, values.values, nullptr, context.stop));
        chain.add(whole, simulated);
        const auto precise = TRY(runSimulated<double>(plan, values.values, nullptr, context.stop));
        exact.add(whole, precise);
        const std::size_t answer = firstLargest(whole[plan.logits]),
                          expected = firstLargest(simulated[plan.logits]), stored = storedAnswer(values);
        sameAnswer += answer == expected ? 1 : 0;
        sameAsExact += answer == firstLargest(precise[plan.logits]) ? 1 : 0;
        sameAsStored += answer == stored ? 1 : 0;
        simulatedAsStored += expected == stored ? 1 : 0;
        context.progress(.3 + .7 * double(i + 1) / double(compared));
    }

    Report::Table tensors{
        "Whole numbers against the simulation: largest difference in steps, and how many numbers differ",
        {"tensor", "numbers", "scale", "by itself", "behind all others", "differ", "in 64 bits",
         "differ in 64 bits"},
        {}};
    Report::Table products{
        "Products", {"layer", "numbers", "bits of the largest sum", "shift behind it"}, {}};
    const auto addRow = [&](std::size_t s, const std::string& name, std::string numbers) {
        tensors.rows.push_back(
            {name, std::move(numbers), fmt::format("{:.6g}", plan.steps[s].scales[0]), alone.of(s).steps(),
             chain.of(s).steps(), chain.of(s).share(), exact.of(s).steps(), exact.of(s).share()});
    };
    for (std::size_t s = 0; s < plan.steps.size(); ++s) {
        if (plan.steps[s].kind == Kind::Product)
            products.rows.push_back(productRow(plan, s));
        if (alone.isCompared(s) && s != plan.logits)
            addRow(s, plan.steps[s].name, codesText(plan.steps[s]));
    }
    const std::size_t tensorCount = tensors.rows.size();
    addRow(plan.logits, "answer, in steps of 8 bits", "int32");
    const auto share = [compared](std::size_t count) {
        return fmt::format("{} of {} ({:.2f} %)", count, compared, 100 * double(count) / double(compared));
    };
    Report report{.title = "The network in whole numbers", .paragraphs = {}, .tables = {}, .charts = {}};
    report.paragraphs = {
        fmt::format(
            "The same class as the simulation: {} in 32-bit floats, {} in 64 bits.", share(sameAnswer),
            share(sameAsExact)),
        fmt::format(
            "The largest difference of any of {} tensors of codes and of the answer, in steps: {:.3g} where "
            "each is "
            "made of the same codes, {:.3g} behind all others, {:.3g} where the simulation has 64 bits.",
            tensorCount, alone.largest(), chain.largest(), exact.largest()),
        fmt::format(
            "The same class as the network as stored: {} in whole numbers, {} simulated.",
            share(sameAsStored), share(simulatedAsStored)),
        "Halves are rounded up where sums are rescaled, and in the simulation in 64 bits, which adds exactly "
        "too. In 32-bit floats, as simulators run, they are rounded to even, and sums are rounded: a number "
        "that differs by one step moves those behind it.",
        fmt::format(
            "Ranges come from the first {} pictures. Floats prepare the picture; between its codes and the "
            "answer "
            "there are none.",
            learned)};
    report.tables = {std::move(tensors), std::move(products)};
    return report;
}

} // namespace tritloom
