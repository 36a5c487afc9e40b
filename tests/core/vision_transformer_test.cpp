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
        QTest::newRow("heads of no published width") << "wide"
                                                     << "heads a width of 1216";
        QTest::newRow("no heads") << "no heads"
                                  << "config.json: model_args: num_heads is 0";
        QTest::newRow("a negative epsilon") << "epsilon"
                                            << "layer_norm_eps is -5, a number from 0 to 1";
        QTest::newRow("deviations of 0") << "deviation"
                                         << "pretrained_cfg: std is [0,0,0], a number from 0.0001 to 10000";
        QTest::newRow("means without end") << "mean"
                                           << "preprocessor_config.json: image_mean is [1e+300,0,0]";
        QTest::newRow("two means")
            << "two"
            << "config.json: mean is [0,0], a number from -10000 to 10000 for each of 3";
        QTest::newRow("a bias of one number") << "bias"
                                              << "tensor 'head.bias' is [1], [5] is expected";
        QTest::newRow("four of queries, keys and values") << "four"
                                                          << "tensor 'blocks.0.attn.qkv.weight' is [96, 24], "
                                                             "[72, 24] is expected";
        QTest::newRow("a scale of another width")
            << "scale"
            << "tensor 'blocks.1.ls1.gamma' is [24, 1], [24] is expected";
        QTest::newRow("a class token of another width")
            << "token"
            << "tensor 'cls_token' is [1, 1, 12], [1, 1, 24] is expected";
        QTest::newRow("a classifier of another width")
            << "narrow"
            << "'head.weight' is [5, 12], no classifier of 24 channels";
        QTest::newRow("a preprocessor that is a list") << "list"
                                                       << "preprocessor_config.json: this is no JSON object";
        QTest::newRow("several tables of places") << "places"
                                                  << "pos_embed of [3, 10, 24] do not fit";
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
        if (fault == "wide") {
            network = visionTensors::timm({.width = 1216, .layers = 1});
            config.remove("num_attention_heads");
        }
        if (fault == "no heads")
            config = {{"architecture", "vit_tiny"}, {"model_args", QJsonObject{{"num_heads", 0}}}};
        if (fault == "epsilon")
            config["layer_norm_eps"] = -5;
        if (fault == "deviation")
            config["pretrained_cfg"] =
                QJsonObject{{"mean", QJsonArray{0, 0, 0}}, {"std", QJsonArray{0, 0, 0}}};
        QJsonObject preprocessor;
        if (fault == "mean")
            preprocessor = {{"image_mean", QJsonArray{1e300, 0, 0}}, {"image_std", QJsonArray{1, 1, 1}}};
        if (fault == "two") {
            config["mean"] = QJsonArray{0, 0};
            config["std"] = QJsonArray{1, 1};
        }
        if (fault == "bias")
            network.change("head.bias", {1});
        if (fault == "four") {
            network.change("blocks.0.attn.qkv.weight", {96, 24});
            network.change("blocks.0.attn.qkv.bias", {96});
        }
        if (fault == "scale")
            network.add("blocks.1.ls1.gamma", {24, 1});
        if (fault == "token")
            network.change("cls_token", {1, 1, 12});
        if (fault == "narrow")
            network.change("head.weight", {5, 12});
        if (fault == "places")
            network.change("pos_embed", {3, 10, 24});
        if (fault == "classifier")
            network = visionTensors::timm({.classes = 0});
        const fs::path folder = written(network, config, preprocessor);
        if (fault == "list")
            saveText(folder / "preprocessor_config.json", "[1]");
        const auto model = loadModel(folder).value();
        QVERIFY(!model->graph);
        QVERIFY2(
            QString::fromStdString(model->whyNotEvaluated).contains(why), model->whyNotEvaluated.c_str());
    }

    // PyTorch writes tensors of no numbers; safetensors has none.
    void aHiddenWidthOfNothingIsNotRun()
    {
        ModelFile file =
            openModel(written(visionTensors::timm({}), {{"architecture", "vit"}, {"num_attention_heads", 3}}))
                .value();
        for (NamedTensor& tensor : file.tensors)
            for (const auto& [name, shape] :
                 {std::pair<const char*, Shape>{"blocks.0.mlp.fc1.weight", {0, 24}},
                  {"blocks.0.mlp.fc1.bias", {0}},
                  {"blocks.0.mlp.fc2.weight", {24, 0}}})
                if (tensor.name == name) {
                    tensor.shape = shape;
                    tensor.stored = Tensor::adoptFloats(shape, {});
                }
        const auto model = makeModel(std::move(file));
        QVERIFY(!model->graph);
        QVERIFY2(
            model->whyNotEvaluated.ends_with(
                "blocks.0.mlp.fc1: a product with [0, 24], which holds no numbers"),
            model->whyNotEvaluated.c_str());
    }

    void normalisationsAreReadWhereTheyStand()
    {
        const QJsonObject heads{{"architecture", "vit_tiny"}, {"num_attention_heads", 3}};
        const auto normalisation = [&](std::size_t channels, const QJsonObject& more) {
            QJsonObject config = heads;
            for (auto at = more.begin(); at != more.end(); ++at)
                config[at.key()] = at.value();
            auto network = visionTensors::timm({});
            network.change("patch_embed.proj.weight", {24, channels, 8, 8});
            const auto model = loadModel(written(network, config)).value();
            return model->picture ? model->picture->normalisation : Normalisation{.range = 0};
        };
        // Before timm had pretrained_cfg they stood beside the architecture.
        const Normalisation old =
            normalisation(3, {{"mean", QJsonArray{0.1, 0.2, 0.3}}, {"std", QJsonArray{0.4, 0.5, 0.6}}});
        QCOMPARE(old.isKnown, true);
        QCOMPARE(old.mean, (std::array{0.1, 0.2, 0.3}));
        QCOMPARE(old.deviation, (std::array{0.4, 0.5, 0.6}));
        const Normalisation grey = normalisation(
            1, {{"pretrained_cfg", QJsonObject{{"mean", QJsonArray{0.1307}}, {"std", QJsonArray{0.3081}}}}});
        QCOMPARE(grey.isKnown, true);
        QCOMPARE(grey.mean[0], 0.1307);
        QCOMPARE(grey.deviation[0], 0.3081);
    }

    void headsAreThoseOfThePublishedSizes()
    {
        using Published = std::pair<int, int>;
        for (const auto& [width, heads] :
             {Published{192, 3}, Published{768, 12}, Published{1152, 16}, Published{1280, 16},
              Published{1408, 16}, Published{1536, 24}, Published{1664, 16}}) {
            visionTensors::timm({.width = std::size_t(width), .layers = 1, .patch = 1, .side = 1})
                .saveHollow(in("published.safetensors"));
            const auto model = loadModel(in("published.safetensors")).value();
            QVERIFY2(model->graph, model->whyNotEvaluated.c_str());
            const auto& nodes = model->graph->nodes;
            const auto split = std::ranges::find_if(nodes, [&](const Node& node) {
                return node.op.kind == OpKind::Reshape && node.op.list("shape").size() == 3;
            });
            QVERIFY(split != nodes.end());
            QCOMPARE(split->op.list("shape")[1], std::int64_t(heads));
        }
    }
};

QTEST_APPLESS_MAIN(VisionTransformerTest)
#include "vision_transformer_test.moc"
