#include "compute/cpu/cpu_backend.h"
#include "core/image/noise.h"
#include "core/task/picture_session.h"
#include "tests/support/shared_data.h"

#include <QTest>

#include "tests/support/npy.h"

using namespace tritloom;

namespace {

std::unique_ptr<Executor> executor(bool reference = false)
{
    std::vector<std::unique_ptr<Backend>> backends;
    if (!reference)
        backends.push_back(makeCpuBackend().value());
    backends.push_back(makeReferenceBackend());
    return std::make_unique<Executor>(std::move(backends));
}

std::shared_ptr<NetworkPass> passOf(const std::filesystem::path& path)
{
    const auto model = loadModel(path);
    if (!model)
        qFatal("%s", model.error().message.c_str());
    if (!(*model)->picture)
        qFatal("%s", (*model)->whyNotEvaluated.c_str());
    auto compressor = std::make_shared<Compressor>(*model, MethodLookup(), nullptr, 0);
    return std::make_shared<NetworkPass>(std::move(compressor), executor(), std::size_t{1} << 26);
}

Tensor run(NetworkPass& pass, std::span<const Tensor> inputs)
{
    const auto output = pass.run(inputs, keyOf("x"), pass.model().original(), NetworkPass::Keep::Nothing, {});
    if (!output)
        qFatal("%s", output.error().message.c_str());
    return *output;
}

Tensor noise(Shape shape, float scale = 0.3f)
{
    std::vector<float> values = NormalNoise(7).draw(TensorType{nullptr, shape}.elements());
    for (float& value : values)
        value = 0.5f + scale * value;
    return Tensor::adoptFloats(std::move(shape), std::move(values));
}

void compare(const Tensor& actual, const Tensor& expected, float tolerance)
{
    QCOMPARE(actual.type().elements(), expected.type().elements());
    const std::vector<float> a = actual.toFloats(), e = expected.toFloats();
    for (std::size_t i = 0; i < e.size(); ++i)
        QVERIFY2(
            std::abs(a[i] - e[i]) <= tolerance * std::max(1.0f, std::abs(e[i])),
            qPrintable(QString("[%1]: %2, expected %3").arg(i).arg(a[i]).arg(e[i])));
}

} // namespace

/// Real networks against what PyTorch computed, and state dicts against the ONNX files made of them.
class PictureNetworksTest : public QObject {
    Q_OBJECT

private slots:
    void diffusionNetworksPredictPyTorchsNoise_data()
    {
        QTest::addColumn<QString>("folder");
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("input");
        QTest::addColumn<float>("time");
        QTest::newRow("cnn state dict") << "img_ddpm_cnn_mnist" << "ddpm_mnist_final.pth" << "t500_z.npy" << 0.5f;
        QTest::newRow("cnn onnx") << "img_ddpm_cnn_mnist" << "derived/ddpm_mnist_final.onnx" << "t500_z.npy" << 0.5f;
        QTest::newRow("unet state dict") << "img_ddpm_unet_mnist" << "ddpm_mnist.pt" << "t500_x.npy" << 500.0f;
        QTest::newRow("unet onnx") << "img_ddpm_unet_mnist" << "derived/ddpm_mnist.onnx" << "t500_x.npy" << 500.0f;
    }
    void diffusionNetworksPredictPyTorchsNoise()
    {
        TRITLOOM_NEEDS_SHARED_DATA(data);
        QFETCH(QString, folder);
        QFETCH(QString, file);
        QFETCH(QString, input);
        QFETCH(float, time);
        const std::filesystem::path root = data / folder.toStdString();
        const auto pass = passOf(root / file.toStdString());
        QCOMPARE(pass->model().picture->task, PictureTask::Generation);
        const Tensor x = readNpy(root / "derived/golden" / input.toStdString()),
                     expected = readNpy(root / "derived/golden/t500_eps_pred.npy");
        const std::size_t plane = 28 * 28;
        for (std::size_t i = 0; i < 4; ++i) {
            const Tensor inputs[] = {
                Tensor::fromFloats({1, 1, 28, 28}, x.floats().subspan(i * plane, plane)),
                Tensor::adoptFloats(pass->model().graph->inputs[1].shape, {time})};
            compare(
                run(*pass, inputs), Tensor::fromFloats({1, 1, 28, 28}, expected.floats().subspan(i * plane, plane)), 2e-4f);
        }
    }

    void stateDictsAgreeWithTheirOnnxFiles_data()
    {
        QTest::addColumn<QString>("stateDict");
        QTest::addColumn<QString>("onnx");
        QTest::addColumn<int>("channels");
        QTest::addColumn<int>("side");
        QTest::newRow("resnet") << "img_resnet20_cifar10/resnet20-12fca82f.th" << "img_resnet20_cifar10/derived/resnet20.onnx" << 3 << 32;
        QTest::newRow("resnet safetensors") << "img_resnet20_cifar10/derived/resnet20.safetensors" << "img_resnet20_cifar10/derived/resnet20.onnx" << 3 << 32;
        QTest::newRow("efqn") << "img_sr_x4/team11_EFQN.pt" << "img_sr_x4/derived/team11_EFQN.onnx" << 3 << 24;
        QTest::newRow("tiny darknet") << "img_tinydarknet_imagenet/tfjs"
                                      << "img_tinydarknet_imagenet/derived/tiny_darknet.onnx" << 3 << 224;
        QTest::newRow("tiny darknet safetensors") << "img_tinydarknet_imagenet/derived/tiny_darknet.safetensors"
                                                  << "img_tinydarknet_imagenet/derived/tiny_darknet.onnx" << 3 << 224;
        QTest::newRow("dncnn") << "img_dncnn25/dncnn_25.pth" << "img_dncnn25/derived/dncnn_25.onnx" << 1 << 20;
    }
    void stateDictsAgreeWithTheirOnnxFiles()
    {
        TRITLOOM_NEEDS_SHARED_DATA(data);
        QFETCH(QString, stateDict);
        QFETCH(QString, onnx);
        QFETCH(int, channels);
        QFETCH(int, side);
        const auto a = passOf(data / stateDict.toStdString()), b = passOf(data / onnx.toStdString());
        const Tensor input[] = {noise({1, std::size_t(channels), std::size_t(side), std::size_t(side)})};
        compare(run(*a, input), run(*b, input), 2e-4f);
        QCOMPARE(a->model().picture->task, b->model().picture->task);
        QCOMPARE(a->model().picture->scale, b->model().picture->scale);
        QCOMPARE(a->model().layers.size(), b->model().layers.size());
    }

    void aFaceDetectorFindsTheBoxesOfItsOnnxFile()
    {
        TRITLOOM_NEEDS_SHARED_DATA(data);
        const auto a = passOf(data / "img_face_onnx/version-RFB-320.pth"),
                   b = passOf(data / "img_face_onnx/version-RFB-320.onnx");
        const Tensor input[] = {noise({1, 3, 240, 320}, 0.5f)};
        compare(run(*a, input), run(*b, input), 1e-5f);
        const PictureModel &mine = *a->model().picture, &its = *b->model().picture;
        QCOMPARE(mine.task, PictureTask::Detection);
        QCOMPARE(mine.places, its.places);
        QCOMPARE(mine.classes, its.classes);
        QCOMPARE(a->model().layers.size(), b->model().layers.size());
        for (std::size_t i = 0; i < a->model().layers.size(); ++i) // both in the order they are read
            QCOMPARE(a->model().layers[i].name, b->model().layers[i].name);
    }

    void everyLayerOfARealNetworkIsFound()
    {
        TRITLOOM_NEEDS_SHARED_DATA(data);
        const auto resnet = loadModel(data / "img_resnet20_cifar10/resnet20-12fca82f.th").value();
        QCOMPARE(resnet->layers.size(), std::size_t(20));
        QCOMPARE(resnet->layers[0].rows, std::size_t(16));
        QCOMPARE(resnet->layers[0].columns, std::size_t(27));
        const auto mnist = loadModel(data / "img_mnist_onnx/opt-mnist.onnx").value();
        QCOMPARE(mnist->layers.size(), std::size_t(3));
        const auto taef2 = loadModel(data / "img_taef2_vae/taef2_decoder.pth").value();
        QCOMPARE(taef2->picture->task, PictureTask::Autoencoding);
        QCOMPARE(taef2->parameters(), std::size_t(1338528 + 1338499));
        const auto copy = loadModel(data / "img_taef2_vae/derived/taef2_encoder.safetensors").value();
        QVERIFY2(copy->picture && copy->graph, copy->whyNotEvaluated.c_str());
        QCOMPARE(copy->picture->task, PictureTask::Autoencoding);
        QCOMPARE(copy->layers.size(), taef2->layers.size());
        QCOMPARE(copy->parameters(), taef2->parameters());
    }

    void ternaryWeightsStayTernary()
    {
        TRITLOOM_NEEDS_SHARED_DATA(data);
        const auto zip = loadModel(data / "img_ternary_mnist/bit_netcnn_small_mnist_ternary.zip").value(),
                   copy = loadModel(data / "img_ternary_mnist/derived/netcnn_ternary.safetensors").value();
        QVERIFY2(zip->picture, zip->whyNotEvaluated.c_str());
        QCOMPARE(zip->picture->classes, std::size_t(10));
        QCOMPARE(zip->layers.size(), std::size_t(11));
        QCOMPARE(copy->layers.size(), zip->layers.size());
        for (const Layer& layer : zip->layers) {
            QVERIFY2(layer.storedFormat.starts_with("ternaryg"), layer.storedFormat.c_str());
            const std::vector<float> values = materialise(zip->tensor(layer.tensor)).value().toFloats();
            for (const float value : values)
                QVERIFY(value == -1 || value == 0 || value == 1);
            const NamedTensor* const other = copy->file->find(layer.name);
            QVERIFY(other != nullptr && materialise(*other).value().toFloats() == values);
        }
        QCOMPARE(zip->layers.back().rows, std::size_t(10));
        QCOMPARE(zip->layers.back().columns, std::size_t(256));
    }

    void aFixedSizeIsRefusedWithTheNumbers()
    {
        TRITLOOM_NEEDS_SHARED_DATA(data);
        const auto pass = passOf(data / "img_mnist_onnx/opt-mnist.onnx");
        const Tensor input[] = {noise({1, 1, 30, 28})};
        const auto output = pass->run(input, keyOf("x"), pass->model().original(), NetworkPass::Keep::Nothing, {});
        QVERIFY(!output);
        QVERIFY2(output.error().message.find("30") != std::string::npos, output.error().message.c_str());
    }

    void anUndoneChangeComputesNothing()
    {
        TRITLOOM_NEEDS_SHARED_DATA(data);
        const auto pass = passOf(data / "img_mnist_onnx/opt-mnist.onnx");
        const Tensor input[] = {noise({1, 1, 28, 28})};
        const auto ask = [&](const Allocation& allocation) {
            return pass->run(input, keyOf("x"), allocation, NetworkPass::Keep::Everything, {}).value().toFloats();
        };
        const auto first = ask(pass->model().original());
        const std::size_t all = pass->counters().stagesRun;
        QVERIFY(ask(pass->model().original()) == first);
        QCOMPARE(pass->counters().stagesRun, all);
    }
};

QTEST_APPLESS_MAIN(PictureNetworksTest)
#include "picture_networks_test.moc"
