#include "compute/cpu/cpu_backend.h"
#include "core/architecture/model.h"
#include "core/architecture/onnx/onnx_network.h"
#include "core/evaluate/compressor_probe.h"
#include "core/file/replaced_tensor.h"
#include "core/task/network_pass.h"
#include "plugins/batchnorm_folding/batchnorm_folding.h"
#include "plugins/equalisation/equalisation.h"
#include "tests/support/onnx_network.h"
#include "tests/support/shared_data.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using namespace tritloom;

namespace {

std::shared_ptr<Compressor> compressorOf(std::shared_ptr<const Model> model)
{
    return std::make_shared<Compressor>(std::move(model), MethodLookup(), nullptr, 0);
}

std::vector<float> outputOf(const std::shared_ptr<const Model>& model)
{
    std::vector<std::unique_ptr<Backend>> backends;
    backends.push_back(makeCpuBackend().value());
    backends.push_back(makeReferenceBackend());
    NetworkPass pass(compressorOf(model), std::make_unique<Executor>(std::move(backends)), 1 << 20);
    std::mt19937 random(3);
    std::vector<Tensor> inputs;
    for (const GraphInput& input : model->graph->inputs) {
        std::vector<float> values(TensorType{nullptr, input.shape}.elements());
        for (float& value : values)
            value = float(random() % 1000) / 999;
        inputs.push_back(Tensor::adoptFloats(input.shape, std::move(values)));
    }
    return pass.run(inputs, {}, model->original(), NetworkPass::Keep::Nothing, {}).value().toFloats();
}

double relativeDifference(const std::vector<float>& a, const std::vector<float>& b)
{
    double most = 0, largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        most = std::max(most, std::abs(double(a[i]) - double(b[i])));
        largest = std::max(largest, std::abs(double(a[i])));
    }
    return a.size() == b.size() ? most / largest : INFINITY;
}

Result<std::shared_ptr<const Model>> transformed(
    const ModelTransform& transform, const std::shared_ptr<const Model>& model,
    const Parameters& parameters = {})
{
    CompressorProbe probe(compressorOf(model), {}, {});
    const TransformedModel made = TRY(transform.apply(probe, parameters, {}));
    return makeModel(withTensors(*model->file, made.tensors));
}

/// Convolution, ReLU, depthwise, ReLU, convolution: channels of very different loudness, as folding leaves
/// them.
OnnxNetwork uneven()
{
    OnnxNetwork n;
    std::string x = n.input("picture", {1, 3, 10, 10});
    x = n.node("Relu", {n.convolution("first", x, 3, 6, 3)});
    x = n.node("Relu", {n.convolution("depthwise", x, 6, 6, 3, 6)});
    x = n.convolution("last", x, 6, 5, 1);
    n.output(x);
    auto& weights = *n.graph().mutable_initializer(0)->mutable_raw_data();
    for (std::size_t i = 0; i < weights.size() / 4; ++i) {
        float value;
        std::memcpy(&value, weights.data() + 4 * i, 4);
        value *= float(std::pow(10.0, double(i / 27) - 3)); // six channels over five decades
        std::memcpy(weights.data() + 4 * i, &value, 4);
    }
    return n;
}

std::vector<double> rowRanges(const Model& model, std::size_t layer)
{
    const Tensor weights = materialise(model.tensor(model.layers[layer].tensor)).value();
    const std::vector<float> values = weights.toFloats();
    std::vector<double> ranges(weights.type().rows());
    for (std::size_t i = 0; i < values.size(); ++i) {
        double& range = ranges[i / weights.type().columns()];
        range = std::max(range, std::abs(double(values[i])));
    }
    return ranges;
}

} // namespace

/// Transforms of networks on pictures: the function stays, the weights become easier to round.
class NetworkTransformTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::shared_ptr<const Model> load(const OnnxNetwork& network) const
    {
        const std::filesystem::path path = (m_folder.path() + "/network.onnx").toStdString();
        network.save(path);
        ModelFile file = openModel(path).value();
        if (const auto model = makeModel(file); model->graph)
            return model;
        return tritloom::onnx::modelFor(PictureTask::Classification, std::move(file)); // its shapes say nothing
    }

private slots:
    void foldingKeepsTheFunction()
    {
        const auto model = load(smallClassifier());
        const auto folded = transformed(BatchNormFolding(), model);
        QVERIFY2(folded, folded ? "" : folded.error().message.c_str());
        QVERIFY(relativeDifference(outputOf(model), outputOf(*folded)) < 1e-5);
        // W' = W gamma / sqrt(variance + epsilon), by hand for one element.
        const auto value = [](const Model& m, const char* name) {
            return m.file->find(name)->stored.toFloats();
        };
        const double factor = double(value(*model, "norm1.weight")[2])
            / std::sqrt(double(value(*model, "norm1.variance")[2]) + 1e-5);
        const double expected = double(value(*model, "conv1.weight")[2 * 27 + 5]) * factor;
        QVERIFY(std::abs(double(value(**folded, "conv1.weight")[2 * 27 + 5]) - expected) < 1e-6);
        // What a convolution without a bias cannot add stays with the norm.
        const double added =
            double(value(*model, "norm1.bias")[2]) - double(value(*model, "norm1.mean")[2]) * factor;
        QVERIFY(std::abs(double(value(**folded, "norm1.bias")[2]) - added) < 1e-6);
    }

    void foldingReachesTransposedAndGroupedConvolutions()
    {
        OnnxNetwork n;
        std::string x = n.input("picture", {1, 3, 6, 6});
        x = n.batchNorm("n1", n.convolution("conv", x, 3, 8, 3), 8); // with a bias of its own
        x = n.node(
            "ConvTranspose", {x, n.random("up.weight", {8, 3, 2, 2}, 0.2)},
            {{"kernel_shape", {2, 2}, true}, {"strides", {2, 2}, true}, {"group", {2}}});
        x = n.batchNorm("n2", x, 6);
        n.output(x);
        const auto model = load(n);
        const auto folded = transformed(BatchNormFolding(), model).value();
        QVERIFY(relativeDifference(outputOf(model), outputOf(folded)) < 1e-5);
        for (const float left : folded->file->find("n1.bias")->stored.toFloats())
            QCOMPARE(left, 0.0f);
        // Nothing is left to fold: a second time changes nothing.
        const auto twice = transformed(BatchNormFolding(), folded).value();
        QVERIFY(relativeDifference(outputOf(folded), outputOf(twice)) < 1e-6);
    }

    void scalesMakeTheRangesMeet()
    {
        // r1 = 8, r2 = 2: s = sqrt(16) / 2 = 2, so 8 / 2 = 2 * 2. A channel of zeros stays.
        const float first[] = {8, 1, 0}, second[] = {2, 4, 5};
        QCOMPARE(equalisingScales(first, second), (std::vector<float>{2, 0.5f, 1}));
    }

    void equalisationKeepsTheFunctionAndEvensTheChannels()
    {
        const auto model = load(uneven());
        const auto even = transformed(Equalisation(), model);
        QVERIFY2(even, even ? "" : even.error().message.c_str());
        QVERIFY(relativeDifference(outputOf(model), outputOf(*even)) < 1e-5);
        // At the fixed point the ranges of a channel are equal in all three layers (depthwise: row and column
        // at once).
        const std::vector<double> first = rowRanges(**even, 0), depthwise = rowRanges(**even, 1);
        for (std::size_t c = 0; c < first.size(); ++c)
            QVERIFY2(
                std::abs(first[c] / depthwise[c] - 1) < 5e-3,
                qPrintable(QString("%1: %2 and %3").arg(c).arg(first[c]).arg(depthwise[c])));
        const auto spread = [](const std::vector<double>& r) {
            return *std::ranges::max_element(r) / *std::ranges::min_element(r);
        };
        QVERIFY(spread(rowRanges(*model, 0)) > 1e4);
        QVERIFY(spread(first) < spread(rowRanges(*model, 0)) / 10);
    }

    void aFoldedNormIsNoObstacle()
    {
        const auto model = load(smallClassifier());
        std::vector<std::string> blocked;
        CompressorProbe before(compressorOf(model), {}, {});
        const std::size_t pairsBefore = equalisablePairs(before, blocked).size();
        const auto folded = transformed(BatchNormFolding(), model).value();
        CompressorProbe after(compressorOf(folded), {}, {});
        const auto pairs = equalisablePairs(after, blocked);
        QCOMPARE(pairs.size(), pairsBefore + 1); // conv1 over norm, ReLU and pool to the depthwise one
        QCOMPARE(pairs.front().vectors.size(), std::size_t(1));
        const auto even = transformed(Equalisation(), folded).value();
        QVERIFY(relativeDifference(outputOf(model), outputOf(even)) < 1e-5);
    }

    void otherSlopesAreHomogeneousToo()
    {
        const auto model = load(smallUpscaler()); // leaky ReLU, PReLU
        const auto even = transformed(Equalisation(), model, {{"iterations", 3}}).value();
        QVERIFY(relativeDifference(outputOf(model), outputOf(even)) < 1e-5);
    }

    void whatCannotBeDoneIsSaid()
    {
        OnnxNetwork n;
        n.output(n.node("Sigmoid", {n.convolution("conv", n.input("picture", {1, 3, 6, 6}), 3, 3, 3)}));
        const auto model = load(n);
        QCOMPARE(transformed(BatchNormFolding(), model).error().code, ErrorCode::Unsupported);
        QCOMPARE(transformed(Equalisation(), model).error().code, ErrorCode::Unsupported);
    }

    void realNetworksStayTheSame_data()
    {
        QTest::addColumn<QString>("file");
        QTest::newRow("ResNet-20") << "img_resnet20_cifar10/resnet20-12fca82f.th";
        QTest::newRow("face detector") << "img_face_onnx/version-slim-320.onnx";
    }
    void realNetworksStayTheSame()
    {
        TRITLOOM_NEEDS_SHARED_DATA(data);
        QFETCH(QString, file);
        const auto model = loadModel(data / file.toStdString()).value();
        const auto folded = transformed(BatchNormFolding(), model).value();
        const auto even = transformed(Equalisation(), folded);
        const std::vector<float> expected = outputOf(model);
        QVERIFY(relativeDifference(expected, outputOf(folded)) < 2e-5);
        QVERIFY2(even, even ? "" : even.error().message.c_str());
        const double difference = relativeDifference(expected, outputOf(*even));
        QVERIFY2(difference < 5e-5, qPrintable(QString::number(difference)));
    }
};

QTEST_GUILESS_MAIN(NetworkTransformTest)
#include "network_transform_test.moc"
