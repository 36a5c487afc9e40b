#include "plugins/cost_pareto/cost_pareto.h"

#include "core/method/code_bits.h"
#include "core/method/layer_uses.h"
#include "core/method/network_probe.h"
#include "core/method/pareto_front.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace tritloom {
namespace {

constexpr double plainBits = 16; ///< of what is not rounded

/// A network with a candidate for each layer, measured.
struct Configuration {
    std::string name;
    std::vector<std::size_t> candidates; ///< by layer
    NetworkCost cost;
    NetworkProbe::Quality quality;
    double dominantBits = 0; ///< of the weights, what most of them have
};

class Measurer {
public:
    static Result<Measurer> create(ModelProbe& probe, std::size_t samples)
    {
        auto* const network = dynamic_cast<NetworkProbe*>(&probe);
        if (network == nullptr || probe.graph() == nullptr || probe.candidates().empty())
            return fail(
                ErrorCode::Unsupported,
                "costs are held against quality for networks on pictures that can be run, with some formats");
        Measurer measurer(probe, *network, samples);
        const NetworkProducts products = TRY(networkProducts(probe));
        measurer.m_multiplied = products.perLayer(probe.layers().size());
        measurer.m_between = products.betweenValues;
        if (!products.uses.empty())
            measurer.m_ends = {products.uses.front().layer, products.uses.back().layer};
        for (std::size_t c = 0; c < probe.candidates().size(); ++c) {
            measurer.m_codeBits.push_back(codeBits(probe.candidates()[c].format));
            auto& row = measurer.m_activationBits.emplace_back();
            for (std::size_t i = 0; i < probe.layers().size(); ++i)
                row.push_back(activationBits(TRY(probe.layerAs(i, c))));
        }
        return measurer;
    }

    Result<Configuration> measure(std::string name, std::vector<std::size_t> candidates)
    {
        Configuration result{std::move(name), std::move(candidates), {}, {}};
        std::vector<CostedLayer> layers;
        std::map<double, double> weightsOf;
        for (std::size_t i = 0; i < result.candidates.size(); ++i) {
            const std::size_t c = result.candidates[i];
            CostedLayer& layer = layers.emplace_back();
            layer.multiplyAdds = m_multiplied[i];
            layer.weights = double(m_probe.layers()[i].parameters());
            layer.storedBits = plainBits * layer.weights;
            if (c != NetworkProbe::storedWeights) {
                layer.weightBits = m_codeBits[c];
                layer.activationBits = m_activationBits[c][i];
                layer.storedBits = 8 * double(m_probe.bytes(i, c));
            }
            weightsOf[layer.weightBits] += layer.weights;
        }
        layers.push_back({.multiplyAdds = m_between}); // attention: nothing rounds its operands
        result.cost = networkCost(layers);
        result.quality = TRY(m_network.qualityAs(result.candidates, m_samples));
        result.dominantBits =
            std::ranges::max_element(weightsOf, {}, [](const auto& entry) { return entry.second; })->first;
        return result;
    }

    /// What each layer alone, as a candidate, does to the output.
    Result<std::vector<double>> divergences(std::size_t candidate)
    {
        std::vector<double> found;
        std::vector<std::size_t> choice(m_probe.layers().size(), NetworkProbe::storedWeights);
        for (std::size_t i = 0; i < choice.size(); ++i) {
            choice[i] = candidate;
            found.push_back(TRY(m_network.qualityAs(choice, m_samples)).divergence);
            choice[i] = NetworkProbe::storedWeights;
        }
        return found;
    }

    [[nodiscard]] bool roundsInputs() const
    {
        return std::ranges::any_of(m_activationBits, [](const std::vector<double>& row) {
            return std::ranges::any_of(row, [](double bits) { return bits < plainBits; });
        });
    }
    /// The layers that the picture meets first and last.
    [[nodiscard]] std::pair<std::size_t, std::size_t> ends() const { return m_ends; }
    [[nodiscard]] double bits(std::size_t candidate) const { return m_codeBits[candidate]; }

private:
    Measurer(ModelProbe& probe, NetworkProbe& network, std::size_t samples)
        : m_probe(probe)
        , m_network(network)
        , m_samples(samples)
    {
    }

    ModelProbe& m_probe;
    NetworkProbe& m_network;
    std::size_t m_samples;
    std::vector<double> m_multiplied, m_codeBits;
    std::vector<std::vector<double>> m_activationBits; ///< [candidate][layer]
    double m_between = 0;
    std::pair<std::size_t, std::size_t> m_ends{0, 0};
};

/// Candidates of one method, widest first.
std::map<std::string, std::vector<std::size_t>> byMethod(const ModelProbe& probe, const Measurer& measurer)
{
    std::map<std::string, std::vector<std::size_t>> result;
    for (std::size_t c = 0; c < probe.candidates().size(); ++c)
        result[probe.candidates()[c].method].push_back(c);
    for (auto& [method, list] : result)
        std::ranges::stable_sort(list, std::greater<>(), [&](std::size_t c) { return measurer.bits(c); });
    return result;
}

/// What is judged, and how it is called; more is better.
struct Judge {
    const char* title;
    double (*quality)(const NetworkProbe::Quality&);
};
Judge judgeOf(const NetworkProbe::Quality& quality)
{
    if (!std::isnan(quality.top1))
        return {"top-1", [](const NetworkProbe::Quality& q) { return q.top1; }};
    if (!std::isnan(quality.psnr))
        return {"PSNR, dB", [](const NetworkProbe::Quality& q) { return q.psnr; }};
    return {"same class as stored", [](const NetworkProbe::Quality& q) { return q.agreement; }};
}

Report::Chart chartOf(
    const char* cost, const Judge& judge, const std::vector<Configuration>& all,
    const std::vector<Tradeoff>& points, const std::vector<bool>& isOnFront)
{
    Report::Chart chart{
        fmt::format("Quality against {}", cost),
        fmt::format("{}, share of 16 bits", cost),
        judge.title,
        true,
        false,
        {}};
    std::map<double, Report::Series> byWidth;
    Report::Series front{.name = "not dominated", .points = {}, .isLine = true};
    for (std::size_t i = 0; i < points.size(); ++i) {
        Report::Series& series = byWidth[all[i].dominantBits];
        series.name = fmt::format("mostly {:g} bits", all[i].dominantBits);
        series.isLine = false;
        series.points.push_back({points[i].cost, -points[i].loss, 0});
        if (isOnFront[i])
            front.points.push_back({points[i].cost, -points[i].loss, 0});
    }
    byWidth[std::numeric_limits<double>::infinity()] = std::move(front);
    for (auto& [width, series] : byWidth) {
        std::ranges::sort(series.points, {}, &Report::Point::x);
        chart.series.push_back(std::move(series));
    }
    return chart;
}

Report reportOf(const std::vector<Configuration>& all)
{
    const Judge judge = judgeOf(all.front().quality);
    struct Model {
        const char* name;
        double NetworkCost::*share;
    };
    constexpr Model models[] = {
        {"linear cost", &NetworkCost::linearShare},
        {"quadratic cost", &NetworkCost::quadraticShare},
        {"memory", &NetworkCost::memoryShare}};
    Report report{.title = "Cost against quality", .paragraphs = {}, .tables = {}, .charts = {}};
    Report::Table table{
        "Shares of the network at 16 bits",
        {"network", "linear cost", "quadratic cost", "memory", judge.title, "loss, nats", "divergence",
         "dominated in"},
        {}};
    std::vector<std::string> beatenIn(all.size());
    for (const Model& model : models) {
        std::vector<Tradeoff> points;
        for (const Configuration& one : all)
            points.push_back({one.cost.*model.share, -judge.quality(one.quality)});
        const std::vector<bool> isOnFront = paretoFront(points);
        std::map<double, std::size_t> widths;
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (!isOnFront[i])
                beatenIn[i] += (beatenIn[i].empty() ? "" : ", ") + std::string(model.name);
            else
                ++widths[all[i].dominantBits];
        }
        std::string sentence = fmt::format("Not dominated in {}:", model.name);
        for (const auto& [bits, count] : widths)
            sentence += fmt::format(" {} of mostly {:g} bits,", count, bits);
        sentence.back() = '.';
        report.paragraphs.push_back(sentence);
        report.charts.push_back(chartOf(model.name, judge, all, points, isOnFront));
    }
    const auto number = [](double value) {
        return std::isnan(value) ? std::string() : fmt::format("{:.4g}", value);
    };
    for (std::size_t i = 0; i < all.size(); ++i)
        table.rows.push_back(
            {all[i].name, number(all[i].cost.linearShare), number(all[i].cost.quadraticShare),
             number(all[i].cost.memoryShare), number(judge.quality(all[i].quality)),
             number(all[i].quality.loss), number(all[i].quality.divergence), beatenIn[i]});
    report.tables.push_back(std::move(table));
    return report;
}

} // namespace

double hardwareBits(double bits)
{
    return bits <= 4 ? 4 : bits <= 8 ? 8 : 16;
}

NetworkCost networkCost(std::span<const CostedLayer> layers)
{
    NetworkCost cost;
    double multiplied = 0, weights = 0;
    for (const CostedLayer& layer : layers) {
        multiplied += layer.multiplyAdds;
        weights += layer.weights;
        cost.linear += layer.multiplyAdds * hardwareBits(std::max(layer.weightBits, layer.activationBits));
        cost.quadratic += layer.multiplyAdds * layer.weightBits * layer.activationBits;
        cost.memory += layer.storedBits;
    }
    cost.linearShare = cost.linear / (multiplied * plainBits);
    cost.quadraticShare = cost.quadratic / (multiplied * plainBits * plainBits);
    cost.memoryShare = cost.memory / (weights * plainBits);
    return cost;
}

std::vector<ParameterSpec> CostPareto::parameters() const
{
    return {
        {.key = "samples",
         .title = "Samples to measure on",
         .unit = "0: all",
         .standard = 0,
         .lowest = 0,
         .highest = 100000,
         .whole = true},
        {.key = "mixed",
         .title = "Mixtures between two neighbouring widths",
         .unit = "",
         .standard = 3,
         .lowest = 0,
         .highest = 20,
         .whole = true}};
}

Result<Report> CostPareto::run(ModelProbe* probe, const Parameters& given, const MethodContext& context) const
{
    const auto specs = parameters();
    const auto samples = std::size_t(TRY(parameterValue(specs, given, "samples"))),
               mixed = std::size_t(TRY(parameterValue(specs, given, "mixed")));
    Measurer measurer = TRY(Measurer::create(*probe, samples));
    const std::size_t layers = probe->layers().size();
    std::vector<Configuration> all;
    const auto add = [&](std::string name, std::vector<std::size_t> candidates) -> Result<void> {
        if (context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled before {}", name);
        all.push_back(TRY(measurer.measure(std::move(name), std::move(candidates))));
        return {};
    };
    TRY_VOID(add("16 bits", std::vector(layers, NetworkProbe::storedWeights)));
    const auto methods = byMethod(*probe, measurer);
    std::size_t done = 0;
    for (const auto& [method, list] : methods) {
        const auto named = [&, &method = method](std::size_t c) {
            return fmt::format("{} {}", probe->candidates()[c].format, method);
        };
        const auto eight = std::ranges::find(list, 8.0, [&](std::size_t c) { return measurer.bits(c); });
        for (std::size_t k = 0; k < list.size(); ++k) {
            TRY_VOID(add(named(list[k]), std::vector(layers, list[k])));
            if (eight != list.end() && measurer.bits(list[k]) < 8 && layers > 2) {
                std::vector<std::size_t> ends(layers, list[k]);
                ends[measurer.ends().first] = ends[measurer.ends().second] = *eight;
                TRY_VOID(add(named(list[k]) + ", ends 8", std::move(ends)));
            }
            context.progress(double(++done) / double(probe->candidates().size()));
            if (k == 0 || mixed == 0)
                continue;
            // What hurts least goes down to the narrower width first.
            const std::vector<double> hurt = TRY(measurer.divergences(list[k]));
            std::vector<std::size_t> order(layers);
            std::iota(order.begin(), order.end(), std::size_t{0});
            std::ranges::stable_sort(order, {}, [&](std::size_t i) { return hurt[i]; });
            for (std::size_t m = 1; m <= mixed; ++m) {
                const std::size_t lowered = m * layers / (mixed + 1);
                if (lowered == (m - 1) * layers / (mixed + 1))
                    continue; // there are fewer layers than mixtures
                std::vector<std::size_t> choice(layers, list[k - 1]);
                for (std::size_t i = 0; i < lowered; ++i)
                    choice[order[i]] = list[k];
                TRY_VOID(
                    add(fmt::format(
                            "{} of {} at {}, else {}", lowered, layers, named(list[k]), named(list[k - 1])),
                        std::move(choice)));
            }
        }
    }
    Report report = reportOf(all);
    report.paragraphs.insert(
        report.paragraphs.begin(),
        fmt::format("{} networks on {} calibration samples.", all.size(), all.front().quality.samples));
    if (!measurer.roundsInputs())
        report.paragraphs.emplace_back(
            "No method here rounds activations: they count as 16 bits, so linear cost cannot fall. Take "
            "static-activations as the method for integer products.");
    return report;
}

} // namespace tritloom
