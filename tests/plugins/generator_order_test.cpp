#include "core/method/least_cost.h"
#include "core/method/step_shares.h"
#include "plugins/adaround/adaround.h"
#include "plugins/mixdq/mixdq.h"
#include "plugins/step_groups/step_groups.h"
#include "plugins/two_group/two_group.h"
#include "tests/plugins/picture_probe_fixture.h"
#include "tests/plugins/probe_fixture.h"

#include <QTest>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

constexpr std::size_t stepCount = 3;

std::shared_ptr<Compressor> generatorCompressor()
{
    const std::shared_ptr<const Model> model =
        loadModel(TRITLOOM_SOURCE_DIR "/resources/samples/picture/generation/denoise.onnx").value();
    return std::make_shared<Compressor>(model, onlyRounding, nullptr, std::size_t{64} << 20);
}

/// The diffusion model that comes with the program on seeds that no calibration saw.
std::unique_ptr<PictureProbe> heldOut(std::vector<Candidate> candidates, std::uint64_t seeds = 2)
{
    std::vector<PictureSample> samples;
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        PictureSample& sample = samples.emplace_back();
        sample.seed = seed;
        sample.key = keyOf("seed", seed);
    }
    auto pass = std::make_unique<NetworkPass>(generatorCompressor(), cpuExecutor(), std::size_t{1} << 20);
    return PictureProbe::create(std::move(pass), samples, {.steps = stepCount}, std::move(candidates), {})
        .value();
}

/// The same with what calibration sees, which are other seeds.
std::unique_ptr<PictureProbe> calibrated(std::vector<Candidate> candidates, std::size_t pictures)
{
    static const AdaRound learned;
    PictureOptions options;
    options.source.limit = 2;
    options.calibrationCount = pictures;
    options.task.steps = stepCount;
    return samplePictureProbe(
        "generation/denoise.onnx", std::move(candidates), options,
        [](std::string_view id) -> const LayerMethod* {
            return id == "adaround" ? &learned : onlyRounding(id);
        });
}

/// Squared error of the pictures, of 8-bit levels, from what PSNR is.
double pictureError(const std::vector<std::size_t>& candidates, PictureProbe& probe, std::size_t samples = 0)
{
    return 255. * 255. * std::pow(10., -probe.qualityAs(candidates, samples).value().psnr / 10);
}

/// Values that are drawn from the steps of one stage, `counts` from each.
std::vector<float> drawn(const std::vector<std::vector<float>>& flow, const std::vector<std::size_t>& counts)
{
    std::mt19937 random(5);
    std::vector<float> values;
    for (std::size_t t = 0; t < flow.size(); ++t)
        for (std::size_t i = 0; i < counts[t]; ++i)
            values.push_back(flow[t][random() % flow[t].size()]);
    return values;
}

} // namespace

/// What the papers expect to be better than what, on the diffusion model that comes with the program.
///
/// Not here: what trains (quest 5 and 6, fine-tuning of time embeddings and sensitive layers; bitsfusion 6,
/// time steps drawn for distillation), and time embeddings kept as a table (bitsfusion 7), which the studio does
/// not do. Blocks (eda-dm 5 to 7) are in block_reconstruction_test.
class GeneratorOrderTest : public QObject {
    Q_OBJECT

private slots:
    // mixdq 9
    void twoProgramsAgainstOneAndEqualWidths()
    {
        const std::vector<Candidate> candidates{
            {"int2row", "rtn", {}},
            {"int3row", "rtn", {}},
            {"int4row", "rtn", {}},
            {"int6row", "rtn", {}},
            {"int8row", "rtn", {}}};
        constexpr std::array bits{2, 3, 4, 6, 8};
        const auto probe = calibrated(candidates, 1), measured = heldOut(candidates);
        const MetricScores both = MixDq().score(*probe, {{"attention", 1}, {"cap", 60}}, {}).value();
        QCOMPARE(candidates.size(), bits.size());
        AllocationProblem problem, single;
        std::uint64_t parameters = 0;
        for (std::size_t i = 0; i < probe->layers().size(); ++i) {
            AllocationItem item{.name = probe->layers()[i].name};
            item.parameters = probe->layers()[i].parameters();
            item.group = both.groups[i];
            parameters += item.parameters;
            for (std::size_t c = 0; c < candidates.size(); ++c)
                item.options.push_back(
                    {.bytes = (item.parameters * std::uint64_t(bits[c]) + 7) / 8,
                     .cost = both.costs[i][c],
                     .bits = double(bits[c])});
            problem.items.push_back(item);
            for (std::size_t c = 0; c < candidates.size() && item.group == 1; ++c) {
                const ModelProbe::Replaced one[] = {probe->replacedBy(i, c).value()};
                item.options[c].cost = 60 - std::min(60., probe->losses(one, 0).value().signalToNoise);
            }
            single.items.push_back(item);
        }
        std::vector<std::size_t> all(problem.items.size());
        std::iota(all.begin(), all.end(), std::size_t{0});
        // Equal widths use a budget up only where it is a whole number: these are told, not claimed, since
        // they are better than either at 4 and 6 bits.
        int twoBeatsOne = 0, budgets = 0;
        for (const double mean : {3., 3.3, 3.6, 4., 4.3, 4.6, 5., 5.3, 5.6, 6.}) {
            problem.byteBudget = std::uint64_t(double(parameters) * mean / 8) + all.size();
            double least = std::numeric_limits<double>::infinity(); // the ratio is decided by the pictures
            std::vector<std::size_t> chosen;
            for (const double ratio : {.6, .8, 1.}) {
                const auto solution = TwoGroup().allocate(problem, {{"ratio", ratio}}, {});
                if (!solution)
                    continue; // nothing fits one of the groups
                const double error = pictureError(solution->chosen, *probe, 1);
                if (error < least) {
                    least = error;
                    chosen = solution->chosen;
                }
            }
            const auto alone = leastCost(single, all, problem.byteBudget);
            QVERIFY(alone && !chosen.empty());
            const double two = pictureError(chosen, *measured), one = pictureError(*alone, *measured);
            ++budgets;
            twoBeatsOne += two <= one ? 1 : 0;
            const auto width = std::ranges::find(bits, int(mean));
            if (mean == std::floor(mean) && width != bits.end())
                qInfo(
                    "%g bits: squared error %.4g of two programs, %.4g of one, %.4g of equal widths", mean,
                    two, one,
                    pictureError(std::vector(all.size(), std::size_t(width - bits.begin())), *measured));
        }
        qInfo("two programs are better at %d of %d budgets", twoBeatsOne, budgets);
        QVERIFY(twoBeatsOne > budgets / 2);
    }

    // eda-dm 7
    void learnedRoundingLosesLessOnStepsItDidNotSee()
    {
        const auto probe =
            calibrated({{"int4row", "adaround", {{"iterations", 60}}}, {"int4row", "rtn", {}}}, 2);
        const auto measured = heldOut({});
        double divergence[2];
        for (const std::size_t candidate : {0, 1}) {
            std::vector<ModelProbe::Replaced> replaced;
            for (std::size_t i = 0; i < probe->layers().size(); ++i)
                replaced.push_back(probe->replacedBy(i, candidate).value());
            divergence[candidate] = measured->losses(replaced, 0).value().divergence;
        }
        qInfo("divergence %.4g learned, %.4g rounded", divergence[0], divergence[1]);
        QVERIFY(divergence[0] < divergence[1]);
    }
    void stepsChosenByFeatureLoseNoMoreThanAnyOneStep()
    {
        const auto probe = heldOut({}, 2);
        const StepFeatures found = stepFeatures(*probe, {}).value();
        const std::size_t steps = found.times.size();
        QCOMPARE(steps, stepCount);
        constexpr std::size_t total = 2000;
        const auto counts = wholeCounts(stepShares(found.features, 0, 1.2).shares, total);
        double byFeature = 0;
        std::vector<double> byStep(steps);
        for (std::size_t stage = 1; stage < probe->graph()->stageCount; ++stage) {
            std::vector<std::vector<float>> seen, other; // the first picture calibrates, the second judges
            for (std::size_t t = 0; t < 2 * steps; ++t)
                if (const auto value = probe->stageInput(stage, t))
                    (t < steps ? seen : other).push_back(value->toFloats());
            if (other.size() != steps)
                continue;
            const auto error = [&](const std::vector<std::size_t>& from) {
                const Affine numbers = bestAffine(drawn(seen, from), 4);
                double sum = 0;
                for (const auto& values : other)
                    sum += relativeError(values, numbers) / double(steps);
                return sum;
            };
            byFeature += error(counts);
            for (std::size_t t = 0; t < steps; ++t) {
                std::vector<std::size_t> one(steps);
                one[t] = total;
                byStep[t] += error(one);
            }
        }
        QString figures;
        for (const double error : byStep)
            figures += QString(" %1").arg(error);
        qInfo("by feature %.4g, one step each:%s", byFeature, qPrintable(figures));
        QVERIFY(byFeature > 0 && byFeature <= *std::ranges::min_element(byStep));
    }

    // quest 7
    void stepsAreComparedFromTheSameNoise()
    {
        NetworkPass pass(generatorCompressor(), cpuExecutor(), std::size_t{1} << 20);
        std::map<TensorId, Tensor> shaken;
        for (const Layer& layer : pass.model().layers) {
            std::vector<float> values = materialise(pass.model().tensor(layer.tensor)).value().toFloats();
            for (float& value : values)
                value *= 1.1f;
            shaken[layer.tensor] = Tensor::adoptFloats({layer.rows, layer.columns}, std::move(values));
        }
        struct Run {
            std::vector<std::vector<float>> given;
            std::vector<double> times;
        };
        const auto run = [&](std::uint64_t seed, SamplerKind sampler) {
            Run told;
            const TaskOptions options{.steps = stepCount, .sampler = sampler};
            const auto made = generatePicture(
                pass, seed, options, pass.model().original(), NetworkPass::Keep::Nothing, {},
                [&](const NetworkRun& one) {
                    told.given.push_back(one.given[0].toFloats());
                    told.times.push_back(double(one.given[1].floats()[0]));
                });
            if (!made)
                qFatal("%s", made.error().message.c_str());
            return told;
        };
        for (const SamplerKind sampler : {SamplerKind::Ddim, SamplerKind::Ddpm}) {
            pass.replaceWeights({});
            const Run stored = run(3, sampler), again = run(3, sampler), other = run(4, sampler);
            QCOMPARE(stored.given, again.given); // the noise between steps too
            QVERIFY(stored.given[0] != other.given[0]);
            pass.replaceWeights(shaken);
            const Run changed = run(3, sampler);
            QCOMPARE(changed.times, stored.times);
            QCOMPARE(changed.given[0], stored.given[0]);
            for (std::size_t t = 1; t < stepCount; ++t)
                QVERIFY(changed.given[t] != stored.given[t]);
        }
    }
};

QTEST_APPLESS_MAIN(GeneratorOrderTest)
#include "generator_order_test.moc"
