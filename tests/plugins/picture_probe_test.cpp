#include "core/method/rank_correlation.h"
#include "core/task/picture_probe.h"
#include "plugins/diffusion_calibration/diffusion_calibration.h"
#include "plugins/float_splits/float_splits.h"
#include "plugins/hawq/hawq.h"
#include "plugins/mixdq/mixdq.h"
#include "plugins/size_aware/size_aware.h"
#include "plugins/step_groups/step_groups.h"
#include "tests/plugins/probe_fixture.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <random>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

/// The diffusion model that comes with the program, two seeds of five steps.
std::unique_ptr<PictureProbe> generatorProbe(std::vector<Candidate> candidates)
{
    static const RoundToNearest rounding;
    const std::shared_ptr<const Model> model =
        loadModel(TRITLOOM_SOURCE_DIR "/resources/samples/picture/generation/denoise.onnx").value();
    auto compressor = std::make_shared<Compressor>(
        model, [](std::string_view id) -> const LayerMethod* { return id == "rtn" ? &rounding : nullptr; },
        nullptr, std::size_t{64} << 20);
    std::vector<PictureSample> samples;
    for (std::uint64_t seed = 0; seed < 2; ++seed) {
        PictureSample& sample = samples.emplace_back();
        sample.seed = seed;
        sample.key = keyOf("seed", seed);
    }
    auto pass = std::make_unique<NetworkPass>(compressor, cpuExecutor(), std::size_t{1} << 20);
    return PictureProbe::create(std::move(pass), samples, {.steps = 5}, std::move(candidates), {}).value();
}

ModelProbe::Replaced shaken(PictureProbe& probe, std::size_t layer, float by)
{
    std::vector<float> values = probe.weights(layer).value().toFloats();
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] += i % 2 == 0 ? by : -by;
    return {
        layer,
        Tensor::adoptFloats({probe.layers()[layer].rows, probe.layers()[layer].columns}, std::move(values))};
}

} // namespace

/// What metrics and analyses get to know of a network that makes pictures.
class PictureProbeTest : public QObject {
    Q_OBJECT

private slots:
    void partsAreStepsFromNoiseToPicture()
    {
        const auto probe = generatorProbe({});
        QCOMPARE(probe->chunkCount(), std::size_t(10));
        for (const std::size_t first : {0, 5})
            for (std::size_t i = 0; i < 5; ++i)
                QCOMPARE(*probe->timeStep(first + i), 800.0 - 200.0 * double(i));
        QVERIFY(probe->stageInput(1, 0).has_value());
        QVERIFY(!probe->stageInput(0, 0));
        QVERIFY(!probe->stageInput(1, 10));
    }

    void theStoredWeightsChangeNothing()
    {
        const auto probe = generatorProbe({});
        const auto losses = probe->losses({}, 0).value();
        QCOMPARE(losses.divergence, 0.0);
        QCOMPARE(losses.signalToNoise, 200.0);
        QVERIFY(std::isnan(losses.negativeLogLikelihood));
        QCOMPARE(probe->similarity({}, 0).value(), 1.0);
    }

    void moreNoiseInTheWeightsIsMoreInTheOutput()
    {
        const auto probe = generatorProbe({});
        double divergence = 0, ratio = 200, similarity = 1;
        for (const float by : {0.002f, 0.02f, 0.2f}) {
            const ModelProbe::Replaced replaced[] = {shaken(*probe, 3, by)};
            const auto losses = probe->losses(replaced, 0).value();
            QVERIFY(losses.divergence > divergence);
            QVERIFY(losses.signalToNoise < ratio);
            const double alike = probe->similarity(replaced, 0).value();
            QVERIFY(alike < similarity);
            divergence = losses.divergence;
            ratio = losses.signalToNoise;
            similarity = alike;
        }
        // Nothing of it stays behind.
        QCOMPARE(probe->losses({}, 0).value().divergence, 0.0);
    }

    // mixdq 10
    void sumsOverLayersRankMixtures()
    {
        const auto probe = generatorProbe(
            {{"int2row", "rtn", {}}, {"int3row", "rtn", {}}, {"int4row", "rtn", {}}, {"int6row", "rtn", {}}});
        const std::size_t layers = probe->layers().size();
        std::vector<std::vector<double>> alone(layers);
        for (std::size_t i = 0; i < layers; ++i)
            for (std::size_t c = 0; c < 4; ++c) {
                const ModelProbe::Replaced one[] = {probe->replacedBy(i, c).value()};
                alone[i].push_back(probe->losses(one, 0).value().divergence);
            }
        std::mt19937 random(7);
        std::vector<double> predicted, noise;
        for (int mixture = 0; mixture < 20; ++mixture) {
            std::vector<ModelProbe::Replaced> all;
            double sum = 0;
            const unsigned widest = 2 + random() % 3; // mixtures of many mean widths
            for (std::size_t i = 0; i < layers; ++i) {
                const std::size_t c = random() % widest;
                all.push_back(probe->replacedBy(i, c).value());
                sum += alone[i][c];
            }
            predicted.push_back(sum);
            noise.push_back(-probe->losses(all, 0).value().signalToNoise);
        }
        const double rank = spearman(predicted, noise);
        QVERIFY2(rank > 0.5, qPrintable(QString::number(rank)));
    }

    void metricsRankTheLayersOfAGenerator_data()
    {
        QTest::addColumn<int>("metric");
        QTest::newRow("mixdq") << 0;
        QTest::newRow("size-aware") << 1;
        QTest::newRow("hawq") << 2;
    }
    void metricsRankTheLayersOfAGenerator()
    {
        QFETCH(int, metric);
        const auto probe =
            generatorProbe({{"int2row", "rtn", {}}, {"int4row", "rtn", {}}, {"int8row", "rtn", {}}});
        const std::unique_ptr<SensitivityMetric> tested = metric == 0
            ? std::unique_ptr<SensitivityMetric>(std::make_unique<MixDq>())
            : metric == 1 ? std::unique_ptr<SensitivityMetric>(std::make_unique<SizeAware>())
                          : std::unique_ptr<SensitivityMetric>(std::make_unique<Hawq>());
        const Parameters parameters = metric == 0 ? Parameters{{"attention", 1}, {"cap", 200}} : Parameters{};
        const auto scores = tested->score(*probe, parameters, {});
        QVERIFY2(scores, scores ? "" : scores.error().message.c_str());
        QCOMPARE(scores->costs.size(), probe->layers().size());
        for (std::size_t i = 0; i < scores->costs.size(); ++i)
            for (std::size_t c = 0; c + 1 < 3; ++c)
                QVERIFY2(
                    scores->costs[i][c] > scores->costs[i][c + 1],
                    qPrintable(QString("%1: %2, %3")
                                   .arg(probe->layers()[i].name.c_str())
                                   .arg(scores->costs[i][c])
                                   .arg(scores->costs[i][c + 1])));
        if (metric == 0) {
            QCOMPARE(scores->groups.size(), scores->costs.size());
            QCOMPARE(std::ranges::count(scores->groups, 1), 8); // query, key, value, out, twice
        }
    }

    void everyStepGetsItsShareOfCalibration()
    {
        const auto probe = generatorProbe({});
        const auto report = DiffusionCalibration().run(probe.get(), {{"samples", 100}}, {});
        QVERIFY2(report, report ? "" : report.error().message.c_str());
        QCOMPARE(report->tables[0].rows.size(), std::size_t(5));
        for (const std::size_t column : {3, 4, 5}) {
            int sum = 0;
            for (const auto& row : report->tables[0].rows)
                sum += std::stoi(row[column]);
            QCOMPARE(sum, 100);
        }
        QCOMPARE(report->charts[0].series.size(), std::size_t(3));
    }

    void rangesOfGroupsLoseLess()
    {
        const auto probe = generatorProbe({});
        const auto one = StepGroups().run(probe.get(), {{"groups", 1}}, {}),
                   five = StepGroups().run(probe.get(), {}, {});
        QVERIFY2(five, five ? "" : five.error().message.c_str());
        for (const auto& row : one->tables[0].rows)
            QCOMPARE(row[1], row[2]); // a group of all is the ordinary static range
        double shared = 0, grouped = 0;
        for (const auto& row : five->tables[0].rows) {
            shared += std::stod(row[1]);
            grouped += std::stod(row[2]);
        }
        QVERIFY(grouped < shared);
    }

    void everyLayerHasASplit()
    {
        const auto probe = generatorProbe({});
        const auto report = FloatSplits().run(probe.get(), {}, {});
        QVERIFY(report.has_value());
        QCOMPARE(report->tables[0].rows.size(), probe->layers().size());
    }
};

QTEST_APPLESS_MAIN(PictureProbeTest)
#include "picture_probe_test.moc"
