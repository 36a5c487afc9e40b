#include "core/method/positive_flow.h"
#include "core/method/proxy_search.h"
#include "core/method/rank_correlation.h"
#include "plugins/bsynflow/bsynflow.h"
#include "plugins/emq/emq.h"
#include "plugins/proxy_ranks/proxy_ranks.h"
#include "tests/plugins/probe_fixture.h"
#include "tests/support/numbers.h"

#include <QTest>

#include <cmath>
#include <random>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

/// A probe that knows a graph and its tensors and nothing else.
class GraphProbe final : public ModelProbe {
public:
    GraphProbe(Graph graph, std::vector<Tensor> tensors)
        : m_graph(std::move(graph))
        , m_tensors(std::move(tensors))
    {
        for (std::size_t i = 0; i < m_tensors.size(); ++i) {
            const TensorType& type = m_tensors[i].type();
            m_layers.push_back({std::to_string(i), "", {}, TensorId(i), type.rows(), type.columns(), -1});
        }
    }
    std::span<const LayerFacts> layers() const override { return m_layers; }
    const Graph* graph() const override { return &m_graph; }
    std::size_t tokenCount() const override { return 0; }
    Result<Tensor> weights(std::size_t layer) override { return m_tensors[layer]; }
    Result<Tensor> tensor(TensorId id) override { return m_tensors[std::size_t(id)]; }
    Result<Tensor> meanSquare(std::size_t) override { return none(); }
    Result<Tensor> mean(std::size_t) override { return none(); }
    Result<Tensor> meanAbsolute(std::size_t) override { return none(); }
    Result<Tensor> maxAbsolute(std::size_t) override { return none(); }
    Result<Tensor> gram(std::size_t) override { return none(); }
    Result<Tensor> stageInput(std::size_t, std::size_t) override { return none(); }
    std::size_t chunkCount() const override { return 0; }
    std::optional<double> timeStep(std::size_t) const override { return {}; }
    Result<Losses> losses(std::span<const Replaced>, std::size_t) override
    {
        return fail(ErrorCode::Unsupported, "not here");
    }
    Result<double> similarity(std::span<const Replaced>, std::size_t) override
    {
        return fail(ErrorCode::Unsupported, "not here");
    }
    std::span<const CandidateInfo> candidates() const override { return m_candidates; }
    std::uint64_t bytes(std::size_t layer, std::size_t candidate) override
    {
        return m_layers[layer].parameters() * std::uint64_t(m_candidates[candidate].bits) / 8;
    }
    Result<Tensor> compressed(std::size_t, std::size_t) override { return none(); }

    std::vector<CandidateInfo> m_candidates;

private:
    static Result<Tensor> none() { return fail(ErrorCode::Unsupported, "not here"); }

    Graph m_graph;
    std::vector<Tensor> m_tensors;
    std::vector<LayerFacts> m_layers;
};

/// Products with rectifiers between; sizes: inputs, hidden, ..., outputs.
GraphProbe perceptron(std::vector<std::size_t> sizes, std::vector<std::vector<float>> matrices)
{
    GraphBuilder graph;
    ValueId x = graph.input();
    std::vector<Tensor> tensors;
    for (std::size_t i = 0; i < matrices.size(); ++i) {
        x = graph.add({OpKind::Linear, {}}, {x}, {TensorId(i)});
        if (i + 1 < matrices.size())
            x = graph.add({OpKind::Unary, {{"function", double(UnaryFunction::Relu)}}}, {x});
        tensors.push_back(Tensor::adoptFloats({sizes[i + 1], sizes[i]}, std::move(matrices[i])));
    }
    return {std::move(graph).finish(x), std::move(tensors)};
}

/// Layers whose weights have squared norm c, and configurations that lose sum c 4^-bits.
struct Planted {
    std::vector<ProxySample> layers;
    ProxyTable table, heldOut;
};

Planted planted(unsigned seed)
{
    Planted made;
    std::mt19937 random(seed);
    std::normal_distribution<double> normal;
    std::vector<double> c(18);
    for (double& value : c) {
        value = std::exp(normal(random));
        ProxySample sample;
        for (std::size_t t = 0; t < proxyTerminals; ++t)
            for (int i = 0; i < 64; ++i)
                sample.values[t].push_back(t == 0 ? normal(random) : std::fabs(normal(random)));
        double norm = 0;
        for (const double weight : sample.values[0])
            norm += weight * weight;
        for (double& weight : sample.values[0])
            weight *= std::sqrt(value / norm);
        made.layers.push_back(std::move(sample));
    }
    for (int row = 0; row < 128; ++row) {
        std::vector<double> bits;
        double loss = 0;
        for (const double value : c) {
            bits.push_back(double(2 + random() % 3));
            loss += value * std::pow(4, -bits.back());
        }
        ProxyTable& table = row < 64 ? made.table : made.heldOut;
        table.bits.push_back(std::move(bits));
        table.quality.push_back(-loss * (1 + 0.005 * normal(random)));
    }
    return made;
}

} // namespace

/// The checks of methods/emq.md; those of ranks and of the alignment are beside their plugins.
class EmqTest : public QObject {
    Q_OBJECT

private slots:
    void flowIsConservedByHand()
    {
        GraphProbe probe = perceptron({2, 2, 2}, {{1, 2, 3, 0}, {1, 1, 0, 0}});
        GraphProbe narrow = perceptron({2, 2, 1}, {{1, 2, 3, 0}, {1, 1}});
        for (GraphProbe* each : {&probe, &narrow}) {
            const PositiveFlow flow = positiveFlow(*each, {}).value();
            QCOMPARE(flow.total, 6.0);
            QCOMPARE(flow.layers.at(TensorId{0}).total, 6.0);
            QCOMPARE(flow.layers.at(TensorId{1}).total, 6.0);
        }
        narrow.m_candidates = {{"two", "rtn", 2}, {"eight", "rtn", 8}};
        const MetricScores scores = BitSynFlow().score(narrow, {}, {}).value();
        QCOMPARE(scores.costs[0], (std::vector<double>{6, 0})); // six bits fewer, of a share of 1
    }

    void flowIsConservedInGeneral()
    {
        GraphProbe probe = perceptron({3, 4, 2}, {normalValues(12, 1), normalValues(8, 2)});
        const PositiveFlow flow = positiveFlow(probe, {}).value();
        for (std::size_t i = 0; i < 2; ++i) {
            const LayerFlow& layer = flow.layers.at(TensorId(i));
            QVERIFY(std::fabs(layer.total - flow.total) < 1e-12 * flow.total);
            // The same by its definition, from the two vectors.
            const std::vector<float> weights = probe.weights(i).value().toFloats();
            double sum = 0;
            for (std::size_t w = 0; w < weights.size(); ++w)
                sum += std::fabs(double(weights[w])) * layer.inputs[w % layer.inputs.size()]
                    * layer.gradients[w / layer.inputs.size()];
            QVERIFY(std::fabs(sum - flow.total) < 1e-12 * flow.total);
        }
    }

    void flowIsConservedInALanguageModel()
    {
        const SampleProbe sample = probeOf(sampleModel());
        const PositiveFlow flow = positiveFlow(*sample.probe, {}).value();
        std::map<std::pair<std::size_t, std::string>, double> totals;
        for (const auto& layer : sample.probe->layers())
            if (layer.block)
                totals[{*layer.block, layer.role}] = flow.layers.at(layer.tensor).total / flow.total;
        const std::size_t blocks = totals.rbegin()->first.first + 1;
        for (std::size_t b = 0; b < blocks; ++b) {
            const auto at = [&](const char* role) { return totals.at({b, role}); };
            QVERIFY(at("ffn_down") > 0 && at("ffn_down") < 1);
            QVERIFY(std::fabs(at("ffn_up") + at("ffn_gate") - at("ffn_down")) < 1e-9);
            QVERIFY(std::fabs(at("attn_v") - at("attn_output")) < 1e-9);
            QCOMPARE(at("attn_q"), 0.0);
        }
    }

    void programsSayWhatTheyAre()
    {
        const ProxyProgram program{
            {ProxyTerminal::Flow, {ProxyUnary::Absolute, ProxyUnary::Logarithm}},
            ProxyBranch{ProxyTerminal::Weights, {ProxyUnary::Square}},
            ProxyBinary::Multiply,
            ProxyScalar::Sum,
            false};
        QCOMPARE(textOf(program), std::string("v1 B(flow: abs,log | w: square | mul | sum) x bits"));
        ProxySample sample;
        sample.values = {{{1, -2}, {0, 0}, {0, 0}, {0, std::exp(1.0) - 1}}};
        QVERIFY(std::fabs(valueOf(program, sample) - 4) < 1e-12);
        sample.weightsEach = 10;
        QVERIFY(std::fabs(valueOf(program, sample) - 40) < 1e-12);
    }

    void screening()
    {
        const auto of = [](std::vector<ProxyUnary> chain, ProxyScalar scalar = ProxyScalar::Sum) {
            return ProxyProgram{{ProxyTerminal::Weights, std::move(chain)}, {}, {}, scalar, false};
        };
        using enum ProxyUnary;
        QVERIFY(areEquivalent(of({Absolute, Absolute}), of({Absolute})));
        QVERIFY(areEquivalent(of({Absolute}), of({}, ProxyScalar::L1)));
        QVERIFY(!areEquivalent(of({Absolute}), of({Square})));
        // All operations on a tensor of zeros: numbers or not, but no exception.
        ProxySample zeros;
        for (auto& values : zeros.values)
            values.assign(8, 0);
        for (std::size_t u = 0; u < proxyUnaries; ++u)
            (void)valueOf(of({ProxyUnary(u), Logarithm}), zeros);
        const std::vector<ProxySample> layers(3, zeros);
        ProxyTable table;
        for (int row = 0; row < 12; ++row) {
            table.bits.push_back({double(row % 3 + 2), double(row % 2 + 2), 3});
            table.quality.push_back(row);
        }
        const auto found = searchProxy(layers, table, {.iterations = 100}, {});
        QVERIFY(!found.has_value() || found->rejected > 0); // exp(0) is a number: something may be left
    }

    void evolutionFindsAPlantedTruth()
    {
        double evolved = 0, drawn = 0;
        for (unsigned seed = 1; seed <= 5; ++seed) {
            const Planted truth = planted(seed);
            MethodContext context;
            context.seed = seed;
            const ProxyFound best =
                searchProxy(truth.layers, truth.table, {.patience = 1000}, context).value();
            const ProxyFound random =
                searchProxy(truth.layers, truth.table, {ProxySearch::Way::Random, 1000, 1000}, context)
                    .value();
            const double held =
                spearman(scoresOf(best.program, truth.layers, truth.heldOut), truth.heldOut.quality);
            qInfo(
                "evolved %.4f (%.4f held out, %s), random %.4f", best.correlation, held,
                textOf(best.program).c_str(), random.correlation);
            QVERIFY2(best.correlation > .95, qPrintable(QString::number(best.correlation)));
            QVERIFY(held > .9);
            evolved += best.correlation / 5;
            drawn += random.correlation / 5;
        }
        QVERIFY2(evolved > drawn, qPrintable(QString("%1 %2").arg(evolved).arg(drawn)));
    }

    void luckReachesFarOnFewRows()
    {
        const double chance = chanceOf(50, 1000, 1);
        QVERIFY2(std::fabs(chance - .446) < .02, qPrintable(QString::number(chance)));
    }

    void equalSeedsEqualPrograms()
    {
        const SampleProbe sample = probeOf(
            sampleModel(), {{"int2g64a", "rtn", {}}, {"int3g64a", "rtn", {}}, {"int4g64a", "rtn", {}}});
        const Parameters few{{"configurations", 16}, {"iterations", 60}, {"chunks", 1}};
        const MetricScores once = Emq().score(*sample.probe, few, {}).value(),
                           again = Emq().score(*sample.probe, few, {}).value();
        QCOMPARE(once.title, again.title);
        QCOMPARE(once.costs, again.costs);
        for (const auto& costs : once.costs)
            for (const double cost : costs)
                QVERIFY(std::isfinite(cost) && cost >= 0);
        const Report report = ProxyRanks().run(sample.probe.get(), few, {}).value();
        QCOMPARE(report.tables[0].rows.size(), std::size_t(5));
        QVERIFY(
            report.paragraphs[1].find(once.title) != std::string::npos); // the same table, the same program
        QVERIFY(!Emq().score(*probeOf(sampleModel(), {{"int2g64a", "rtn", {}}}).probe, few, {}).has_value());
    }
};

QTEST_APPLESS_MAIN(EmqTest)
#include "emq_test.moc"
