#include "core/task/picture_probe.h"

#include "core/image/metrics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tritloom {
namespace {

/// Sums of squares of what should come out and of what is off.
struct Power {
    double signal = 0, noise = 0;
    void add(const Tensor& expected, const Tensor& actual)
    {
        const auto e = expected.floats(), a = actual.floats();
        for (std::size_t i = 0; i < e.size(); ++i) {
            const double off = double(a[i]) - double(e[i]);
            signal += double(e[i]) * double(e[i]);
            noise += off * off;
        }
    }
    /// Equal outputs would be infinitely good; 200 dB is beyond what 32-bit floats can tell.
    [[nodiscard]] double decibels() const
    {
        constexpr double most = 200;
        return noise > 0 && signal > 0 ? std::min(most, 10 * std::log10(signal / noise)) : most;
    }
};

} // namespace

PictureProbe::PictureProbe(
    std::unique_ptr<NetworkPass> pass, std::vector<PictureSample> samples, TaskOptions options,
    std::vector<Candidate> candidates, std::stop_token stop)
    : CompressorProbe(pass->compressorShared(), std::move(candidates), std::move(stop))
    , m_pass(std::move(pass))
    , m_samples(std::move(samples))
    , m_options(options)
{
}

Result<std::unique_ptr<PictureProbe>> PictureProbe::create(
    std::unique_ptr<NetworkPass> pass, std::vector<PictureSample> samples, TaskOptions options,
    std::vector<Candidate> candidates, std::stop_token stop)
{
    if (!pass->model().graph || !pass->model().picture)
        return fail(
            ErrorCode::Unsupported, "the model cannot be run on pictures: {}", pass->model().whyNotEvaluated);
    std::unique_ptr<PictureProbe> probe(new PictureProbe(
        std::move(pass), std::move(samples), options, std::move(candidates), std::move(stop)));
    std::vector<Part> behind;
    for (std::size_t i = 0; i < probe->m_samples.size(); ++i)
        TRY_VOID(probe->addParts(i, behind));
    std::ranges::move(behind, std::back_inserter(probe->m_parts));
    return probe;
}

Shape PictureProbe::pictureOf(const Part& part) const
{
    return model().graph->parts.empty() ? part.given[0].type().shape : nominalPicture(*model().picture);
}

Result<void> PictureProbe::addParts(std::size_t sample, std::vector<Part>& behind)
{
    const PictureModel& picture = *model().picture;
    const PictureSample& given = m_samples[sample];
    if (picture.task != PictureTask::Generation) {
        TaskOutput output =
            TRY(taskRow(picture.task)
                    .run(*m_pass, given, m_options, model().original(), NetworkPass::Keep::Nothing, stop()));
        m_parts.push_back(
            {{networkInput(given.given, picture.normalisation)}, given.key, sample, 0, {}, output[0]});
        m_made.push_back(std::move(output));
        return {};
    }
    // The first run of a step is the step; that of a second text, which guides it, comes behind.
    std::size_t runs = 0, lastStep = 0;
    TaskOutput output = TRY(generatePicture(
        *m_pass, given.seed, m_options, model().original(), NetworkPass::Keep::Nothing, stop(),
        [&](const NetworkRun& run) {
            const bool isStep = run.step > lastStep && run.step <= m_options.steps;
            lastStep = std::max(lastStep, run.step);
            (isStep ? m_parts : behind)
                .push_back(
                    {{run.given.begin(), run.given.end()},
                     keyOf("part", given.key, std::uint64_t(runs++)),
                     sample,
                     run.part,
                     isStep && run.given.size() > 1
                         ? std::optional(double(run.given[1].floats()[0]) / picture.timeScale)
                         : std::nullopt,
                     run.made});
        }));
    m_made.push_back(std::move(output));
    return {};
}

Result<Graph> PictureProbe::graphOf(const Part& part, ValueMap& inputs) const
{
    Graph graph = TRY(graphFor(model(), pictureOf(part)));
    const GraphPart network = graph.part(part.network);
    for (std::size_t i = 0; i < part.given.size(); ++i)
        inputs[network.inputs[i]] = part.given[i];
    return graph;
}

Result<Tensor> PictureProbe::stageInput(std::size_t stage, std::size_t chunk)
{
    if (chunk >= m_parts.size() || stage == 0 || stage >= model().graph->stageCount)
        return fail(
            ErrorCode::InvalidInput, "stage {} of {} on part {} of {}", stage, model().graph->stageCount,
            chunk, m_parts.size());
    // Of a pipeline only the runs of one network reach the stage.
    const auto reaches = [&](const Part& part) {
        const GraphPart network = model().graph->part(part.network);
        return stage >= network.firstStage && stage <= network.lastStage;
    };
    const Part* found = &m_parts[chunk];
    if (!reaches(*found))
        found = &*std::ranges::find_if(m_parts, reaches);
    const Part& part = *found;
    ValueMap values;
    const Graph graph = TRY(graphOf(part, values));
    const GraphPart network = graph.part(part.network);
    if (stage == network.firstStage)
        return fail(ErrorCode::InvalidInput, "nothing but the inputs flows into stage {}", stage);
    const auto asStored = [this](TensorId id) { return stored(id); };
    TRY_VOID(m_pass->executor().run(graph, network.firstStage, stage - 1, values, asStored, nullptr, stop()));
    for (std::size_t i = 0; i < part.given.size(); ++i)
        values.erase(network.inputs[i]);
    if (values.empty())
        return fail(ErrorCode::InvalidInput, "nothing but the inputs flows into stage {}", stage);
    return values.rbegin()->second;
}

Result<ModelProbe::Losses> PictureProbe::losses(std::span<const Replaced> replaced, std::size_t chunks)
{
    m_pass->replaceWeights(TRY(byTensor(replaced)));
    const PictureModel& picture = *model().picture;
    std::vector<std::size_t> chosen(chunks == 0 ? m_parts.size() : std::min(chunks, m_parts.size()));
    std::iota(chosen.begin(), chosen.end(), std::size_t{0});
    // Behind all steps come the runs of a pipeline's other networks: one of each is always among them.
    for (std::size_t network = 0; network < model().graph->partCount(); ++network) {
        const auto first
            = std::size_t(std::ranges::find(m_parts, network, &Part::network) - m_parts.begin());
        if (first < m_parts.size() && std::ranges::find(chosen, first) == chosen.end())
            chosen.push_back(first);
    }
    Losses total;
    Power power;
    double labelled = 0;
    for (const std::size_t i : chosen) {
        const Part& part = m_parts[i];
        const Tensor actual = TRY(m_pass->runPart(
            part.network, pictureOf(part), part.given, part.key, model().original(),
            NetworkPass::Keep::Nothing, stop()));
        power.add(part.expected, actual);
        if (!model().graph->parts.empty()) { // texts' states and latents are no pictures to judge
            total.divergence += relativeError(part.expected, actual);
            continue;
        }
        // A step of a generator is judged by its noise alone, as a sample of that one step.
        TaskOutput expected{part.expected}, made{actual};
        if (part.time)
            expected.push_back(part.expected), made.push_back(actual);
        PictureSample sample = m_samples[part.sample];
        sample.target = {};
        const PictureScores scores = TRY(taskRow(picture.task).judge(picture, sample, expected, made));
        total.divergence += double(scores.divergence);
        if (!std::isnan(scores.loss)) {
            total.negativeLogLikelihood += double(scores.loss);
            ++labelled;
        }
    }
    total.divergence /= double(std::max<std::size_t>(chosen.size(), 1));
    total.negativeLogLikelihood =
        labelled > 0 ? total.negativeLogLikelihood / labelled : std::numeric_limits<double>::quiet_NaN();
    if (makesPictures(picture.task))
        total.signalToNoise = power.decibels();
    return total;
}

Result<double> PictureProbe::similarity(std::span<const Replaced> replaced, std::size_t pictures)
{
    const PictureModel& picture = *model().picture;
    if (!makesPictures(picture.task))
        return fail(ErrorCode::Unsupported, "a network for {} makes no pictures", nameOf(picture.task));
    m_pass->replaceWeights(TRY(byTensor(replaced)));
    const TaskRow& row = taskRow(picture.task);
    const std::size_t count = pictures == 0 ? m_samples.size() : std::min(pictures, m_samples.size());
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const TaskOutput made = TRY(row.run(
            *m_pass, m_samples[i], m_options, model().original(), NetworkPass::Keep::Nothing, stop()));
        sum += ssim(
            rounded8(row.shown(picture, m_samples[i], m_made[i])),
            rounded8(row.shown(picture, m_samples[i], made)));
    }
    return sum / double(std::max<std::size_t>(count, 1));
}

} // namespace tritloom
