#include "plugins/block_orders/block_orders.h"

#include "core/method/block_importance.h"
#include "core/method/block_scores.h"
#include "core/method/usual_parameters.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <set>

namespace tritloom {
namespace {

using Order = std::vector<std::size_t>; ///< blocks, the first to go low first
using Importance = std::map<std::size_t, double>;

Order leastImportantFirst(const Importance& importance)
{
    Order order;
    for (const auto& [block, value] : importance)
        order.push_back(block);
    std::ranges::stable_sort(order, {}, [&](std::size_t block) { return importance.at(block); });
    return order;
}

Order byChance(Order order, std::mt19937_64& random)
{
    for (std::size_t k = order.size(); k > 1; --k)
        std::swap(order[k - 1], order[random() % k]);
    return order;
}

std::size_t nearest(std::span<const CandidateInfo> candidates, double bits)
{
    const auto best = std::ranges::min_element(
        candidates, {}, [bits](const CandidateInfo& candidate) { return std::fabs(candidate.bits - bits); });
    return std::size_t(best - candidates.begin());
}

struct Point {
    double bits = 0, perplexity = 0, divergence = 0;
};

/// The model with some blocks low and the others high. The same set is run once, whatever orders lead to it.
class Blocks {
public:
    Blocks(ModelProbe& probe, std::size_t high, std::size_t low, std::size_t chunks)
        : m_probe(probe)
        , m_blocks(layersOfBlocks(probe))
        , m_high(high)
        , m_low(low)
        , m_chunks(chunks)
    {
    }

    [[nodiscard]] Result<Point> with(const std::set<std::size_t>& low, const std::stop_token& stop)
    {
        if (const auto known = m_known.find(low); known != m_known.end())
            return known->second;
        std::vector<ModelProbe::Replaced> replaced;
        double bits = 0, weights = 0;
        for (const auto& [block, layers] : m_blocks)
            for (const std::size_t layer : layers) {
                if (stop.stop_requested())
                    return fail(ErrorCode::Cancelled, "cancelled at block {}", block);
                const std::size_t candidate = low.contains(block) ? m_low : m_high;
                replaced.push_back(TRY(m_probe.replacedBy(layer, candidate)));
                bits += 8 * double(m_probe.bytes(layer, candidate));
                weights += double(m_probe.layers()[layer].parameters());
            }
        const auto losses = TRY(m_probe.losses(replaced, m_chunks));
        const Point point{bits / weights, std::exp(losses.negativeLogLikelihood), losses.divergence};
        m_known[low] = point;
        return point;
    }

private:
    ModelProbe& m_probe;
    std::map<std::size_t, std::vector<std::size_t>> m_blocks;
    std::size_t m_high, m_low, m_chunks;
    std::map<std::set<std::size_t>, Point> m_known;
};

/// A line of the charts: one order, or the mean of several.
struct Line {
    std::string name;
    std::vector<Order> orders;
    std::vector<Point> points; ///< one for each of the counts of low blocks
    std::vector<double> deviations; ///< of divergence between the orders, standard
};

Result<Line> measure(
    Blocks& blocks, std::string name, std::vector<Order> orders, std::span<const std::size_t> counts,
    const MethodContext& context, const std::function<void()>& step)
{
    Line line{std::move(name), std::move(orders), {}, {}};
    const auto share = 1 / double(line.orders.size());
    for (const std::size_t count : counts) {
        Point mean;
        double squares = 0, logarithm = 0;
        for (const Order& order : line.orders) {
            const Point point = TRY(blocks.with({order.begin(), order.begin() + long(count)}, context.stop));
            mean.bits += share * point.bits;
            logarithm += share * std::log(point.perplexity);
            mean.divergence += share * point.divergence;
            squares += share * point.divergence * point.divergence;
            step();
        }
        mean.perplexity = std::exp(logarithm);
        line.points.push_back(mean);
        line.deviations.push_back(std::sqrt(std::max(0.0, squares - mean.divergence * mean.divergence)));
    }
    return line;
}

/// Over the points between all high and all low, where orders differ.
double meanBetween(const Line& line)
{
    double sum = 0;
    for (std::size_t p = 1; p + 1 < line.points.size(); ++p)
        sum += line.points[p].divergence;
    return sum / double(line.points.size() - 2);
}

std::string verdict(const char* name, double ranked, double chance, double reversed)
{
    if (ranked <= chance && chance <= reversed)
        return fmt::format("The order of {} holds here: chance is worse, and its reverse is worst.", name);
    if (ranked < reversed)
        return fmt::format(
            "The order of {} is better than its reverse, but no better rule than chance.", name);
    return fmt::format("The order of {} does not hold here: its reverse is no worse.", name);
}

Report reportOf(std::span<const Line> lines, std::span<const std::size_t> counts, std::size_t quarter)
{
    Report report{.title = "Blocks in order of importance", .paragraphs = {}, .tables = {}, .charts = {}};
    Report::Table means{
        "KL divergence in nats by order", {"order", "a quarter of the blocks low", "mean of all points"}, {}};
    Report::Table points{
        "Points", {"order", "blocks low", "bits per weight", "perplexity", "KL divergence"}, {}};
    Report::Chart perplexity{
        "Perplexity against average bits", "bits per weight", "perplexity", false, true, {}};
    Report::Chart divergence{
        "KL divergence against average bits", "bits per weight", "nats", false, true, {}};
    for (const Line& line : lines) {
        means.rows.push_back(
            {line.name, fmt::format("{:.4f}", line.points[quarter].divergence),
             fmt::format("{:.4f}", meanBetween(line))});
        Report::Series loss{line.name, {}, true}, far{line.name, {}, true};
        for (std::size_t p = line.points.size(); p-- > 0;) { // few bits first
            const Point& point = line.points[p];
            loss.points.push_back({point.bits, point.perplexity, 0});
            far.points.push_back({point.bits, point.divergence, line.deviations[p]});
        }
        for (std::size_t p = 0; p < line.points.size(); ++p)
            points.rows.push_back(
                {line.name, std::to_string(counts[p]), fmt::format("{:.3f}", line.points[p].bits),
                 fmt::format("{:.4f}", line.points[p].perplexity),
                 fmt::format("{:.4f}", line.points[p].divergence)});
        perplexity.series.push_back(std::move(loss));
        divergence.series.push_back(std::move(far));
    }
    report.tables = {std::move(means), std::move(points)};
    report.charts = {std::move(divergence), std::move(perplexity)};
    return report;
}

} // namespace

std::vector<ParameterSpec> BlockOrders::parameters() const
{
    return {
        chunksParameter(4),
        {.key = "high", .title = "Higher width", .unit = "bits", .standard = 4, .lowest = 1, .highest = 32},
        {.key = "low", .title = "Lower width", .unit = "bits", .standard = 2, .lowest = 1, .highest = 32},
        {.key = "points",
         .title = "Steps from all high to all low",
         .unit = "",
         .standard = 8,
         .lowest = 2,
         .highest = 100,
         .whole = true},
        {.key = "orders",
         .title = "Random orders",
         .unit = "",
         .standard = 5,
         .lowest = 1,
         .highest = 100,
         .whole = true}};
}

Result<Report>
BlockOrders::run(ModelProbe* probe, const Parameters& given, const MethodContext& context) const
{
    const auto specs = parameters();
    const auto chunks = std::size_t(TRY(parameterValue(specs, given, "chunks"))),
               steps = std::size_t(TRY(parameterValue(specs, given, "points"))),
               seeds = std::size_t(TRY(parameterValue(specs, given, "orders")));
    const auto candidates = probe->candidates();
    const std::size_t blockCount = layersOfBlocks(*probe).size();
    if (probe->graph() == nullptr || blockCount < 2)
        return fail(ErrorCode::Unsupported, "orders need a model of two blocks or more that can be run");
    if (candidates.empty())
        return fail(ErrorCode::Unsupported, "the comparison needs a model that can be run and some formats");
    const std::size_t high = nearest(candidates, TRY(parameterValue(specs, given, "high"))),
                      low = nearest(candidates, TRY(parameterValue(specs, given, "low")));
    if (!(candidates[low].bits < candidates[high].bits))
        return fail(
            ErrorCode::InvalidInput,
            "{} is the nearest format to both widths: name one of the higher and one of the lower width",
            candidates[high].format);
    const MethodContext quiet{context.stop, [](double) {}, context.seed};
    const Importance modified = TRY(layerInputModification(*probe, chunks, 1, quiet)),
                     spread = TRY(zScoreDistribution(*probe, quiet));
    const std::size_t quarterOfBlocks = std::max<std::size_t>(1, (blockCount + 2) / 4);
    std::set<std::size_t> atCounts{quarterOfBlocks};
    for (std::size_t p = 0; p <= steps; ++p)
        atCounts.insert((2 * p * blockCount + steps) / (2 * steps));
    const std::vector<std::size_t> counts(atCounts.begin(), atCounts.end());
    const auto quarter = std::size_t(std::ranges::find(counts, quarterOfBlocks) - counts.begin());

    const Order byModification = leastImportantFirst(modified), bySpread = leastImportantFirst(spread);
    std::mt19937_64 random(context.seed);
    std::vector<Order> chance;
    for (std::size_t k = 0; k < seeds; ++k)
        chance.push_back(byChance(byModification, random));
    const auto reversed = [](const Order& order) { return Order(order.rbegin(), order.rend()); };
    std::size_t done = 0;
    const std::size_t all = (4 + seeds) * counts.size();
    const auto step = [&] { context.progress(double(++done) / double(all)); };
    Blocks blocks(*probe, high, low, chunks);
    std::vector<Line> lines;
    const auto add = [&](const char* name, std::vector<Order> orders) -> Result<void> {
        lines.push_back(TRY(measure(blocks, name, std::move(orders), counts, context, step)));
        return {};
    };
    TRY_VOID(add("LIM", {byModification}));
    TRY_VOID(add("ZD", {bySpread}));
    TRY_VOID(add("LIM reversed", {reversed(byModification)}));
    TRY_VOID(add("ZD reversed", {reversed(bySpread)}));
    TRY_VOID(add("random", std::move(chance)));

    Report report = reportOf(lines, counts, quarter);
    report.paragraphs = {
        fmt::format(
            "Blocks go from {} by {} to {} by {}, the least important first; layers outside blocks are as "
            "stored, and bits are of the blocks. Perplexity as stored: {:.4f}, on the calibration text.",
            candidates[high].format, candidates[high].method, candidates[low].format, candidates[low].method,
            std::exp(TRY(probe->losses({}, chunks)).negativeLogLikelihood)),
        fmt::format(
            "With {} of {} blocks low the KL divergence is {:.4f} nats in the order of LIM and {:.4f} in its "
            "reverse, {:.4f} in the order of ZD and {:.4f} in its reverse, {:.4f} in {} random orders.",
            quarterOfBlocks, blockCount, lines[0].points[quarter].divergence,
            lines[2].points[quarter].divergence, lines[1].points[quarter].divergence,
            lines[3].points[quarter].divergence, lines[4].points[quarter].divergence, seeds)};
    for (const std::size_t m : {0u, 1u})
        report.paragraphs.push_back(verdict(
            m == 0 ? "LIM" : "ZD", lines[m].points[quarter].divergence, lines[4].points[quarter].divergence,
            lines[m + 2].points[quarter].divergence));
    Report::Table table{
        "Blocks, the least important by LIM first",
        {"block", "LIM", "ZD", "place by LIM", "place by ZD"},
        {}};
    for (std::size_t p = 0; p < blockCount; ++p) {
        const std::size_t block = byModification[p];
        table.rows.push_back(
            {std::to_string(block), fmt::format("{:.4f}", modified.at(block)),
             fmt::format("{:.4f}", -spread.at(block)), std::to_string(p + 1),
             std::to_string(std::ranges::find(bySpread, block) - bySpread.begin() + 1)});
    }
    report.tables.insert(report.tables.begin(), std::move(table));
    return report;
}

} // namespace tritloom
