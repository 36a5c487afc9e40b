#include "core/base/parallel.h"
#include "plugins/bias_tuning/bias_tuning.h"
#include "plugins/torch/tuning_data.h"
#include "tests/plugins/picture_probe_fixture.h"
#include "tests/plugins/small_text_fixture.h"
#include "tests/support/shared_data.h"

#include <QFile>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

constexpr const char* classifier =
    TRITLOOM_SOURCE_DIR "/resources/samples/picture/classification/shapes.onnx";

PictureOptions somePictures(std::size_t count)
{
    PictureOptions options;
    options.source.limit = count;
    options.calibrationCount = count;
    return options;
}

std::vector<std::size_t> allOf(const TuningData& data)
{
    std::vector<std::size_t> parts(data.parts());
    std::iota(parts.begin(), parts.end(), std::size_t{0});
    return parts;
}

/// Some bias of the classifier: the first tensor that a batch norm adds.
TensorId someBias(const ModelProbe& probe)
{
    for (const Node& node : probe.graph()->nodes)
        if (node.op.kind == OpKind::BatchNorm)
            return node.weights[1];
    return TensorId(0);
}

/// What it makes of its tokens.
struct TunedText : SmallText {
    /// Mean divergence of the model with other tensors from this one, over all positions, by the executor.
    [[nodiscard]] double divergenceOf(const std::map<TensorId, Tensor>& tensors) const
    {
        double sum = 0, count = 0;
        const auto other = withTensors(*model, tensors);
        for (const Chunk& chunk : chunks) {
            const Tensor tokens =
                Tensor::adoptFloats({chunk.tokens.size()}, {chunk.tokens.begin(), chunk.tokens.end()});
            Tensor logs[2];
            const auto executor = cpuExecutor();
            for (const auto& of : {model, other}) {
                ValueMap values{{of->graph->input, tokens}};
                const auto stored = [&](TensorId id) -> Result<Executor::Weights> {
                    return Executor::Weights{materialise(of->tensor(id)).value(), keyOf(of == model, id)};
                };
                if (!executor->run(*of->graph, 0, of->graph->stageCount - 1, values, stored, nullptr, {}))
                    qFatal("the model does not run");
                const Tensor logits[] = {values.at(of->graph->output)};
                logs[of == model ? 0 : 1] = executor->run(Op{OpKind::LogSoftmax, {}}, logits, {}).value();
            }
            for (const float value : executor->run(Op{OpKind::Divergence, {}}, logs, {}).value().toFloats()) {
                sum += double(value);
                ++count;
            }
        }
        return sum / count;
    }
};

} // namespace

/// The checks of methods/adaquant.md on bias tuning.
class BiasTuningTest : public QObject {
    Q_OBJECT

private:
    static double divergenceOf(const PictureEngine& engine, const Candidate& candidate)
    {
        const auto session = engine.makeSession().value(); // from the network before transforms
        return session->evaluate(uniform(*engine.model(), candidate), {}).value().divergence.value;
    }

private slots:
    // Before all others: none of them has opened it.
    void whatIsRefusedOpensNoLibTorch()
    {
        const auto model = loadModel(classifier).value();
        CompressorProbe probe(
            std::make_shared<Compressor>(model, onlyRounding, nullptr, std::size_t{1} << 20),
            {{"int4row", "rtn", {}}}, std::stop_token());
        const auto made = BiasTuning().apply(probe, {}, {});
        QCOMPARE(made.error().code, ErrorCode::Unsupported);
        QVERIFY2(
            made.error().message.find("there is none") != std::string::npos, made.error().message.c_str());
        QFile maps("/proc/self/maps");
        if (!maps.open(QIODevice::ReadOnly))
            QSKIP("no list of opened libraries here");
        QVERIFY(!maps.readAll().contains("libtorch"));
    }

    void slopesAreThoseOfTheDivergence()
    {
        const auto probe = pictureProbeOf(classifier, {{"int3row", "rtn", {}}}, somePictures(20));
        const TuningData data = TuningData::gather(*probe, {}).value();
        QVERIFY(data.runsManyAtOnce());
        TensorMap tensors;
        for (std::size_t i = 0; i < probe->layers().size(); ++i) {
            const TensorId id = probe->layers()[i].tensor;
            tensors[id] = Tensor::adoptFloats(
                data.tensors().at(id).type().shape, probe->compressed(i, 0).value().toFloats());
        }
        const TensorId bias = someBias(*probe);
        const std::vector<std::size_t> parts = allOf(data);
        const auto descent = data.descend(parts, tensors, {bias}, {}).value();
        const std::vector<float> values = data.tensors().at(bias).toFloats();
        double farthest = 0, largest = 0;
        for (std::size_t i = 0; i < values.size(); ++i) {
            constexpr double step = 1.0 / 256;
            double sides[2];
            for (const int side : {0, 1}) {
                std::vector<float> moved = values;
                moved[i] += float(side == 0 ? -step : step);
                tensors[bias] = Tensor::adoptFloats(data.tensors().at(bias).type().shape, std::move(moved));
                sides[side] = data.descend(parts, tensors, {}, {}).value().divergence;
            }
            const double slope = descent.slopes.at(bias)[i];
            farthest = std::max(farthest, std::abs((sides[1] - sides[0]) / (2 * step) - slope));
            largest = std::max(largest, std::abs(slope));
        }
        QVERIFY2(farthest <= 0.03 * largest, qPrintable(QString("%1 of %2").arg(farthest).arg(largest)));
    }

    void manyPicturesAtOnceGiveWhatOneByOneGives()
    {
        const auto probe = pictureProbeOf(classifier, {{"int3row", "rtn", {}}}, somePictures(20));
        const TuningData data = TuningData::gather(*probe, {}).value();
        TensorMap tensors{{probe->layers()[0].tensor, probe->compressed(0, 0).value()}};
        const TensorId bias = someBias(*probe);
        const auto together = data.descend(allOf(data), tensors, {bias}, {}).value();
        double divergence = 0;
        std::vector<double> slopes(together.slopes.at(bias).size());
        for (const std::size_t part : allOf(data)) {
            const std::size_t one[] = {part};
            const auto alone = data.descend(one, tensors, {bias}, {}).value();
            divergence += alone.divergence / double(data.parts());
            for (std::size_t i = 0; i < slopes.size(); ++i)
                slopes[i] += alone.slopes.at(bias)[i] / double(data.parts());
        }
        QVERIFY(together.divergence > 0);
        QVERIFY(std::abs(divergence - together.divergence) <= 1e-4 * divergence);
        for (std::size_t i = 0; i < slopes.size(); ++i)
            QVERIFY(std::abs(slopes[i] - together.slopes.at(bias)[i]) <= 1e-5);
    }

    void groupsGiveTheSameOnAnyNumberOfThreads()
    {
        const auto probe = pictureProbeOf(classifier, {{"int3row", "rtn", {}}}, somePictures(50));
        const TuningData data = TuningData::gather(*probe, {}).value();
        const TensorMap tensors{{probe->layers()[0].tensor, probe->compressed(0, 0).value()}};
        const TensorId bias = someBias(*probe);
        std::vector<TuningData::Descent> made;
        for (const std::size_t threads : {1, 8}) {
            setThreadCount(threads);
            made.push_back(data.descend(allOf(data), tensors, {bias}, {}).value());
        }
        setThreadCount(0);
        QVERIFY(made[0].divergence == made[1].divergence);
        QVERIFY(made[0].slopes == made[1].slopes);
    }

    void fewPicturesAreWarnedOf()
    {
        const auto probe = pictureProbeOf(classifier, {{"int3row", "rtn", {}}}, somePictures(8));
        const auto made = BiasTuning().apply(*probe, {{"steps", 1}}, {}).value();
        QVERIFY(std::ranges::any_of(made.notices, [](const std::string& notice) {
            return notice.find("fewer than 100") != std::string::npos;
        }));
    }

    void theDivergenceFalls_data()
    {
        QTest::addColumn<QString>("format");
        for (const char* format : {"int2row", "int3row", "int4row"})
            QTest::newRow(format) << format;
    }
    void theDivergenceFalls()
    {
        QFETCH(QString, format);
        const std::vector<Candidate> candidates{{format.toStdString(), "rtn", {}}};
        PictureOptions options = somePictures(64);
        options.calibrationCount = 32;
        const auto engine =
            PictureEngine::create(loadModel(classifier).value(), onlyRounding, options).value();
        const auto result = engine->transformed(BiasTuning(), {{"steps", 60}}, candidates, {});
        QVERIFY2(result.has_value(), result ? "" : result.error().message.c_str());
        const auto& tuned = *result;
        const double plain = divergenceOf(*engine, candidates[0]), now = divergenceOf(*tuned, candidates[0]);
        QVERIFY2(now < 0.95 * plain, qPrintable(QString("%1 of %2").arg(now).arg(plain)));
    }

    void whereNothingIsRoundedNothingChanges()
    {
        const auto probe = pictureProbeOf(classifier, {{"f32", "rtn", {}}}, somePictures(8));
        const auto made = BiasTuning().apply(*probe, {{"steps", 4}}, {}).value();
        QVERIFY(!made.tensors.empty());
        for (const auto& [id, tensor] : made.tensors) {
            const std::vector<float> before = probe->tensor(id).value().toFloats(), after = tensor.toFloats();
            for (std::size_t i = 0; i < before.size(); ++i)
                QVERIFY(std::abs(before[i] - after[i]) <= 1e-5f);
        }
    }

    void aRateThatIsTooHighDoesNoHarm()
    {
        const auto probe = pictureProbeOf(classifier, {{"int3row", "rtn", {}}}, somePictures(20));
        const TuningData data = TuningData::gather(*probe, {}).value();
        TensorMap tensors;
        for (std::size_t i = 0; i < probe->layers().size(); ++i)
            tensors[probe->layers()[i].tensor] = probe->compressed(i, 0).value();
        const double before = data.descend(allOf(data), tensors, {}, {}).value().divergence;
        const auto made = BiasTuning().apply(*probe, {{"steps", 8}, {"rate", 10}}, {}).value();
        for (const auto& [id, tensor] : made.tensors)
            tensors[id] = tensor;
        QVERIFY(data.descend(allOf(data), tensors, {}, {}).value().divergence <= before);
    }

    void languageModelsWithBiasesAreTuned()
    {
        const TunedText text;
        const auto probe = text.probe({{"int3g32", "rtn", {}}});
        std::map<TensorId, Tensor> tensors;
        for (std::size_t i = 0; i < probe->layers().size(); ++i)
            if (probe->layers()[i].block) // the embedding stays as stored
                tensors[probe->layers()[i].tensor] = probe->compressed(i, 0).value();
            else if (probe->layers()[i].name.starts_with("output"))
                tensors[probe->layers()[i].tensor] = probe->compressed(i, 0).value();
        const double before = text.divergenceOf(tensors);
        const auto made = BiasTuning().apply(*probe, {{"steps", 30}}, {});
        QVERIFY2(made.has_value(), made ? "" : made.error().message.c_str());
        for (const auto& [id, tensor] : made->tensors)
            tensors[id] = tensor;
        const double after = text.divergenceOf(tensors);
        QVERIFY2(after < before, qPrintable(QString("%1 of %2").arg(after).arg(before)));
    }

    void whatCannotBeTunedIsSaid()
    {
        const SampleProbe sample = probeOf(sampleModel(), {{"int4g64a", "rtn", {}}});
        const auto made = BiasTuning().apply(*sample.probe, {}, {});
        QCOMPARE(made.error().code, ErrorCode::Unsupported); // llama has no biases
        const SampleProbe unasked = probeOf(sampleModel());
        QCOMPARE(BiasTuning().apply(*unasked.probe, {}, {}).error().code, ErrorCode::InvalidInput);
        PictureOptions options = somePictures(1);
        options.task.steps = 1;
        const auto generator =
            samplePictureProbe("generation/denoise.onnx", {{"int4row", "rtn", {}}}, options);
        QCOMPARE(BiasTuning().apply(*generator, {}, {}).error().code, ErrorCode::Unsupported);
    }

    void resNet20ComesNearerToTheOriginal_data()
    {
        QTest::addColumn<QString>("format");
        QTest::newRow("3 bits") << "int3row";
        QTest::newRow("4 bits") << "int4row";
    }
    void resNet20ComesNearerToTheOriginal()
    {
        TRITLOOM_NEEDS_SHARED_DATA(data);
        QFETCH(QString, format);
        const std::vector<Candidate> candidates{{format.toStdString(), "rtn", {}}};
        // With a third of these the biases fit the calibration pictures and nothing else.
        PictureOptions options = somePictures(200);
        options.source.images = data / "imgs_cifar10_a";
        options.calibrationCount = 100;
        const auto engine =
            PictureEngine::create(
                loadModel(data / "img_resnet20_cifar10/resnet20-12fca82f.th").value(), onlyRounding, options)
                .value();
        const auto result = engine->transformed(BiasTuning(), {{"steps", 20}}, candidates, {});
        QVERIFY2(result.has_value(), result ? "" : result.error().message.c_str());
        const auto& tuned = *result;
        const double plain = divergenceOf(*engine, candidates[0]), now = divergenceOf(*tuned, candidates[0]);
        for (const std::string& notice : tuned->pictures().notices)
            qInfo("%s", notice.c_str());
        QVERIFY2(now < plain, qPrintable(QString("%1 of %2").arg(now).arg(plain)));
    }
};

QTEST_APPLESS_MAIN(BiasTuningTest)
#include "bias_tuning_test.moc"
