#include "plugins/torch/gradients.h"
#include "tests/compute/picture_cases.h"
#include "tests/plugins/picture_probe_fixture.h"
#include "tests/plugins/probe_fixture.h"
#include "tests/support/shared_data.h"
#include "tests/support/tiny_model.h"

#include <QTest>

#include <cmath>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

/// Ops of language models, small.
std::vector<OpCase> textCases()
{
    std::vector<OpCase> list;
    const auto add = [&](std::string name, Op op, std::vector<Tensor> inputs) {
        list.push_back({std::move(name), std::move(op), std::move(inputs)});
    };
    const Tensor x = gaussian({5, 48}, 1), y = gaussian({5, 48}, 2);
    add("embedding", {OpKind::Embedding, {}}, {Tensor::adoptFloats({3}, {4, 0, 4}), gaussian({6, 7}, 1)});
    add("linear", {OpKind::Linear, {}}, {x, gaussian({9, 48}, 3)});
    add("rms norm", {OpKind::RmsNorm, {{"epsilon", 1e-5}}}, {x, gaussian({48}, 3)});
    add("rms norm of heads", {OpKind::RmsNorm, {{"epsilon", 1e-5}}}, {x, gaussian({16}, 3)});
    add("slice", {OpKind::Slice, {{"begin", 7}, {"count", 20}}}, {x});
    add("add", {OpKind::Add, {}}, {x, y});
    add("add a row", {OpKind::Add, {}}, {x, gaussian({48}, 3)});
    add("add a number", {OpKind::Add, {}}, {x, gaussian({1}, 3)});
    add("multiply", {OpKind::Multiply, {}}, {x, y});
    add("multiply by a row", {OpKind::Multiply, {}}, {x, gaussian({48}, 3)});
    add("silu", {OpKind::Silu, {}}, {x});
    add("gelu", {OpKind::Gelu, {}}, {x});
    add("relu2", {OpKind::Relu2, {}}, {x});
    add("log softmax", {OpKind::LogSoftmax, {}}, {x});
    for (const double half : {0.0, 1.0})
        for (const double turned : {16.0, 10.0})
            add(fmt::format("rope {} of 16, halves {}", turned, half),
                {OpKind::Rope,
                 {{"headSize", 16},
                  {"dimensions", turned},
                  {"base", 10000},
                  {"position", 5},
                  {"halfSplit", half}}},
                {x});
    add("rope with divisors", {OpKind::Rope, {{"headSize", 16}, {"factor", 2}}}, {x, gaussian({8}, 4)});
    for (const std::size_t past : {0, 3})
        add(fmt::format("attention after {}", past), {OpKind::Attention, {{"heads", 6}, {"kvHeads", 2}}},
            {x, gaussian({5 + past, 16}, 5), gaussian({5 + past, 16}, 6)});
    add("attention that sees three", {OpKind::Attention, {{"heads", 6}, {"kvHeads", 2}, {"window", 3}}},
        {x, gaussian({7, 16}, 5), gaussian({7, 16}, 6)});
    return list;
}

const std::vector<OpCase>& allCases()
{
    static const std::vector<OpCase> list = [] {
        std::vector<OpCase> all = textCases();
        for (auto& more : {pictureCases(), furtherPictureCases()})
            all.insert(all.end(), more.begin(), more.end());
        return all;
    }();
    return list;
}

/// A graph of the one op, with all that it reads as stored tensors.
struct OneOp {
    explicit OneOp(const OpCase& c)
    {
        std::vector<TensorId> ids;
        for (std::size_t i = 0; i < c.inputs.size(); ++i)
            ids.push_back(TensorId(i));
        GraphBuilder builder;
        output = builder.add(c.op, {}, std::move(ids), c.name);
        graph = std::move(builder).finish(output);
    }
    Graph graph;
    ValueId output{};
};

Result<Gradients>
run(const OpCase& c, std::set<TensorId> wanted = {},
    std::function<Result<std::vector<Tensor>>(std::span<const Tensor>)> slopesOf = {})
{
    const OneOp one(c);
    return gradientEngine().value()->run(
        {.graph = one.graph,
         .inputs = {},
         .outputs = {one.output},
         .tensorOf = [&](TensorId id) -> Result<Tensor> { return c.inputs[std::size_t(id)]; },
         .wanted = std::move(wanted),
         .slopesOf = std::move(slopesOf)});
}

/// Functions with steps, or with no number for what the cases hold; indices are no numbers to derive by.
bool isSmooth(const OpCase& c)
{
    using enum UnaryFunction;
    using enum BinaryFunction;
    const auto function = c.op.count("function");
    if (c.op.kind == OpKind::ArgReduce || c.op.kind == OpKind::Where)
        return false;
    if (c.op.kind == OpKind::Unary) {
        const auto f = UnaryFunction(function);
        for (const UnaryFunction other :
             {ThresholdedRelu, Shrink, Log, Sqrt, Reciprocal, Floor, Ceil, Round, Sign, Truncate, Not})
            if (f == other)
                return false;
    }
    if (c.op.kind == OpKind::Binary) {
        const auto f = BinaryFunction(function);
        for (const BinaryFunction good : {BinaryFunction::Add, Subtract, Multiply, Maximum, Minimum, PRelu})
            if (f == good)
                return true;
        return false;
    }
    return c.op.kind != OpKind::Reduce || ReduceFunction(function) != ReduceFunction::LogSum;
}

/// The first input of an embedding, the second of a gather.
bool isIndex(const OpCase& c, std::size_t input)
{
    return (c.op.kind == OpKind::Embedding && input == 0) || (c.op.kind == OpKind::Gather && input == 1);
}

double lossOf(Backend& reference, const OpCase& c, std::span<const float> slopes)
{
    const std::vector<float> y = resultOf(reference, c).value();
    double loss = 0;
    for (std::size_t i = 0; i < y.size(); ++i)
        loss += double(slopes[i]) * double(y[i]);
    return loss;
}

void rows(bool smooth)
{
    QTest::addColumn<int>("index");
    for (std::size_t i = 0; i < allCases().size(); ++i)
        if (!smooth || isSmooth(allCases()[i]))
            QTest::newRow(allCases()[i].name.c_str()) << int(i);
}

/// Whether LibTorch has a way to resize like this, or a mean over windows with gaps.
bool mayBeRefused(const OpCase& c)
{
    return c.op.kind == OpKind::Resize;
}

} // namespace

/// LibTorch on every op that it has, against the reference backend, and its gradients against differences.
class TorchGradientsTest : public QObject {
    Q_OBJECT

private slots:
    void opsAgreeWithTheReference_data() { rows(false); }
    void opsAgreeWithTheReference()
    {
        QFETCH(int, index);
        const OpCase& c = allCases()[std::size_t(index)];
        const auto made = run(c);
        if (!made && mayBeRefused(c)) {
            QCOMPARE(made.error().code, ErrorCode::Unsupported);
            QVERIFY2(made.error().message.find("resize") != std::string::npos, made.error().message.c_str());
            return;
        }
        QVERIFY2(made.has_value(), made ? "" : made.error().message.c_str());
        const auto reference = makeReferenceBackend();
        const QString difference =
            differenceOf(made->outputs[0].toFloats(), resultOf(*reference, c).value(), 5e-5f);
        QVERIFY2(difference.isEmpty(), qPrintable(difference));
    }

    void networksResizeWithGradients()
    {
        std::size_t done = 0;
        for (const OpCase& c : allCases())
            done += c.op.kind == OpKind::Resize && run(c).has_value() ? 1 : 0;
        QVERIFY2(done >= 8, qPrintable(QString::number(done)));
    }

    void gradientsAgreeWithDifferences_data() { rows(true); }
    void gradientsAgreeWithDifferences()
    {
        QFETCH(int, index);
        const OpCase& c = allCases()[std::size_t(index)];
        const auto reference = makeReferenceBackend();
        std::set<TensorId> wanted;
        for (std::size_t i = 0; i < c.inputs.size(); ++i)
            if (!isIndex(c, i))
                wanted.insert(TensorId(i));
        std::vector<float> slopes;
        const auto made = run(c, wanted, [&](std::span<const Tensor> outputs) -> Result<std::vector<Tensor>> {
            slopes = normalValues(outputs[0].type().elements(), 77);
            return std::vector<Tensor>{Tensor::fromFloats(outputs[0].type().shape, slopes)};
        });
        if (!made && mayBeRefused(c))
            return;
        QVERIFY2(made.has_value(), made ? "" : made.error().message.c_str());
        for (const TensorId id : wanted) {
            const Tensor& given = c.inputs[std::size_t(id)];
            const std::vector<float> gradient = made->byTensor.at(id).toFloats(), x = given.toFloats(),
                                     direction = normalValues(x.size(), 78);
            QCOMPARE(made->byTensor.at(id).type().shape, given.type().shape);
            double along = 0, length = 0;
            for (std::size_t i = 0; i < x.size(); ++i) {
                along += double(gradient[i]) * double(direction[i]);
                length += double(gradient[i]) * double(gradient[i]);
            }
            constexpr float step = 1.0f / 1024;
            double losses[2];
            for (const int side : {0, 1}) {
                std::vector<float> moved = x;
                for (std::size_t i = 0; i < x.size(); ++i)
                    moved[i] += (side == 0 ? -step : step) * direction[i];
                OpCase other = c;
                other.inputs[std::size_t(id)] = Tensor::adoptFloats(given.type().shape, std::move(moved));
                losses[side] = lossOf(*reference, other, slopes);
            }
            const double difference = (losses[1] - losses[0]) / (2 * double(step));
            QVERIFY2(
                std::abs(difference - along) <= 0.03 * std::sqrt(length) + 1e-3,
                qPrintable(QString("input %1: %2 by differences, %3 by gradients of length %4")
                               .arg(std::uint32_t(id))
                               .arg(difference)
                               .arg(along)
                               .arg(std::sqrt(length))));
        }
    }

    void anOpThatIsMissingIsRefusedByName()
    {
        const auto made = run({"turned", {OpKind::Hadamard, {}}, {gaussian({2, 8}, 1)}});
        QVERIFY(!made.has_value());
        QCOMPARE(made.error().code, ErrorCode::Unsupported);
        QCOMPARE(made.error().message, std::string("turned (hadamard): gradients know no such op"));
    }

    void sizesThatDoNotFitAreErrors()
    {
        const auto made = run({"product", {OpKind::Linear, {}}, {gaussian({2, 8}, 1), gaussian({3, 7}, 2)}});
        QVERIFY(!made.has_value());
        QCOMPARE(made.error().code, ErrorCode::InvalidInput);
        QVERIFY2(made.error().message.starts_with("product (linear): "), made.error().message.c_str());
        QVERIFY2(made.error().message.find('\n') == std::string::npos, made.error().message.c_str());
    }

    void aValueThatNothingMakesIsAnError()
    {
        GraphBuilder builder;
        const ValueId y = builder.add({OpKind::Silu, {}}, {builder.input()}, {}, "y");
        const Graph graph = std::move(builder).finish(y);
        const auto made = gradientEngine().value()->run(
            {.graph = graph, .inputs = {}, .outputs = {y}, .tensorOf = {}, .wanted = {}});
        QCOMPARE(made.error().code, ErrorCode::InvalidInput);
    }

    void whatIsNotReadHasNoGradient()
    {
        const OpCase c{"sum", {OpKind::Add, {}}, {gaussian({2, 3}, 1), gaussian({3}, 2), gaussian({4}, 3)}};
        GraphBuilder builder;
        const ValueId y = builder.add(c.op, {}, {TensorId(0), TensorId(1)}, "y");
        const Graph graph = std::move(builder).finish(y);
        const auto made = gradientEngine().value()->run(
            {.graph = graph,
             .inputs = {},
             .outputs = {y},
             .tensorOf = [&](TensorId id) -> Result<Tensor> { return c.inputs[std::size_t(id)]; },
             .wanted = {TensorId(1), TensorId(2)},
             .slopesOf = [&](std::span<const Tensor>) -> Result<std::vector<Tensor>> {
                 return std::vector<Tensor>{Tensor::adoptFloats({2, 3}, {1, 2, 3, 4, 5, 6})};
             }});
        QVERIFY(made.has_value());
        QCOMPARE(made->byTensor.at(TensorId(1)).toFloats(), (std::vector<float>{5, 7, 9}));
        QCOMPARE(made->byTensor.at(TensorId(2)).toFloats(), (std::vector<float>{0, 0, 0, 0}));
    }

    void wholeNetworksAgree_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("pictures");
        const QString samples = TRITLOOM_SOURCE_DIR "/resources/samples/picture/";
        for (const char* name :
             {"classification/shapes.onnx", "super-resolution/enlarge.onnx", "generation/denoise.onnx"})
            QTest::newRow(name) << samples + name << QString();
        for (const auto& [file, pictures] :
             {std::pair{"img_resnet20_cifar10/resnet20-12fca82f.th", "imgs_cifar10_a"},
              {"img_tinydarknet_imagenet/tfjs/model.json", "imgs_imagenet_a"},
              {"img_mnist_onnx/opt-mnist.onnx", "imgs_mnist_t10k"},
              {"img_ddpm_unet_mnist/ddpm_mnist.pt", ""},
              {"img_ddpm_cnn_mnist/ddpm_mnist_final.pth", ""},
              {"img_sr_x4/team21_slimrlfn.pth", "imgs_set5_set12"}})
            QTest::newRow(file) << QString(file) << QString(pictures);
    }
    void wholeNetworksAgree()
    {
        QFETCH(QString, file);
        QFETCH(QString, pictures);
        std::filesystem::path path = file.toStdString();
        PictureOptions options;
        options.source.limit = 1;
        options.calibrationCount = 1;
        options.task.steps = 1;
        if (path.is_relative()) {
            TRITLOOM_NEEDS_SHARED_DATA(data);
            path = data / path;
            if (!std::filesystem::exists(path))
                QSKIP(qPrintable("not there: " + file));
            if (!pictures.isEmpty())
                options.source.images = data / pictures.toStdString();
        }
        const auto probe = pictureProbeOf(path, {}, options);
        const NetworkProbe::Values made = probe->values(0).value();
        GradientProblem problem{
            .graph = made.graph,
            .inputs = {},
            .outputs = {made.graph.output},
            .tensorOf = [&](TensorId id) { return probe->tensor(id); },
            .wanted = {}};
        for (const ValueId input : made.graph.part(0).inputs)
            problem.inputs[input] = made.values.at(input);
        const auto ours = gradientEngine().value()->run(problem);
        QVERIFY2(ours.has_value(), ours ? "" : ours.error().message.c_str());
        const QString difference =
            differenceOf(ours->outputs[0].toFloats(), made.values.at(made.graph.output).toFloats(), 1e-3f);
        QVERIFY2(difference.isEmpty(), qPrintable(difference));
    }

    void transformersAgree_data()
    {
        QTest::addColumn<QString>("architecture");
        for (const char* name : {"llama", "qwen2", "qwen3", "gpt2", "bitnet-b1.58"})
            QTest::newRow(name) << name;
    }
    void transformersAgree()
    {
        QFETCH(QString, architecture);
        const auto model = TinyModel{.architecture = architecture.toStdString()}.make();
        const Tensor tokens = Tensor::adoptFloats({7}, {1, 5, 49, 3, 3, 20, 7});
        ValueMap values{{model->graph->input, tokens}};
        const auto executor = cpuExecutor();
        const auto stored = [&](TensorId id) -> Result<Executor::Weights> {
            return Executor::Weights{materialise(model->tensor(id)).value(), keyOf("tensor", id)};
        };
        const auto ran =
            executor->run(*model->graph, 0, model->graph->stageCount - 1, values, stored, nullptr, {});
        QVERIFY2(ran.has_value(), ran ? "" : ran.error().message.c_str());
        const auto ours = gradientEngine().value()->run(
            {.graph = *model->graph,
             .inputs = {{model->graph->input, tokens}},
             .outputs = {model->graph->output},
             .tensorOf = [&](TensorId id) { return materialise(model->tensor(id)); },
             .wanted = {}});
        QVERIFY2(ours.has_value(), ours ? "" : ours.error().message.c_str());
        const QString difference =
            differenceOf(ours->outputs[0].toFloats(), values.at(model->graph->output).toFloats(), 2e-3f);
        QVERIFY2(difference.isEmpty(), qPrintable(difference));
    }
};

QTEST_APPLESS_MAIN(TorchGradientsTest)
#include "torch_gradients_test.moc"
