#include "core/architecture/model.h"
#include "tests/support/diffusers_folder.h"
#include "tests/support/golden_numbers.h"
#include "tests/support/network_output.h"
#include "tests/support/vision_tensors.h"

#include <QTemporaryDir>

using namespace tritloom;
namespace fs = std::filesystem;

namespace {

Tensor picture()
{
    return Tensor::adoptFloats({1, 3, 24, 24}, diffusersFolder::given("picture", std::size_t(3 * 24 * 24)));
}

} // namespace

/// Vision transformers against PyTorch modules of the same structure; tests/golden/vision/make.py.
class VisionTransformerTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    fs::path in(const char* name) const { return fs::path(m_folder.path().toStdString()) / name; }
    /// config: {} writes none.
    fs::path written(
        const visionTensors::Network& network, const QJsonObject& config,
        const QJsonObject& preprocessor = {}) const
    {
        const fs::path folder = in("model");
        fs::remove_all(folder);
        fs::create_directories(folder);
        network.save(folder / "model.safetensors");
        if (!config.isEmpty())
            diffusersFolder::save(folder / "config.json", config);
        if (!preprocessor.isEmpty())
            diffusersFolder::save(folder / "preprocessor_config.json", preprocessor);
        return folder;
    }

private slots:
    void classesAreWhatPyTorchSays_data()
    {
        QTest::addColumn<QString>("name");
        for (const char* name :
             {"timm", "timm_scaled", "timm_distilled", "transformers_vit", "transformers_deit",
              "transformers_teacher"})
            QTest::newRow(name) << name;
    }
    void classesAreWhatPyTorchSays()
    {
        QFETCH(QString, name);
        const bool isTimm = name.startsWith("timm"), hasTeacher = name.endsWith("teacher");
        const std::string kind = name.endsWith("vit") ? "vit" : "deit";
        const visionTensors::Sizes sizes =
            name == "timm" ? visionTensors::Sizes{.width = 128, .layers = 1} : visionTensors::Sizes();
        // The first says nothing of its heads, which 128 channels tell.
        const QJsonObject config = name == "timm" ? QJsonObject()
            : isTimm
            ? QJsonObject{{"architecture", "vit_tiny"}, {"pretrained_cfg", QJsonObject{{"mean", QJsonArray{0.5, 0.5, 0.5}}, {"std", QJsonArray{0.25, 0.5, 0.5}}}}, {"model_args", QJsonObject{{"num_heads", 3}}}}
            : QJsonObject{
                {"model_type", QString::fromStdString(kind)},
                {"num_attention_heads", 3},
                {"hidden_act", "gelu"},
                {"layer_norm_eps", 1e-12}};
        const auto model =
            loadModel(
                written(
                    isTimm ? visionTensors::timm(sizes, name.endsWith("distilled"), name.endsWith("scaled"))
                           : visionTensors::transformers(kind, sizes, hasTeacher),
                    config,
                    isTimm
                        ? QJsonObject()
                        : QJsonObject{{"image_mean", QJsonArray{0.5, 0.5, 0.5}}, {"image_std", QJsonArray{0.25, 0.5, 0.5}}}))
                .value();
        QVERIFY2(model->graph, model->whyNotEvaluated.c_str());
        QCOMPARE(model->picture->task, PictureTask::Classification);
        QCOMPARE(model->picture->classes, std::size_t(5));
        QCOMPARE(model->picture->height, std::size_t(24));
        QCOMPARE(model->picture->normalisation.isKnown, name != "timm");
        QCOMPARE(model->picture->normalisation.deviation[0], name == "timm" ? 0.229 : 0.25);
        // Patches, products of a layer, heads; Transformers' pooler is a matrix that nothing reads.
        QCOMPARE(
            model->layers.size(),
            isTimm ? 1 + 4 * sizes.layers + (name.endsWith("distilled") ? 2 : 1)
                   : 1 + 6 * sizes.layers + (hasTeacher ? 2 : 1) + 1);
        QCOMPARE(model->layers[0].channels, std::size_t(3));
        compareWithGolden(outputOf(model, picture()), "vision/" + name, 1e-5);
    }

    /// DeiT's own files hold the state dict as "model".
    void namesMayBeginWithModel()
    {
        visionTensors::timm({}, true).save(in("deit.safetensors"), "model.");
        const auto model = loadModel(in("deit.safetensors")).value();
        QVERIFY(model->whyNotEvaluated.find("heads a width of 24") != std::string::npos);
        visionTensors::timm({.width = 128}, true).save(in("deit.safetensors"), "model.");
        const auto wide = loadModel(in("deit.safetensors")).value();
        QVERIFY2(wide->graph, wide->whyNotEvaluated.c_str());
        QCOMPARE(wide->layers.size(), std::size_t(1 + 4 * 2 + 2));
    }

    /// PyTorch's own export: heads are reshaped, transposed and multiplied there.
    void pyTorchsOnnxFileSaysTheSame()
    {
        const auto model = loadModel(TRITLOOM_SOURCE_DIR "/tests/golden/vision/vit.onnx").value();
        QVERIFY2(model->graph, model->whyNotEvaluated.c_str());
        QCOMPARE(model->picture->classes, std::size_t(5));
        QCOMPARE(model->layers.size(), std::size_t(1 + 4 * 2 + 1));
        compareWithGolden(outputOf(model, picture()), "vision/onnx", 1e-5);
    }

    void whatCannotBeIsSaid_data()
    {
        QTest::addColumn<QString>("fault");
        QTest::addColumn<QString>("why");
        QTest::newRow("heads are not told") << "heads"
                                            << "num_attention_heads";
        QTest::newRow("heads that do not divide") << "division"
                                                  << "cannot have 5 heads";
        QTest::newRow("another activation") << "activation"
                                            << "hidden_act is 'relu'";
        QTest::newRow("a relative with more tensors") << "relative"
                                                      << "no place for the tensor 'norm_pre.weight'";
        QTest::newRow("no classifier") << "classifier"
                                       << "there is no classifier";
    }
    void whatCannotBeIsSaid()
    {
        QFETCH(QString, fault);
        QFETCH(QString, why);
        visionTensors::Network network = visionTensors::timm({});
        QJsonObject config{{"pretrained_cfg", QJsonObject()}, {"num_attention_heads", 3}};
        if (fault == "heads")
            config.remove("num_attention_heads");
        if (fault == "division")
            config["num_attention_heads"] = 5;
        if (fault == "activation")
            config["hidden_act"] = "relu";
        if (fault == "relative")
            network.layer("norm_pre", {24});
        if (fault == "classifier")
            network = visionTensors::timm({.classes = 0});
        const auto model = loadModel(written(network, config)).value();
        QVERIFY(!model->graph);
        QVERIFY2(
            QString::fromStdString(model->whyNotEvaluated).contains(why), model->whyNotEvaluated.c_str());
    }
};

QTEST_APPLESS_MAIN(VisionTransformerTest)
#include "vision_transformer_test.moc"
