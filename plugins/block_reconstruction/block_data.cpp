#include "plugins/block_reconstruction/block_data.h"

#include "core/base/parallel.h"
#include "plugins/torch/many_at_once.h"

#include <algorithm>
#include <numeric>
#include <random>

namespace tritloom {
namespace {

/// Channels are the second of four dimensions, and what features are elsewhere.
std::size_t channelsOf(const Shape& shape)
{
    return shape.size() >= 4 ? shape[1] : TensorType{nullptr, shape}.columns();
}

/// weight * sum of (actual - expected)^2; slopes: of that by `actual`.
double squaredDistance(
    std::span<const float> expected, std::span<const float> actual, double weight, std::span<float> slopes)
{
    double sum = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const double off = double(actual[i]) - double(expected[i]);
        sum += off * off;
        slopes[i] = float(2 * weight * off);
    }
    return weight * sum;
}

} // namespace

BlockData::BlockData(
    const GradientEngine& engine, const Graph& network, const NetworkBlock& block,
    std::vector<PartValues>& parts, TensorMap tensors)
    : m_engine(engine)
    , m_block(block)
    , m_parts(parts)
    , m_tensors(std::move(tensors))
    , m_outputs(block.exits)
{
    const auto begin = network.nodes.begin();
    m_graph.nodes.assign(begin + std::ptrdiff_t(block.first), begin + std::ptrdiff_t(block.last));
    m_outputs.insert(m_outputs.end(), block.inner.begin(), block.inner.end());
}

Tensor BlockData::entry(const Question& question, std::size_t place, std::size_t index) const
{
    const ValueId id = m_block.entries[index];
    const PartValues& part = m_parts[question.parts[place]];
    const Tensor &stored = part.stored.at(id), &rounded = part.rounded.at(id);
    if (question.entries != Entries::Mixed || stored.bytes().data() == rounded.bytes().data())
        return question.entries == Entries::Stored ? stored : rounded;
    std::seed_seq seed{
        std::uint32_t(question.seed), std::uint32_t(question.seed >> 32), std::uint32_t(place),
        std::uint32_t(index)};
    std::mt19937_64 random(seed);
    const auto a = stored.floats(), b = rounded.floats();
    std::vector<float> mixed(a.size());
    std::uint64_t tosses = 0;
    for (std::size_t i = 0; i < mixed.size(); ++i, tosses >>= 1) {
        if (i % 64 == 0)
            tosses = random();
        mixed[i] = (tosses & 1) != 0 ? b[i] : a[i];
    }
    return Tensor::adoptFloats(stored.type().shape, std::move(mixed));
}

GradientProblem BlockData::problemOf(
    const Graph& graph, const Question& question, std::size_t first, std::size_t count,
    const TensorMap& replaced, const std::stop_token& stop) const
{
    std::map<ValueId, Tensor> inputs;
    for (std::size_t e = 0; e < m_block.entries.size(); ++e) {
        std::vector<Tensor> each;
        std::vector<const Tensor*> list;
        for (std::size_t p = first; p < first + count; ++p)
            each.push_back(entry(question, p, e));
        for (const Tensor& tensor : each)
            list.push_back(&tensor);
        inputs[m_block.entries[e]] = count == 1 ? each[0] : stacked(list);
    }
    return {
        .graph = graph,
        .inputs = std::move(inputs),
        .outputs = m_outputs,
        .tensorOf = [this, &replaced](TensorId id) -> Result<Tensor> {
            if (const auto found = replaced.find(id); found != replaced.end())
                return found->second;
            return m_tensors.at(id);
        },
        .wanted = {},
        .stop = stop};
}

Result<BlockData::Values>
BlockData::outputs(Entries entries, const TensorMap& replaced, const std::stop_token& stop) const
{
    Values values(m_parts.size());
    std::vector<std::size_t> all(m_parts.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    const std::size_t together = m_runsManyAtOnce ? picturesAtOnce : 1,
                      groups = (all.size() + together - 1) / together;
    std::vector<Result<void>> made(groups);
    parallelFor(groups, 1, [&](std::size_t begin, std::size_t end) {
        for (std::size_t g = begin; g < end; ++g)
            made[g] = [&]() -> Result<void> {
                const std::size_t first = g * together, count = std::min(together, all.size() - first);
                const Question question{.parts = all, .entries = entries};
                const Graph graph = count > 1 ? *graphForMany(m_graph, count) : m_graph;
                const Gradients run =
                    TRY(m_engine.run(problemOf(graph, question, first, count, replaced, stop)));
                for (const Tensor& output : run.outputs) {
                    Shape shape = output.type().shape;
                    if (count > 1)
                        shape[0] /= count;
                    const std::size_t each = output.type().elements() / count;
                    for (std::size_t p = 0; p < count; ++p)
                        values[first + p].push_back(
                            Tensor::fromFloats(shape, output.floats().subspan(p * each, each)));
                }
                return {};
            }();
    });
    for (const Result<void>& group : made)
        if (!group)
            return tl::make_unexpected(group.error());
    return values;
}

Result<void>
BlockData::runAsStored(const std::map<ValueId, Tensor>& expected, const std::stop_token& stop)
{
    const std::size_t ends[] = {0, m_parts.size() - 1};
    const auto run = [&](const Graph& graph,
                         std::span<const std::size_t> parts) -> Result<std::vector<Tensor>> {
        const Question question{.parts = parts, .entries = Entries::Stored};
        return TRY(m_engine.run(problemOf(graph, question, 0, parts.size(), {}, stop))).outputs;
    };
    const std::vector<Tensor> first = TRY(run(m_graph, std::span(ends).first(1)));
    for (std::size_t i = 0; i < m_block.exits.size(); ++i)
        if (const double apart = farthestApart(expected.at(m_block.exits[i]), first[i]); !(apart <= sameWithin))
            return fail(
                ErrorCode::InvalidInput,
                "LibTorch and the program's own backend make of the first picture numbers that differ by {:.2g} of "
                "the largest",
                apart);
    const bool areAlike = std::ranges::all_of(m_block.entries, [&](ValueId id) {
        const Shape& shape = m_parts[0].stored.at(id).type().shape;
        return !shape.empty() && shape[0] == 1;
    });
    if (const auto pair = m_parts.size() > 1 && areAlike ? graphForMany(m_graph, 2) : std::nullopt) {
        const std::vector<Tensor> last = TRY(run(m_graph, std::span(ends).last(1)));
        const auto both = run(*pair, ends);
        if (!both && both.error().code == ErrorCode::Cancelled)
            return tl::make_unexpected(both.error());
        m_runsManyAtOnce = both.has_value();
        for (std::size_t i = 0; i < m_outputs.size() && m_runsManyAtOnce; ++i) {
            const Tensor* const list[] = {&first[i], &last[i]};
            const Shape& shape = first[i].type().shape;
            m_runsManyAtOnce =
                !shape.empty() && shape[0] == 1 && farthestApart(stacked(list), (*both)[i]) <= sameWithin;
        }
    }
    Values values = TRY(outputs(Entries::Stored, {}, stop));
    m_inner.resize(values.size());
    for (std::size_t p = 0; p < values.size(); ++p)
        for (std::size_t i = 0; i < m_outputs.size(); ++i)
            if (i < m_block.exits.size())
                m_parts[p].stored[m_outputs[i]] = std::move(values[p][i]);
            else
                m_inner[p].push_back(std::move(values[p][i]));
    return {};
}

Result<void> BlockData::runRounded(const TensorMap& replaced, const std::stop_token& stop)
{
    Values values = TRY(outputs(Entries::Rounded, replaced, stop));
    for (std::size_t p = 0; p < values.size(); ++p)
        for (std::size_t i = 0; i < m_block.exits.size(); ++i)
            m_parts[p].rounded[m_outputs[i]] = std::move(values[p][i]);
    return {};
}

Result<BlockData::Loss> BlockData::lossTogether(
    const Question& question, std::size_t first, std::size_t count, const TensorMap& replaced,
    const std::set<TensorId>& wanted, const std::stop_token& stop) const
{
    const Graph graph = count > 1 ? *graphForMany(m_graph, count) : m_graph;
    Loss loss;
    const auto judge = [&](std::span<const Tensor> made) -> Result<std::vector<Tensor>> {
        std::vector<Tensor> slopes;
        for (std::size_t i = 0; i < m_outputs.size(); ++i) {
            const bool isExit = i < m_block.exits.size();
            const std::size_t each = made[i].type().elements() / count;
            const double weight = (isExit ? 1 : question.kappa) * double(channelsOf(made[i].type().shape))
                / (double(each) * double(question.parts.size()));
            std::vector<float> slope(made[i].type().elements());
            for (std::size_t p = 0; p < count; ++p) {
                const std::size_t part = question.parts[first + p];
                const Tensor& expected = isExit ? m_parts[part].stored.at(m_outputs[i])
                                                : m_inner[part][i - m_block.exits.size()];
                loss.value += squaredDistance(
                    expected.floats(), made[i].floats().subspan(p * each, each), weight,
                    std::span(slope).subspan(p * each, each));
            }
            slopes.push_back(Tensor::adoptFloats(made[i].type().shape, std::move(slope)));
        }
        return slopes;
    };
    GradientProblem problem = problemOf(graph, question, first, count, replaced, stop);
    problem.wanted = wanted;
    if (!wanted.empty())
        problem.slopesOf = judge;
    const Gradients run = TRY(m_engine.run(problem));
    if (wanted.empty())
        TRY(judge(run.outputs));
    for (const auto& [id, tensor] : run.byTensor)
        loss.slopes[id] = tensor.toFloats();
    return loss;
}

Result<BlockData::Loss> BlockData::loss(
    const Question& question, const TensorMap& replaced, const std::set<TensorId>& wanted,
    const std::stop_token& stop) const
{
    // Groups depend on the number of parts alone, and are summed in their order; none has fewer than LibTorch
    // wants at once, if there are as many.
    const std::size_t count = question.parts.size(),
                      groups = m_runsManyAtOnce ? std::max<std::size_t>(1, count / picturesAtOnce) : count;
    std::vector<Result<Loss>> made(groups, Loss{});
    parallelFor(groups, 1, [&](std::size_t begin, std::size_t end) {
        for (std::size_t g = begin; g < end; ++g) {
            const std::size_t first = g * count / groups, last = (g + 1) * count / groups;
            made[g] = lossTogether(question, first, last - first, replaced, wanted, stop);
        }
    });
    Loss sum;
    for (const Result<Loss>& group : made) {
        if (!group)
            return tl::make_unexpected(group.error());
        sum.value += group->value;
        for (const auto& [id, slopes] : group->slopes) {
            std::vector<float>& total = sum.slopes[id];
            total.resize(slopes.size());
            for (std::size_t i = 0; i < slopes.size(); ++i)
                total[i] += slopes[i];
        }
    }
    return sum;
}

} // namespace tritloom
