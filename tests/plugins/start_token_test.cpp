#include "core/graph/cached_layer.h"
#include "core/method/activation_range.h"
#include "plugins/static_activations/static_activations.h"
#include "tests/plugins/picture_probe_fixture.h"
#include "tests/plugins/probe_fixture.h"
#include "tests/support/diffusers_folder.h"
#include "tests/support/numbers.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

const LayerMethod* roundingOrRanges(std::string_view id)
{
    static const StaticActivations ranges;
    return id == "static-activations" ? &ranges : onlyRounding(id);
}

LayerChoice ranged(double start)
{
    return {"int8g64", "static-activations", {{"start", start}, {"range", 0}}};
}

/// What a product with the layer gives for a text.
std::vector<float>
productOf(const CompressedLayer& layer, const Tensor& text, bool isWhole = true, std::size_t* whole = nullptr)
{
    GraphBuilder builder;
    const ValueId y = builder.add({OpKind::Linear, {}}, {builder.input()}, {TensorId{7}}, "to_k");
    const Graph graph = std::move(builder).finish(y);
    const auto executor = cpuExecutor();
    executor->multipliesWholeNumbers = isWhole;
    ValueMap values{{graph.input, text}};
    const auto weights = [&](TensorId) -> Result<Executor::Weights> {
        return Executor::Weights{layer, keyOf("layer", std::uint64_t(1))};
    };
    const auto done = executor->run(graph, 0, 0, values, weights, nullptr, {});
    if (!done)
        qFatal("%s", done.error().message.c_str());
    if (whole != nullptr)
        *whole = executor->wholeNumberLayers().size();
    return values.at(y).toFloats();
}

} // namespace

/// methods/mixdq.md, checks 2 and 3: what the start token of a text gives is stored.
class StartTokenTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::shared_ptr<const Model> m_model;

    std::shared_ptr<PictureEngine>
    engineFor(const std::string& prompt, double guidance = 7.5, std::shared_ptr<const Model> model = {})
    {
        PictureOptions options;
        options.task.steps = 2;
        options.task.prompt = prompt;
        options.task.guidance = guidance;
        options.source.limit = 1;
        auto engine = PictureEngine::create(model ? model : m_model, roundingOrRanges, options);
        if (!engine)
            qFatal("%s", engine.error().message.c_str());
        return *engine;
    }
    /// The states that the text encoder makes of a prompt.
    Tensor textOf(const std::shared_ptr<PictureEngine>& engine)
    {
        const auto probe = engine->makeProbe({}, {}).value();
        for (std::size_t chunk = 0; chunk < probe->chunkCount(); ++chunk) {
            const auto run = probe->values(chunk).value();
            if (const auto found = run.values.find(run.graph.part(1).inputs[2]); found != run.values.end())
                return found->second;
        }
        qFatal("no run reads a text");
    }
    std::vector<LayerId> textLayers() const
    {
        std::vector<LayerId> layers;
        for (std::size_t i = 0; i < m_model->layers.size(); ++i) {
            const std::string& name = m_model->layers[i].name;
            if (name.find("attn2.to_k") != std::string::npos || name.find("attn2.to_v") != std::string::npos)
                layers.push_back(LayerId(i));
        }
        return layers;
    }

private slots:
    void initTestCase()
    {
        diffusersFolder::writeStableDiffusion(m_folder.filePath("sd").toStdString());
        m_model = loadModel(m_folder.filePath("sd").toStdString()).value();
    }

    void theFirstRowIsTheFloatOneForEveryText()
    {
        const auto engine = engineFor("ab"), other = engineFor("ba abab x");
        const Tensor text = textOf(engine), otherText = textOf(other);
        QVERIFY(text.toFloats() != otherText.toFloats());
        QCOMPARE(textLayers().size(), std::size_t(2 * 16)); // 2 a block on the way down, 1, 3 on the way up
        for (const LayerId id : textLayers()) {
            const Tensor stored = materialise(m_model->tensor(m_model->layer(id).tensor)).value();
            const CompressedLayer made = engine->compressor()->compress(id, ranged(1), {}).value();
            const CompressedLayer again = other->compressor()->compress(id, ranged(1), {}).value();
            const auto &parts = made.replacement()->parts, &otherParts = again.replacement()->parts;
            QCOMPARE(parts[4].name, std::string("start.output"));
            QCOMPARE(parts[4].tensor.toFloats(), otherParts[4].tensor.toFloats());
            const std::size_t outputs = m_model->layer(id).rows;
            for (const Tensor& read : {text, otherText})
                for (const bool isWhole : {true, false}) {
                    std::size_t whole = 0;
                    const std::vector<float> exact = productOf(stored, read),
                                             rounded = productOf(made, read, isWhole, &whole);
                    QCOMPARE(whole, std::size_t(isWhole ? 1 : 0));
                    QCOMPARE(rounded.size(), exact.size());
                    double off = 0, power = 0;
                    for (std::size_t i = 0; i < exact.size(); ++i) {
                        if (i < outputs)
                            QCOMPARE(rounded[i], exact[i]);
                        off += std::pow(double(rounded[i]) - double(exact[i]), 2);
                        power += std::pow(double(exact[i]), 2);
                    }
                    QVERIFY(off > 0 && off < 1e-3 * power); // the others are rounded
                }
            QVERIFY(
                made.bytes() <= StaticActivations().storedBytes(
                    outputs, m_model->layer(id).columns, parseNumberFormat("int8g64").value(),
                    ranged(1).parameters));
            QCOMPARE(made.dense().value().toFloats(), parts[0].tensor.toFloats());
        }
    }

    // Check 2, with the start token among the inputs and without.
    void theRangeLeavesTheFirstTokenOut()
    {
        constexpr std::size_t width = 4;
        const auto bucketOf = [](std::vector<float> x) {
            InputHistograms::Bucket bucket;
            bucket.channels.resize(width, Histogram(256));
            bucket.whole.add(x);
            for (std::size_t c = 0; c < width; ++c)
                for (std::size_t i = c; i < x.size(); i += width)
                    bucket.channels[c].add(std::span(x).subspan(i, 1));
            return bucket;
        };
        const std::vector<float> quiet{-1.4f, .1f, .2f, 1.4f};
        std::vector<float> all{821.6f, 3, 2, 1};
        all.insert(all.end(), quiet.begin(), quiet.end());
        InputHistograms inputs{{bucketOf(all)}, {}, {}};
        inputs.startToken = {2, {bucketOf(quiet)}, Tensor::adoptFloats({1, 2}, {5, 7})};
        const LayerProblem problem{.weights = Tensor::adoptFloats({2, width}, normalValues(2 * width, 1))};
        const auto step = [&](double start, double channels) {
            Parameters parameters = ranged(start).parameters;
            parameters["channels"] = channels;
            const CompressedLayer made =
                StaticActivations()
                    .quantizeWithRanges(problem, inputs, parseNumberFormat("int8g64").value(), parameters, {})
                    .value();
            return double(made.replacement()->parts[1].tensor.toFloats()[0]);
        };
        QVERIFY(isNear(step(0, 0), 3.227, 1e-3));
        QVERIFY(isNear(step(1, 0), .011, 5e-4));
        QVERIFY(isNear(step(0, 0) / step(1, 0), 294, .5));
        QVERIFY(step(1, 1) < step(0, 1)); // of channels as well
    }

    void anEncoderThatLooksAheadIsRefused()
    {
        auto model = std::make_shared<Model>(*m_model);
        std::size_t changed = 0;
        for (Node& node : model->graph->nodes)
            if (node.op.kind == OpKind::Attention && node.op.count("causal") == 1) {
                node.op.attributes["causal"] = 0;
                ++changed;
            }
        QCOMPARE(changed, std::size_t(3));
        const auto engine = engineFor("ab", 7.5, model);
        const auto made = engine->compressor()->compress(textLayers().front(), ranged(1), {});
        QVERIFY(!made.has_value());
        QVERIFY2(
            made.error().message.find("differs from text to text") != std::string::npos,
            made.error().message.c_str());
        QVERIFY(engine->compressor()->compress(textLayers().front(), ranged(0), {}).has_value());
    }
    void oneTextProvesNothing()
    {
        const auto made = engineFor("ab", 1)->compressor()->compress(textLayers().front(), ranged(1), {});
        QVERIFY(!made.has_value());
        QVERIFY2(
            made.error().message.find("one text only") != std::string::npos, made.error().message.c_str());
    }
    void otherLayersAreRefused_data()
    {
        QTest::addColumn<QString>("name");
        QTest::newRow("self-attention") << "attn1.to_k";
        QTest::newRow("a query") << "attn2.to_q";
        QTest::newRow("a convolution") << "conv_in";
        QTest::newRow("in the encoder") << "q_proj";
    }
    void otherLayersAreRefused()
    {
        QFETCH(QString, name);
        const auto& layers = m_model->layers;
        const auto found = std::ranges::find_if(layers, [&](const Layer& candidate) {
            return candidate.name.find(name.toStdString()) != std::string::npos;
        });
        const auto made =
            engineFor("ab")->compressor()->compress(LayerId(found - layers.begin()), ranged(1), {});
        QVERIFY(!made.has_value());
        QVERIFY2(
            made.error().message.find("reads no text") != std::string::npos, made.error().message.c_str());
    }

    void theWholeNetworkRunsWithIt()
    {
        const auto engine = engineFor("ab");
        Allocation plain = m_model->original(), kept = plain;
        for (const LayerId id : textLayers()) {
            plain[id] = ranged(0);
            kept[id] = ranged(1);
        }
        const auto session = engine->makeSession().value();
        const auto divergence = [&](const Allocation& allocation) {
            return session->divergence(allocation, 0, {}).value().value;
        };
        qInfo("divergence %.3g, with the start token kept %.3g", divergence(plain), divergence(kept));
        QVERIFY(divergence(kept) > 0);
    }
    void rowsOfAnotherWidthAreAnError()
    {
        LayerReplacement product{
            .graph = {},
            .parts = {{"weights", Tensor::adoptFloats({2, 3}, std::vector<float>(6, 1)), false}},
            .outputs = 2,
            .inputs = 3};
        GraphBuilder builder;
        const ValueId y = builder.add({OpKind::Linear, {}}, {builder.input()}, {TensorId{0}});
        product.graph = std::move(builder).finish(y);
        const Tensor text = Tensor::adoptFloats({4, 3}, std::vector<float>(12, 1));
        const LayerReplacement right = withStoredFirstRow(product, Tensor::adoptFloats({1, 2}, {7, 8}), 4);
        QCOMPARE(productOf(right, text), (std::vector<float>{7, 8, 3, 3, 3, 3, 3, 3}));
        const LayerReplacement wrong = withStoredFirstRow(product, Tensor::adoptFloats({1, 1}, {7}), 4);
        const auto executor = cpuExecutor();
        GraphBuilder outer;
        const ValueId made = outer.add({OpKind::Linear, {}}, {outer.input()}, {TensorId{0}}, "to_k");
        const Graph graph = std::move(outer).finish(made);
        const auto done = [&](const LayerReplacement& layer, const Tensor& rows) {
            ValueMap values{{graph.input, rows}};
            return executor->run(
                graph, 0, 0, values,
                [&](TensorId) -> Result<Executor::Weights> {
                    return Executor::Weights{layer, keyOf("layer")};
                },
                nullptr, {});
        };
        const auto narrow = done(wrong, text);
        QVERIFY(!narrow.has_value());
        QCOMPARE(narrow.error().code, ErrorCode::InvalidInput);
        QVERIFY(done(right, text).has_value());
        // What is stored for four rows would put a wrong one first, or lose some.
        for (const std::size_t rows : {3, 5}) {
            const auto other =
                done(right, Tensor::adoptFloats({rows, 3}, std::vector<float>(3 * rows, 1)));
            QVERIFY(!other.has_value());
            QVERIFY2(
                other.error().message.find("stored for 4 rows") != std::string::npos,
                other.error().message.c_str());
        }
    }
};

QTEST_GUILESS_MAIN(StartTokenTest)
#include "start_token_test.moc"
