#include "compute/cpu/cpu_backend.h"
#include "core/method/row_packer.h"

#include "tests/compute/counted_machine.h"
#include "tests/support/numbers.h"
#include "tests/support/shared_data.h"
#include "tests/support/vulkan_device.h"

#include <algorithm>
#include <set>

using namespace tritloom;

namespace {

/// A network, and a size of picture that is quick where it takes any.
struct Network {
    const char* path;
    Shape picture; ///< empty: as the file says
};

const Network samples[] = {
    {"classification/shapes.onnx", {}},
    {"super-resolution/enlarge.onnx", {}},
    {"generation/denoise.onnx", {}},
};
const Network real[] = {
    {"img_resnet20_cifar10/derived/resnet20.onnx", {}},
    {"img_resnet20_cifar10/derived/resnet20.safetensors", {}},
    {"img_mnist_onnx/opt-mnist.onnx", {}},
    {"img_tinydarknet_imagenet/derived/tiny_darknet.onnx", {}},
    {"img_face_onnx/version-slim-320.onnx", {}},
    {"img_face_onnx/version-RFB-320.onnx", {}},
    {"img_ddpm_cnn_mnist/derived/ddpm_mnist_final.onnx", {}},
    {"img_ddpm_cnn_mnist/derived/ddpm_mnist_final.safetensors", {}},
    {"img_ddpm_unet_mnist/derived/ddpm_mnist.onnx", {}},
    {"img_ddpm_unet_mnist/derived/ddpm_mnist.safetensors", {}},
    {"img_dncnn25/derived/dncnn_25.onnx", {1, 1, 44, 37}},
    {"img_sr_x4/derived/team11_EFQN.onnx", {1, 3, 26, 21}},
    {"img_sr_x4/derived/team11_EFQN.safetensors", {1, 3, 26, 21}},
    {"img_sr_x4/derived/team21_slimrlfn_prune.safetensors", {1, 3, 26, 21}},
    {"img_taef2_vae/taef2_decoder.pth", {1, 3, 48, 64}},
};

/// The picture of normal numbers, and a time step where one is asked for.
ValueMap inputsOf(const Graph& graph)
{
    ValueMap values;
    for (std::size_t i = 0; i < graph.inputs.size(); ++i) {
        const std::size_t count = TensorType{nullptr, graph.inputs[i].shape}.elements();
        values[graph.inputs[i].value] = Tensor::adoptFloats(
            graph.inputs[i].shape,
            i == 0 ? fixture::normalValues(count, 1, 0.5f) : std::vector<float>(count, 37));
    }
    return values;
}

Result<std::vector<float>>
outputOf(Executor& executor, const Graph& graph, const Executor::WeightsOf& weights)
{
    ValueMap values = inputsOf(graph);
    TRY_VOID(executor.run(graph, 0, graph.stageCount - 1, values, weights, nullptr, {}));
    return values.at(graph.output).toFloats();
}

std::unique_ptr<Executor> onTheCpu()
{
    std::vector<std::unique_ptr<Backend>> backends;
    backends.push_back(makeCpuBackend().value());
    backends.push_back(makeReferenceBackend());
    return std::make_unique<Executor>(std::move(backends));
}

/// Of the largest magnitude: both sides sum in f32, in another order.
constexpr float tolerance = 1e-4f;

QString difference(const std::vector<float>& actual, const std::vector<float>& expected)
{
    if (actual.size() != expected.size())
        return QString("%1 numbers, expected %2").arg(actual.size()).arg(expected.size());
    float largest = 0, worst = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        largest = std::max(largest, std::abs(expected[i]));
        worst = std::max(worst, std::abs(actual[i] - expected[i]));
    }
    const auto first = [](const std::vector<float>& x) {
        return std::max_element(x.begin(), x.end()) - x.begin();
    };
    if (!(worst <= tolerance * largest) || !(largest > 0))
        return QString("differs by %1 of %2").arg(worst).arg(largest);
    return first(actual) == first(expected) ? QString() : "the largest is another";
}

/// Stored weights, vectors as floats.
Executor::WeightsOf plainWeights(const Model& model)
{
    return [&model](TensorId id) -> Result<Executor::Weights> {
        Tensor stored = TRY(materialise(model.tensor(id)));
        if (stored.type().rows() == 1 || stored.type().shape.size() != 2)
            stored = Tensor::adoptFloats(stored.type().shape, stored.toFloats());
        return Executor::Weights{stored, keyOf("stored", id)};
    };
}

/// The weights in a format of few bits, whose blocks end inside of rows.
Executor::WeightsOf packedWeights(const Model& model, const NumberFormatPtr& format)
{
    std::set<TensorId> matrices;
    for (const Node& node : model.graph->nodes)
        if (node.op.kind == OpKind::Linear || node.op.kind == OpKind::Convolution
            || node.op.kind == OpKind::TransposedConvolution)
            matrices.insert(
                node.weights.begin(),
                node.weights.begin() + std::min<std::ptrdiff_t>(1, std::ssize(node.weights)));
    return [&model, format, matrices](TensorId id) -> Result<Executor::Weights> {
        const Tensor stored = TRY(materialise(model.tensor(id)));
        if (!matrices.contains(id) || stored.type().shape.size() != 2)
            return plainWeights(model)(id);
        const std::vector<float> values = stored.toFloats();
        const TensorType type{format, stored.type().shape};
        std::vector<std::byte> bytes(type.bytes());
        const std::size_t block = format->blockElements(), columns = type.columns();
        for (std::size_t row = 0; row < type.rows(); ++row)
            for (std::size_t c = 0, at = row * type.rowBytes(); c < columns;
                 c += block, at += format->blockBytes()) {
                std::vector<float> part(block, 0.0f);
                std::copy_n(
                    values.begin() + std::ptrdiff_t(row * columns + c), std::min(block, columns - c),
                    part.begin());
                format->encode(part, std::span(bytes).subspan(at, format->blockBytes()));
            }
        return Executor::Weights{Tensor::adopt(type, std::move(bytes)), keyOf("packed", id)};
    };
}

} // namespace

/// A whole network on pictures stays on a Vulkan device and gives what the CPU gives.
class VulkanPicturePassTest : public QObject {
    Q_OBJECT

private slots:
    void networksStayOnTheDevice_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QList<int>>("picture");
        const auto add = [](const std::filesystem::path& folder, std::span<const Network> networks) {
            for (const Network& network : networks)
                QTest::newRow(network.path) << QString::fromStdString((folder / network.path).string())
                                            << QList<int>(network.picture.begin(), network.picture.end());
        };
        add(std::filesystem::path(TRITLOOM_SOURCE_DIR) / "resources/samples/picture", samples);
        if (!sharedData().empty())
            add(sharedData(), real);
    }
    void networksStayOnTheDevice()
    {
        QFETCH(QString, path);
        QFETCH(QList<int>, picture);
        const auto profile = std::make_shared<VulkanProfile>();
        VulkanOptions options;
        options.profile = profile;
        TRITLOOM_NEEDS_VULKAN(backend, options);
        const auto loaded = loadModel(path.toStdString());
        QVERIFY2(loaded.has_value(), loaded ? "" : loaded.error().message.c_str());
        const Model& model = **loaded;
        QVERIFY2(model.graph.has_value(), model.whyNotEvaluated.c_str());
        Graph graph = *model.graph;
        if (!picture.isEmpty())
            graph = graphFor(model, Shape(picture.begin(), picture.end())).value();
        Machine machine(std::move(backend));
        const auto cpu = onTheCpu();
        const auto compare = [&](const Executor::WeightsOf& weights) {
            *machine.device = {};
            const std::size_t submissions = profile->submissions;
            const auto actual = outputOf(*machine.executor, graph, weights),
                       expected = outputOf(*cpu, graph, weights);
            QVERIFY2(actual.has_value(), actual ? "" : actual.error().message.c_str());
            const QString wrong = difference(*actual, expected.value());
            QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
            for (const auto& [kind, count] : machine.host->runs)
                QVERIFY2(count == 0, nameOf(kind).data());
            QCOMPARE(machine.device->downloads, 1);
            QCOMPARE(profile->submissions, submissions + 1);
        };
        compare(plainWeights(model));
        compare(packedWeights(model, parseNumberFormat("int4g32").value()));
        QVERIFY(machine.notes.empty());
    }

    void onlyAChangedLayerIsUploadedAgain()
    {
        TRITLOOM_NEEDS_VULKAN(backend, {});
        const auto model =
            loadModel(
                std::filesystem::path(TRITLOOM_SOURCE_DIR) / "resources/samples/picture" / samples[0].path)
                .value();
        const Graph& graph = *model->graph;
        Machine machine(std::move(backend));
        QVERIFY(outputOf(*machine.executor, graph, weightsOf(*model)).has_value());
        machine.device->uploadedBytes = 0;
        QVERIFY(outputOf(*machine.executor, graph, weightsOf(*model)).has_value());
        const std::size_t always =
            machine.device->uploadedBytes; // the picture, and numbers that the graph holds
        const auto convolution = std::find_if(graph.nodes.begin(), graph.nodes.end(), [](const Node& node) {
            return node.op.kind == OpKind::Convolution;
        });
        QVERIFY(convolution != graph.nodes.end());
        const TensorId id = convolution->weights[0];
        const Tensor stored = materialise(model->tensor(id)).value();
        std::vector<float> halved = stored.toFloats();
        for (float& value : halved)
            value *= 0.5f;
        const Tensor other = Tensor::adoptFloats(stored.type().shape, halved);
        machine.device->uploadedBytes = 0;
        QVERIFY(outputOf(*machine.executor, graph, weightsOf(*model, {{id, other}})).has_value());
        QCOMPARE(machine.device->uploadedBytes, always + other.bytes().size());
    }

    void aSmallDeviceLeavesTheRestToTheHost()
    {
        const auto model =
            loadModel(
                std::filesystem::path(TRITLOOM_SOURCE_DIR) / "resources/samples/picture" / samples[0].path)
                .value();
        const auto expected = outputOf(*onTheCpu(), *model->graph, weightsOf(*model)).value();
        VulkanOptions options;
        options.budgetBytes = 100 << 10;
        TRITLOOM_NEEDS_VULKAN(backend, options);
        Machine machine(std::move(backend));
        const auto actual = outputOf(*machine.executor, *model->graph, weightsOf(*model));
        QVERIFY2(actual.has_value(), actual ? "" : actual.error().message.c_str());
        const QString wrong = difference(*actual, expected);
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
        QVERIFY(machine.hostRuns() > 0);
        QCOMPARE(machine.notes.size(), std::size_t(1));
    }

    void theValidationLayerFindsNothing()
    {
        VulkanOptions options;
        options.validation = true;
        TRITLOOM_NEEDS_VULKAN(backend, options);
        Machine machine(std::move(backend));
        for (const Network& network : samples) {
            const auto model =
                loadModel(
                    std::filesystem::path(TRITLOOM_SOURCE_DIR) / "resources/samples/picture" / network.path)
                    .value();
            const auto done = outputOf(*machine.executor, *model->graph, [&](TensorId id) {
                auto weights = weightsOf(*model)(id);
                weights->key = keyOf(network.path, id);
                return weights;
            });
            QVERIFY2(done.has_value(), done ? "" : done.error().message.c_str());
        }
    }

    void layersRoundedByFixedRangesStayOnTheDevice()
    {
        TRITLOOM_NEEDS_VULKAN(backend, {});
        Machine machine(std::move(backend)), reference(nullptr);
        Op window{OpKind::Convolution, {}};
        window.lists = {
            {"kernel", {3, 3}}, {"strides", {1, 1}}, {"dilations", {1, 1}}, {"pads", {1, 1, 1, 1}}};
        const struct {
            Op op;
            Shape input;
            std::size_t columns, channels;
        } layers[] = {
            {window, {2, 16, 9, 11}, 144, 1},
            {window, {1, 16, 9, 11}, 144, 16},
            {{OpKind::Linear, {}}, {7, 64}, 64, 1}};
        for (const auto& [op, input, columns, channels] : layers) {
            GraphBuilder inner;
            const ValueId rounded = inner.add(
                {OpKind::QuantizeRows, {{"bits", 8}}}, {inner.input()},
                {TensorId{1}, TensorId{2}, TensorId{3}});
            const Tensor floats =
                Tensor::adoptFloats({20, columns}, fixture::normalValues(20 * columns, 3, 0.1f));
            LayerReplacement replacement{
                .graph = {},
                .parts =
                    {{"weights",
                      packByFormat(floats, parseNumberFormat("int8g16").value(), {}, true, {}).value(),
                      false},
                     {"input.scales", Tensor::adoptFloats({1, channels}, std::vector<float>(channels, 0.03f)),
                      false},
                     {"input.zeros", Tensor::adoptFloats({1, channels}, std::vector<float>(channels, 110)),
                      false},
                     {"input.times", Tensor::adoptFloats({1}, {0}), false}},
                .outputs = 20,
                .inputs = columns};
            replacement.graph =
                std::move(inner).finish(inner.add({OpKind::Linear, {}}, {rounded}, {TensorId{0}}));
            GraphBuilder outer;
            const ValueId y = outer.add(op, {outer.input()}, {TensorId{7}});
            const Graph graph = std::move(outer).finish(y);
            const CompressedLayer layer(std::move(replacement));
            const auto run = [&, &input = input, columns = columns, channels = channels](Machine& on) {
                const std::size_t count = TensorType{nullptr, input}.elements();
                ValueMap values{{graph.input, Tensor::adoptFloats(input, fixture::normalValues(count, 8))}};
                const auto weights = [&](TensorId) -> Result<Executor::Weights> {
                    return Executor::Weights{
                        layer, keyOf("layer", std::uint64_t(columns), std::uint64_t(channels))};
                };
                const auto done =
                    on.executor->run(graph, 0, graph.stageCount - 1, values, weights, nullptr, {});
                return done ? values.at(y).toFloats() : std::vector<float>();
            };
            const std::vector<float> made = run(machine), expected = run(reference);
            QVERIFY(!made.empty() && made.size() == expected.size());
            for (std::size_t i = 0; i < made.size(); ++i)
                QVERIFY(fixture::isNear(double(made[i]), double(expected[i]), 2e-5));
            QCOMPARE(machine.hostRuns(), 0);
        }
    }
};

QTEST_APPLESS_MAIN(VulkanPicturePassTest)
#include "vulkan_picture_pass_test.moc"
