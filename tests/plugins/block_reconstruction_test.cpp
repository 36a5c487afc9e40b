#include "app/session/export_controller.h"
#include "plugins/adaround/adaround.h"
#include "plugins/block_reconstruction/block_reconstruction.h"
#include "tests/plugins/picture_probe_fixture.h"
#include "tests/plugins/probe_fixture.h"
#include "tests/support/shared_data.h"

#include <QTemporaryDir>
#include <QTest>

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

double divergenceOf(const PictureEngine& engine, const Candidate& candidate)
{
    const auto session = engine.makeSession().value(); // from the network before transforms
    return session->evaluate(uniform(*engine.model(), candidate), {}).value().divergence.value;
}

} // namespace

/// Block reconstruction of whole networks; what it does in a block is block_rounding_test.
class BlockReconstructionTest : public QObject {
    Q_OBJECT

private slots:
    void theNetworkComesNearerAndWhatIsPackedStays_data()
    {
        QTest::addColumn<QString>("format");
        for (const char* format : {"int2row", "int3row", "int4row"})
            QTest::newRow(format) << format;
    }
    void theNetworkComesNearerAndWhatIsPackedStays()
    {
        QFETCH(QString, format);
        const Candidate candidate{format.toStdString(), "rtn", {}};
        PictureOptions options = somePictures(64);
        options.calibrationCount = 32;
        const auto engine =
            PictureEngine::create(loadModel(classifier).value(), onlyRounding, options).value();
        const auto result =
            engine->transformed(BlockReconstruction(), {{"iterations", 100}}, {candidate}, {});
        QVERIFY2(result.has_value(), result ? "" : result.error().message.c_str());
        const auto& learned = *result;
        for (const std::string& notice : learned->pictures().notices)
            qInfo("%s", notice.c_str());
        const double plain = divergenceOf(*engine, candidate), now = divergenceOf(*learned, candidate);
        QVERIFY2(now < 0.95 * plain, qPrintable(QString("%1 of %2").arg(now).arg(plain)));
        // The format chosen again, what is stored, and what an ONNX file says of it are the same numbers.
        const Model& model = *learned->model();
        for (std::size_t i = 0; i < model.layers.size(); ++i) {
            const LayerChoice choice = choiceFor(model.layers[i], candidate);
            QCOMPARE(model.layers[i].storedFormat, choice.format);
            const Tensor chosen = learned->compressor()->compress(LayerId(i), choice, {}).value().tensor();
            const Tensor stored = materialise(model.tensor(model.layers[i].tensor)).value();
            QVERIFY(std::ranges::equal(chosen.bytes(), stored.bytes()));
        }
        const QTemporaryDir folder;
        for (const Allocation& allocation : {model.original(), uniform(model, candidate)}) {
            const auto report = exportAllocation(
                model, *learned->compressor(), allocation, folder.filePath("packed.onnx").toStdString(), {}, {});
            QVERIFY2(report.has_value(), report ? "" : report.error().message.c_str());
            const auto written = loadModel(report->path).value();
            QCOMPARE(written->bytes() < engine->model()->bytes() / 2, true);
        }
    }

    // Every layer in its own format: better than rounding, packed as the recipe has it, nothing rounded twice.
    void aMixedRecipeIsReconstructedInItsOwnFormats()
    {
        const auto model = loadModel(classifier).value();
        Allocation recipe = uniform(*model, {"int3row", "rtn", {}});
        for (std::size_t i = 0; i < recipe.layers.size(); i += 2)
            recipe.layers[i] = choiceFor(model->layers[i], {"int2row", "rtn", {}});
        recipe.layers.back() = {};
        const Candidate mixed = asCandidate(*model, recipe);
        QVERIFY(!mixed.byLayer.empty());
        QCOMPARE(uniform(*model, mixed).layers, recipe.layers);
        const auto before = PictureEngine::create(model, onlyRounding, somePictures(64)).value();
        const auto after = before->transformed(BlockReconstruction(), {{"iterations", 100}}, {mixed}, {});
        QVERIFY2(after.has_value(), after ? "" : after.error().message.c_str());
        std::size_t packed = 0;
        for (std::size_t i = 0; i < recipe.layers.size(); ++i) {
            const Layer& layer = (*after)->model()->layers[i];
            if (recipe.layers[i].format.empty() || layer.storedFormat != recipe.layers[i].format)
                continue;
            ++packed;
            const auto kept = (*after)->compressor()->compress(LayerId(i), recipe.layers[i], {}).value();
            const Tensor stored = materialise((*after)->model()->tensor(layer.tensor)).value();
            QVERIFY(std::ranges::equal(kept.tensor().bytes(), stored.bytes()));
        }
        QCOMPARE(packed, recipe.layers.size() - 1);
        const double rounded = divergenceOf(*before, mixed), learned = divergenceOf(**after, mixed);
        qInfo("divergence %.4g reconstructed, %.4g rounded", learned, rounded);
        QVERIFY(learned < rounded);
    }

    // eda-dm 7
    void aGeneratorLosesLessOnNoiseThatItDidNotSee()
    {
        static const AdaRound learned;
        const auto lookup = [](std::string_view id) -> const LayerMethod* {
            return id == "adaround" ? &learned : onlyRounding(id);
        };
        PictureOptions options;
        options.source.limit = 2;
        options.task.steps = 4;
        const std::string generator = TRITLOOM_SOURCE_DIR "/resources/samples/picture/generation/denoise.onnx";
        const auto engine = PictureEngine::create(loadModel(generator).value(), lookup, options).value();
        const Candidate rounding{"int4row", "rtn", {}}, adaround{"int4row", "adaround", {}};
        const auto result = engine->transformed(BlockReconstruction(), {{"iterations", 300}}, {rounding}, {});
        QVERIFY2(result.has_value(), result ? "" : result.error().message.c_str());
        for (const std::string& notice : (*result)->pictures().notices)
            qInfo("%s", notice.c_str());
        const double plain = divergenceOf(*engine, rounding), alone = divergenceOf(*engine, adaround),
                     blocks = divergenceOf(**result, rounding);
        qInfo("divergence %.4g by blocks, %.4g layer by layer, %.4g rounded", blocks, alone, plain);
        QVERIFY(blocks < alone && alone < plain);
    }

    void whatCannotBeReconstructedIsSaid()
    {
        const auto refused = [](ModelProbe& probe) { return BlockReconstruction().apply(probe, {}, {}).error(); };
        const SampleProbe unasked = probeOf(sampleModel()), text = probeOf(sampleModel(), {{"int4g64a", "rtn", {}}});
        QCOMPARE(refused(*unasked.probe).code, ErrorCode::InvalidInput);
        QCOMPARE(refused(*text.probe).code, ErrorCode::Unsupported);
        const auto model = loadModel(classifier).value();
        CompressorProbe alone(
            std::make_shared<Compressor>(model, onlyRounding, nullptr, std::size_t{1} << 20),
            {{"int4row", "rtn", {}}}, std::stop_token());
        QVERIFY(refused(alone).message.find("there are none") != std::string::npos);
        const auto several =
            pictureProbeOf(classifier, {{"int3row", "rtn", {}}, {"int4row", "rtn", {}}}, somePictures(4));
        QVERIFY(refused(*several).message.find("2 formats to choose from") != std::string::npos);
        const auto floats = pictureProbeOf(classifier, {{"f16", "rtn", {}}}, somePictures(4));
        QVERIFY(refused(*floats).message.find("no levels") != std::string::npos);
    }

    void resNet20ComesNearerToTheOriginal()
    {
        TRITLOOM_NEEDS_SHARED_DATA(data);
        const Candidate candidate{"int3row", "rtn", {}};
        PictureOptions options = somePictures(200);
        options.source.images = data / "imgs_cifar10_a";
        options.calibrationCount = 100;
        const auto engine =
            PictureEngine::create(
                loadModel(data / "img_resnet20_cifar10/resnet20-12fca82f.th").value(), onlyRounding, options)
                .value();
        const auto result = engine->transformed(BlockReconstruction(), {{"iterations", 40}}, {candidate}, {});
        QVERIFY2(result.has_value(), result ? "" : result.error().message.c_str());
        for (const std::string& notice : (*result)->pictures().notices)
            qInfo("%s", notice.c_str());
        const double plain = divergenceOf(*engine, candidate), now = divergenceOf(**result, candidate);
        QVERIFY2(now < 0.5 * plain, qPrintable(QString("%1 of %2").arg(now).arg(plain)));
    }
};

QTEST_APPLESS_MAIN(BlockReconstructionTest)
#include "block_reconstruction_test.moc"
