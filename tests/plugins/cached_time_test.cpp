#include "app/session/export_controller.h"
#include "core/graph/cached_layer.h"
#include "core/sensitivity/candidate.h"
#include "plugins/cached_time/cached_time.h"
#include "tests/plugins/picture_probe_fixture.h"
#include "tests/plugins/probe_fixture.h"
#include "tests/support/diffusers_folder.h"
#include "tests/support/shared_data.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

constexpr std::size_t steps = 4;

const LayerMethod* roundingOrCache(std::string_view id)
{
    static const CachedTime cache;
    return id == "cached-time" ? &cache : onlyRounding(id);
}

bool isOfTime(const std::string& name)
{
    return name.find("time_emb") != std::string::npos; // time_embedding, time_emb_proj
}

LayerChoice cached(std::string format = "f16", double count = steps, double keep = 0)
{
    return {std::move(format), "cached-time", {{"steps", count}, {"keep", keep}}};
}

} // namespace

/// methods/bitsfusion.md, check 7: outputs by time step in place of the time embedding.
class CachedTimeTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::shared_ptr<PictureEngine> m_engine;

    std::shared_ptr<PictureEngine> engineOf(const std::filesystem::path& path, std::size_t count = steps)
    {
        PictureOptions options;
        options.task.steps = count;
        options.source.limit = 1;
        auto engine = PictureEngine::create(loadModel(path).value(), roundingOrCache, options);
        if (!engine)
            qFatal("%s", engine.error().message.c_str());
        return *engine;
    }
    Allocation allCached(const LayerChoice& choice) const
    {
        Allocation allocation = m_engine->model()->original();
        for (std::size_t i = 0; i < allocation.layers.size(); ++i)
            if (isOfTime(m_engine->model()->layers[i].name))
                allocation.layers[i] = choice;
        return allocation;
    }
    LayerId layer(const std::string& part) const
    {
        const auto& layers = m_engine->model()->layers;
        const auto found = std::ranges::find_if(
            layers, [&](const Layer& candidate) { return candidate.name.find(part) != std::string::npos; });
        return LayerId(found - layers.begin());
    }
    Result<TaskOutput> picture(const Allocation& allocation, std::size_t count = steps)
    {
        TaskOptions task;
        task.steps = count;
        const auto session = m_engine->makeSessionOf({m_engine->pictures().samples.front()}, task).value();
        return session->output(0, allocation, NetworkPass::Keep::Nothing, {});
    }
    static double worst(const TaskOutput& a, const TaskOutput& b)
    {
        double most = 0;
        for (std::size_t i = 1; i < a.size(); ++i) // the noise that was predicted at every step
            most = std::max(most, relativeError(a[i], b[i]));
        return most;
    }

private slots:
    void initTestCase()
    {
        diffusersFolder::writeDdpm(m_folder.filePath("ddpm").toStdString());
        m_engine = engineOf(m_folder.filePath("ddpm").toStdString());
    }

    void aRowIsTheLayerToHalfPrecision()
    {
        std::size_t tables = 0;
        const auto probe = m_engine->makeProbe({}, {}).value();
        const auto session = m_engine->makeSession().value();
        for (std::size_t i = 0; i < m_engine->model()->layers.size(); ++i) {
            const Layer& what = m_engine->model()->layers[i];
            if (!isOfTime(what.name))
                continue;
            ++tables;
            const CompressedLayer made = m_engine->compressor()->compress(LayerId(i), cached(), {}).value();
            QCOMPARE(made.bytes(), steps * (2 * what.rows + 4));
            QCOMPARE(made.bytes(), bytesOf(what, cached(), roundingOrCache));
            // The direct forward: the value behind the product in a run of the network at that step.
            for (std::size_t chunk = 0; chunk < steps; ++chunk) {
                const auto values = probe->values(chunk).value();
                const auto node = std::ranges::find_if(values.graph.nodes, [&](const Node& candidate) {
                    return candidate.op.kind == OpKind::Linear && candidate.weights[0] == what.tensor;
                });
                const std::vector<float> direct = values.values.at(node->output).toFloats();
                const auto row =
                    cachedOutput(*made.replacement(), probe->timeStep(chunk)).value().value().toFloats();
                QCOMPARE(row.size(), direct.size());
                for (std::size_t c = 0; c < row.size(); ++c)
                    QVERIFY2(
                        std::abs(double(row[c]) - double(direct[c]))
                            <= std::abs(double(direct[c])) / 2047 + 1e-6,
                        qPrintable(QString("%1 against %2").arg(row[c]).arg(direct[c])));
            }
        }
        QCOMPARE(tables, std::size_t(2 + 12)); // the embedding's two, and one a resnet
    }

    void theNetworkGivesTheSameToHalfPrecision()
    {
        const TaskOutput direct = picture(m_engine->model()->original()).value();
        const TaskOutput tables = picture(allCached(cached())).value();
        const double error = worst(direct, tables);
        qInfo("squared error over variance, the worst step: %.3g", error);
        QVERIFY(error > 0 && error < 1e-6);
        QVERIFY(worst(direct, picture(allCached(cached("f32"))).value()) < 1e-12);
        // Fewer bits lose more, but are tables as well.
        QVERIFY(worst(direct, picture(allCached(cached("int4g32"))).value()) > error);
    }

    // 22 projections of Stable Diffusion 1.5 with 20160 outputs: 2.016 MB for 50 steps.
    void sizesAreThoseOfThePaper()
    {
        const auto f16 = parseNumberFormat("f16").value();
        const CachedTime method;
        QCOMPARE(method.storedBytes(20160, 1280, f16, {{"steps", 50}}), std::size_t(2016000 + 50 * 4));
        QCOMPARE(
            method.storedBytes(20160, 1280, f16, {{"steps", 50}, {"keep", 1}}),
            std::size_t(2016000 + 50 * 4 + 2 * 20160 * 1280));
    }

    void anotherStepIsAnErrorThatNamesTheStored()
    {
        const auto other = picture(allCached(cached()), 5);
        QVERIFY(!other.has_value());
        const QString said = QString::fromStdString(other.error().message);
        for (const char* word :
             {"time_embedding.linear_1", "time step 800", "4 whose outputs", "0, 250, 500, 750"})
            QVERIFY2(said.contains(word), qPrintable(said));
        // Nobody took part in that step but the tables.
        QVERIFY(picture(m_engine->model()->original(), 5).has_value());
    }
    void aKeptLayerServesOtherSteps()
    {
        const Allocation kept = allCached(cached("f16", steps, 1));
        const auto direct = picture(m_engine->model()->original(), 5), made = picture(kept, 5);
        QVERIFY2(made.has_value(), made ? "" : made.error().message.c_str());
        QVERIFY(worst(*direct, *made) < 1e-6);
        // The stored steps come from the table, where the rounding of the weights does not count.
        const auto coarse = allCached(cached("int2g32", steps, 1));
        Allocation table = allCached(cached("int2g32"));
        QCOMPARE(picture(coarse).value()[1].toFloats(), picture(table).value()[1].toFloats());
        const Tensor dense = m_engine->compressor()
                                 ->compress(layer("time_embedding.linear_1"), cached("f16", steps, 1), {})
                                 .value()
                                 .dense()
                                 .value();
        QCOMPARE(dense.type().shape, (Shape{64, 16}));
    }

    void otherLayersAreRefused_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("word");
        QTest::newRow("a convolution") << "conv_in"
                                       << "convolution";
        QTest::newRow("attention") << "to_q"
                                   << "not the time step alone";
    }
    void otherLayersAreRefused()
    {
        QFETCH(QString, name);
        QFETCH(QString, word);
        const auto made = m_engine->compressor()->compress(layer(name.toStdString()), cached(), {});
        QVERIFY(!made.has_value());
        QCOMPARE(made.error().code, ErrorCode::Unsupported);
        const QString said = QString::fromStdString(made.error().message);
        QVERIFY2(said.contains(name) && said.contains(word), qPrintable(said));
    }
    void anotherNumberOfStepsIsRefused()
    {
        const auto made = m_engine->compressor()->compress(layer("linear_1"), cached("f16", 3), {});
        QVERIFY(!made.has_value());
        QVERIFY2(
            made.error().message.find("cached-time:steps=4") != std::string::npos
                && made.error().message.find("linear_1") != std::string::npos,
            made.error().message.c_str());
    }
    void aNetworkWithoutTimeIsRefused()
    {
        const auto classifier =
            engineOf(TRITLOOM_SOURCE_DIR "/resources/samples/picture/classification/shapes.onnx");
        const auto made = classifier->compressor()->compress(LayerId(0), cached(), {});
        QVERIFY(!made.has_value());
        QVERIFY2(
            made.error().message.find("no time step") != std::string::npos, made.error().message.c_str());
    }

    void aFloatStaysWithTheMethod()
    {
        const Layer& what = m_engine->model()->layer(layer("linear_1"));
        QCOMPARE(choiceFor(what, {"f16", "cached-time", {{"steps", 4}}}).method, std::string("cached-time"));
        QCOMPARE(choiceFor(what, {"f16", "gptq", {}}).method, std::string("rtn"));
    }

    void exportsSayThatTheyCannotHoldIt()
    {
        const Allocation allocation = allCached(cached());
        for (const char* name : {"small.onnx", "small.safetensors"}) {
            const std::filesystem::path path = m_folder.filePath(name).toStdString();
            bool hasBegun = false;
            const auto written = exportAllocation(
                *m_engine->model(), *m_engine->compressor(), allocation, path, {},
                [&](double) { hasBegun = true; }, {}, Evaluate::No);
            QVERIFY2(!written.has_value(), name);
            QVERIFY2(!hasBegun, name);
            const QString said = QString::fromStdString(written.error().message);
            QVERIFY2(said.contains("time_emb") && said.contains("*.tritloom"), qPrintable(said));
            QVERIFY(!std::filesystem::exists(path));
        }
    }

    // 14 products of 7 embeddings, one of them of 1 x 1.
    void aPublishedNetworkKeepsItsNoise()
    {
        TRITLOOM_NEEDS_SHARED_DATA(folder);
        const auto engine = engineOf(folder / "img_ddpm_unet_mnist/ddpm_mnist.pt");
        Allocation allocation = engine->model()->original();
        for (std::size_t i = 0; i < allocation.layers.size(); ++i)
            if (engine->model()->layers[i].name.find(".te") != std::string::npos)
                allocation.layers[i] = cached();
        const auto session = engine->makeSession().value();
        const double divergence = session->divergence(allocation, 1, {}).value().value;
        qInfo("squared error over variance: %.3g", divergence);
        QVERIFY(divergence > 0 && divergence < 1e-6);
    }

    void aTableThatDoesNotFitIsAnError()
    {
        LayerReplacement wrong =
            timeTableLayer(Tensor::adoptFloats({3, 4}, std::vector<float>(12)), {1, 2}, std::nullopt, 5);
        QVERIFY(!cachedOutput(wrong, 1.0).has_value());
        const LayerReplacement right =
            timeTableLayer(Tensor::adoptFloats({2, 4}, {1, 2, 3, 4, 5, 6, 7, 8}), {1, 2}, std::nullopt, 5);
        QCOMPARE(cachedOutput(right, 2.0).value().value().toFloats(), (std::vector<float>{5, 6, 7, 8}));
        QVERIFY(!cachedOutput(right, std::nullopt).has_value());
        QVERIFY(!denseWeights(right).has_value());
    }
};

QTEST_GUILESS_MAIN(CachedTimeTest)
#include "cached_time_test.moc"
