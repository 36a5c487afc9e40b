#include "plugins/vision_bit_scaling/vision_bit_scaling.h"

#include "core/method/code_bits.h"
#include "core/method/layer_uses.h"
#include "core/method/network_probe.h"
#include "core/method/pareto_front.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace tritloom {
namespace {

constexpr double plainBits = 16; ///< of norms and biases

/// What a measure is called, and whether it can be held against that of another network.
struct Measure {
    const char* title;
    bool isComparable;
    double (*of)(const NetworkProbe::Quality&);
};
Measure measureOf(const ModelProbe& probe, const NetworkProbe::Quality& quality)
{
    if (!std::isnan(quality.loss))
        return {"loss, nats", true, [](const NetworkProbe::Quality& q) { return q.loss; }};
    // A generator has no target but what it makes itself.
    if (!std::isnan(quality.psnr) && !probe.timeStep(0))
        return {"mean squared error", true, [](const NetworkProbe::Quality& q) {
                    return std::pow(10.0, -q.psnr / 10);
                }};
    return {"divergence from the network as stored", false, [](const NetworkProbe::Quality& q) {
                return q.divergence;
            }};
}

/// Numbers of stored tensors that are no layers: norms, biases.
Result<double> otherWeights(ModelProbe& probe)
{
    std::set<TensorId> layers, others;
    for (const ModelProbe::LayerFacts& layer : probe.layers())
        layers.insert(layer.tensor);
    for (const Node& node : probe.graph()->nodes)
        for (const TensorId id : node.weights)
            if (!layers.contains(id))
                others.insert(id);
    double sum = 0;
    for (const TensorId id : others)
        sum += double(TRY(probe.tensor(id)).type().elements());
    return sum;
}

/// What comes out of a network, in the words of an error: sizes of a family differ in nothing else.
std::string outputOf(const ModelProbe& probe)
{
    if (probe.graph() == nullptr || probe.graph()->inputs.empty())
        return "nothing";
    const Shape &output = probe.graph()->outputShape, &input = probe.graph()->inputs[0].shape;
    if (output.size() == 2)
        return fmt::format("{} classes", output[1]);
    if (output.size() != 4 || input.size() != 4 || input[2] == 0)
        return "something else";
    return fmt::format(
        "pictures of {} channels, {:g} times as large", output[1], double(output[2]) / double(input[2]));
}

/// That all networks are for one thing. Errors: InvalidInput.
Result<void> checkFamily(std::span<const FamilyAnalysis::Member> members)
{
    for (const FamilyAnalysis::Member& member : members)
        if (const std::string first = outputOf(*members[0].probe), other = outputOf(*member.probe);
            first != other)
            return fail(
                ErrorCode::InvalidInput, "{} and {} are not sizes of one network: {} come out of one, {} of the other",
                members[0].name, member.name, first, other);
    return {};
}

struct Point {
    std::size_t member = 0, candidate = 0;
    double bits = 0, weightBits = 0, bitOperations = 0, measure = 0;
};

Result<std::vector<Point>> pointsOf(
    const FamilyAnalysis::Member& member, std::size_t number, std::size_t samples,
    std::optional<Measure>& measure, const MethodContext& context)
{
    ModelProbe& probe = *member.probe;
    auto* const network = dynamic_cast<NetworkProbe*>(&probe);
    if (network == nullptr || probe.graph() == nullptr || probe.candidates().empty())
        return fail(
            ErrorCode::Unsupported,
            "{}: bits are held against quality for networks on pictures that can be run, with some formats",
            member.name);
    const std::vector<double> multiplied = TRY(networkProducts(probe)).perLayer(probe.layers().size());
    const double others = TRY(otherWeights(probe));
    std::vector<Point> points;
    for (std::size_t c = 0; c < probe.candidates().size(); ++c) {
        if (context.stop.stop_requested())
            return fail(
                ErrorCode::Cancelled, "cancelled at {} of {}", probe.candidates()[c].format, member.name);
        Point point{.member = number, .candidate = c, .weightBits = probe.candidates()[c].bits};
        point.bits = plainBits * others;
        for (std::size_t i = 0; i < probe.layers().size(); ++i) {
            point.bits += 8 * double(probe.bytes(i, c));
            point.bitOperations += multiplied[i] * codeBits(probe.candidates()[c].format)
                * activationBits(TRY(probe.layerAs(i, c)));
        }
        const std::vector<std::size_t> all(probe.layers().size(), c);
        const NetworkProbe::Quality quality = TRY(network->qualityAs(all, samples));
        const Measure own = measureOf(probe, quality);
        if (measure && std::string_view(measure->title) != own.title)
            return fail(
                ErrorCode::InvalidInput, "{} is measured by its {}, the networks before it by their {}",
                member.name, own.title, measure->title);
        measure = own;
        point.measure = measure->of(quality);
        if (!(point.measure > 0) || !std::isfinite(point.measure))
            continue; // as stored to the last bit: it has no place in a logarithm
        points.push_back(point);
        context.progress(double(c + 1) / double(probe.candidates().size()));
    }
    return points;
}

std::vector<ScalingPoint>
curveOf(const std::vector<Point>& points, std::size_t candidate, double Point::*size)
{
    std::vector<ScalingPoint> curve;
    for (const Point& point : points)
        if (point.candidate == candidate)
            curve.push_back({point.*size, point.measure});
    return curve;
}

Report::Chart chartOf(
    std::string title, std::string xTitle, const std::vector<Point>& points,
    std::span<const CandidateInfo> candidates, double Point::*size, const char* measure)
{
    Report::Chart chart{std::move(title), std::move(xTitle), measure, true, true, {}};
    for (std::size_t c = 0; c < candidates.size(); ++c) {
        Report::Series series{
            .name = candidates[c].format + " " + candidates[c].method, .points = {}, .isLine = true};
        for (const ScalingPoint& point : curveOf(points, c, size))
            series.points.push_back({point.size, point.measure, 0});
        std::ranges::sort(series.points, {}, &Report::Point::x);
        series.isLine = series.points.size() > 1;
        chart.series.push_back(std::move(series));
    }
    return chart;
}

/// Which method at b bits is as good at equal bits as another one at the next larger width.
void addLevels(Report& report, const std::vector<Point>& points, std::span<const CandidateInfo> candidates)
{
    Report::Table table{
        "Curves at equal bits", {"curve", "against", "bits saved at equal quality", "on or below"}, {}};
    for (std::size_t a = 0; a < candidates.size(); ++a)
        for (std::size_t b = 0; b < candidates.size(); ++b) {
            const double first = codeBits(candidates[a].format), second = codeBits(candidates[b].format);
            const bool isNext = std::ranges::none_of(candidates, [&](const CandidateInfo& other) {
                const double bits = codeBits(other.format);
                return bits > first && bits < second;
            });
            if (first >= second || !isNext)
                continue;
            const auto one = curveOf(points, a, &Point::bits), other = curveOf(points, b, &Point::bits);
            const auto shift = horizontalShift(one, other);
            const auto below = liesBelow(one, other);
            table.rows.push_back(
                {candidates[a].format + " " + candidates[a].method,
                 candidates[b].format + " " + candidates[b].method,
                 shift ? fmt::format("{:.1f} %", 100 * (1 - std::exp(-*shift))) : "",
                 below ? *below ? "yes" : "no" : "no common range"});
        }
    if (!table.rows.empty())
        report.tables.push_back(std::move(table));
}

} // namespace

std::vector<ParameterSpec> VisionBitScaling::parameters() const
{
    return {
        {.key = "samples",
         .title = "Samples to measure on, the same for every point",
         .unit = "0: all",
         .standard = 0,
         .lowest = 0,
         .highest = 100000,
         .whole = true}};
}

Result<Report>
VisionBitScaling::run(ModelProbe* probe, const Parameters& given, const MethodContext& context) const
{
    const Member member{"the network", probe};
    return runFamily({&member, 1}, given, context);
}

Result<Report> VisionBitScaling::runFamily(
    std::span<const Member> members, const Parameters& given, const MethodContext& context) const
{
    const auto samples = std::size_t(TRY(parameterValue(parameters(), given, "samples")));
    std::vector<Point> points;
    std::optional<Measure> measure;
    TRY_VOID(checkFamily(members));
    for (std::size_t m = 0; m < members.size(); ++m) {
        const auto found = TRY(pointsOf(members[m], m, samples, measure, context));
        points.insert(points.end(), found.begin(), found.end());
    }
    if (points.empty())
        return fail(
            ErrorCode::Unsupported, "no format changes what the networks make: nothing can be compared");
    if (members.size() > 1 && !measure->isComparable)
        return fail(
            ErrorCode::Unsupported,
            "sizes are compared by the loss of labelled pictures or by the error to a target, and these have "
            "neither");
    const auto candidates = members[0].probe->candidates();
    Report report{.title = "Bits against quality of pictures", .paragraphs = {}, .tables = {}, .charts = {}};
    std::vector<Tradeoff> all;
    for (const Point& point : points)
        all.push_back({point.bits, point.measure});
    const std::vector<bool> front = paretoFront(all);
    Report::Table table{
        "Networks",
        {"network", "format", "method", "bits per weight", "all bits, Mbit", "bit operations", measure->title,
         "on the front"},
        {}};
    for (std::size_t i = 0; i < points.size(); ++i) {
        const CandidateInfo& candidate = candidates[points[i].candidate];
        table.rows.push_back(
            {members[points[i].member].name, candidate.format, candidate.method,
             fmt::format("{:.3f}", points[i].weightBits), fmt::format("{:.4f}", points[i].bits / 1e6),
             fmt::format("{:.4g}", points[i].bitOperations), fmt::format("{:.5g}", points[i].measure),
             front[i] ? "yes" : ""});
    }
    report.tables.push_back(std::move(table));
    if (members.size() > 1) {
        Report::Table fits{
            "log(measure) = a + b log(bits), and with a floor",
            {"format", "method", "a", "b", "rms of logs", "floor", "b above it", "rms of logs"},
            {}};
        for (std::size_t c = 0; c < candidates.size(); ++c) {
            const auto curve = curveOf(points, c, &Point::bits);
            const auto line = fitPowerLaw(curve);
            if (!line)
                continue;
            const auto bent = fitWithFloor(curve);
            fits.rows.push_back(
                {candidates[c].format, candidates[c].method, fmt::format("{:.4g}", line->a),
                 fmt::format("{:.4g}", line->b), fmt::format("{:.3g}", std::sqrt(line->residual)),
                 bent ? fmt::format("{:.4g}", bent->floor) : "", bent ? fmt::format("{:.4g}", bent->b) : "",
                 bent ? fmt::format("{:.3g}", std::sqrt(bent->residual)) : ""});
        }
        report.tables.push_back(std::move(fits));
        addLevels(report, points, candidates);
    }
    report.charts = {
        chartOf("All bits against quality", "bits", points, candidates, &Point::bits, measure->title),
        chartOf(
            "Bit operations against quality", "bit operations", points, candidates, &Point::bitOperations,
            measure->title)};
    report.paragraphs.push_back(fmt::format(
        "{} networks at {} settings. All bits count: scales of the formats, and 16 for every norm and bias.",
        members.size(), candidates.size()));
    if (members.size() == 1)
        report.paragraphs.emplace_back("One network: which width is best for a size needs a family. Name "
                                       "several sizes of it, smallest first.");
    else if (members.size() < 4)
        report.paragraphs.emplace_back("Fewer than four sizes: slopes have no error bars worth showing.");
    if (const auto time = members[0].probe->timeStep(0)) {
        std::size_t steps = 1;
        while (steps < members[0].probe->chunkCount()
               && *members[0].probe->timeStep(steps) < *members[0].probe->timeStep(steps - 1))
            ++steps;
        report.paragraphs.push_back(
            fmt::format("A picture runs through the network {} times: errors of the steps add up.", steps));
    }
    report.paragraphs.emplace_back(
        "Rounding without training, measured once on one set of samples: no error bars over seeds.");
    return report;
}

} // namespace tritloom
