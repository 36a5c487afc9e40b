#include "core/method/block_importance.h"
#include "plugins/baq/baq.h"
#include "plugins/bsnip/bsnip.h"
#include "plugins/bsynflow/bsynflow.h"
#include "plugins/hawq/hawq.h"
#include "plugins/lim/lim.h"
#include "plugins/ompq/ompq.h"
#include "plugins/zd/zd.h"
#include "tests/plugins/probe_fixture.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <random>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

std::unique_ptr<SensitivityMetric> make(const QString& id)
{
    if (id == "hawq")
        return std::make_unique<Hawq>();
    if (id == "baq")
        return std::make_unique<BaqMetric>();
    if (id == "bsnip")
        return std::make_unique<BitSnip>();
    if (id == "bsynflow")
        return std::make_unique<BitSynFlow>();
    if (id == "lim")
        return std::make_unique<LayerInputModification>();
    if (id == "ompq")
        return std::make_unique<Ompq>();
    return std::make_unique<ZScoreDistribution>();
}

/// One layer of two weights, whose divergence is d^T A d / 2 for A = [[2, 1], [1, 3]].
class QuadraticForm final : public ModelProbe {
public:
    std::span<const LayerFacts> layers() const override { return m_layers; }
    const Graph* graph() const override { return &m_graph; }
    std::size_t tokenCount() const override { return 1; }
    std::size_t chunkCount() const override { return 1; }
    std::optional<double> timeStep(std::size_t) const override { return {}; }
    Result<Tensor> weights(std::size_t) override { return m_weights; }
    Result<Tensor> tensor(TensorId) override { return nothing(); }
    Result<Tensor> meanSquare(std::size_t) override { return nothing(); }
    Result<Tensor> mean(std::size_t) override { return nothing(); }
    Result<Tensor> meanAbsolute(std::size_t) override { return nothing(); }
    Result<Tensor> maxAbsolute(std::size_t) override { return nothing(); }
    Result<Tensor> gram(std::size_t) override { return Tensor::adoptFloats({2, 2}, {2, 1, 1, 3}); }
    Result<Tensor> stageInput(std::size_t, std::size_t) override { return nothing(); }
    Result<Losses> losses(std::span<const Replaced> replaced, std::size_t) override
    {
        const std::vector<float> here = m_weights.toFloats(), moved = replaced[0].weights.toFloats();
        const double a = double(moved[0]) - double(here[0]), b = double(moved[1]) - double(here[1]);
        return Losses{.divergence = (2 * a * a + 2 * a * b + 3 * b * b) / 2};
    }
    Result<double> similarity(std::span<const Replaced>, std::size_t) override
    {
        return fail(ErrorCode::Unsupported, "no pictures");
    }
    std::span<const CandidateInfo> candidates() const override { return {}; }
    std::uint64_t bytes(std::size_t, std::size_t) override { return 0; }
    Result<Tensor> compressed(std::size_t, std::size_t) override { return nothing(); }

private:
    static Result<Tensor> nothing() { return fail(ErrorCode::Unsupported, "not asked for"); }
    std::vector<LayerFacts> m_layers{{.name = "form", .role = "form", .block = {}, .rows = 1, .columns = 2}};
    Graph m_graph;
    Tensor m_weights = Tensor::adoptFloats({1, 2}, {1, -1});
};

} // namespace

/// The checks of methods/layerwise-quant.md, emq.md, baq.md and hawq-v3.md that concern metrics.
class SensitivityMetricTest : public QObject {
    Q_OBJECT

private slots:
    void cosinesByHand()
    {
        const std::vector<float> before{1, 0, 0, 0, 2, 0}, after{1, 1, 0, 0, 2, 0};
        const CosineSum sum = cosines(before, after, 3, 0);
        QCOMPARE(sum.tokens, std::size_t(2));
        QVERIFY(std::fabs(-sum.sum / 2 + .85355) < 1e-5);
        std::vector<float> louder = after;
        for (float& value : louder)
            value *= 7;
        QVERIFY(std::fabs(cosines(before, louder, 3, 0).sum - sum.sum) < 1e-9);
    }

    void sharesByHand()
    {
        const std::vector<float> values{0, 0, 0, 0, 0, 0, 0, 0, 1, -1, .1f, 3};
        QVERIFY(std::fabs(shareAboveOneDeviation(values) - 1.0 / 12) < 1e-12);
        std::mt19937 random(1);
        std::normal_distribution<float> normal;
        std::vector<float> many(1'000'000);
        for (float& value : many)
            value = normal(random);
        QVERIFY(std::fabs(shareAboveOneDeviation(many) - .1587) < .001);
        for (float& value : many)
            value = 3 * value + 5;
        QVERIFY(std::fabs(shareAboveOneDeviation(many) - .1587) < .001);
        // Heavy tails look more important; only one side counts.
        std::student_t_distribution<float> student(4);
        for (float& value : many)
            value = student(random);
        QVERIFY(std::fabs(shareAboveOneDeviation(many) - .115) < .004);
        std::vector<float> oneSided(10);
        oneSided[3] = 10;
        QCOMPARE(shareAboveOneDeviation(oneSided), 0.1);
        oneSided[3] = -10;
        QCOMPARE(shareAboveOneDeviation(oneSided), 0.0);
    }

    void alignmentByHand()
    {
        const std::vector<float> x{1, 0, 0, 1, 0, 0}, y{1, 0, 1, 0, 0, 1};
        QVERIFY(std::fabs(linearCka(x, y, 3) - .316228) < 1e-6);
        QVERIFY(std::fabs(linearCka(x, x, 3) - 1) < 1e-12);
        std::vector<float> scaled = x;
        for (float& value : scaled)
            value *= 4;
        QVERIFY(std::fabs(linearCka(scaled, y, 3) - .316228) < 1e-6);
    }

    // baq: A^-1 = U^T U of A = [[2, 1], [1, 3]] has U_11^2 = 3/5 and U_22^2 = 1/3, so columns lose 5/3 and 3.
    void theGainOfColumnsByHand()
    {
        QuadraticForm probe;
        const MetricScores scores = BaqMetric().score(probe, {{"dampening", .01}}, {}).value();
        QCOMPARE(scores.further.title, std::string("GM/AM"));
        QCOMPARE(scores.further.values.size(), std::size_t(1));
        QVERIFY(std::fabs(scores.further.values[0] - std::sqrt(5.0) / (7.0 / 3)) < 1e-3);
        // Of the model: every layer has its own.
        const SampleProbe sample = probeOf(sampleModel());
        const std::vector<double> gains = BaqMetric().score(*sample.probe, {}, {}).value().further.values;
        QCOMPARE(gains.size(), sample.probe->layers().size());
        const auto [least, most] = std::ranges::minmax(gains);
        QVERIFY2(
            least > 0 && most <= 1 && least < .9 * most, qPrintable(QString("%1 %2").arg(least).arg(most)));
    }

    void everyMetricScoresTheSample_data()
    {
        QTest::addColumn<QString>("id");
        for (const char* id : {"baq", "bsnip", "hawq", "lim", "ompq", "zd"})
            QTest::newRow(id) << id;
    }
    void everyMetricScoresTheSample()
    {
        QFETCH(QString, id);
        const SampleProbe sample =
            probeOf(sampleModel(), {{"int2g64a", "rtn", {}}, {"int4g64a", "rtn", {}}, {"q8_0", "rtn", {}}});
        Parameters parameters;
        if (id == "hawq" || id == "bsnip")
            parameters = {{"probes", 1}, {"chunks", 1}};
        const auto scores = make(id)->score(*sample.probe, parameters, {});
        QVERIFY2(scores.has_value(), scores ? "" : scores.error().message.c_str());
        QCOMPARE(scores->costs.size(), sample.probe->layers().size());
        for (const auto& costs : scores->costs) {
            QCOMPARE(costs.size(), std::size_t(3));
            QVERIFY(std::isfinite(costs[0]) && costs[0] > costs[1] && costs[1] > costs[2] && costs[2] >= 0);
        }
        const auto again = make(id)->score(*sample.probe, parameters, {});
        QVERIFY(again->costs == scores->costs);
    }

    void aBlockThatDoesNothingIsLeastImportant()
    {
        const auto model = sampleModel();
        std::map<TensorId, Tensor> zeroed;
        std::size_t block = 1;
        for (const Layer& layer : model->layers)
            if (layer.block == block && (layer.role == "attn_output" || layer.role == "ffn_down"))
                zeroed[layer.tensor] =
                    Tensor::adoptFloats({layer.rows, layer.columns}, std::vector<float>(layer.parameters()));
        QCOMPARE(zeroed.size(), std::size_t(2));
        const SampleProbe sample = probeOf(withTensors(*model, zeroed), {{"int4g64a", "rtn", {}}});
        const auto scores = LayerInputModification().score(*sample.probe, {}, {}).value();
        for (std::size_t i = 0; i < scores.perLayer.size(); ++i) {
            if (sample.probe->layers()[i].block == block)
                QVERIFY(std::fabs(scores.perLayer[i] + 1) < 1e-6);
            else
                QVERIFY(scores.perLayer[i] > -1 + 1e-6);
        }
    }

    void theRightLayersAreDowngraded()
    {
        // A quarter of the weights at 2 bits, the rest at 4: least important first, at random, most important
        // first.
        const SampleProbe sample = probeOf(sampleModel(), {{"int2g64a", "rtn", {}}, {"int4g64a", "rtn", {}}});
        const auto layers = sample.probe->layers();
        const std::vector<double> importance =
            LayerInputModification().score(*sample.probe, {}, {}).value().perLayer;
        std::size_t weights = 0;
        for (const auto& layer : layers)
            weights += layer.parameters();
        const auto lossOf = [&](const std::vector<std::size_t>& order) {
            std::vector<std::size_t> candidates(layers.size(), 1);
            std::size_t downgraded = 0;
            for (const std::size_t layer : order) {
                if (4 * downgraded >= weights)
                    break;
                candidates[layer] = 0;
                downgraded += layers[layer].parameters();
            }
            return lossesAs(*sample.probe, candidates).negativeLogLikelihood;
        };
        std::vector<std::size_t> order;
        for (std::size_t i = 0; i < layers.size(); ++i)
            if (layers[i].block)
                order.push_back(i);
        std::ranges::stable_sort(order, {}, [&](std::size_t layer) { return importance[layer]; });
        const double ranked = lossOf(order);
        const double reversed = lossOf({order.rbegin(), order.rend()});
        std::mt19937 random(1);
        double byChance = 0;
        for (int seed = 0; seed < 5; ++seed) {
            std::ranges::shuffle(order, random);
            byChance += lossOf(order) / 5;
        }
        const QString found = QString("%1, %2, %3").arg(ranked).arg(byChance).arg(reversed);
        QVERIFY2(ranked < byChance, qPrintable(found));
        QVERIFY2(byChance < reversed, qPrintable(found));
    }

    // hawq-v3 4, emq 4: of A = [[2, 1], [1, 3]] every pair of signs gives 7 or 3, and 5 in the mean.
    void theTraceOfATwoByTwo()
    {
        QuadraticForm probe;
        const auto trace = [&](unsigned seed, double probes) {
            MethodContext context;
            context.seed = seed;
            return 2 * Hawq().score(probe, {{"probes", probes}}, context).value().perLayer[0];
        };
        int sevens = 0, threes = 0;
        for (unsigned seed = 0; seed < 40; ++seed) {
            const double once = trace(seed, 1);
            sevens += std::fabs(once - 7) < 1e-3;
            threes += std::fabs(once - 3) < 1e-3;
        }
        QCOMPARE(sevens + threes, 40);
        QVERIFY(sevens >= 10 && threes >= 10);
        const double mean = trace(1, 100); // 2 / sqrt(100) off by chance
        QVERIFY2(std::fabs(mean - 5) < .6, qPrintable(QString::number(mean)));
    }

    void theTracePredictsMeasuredDivergence()
    {
        // Second order: half the quadratic form is the divergence itself where the format moves little.
        const SampleProbe sample = probeOf(sampleModel(), {{"int4g64a", "rtn", {}}});
        const auto scores = Hawq().score(*sample.probe, {{"probes", 2}, {"chunks", 1}}, {}).value();
        double agreeing = 0, pairs = 0;
        std::vector<double> measured;
        for (std::size_t i = 0; i < sample.probe->layers().size(); ++i) {
            const Tensor made = sample.probe->compressed(i, 0).value();
            const ModelProbe::Replaced replaced[] = {
                {i, Tensor::adoptFloats(made.type().shape, made.toFloats())}};
            measured.push_back(sample.probe->losses(replaced, 1).value().divergence);
        }
        for (std::size_t i = 0; i < measured.size(); ++i)
            for (std::size_t j = 0; j < i; ++j) {
                ++pairs;
                agreeing += (measured[i] < measured[j]) == (scores.costs[i][0] < scores.costs[j][0]) ? 1 : 0;
            }
        QVERIFY2(agreeing > 0.7 * pairs, qPrintable(QString("%1 of %2").arg(agreeing).arg(pairs)));
    }
};

QTEST_APPLESS_MAIN(SensitivityMetricTest)
#include "sensitivity_metric_test.moc"
