#include "app/session/export_controller.h"
#include "compute/cpu/cpu_backend.h"
#include "core/evaluate/compressor_probe.h"
#include "core/file/operator_graph.h"
#include "core/file/replaced_tensor.h"
#include "core/task/network_pass.h"
#include "plugins/batchnorm_folding/batchnorm_folding.h"
#include "plugins/equalisation/equalisation.h"
#include "plugins/rtn/rtn.h"
#include "plugins/static_activations/static_activations.h"
#include "tests/interop/onnx_runtime.h"
#include "tests/support/diffusers_folder.h"
#include "tests/support/onnx_network.h"
#include "tests/support/shared_data.h"
#include "tests/support/vision_tensors.h"

#include <QTest>

using namespace tritloom;

namespace {

/// Sums in another order, 24 bits each: what two right programs may differ by, as a share of the largest
/// output.
constexpr double floatTolerance = 2e-5;
/// With its optimisations onnxruntime fuses DequantizeLinear and MatMul into a product with 8-bit
/// activations.
constexpr double optimisedTolerance = 5e-2;
/// Rounded inputs: what lies between two codes may go to either side, and with 8 bits biases are whole
/// numbers. A share of root mean squares; measured: 1e-7, or 4e-3 where the last bits of a deep network
/// decide.
constexpr double roundedTolerance = 1e-2;
std::unique_ptr<Executor> executor()
{
    std::vector<std::unique_ptr<Backend>> backends;
    backends.push_back(makeCpuBackend().value());
    backends.push_back(makeReferenceBackend());
    return std::make_unique<Executor>(std::move(backends));
}

const LayerMethod* methodOf(std::string_view id)
{
    static const RoundToNearest rtn;
    static const StaticActivations ranges;
    return id == "rtn"               ? static_cast<const LayerMethod*>(&rtn)
        : id == "static-activations" ? &ranges
                                     : nullptr;
}

/// A network, and pictures of noise in the range that it takes.
struct Case {
    std::string name;
    std::filesystem::path path;
    double range = 1;
};

std::vector<Tensor> inputsOf(const Model& model, double range)
{
    std::mt19937 random(7);
    std::vector<Tensor> inputs;
    for (const GraphInput& input : model.graph->inputs) {
        std::vector<float> values(TensorType{nullptr, input.shape}.elements());
        for (float& value : values)
            value = float(range) * float(random() % 1000) / 999;
        if (!inputs.empty()) // a step of time
            values.assign(values.size(), 17);
        inputs.push_back(Tensor::adoptFloats(input.shape, std::move(values)));
    }
    return inputs;
}

std::vector<OnnxRuntime::Input> named(const Model& model, const std::vector<Tensor>& inputs)
{
    std::vector<OnnxRuntime::Input> result;
    for (std::size_t i = 0; i < inputs.size(); ++i)
        result.push_back({model.graph->inputs[i].name, inputs[i]});
    return result;
}

} // namespace

/// Networks that are read, and networks that are written, give what onnxruntime gives.
class OnnxAgreementTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::vector<Case> m_cases;

    std::filesystem::path inFolder(const std::string& name) const
    {
        return m_folder.path().toStdString() + "/" + name;
    }
    const Case& caseOf(const QString& name) const
    {
        return *std::ranges::find(m_cases, name.toStdString(), &Case::name);
    }

    /// One of those made here.
    bool isSmall(const Case& each) const { return each.path.parent_path() == inFolder("x").parent_path(); }

    static Tensor
    evaluated(const std::shared_ptr<Compressor>& compressor, const Allocation& allocation, double range)
    {
        NetworkPass pass(compressor, executor(), std::size_t{1} << 24);
        const auto output = pass.run(
            inputsOf(compressor->model(), range), keyOf("noise"), allocation, NetworkPass::Keep::Nothing, {});
        if (!output)
            qFatal("%s", output.error().message.c_str());
        return *output;
    }

    static void check(
        const OnnxRuntime& runtime, int job, const Tensor& ours, const std::string& what, double tolerance,
        double (*measure)(const Tensor&, const Tensor&) = relativeDifference)
    {
        const auto theirs = runtime.output(job);
        QVERIFY2(theirs, theirs ? "" : (what + ": " + theirs.error().message).c_str());
        const double difference = measure(ours, *theirs);
        qInfo("%-36s differs by %.1e", what.c_str(), difference);
        QVERIFY2(difference < tolerance, what.c_str());
    }

private slots:
    void initTestCase()
    {
        if (const QString why = OnnxRuntime::install(); !why.isEmpty()) {
            qInfo("%s", qPrintable(why));
            QSKIP("onnxruntime cannot be had here: see the reason above");
        }
        const auto add = [this](const std::string& name, const OnnxNetwork& network) {
            network.save(inFolder(name + ".onnx"));
            m_cases.push_back({name, inFolder(name + ".onnx")});
        };
        add("classifier", smallClassifier());
        add("classifier of operator set 9", smallClassifier(9));
        add("upscaler", smallUpscaler());
        add("perceptron", smallPerceptron());
        visionTensors::timm({.width = 128, .layers = 1}, true).save(inFolder("vit.safetensors"));
        m_cases.push_back({"vision transformer", inFolder("vit.safetensors")});
        diffusersFolder::writeAutoencoder(inFolder("autoencoder"));
        m_cases.push_back({"autoencoder", inFolder("autoencoder")});
        if (const std::filesystem::path data = sharedData(); !data.empty()) {
            m_cases.push_back({"mnist", data / "img_mnist_onnx/opt-mnist.onnx", 255});
            for (const char* face : {"version-RFB-320", "version-RFB-320_simplified", "version-slim-320"})
                m_cases.push_back({face, data / "img_face_onnx" / (std::string(face) + ".onnx")});
            // What came as tensors only is written from its graph.
            for (const char* file :
                 {"img_resnet20_cifar10/resnet20-12fca82f.th", "img_sr_x4/team21_slimrlfn.pth",
                  "img_sr_x4/team21_slimrlfn_prune.pth", "img_sr_x4/team11_EFQN.pt",
                  "img_dncnn25/dncnn_25.pth", "img_taef2_vae/taef2_decoder.pth",
                  "img_ddpm_unet_mnist/ddpm_mnist.pt", "img_ddpm_cnn_mnist/ddpm_mnist_final.pth",
                  "img_ternary_mnist/bit_netcnn_small_mnist_ternary.zip", "img_tinydarknet_imagenet/tfjs"})
                m_cases.push_back({std::filesystem::path(file).stem(), data / file});
            m_cases.push_back({"face detector", data / "img_face_onnx/version-RFB-320.pth"});
            m_cases.push_back({"udnie", data / "img_style_udnie/udnie", 255});
        }
    }

    void whatIsReadGivesTheSame()
    {
        OnnxRuntime runtime;
        std::vector<Tensor> ours;
        for (const Case& each : m_cases) {
            const auto model = loadModel(each.path);
            QVERIFY2(model, model ? "" : model.error().message.c_str());
            QVERIFY2((*model)->picture, (*model)->whyNotEvaluated.c_str());
            const auto compressor = std::make_shared<Compressor>(*model, methodOf, nullptr, 1 << 24);
            ours.push_back(evaluated(compressor, (*model)->original(), each.range));
            std::filesystem::path path = each.path;
            if (path.extension() != ".onnx") {
                path = inFolder(each.name + "-original.onnx");
                const auto report =
                    exportAllocation(**model, *compressor, (*model)->original(), path, {}, {});
                QVERIFY2(report, report ? "" : report.error().message.c_str());
                const auto written = loadModel(path).value();
                QCOMPARE(written->picture->task, (*model)->picture->task);
                QCOMPARE(written->picture->classes, (*model)->picture->classes);
            }
            runtime.add(path, named(**model, inputsOf(**model, each.range)), OnnxRuntime::Level::All);
        }
        runtime.runAll();
        for (std::size_t i = 0; i < ours.size(); ++i)
            check(runtime, int(i), ours[i], m_cases[i].name, floatTolerance);
    }

    // What came as tensors and takes pictures of any size does so as ONNX too.
    void networksOfAnySizeAreWrittenSo()
    {
        OnnxRuntime runtime;
        std::vector<std::pair<std::string, Tensor>> ours;
        for (const Case& each : m_cases) {
            const auto model = loadModel(each.path).value();
            const PictureModel& picture = *model->picture;
            if (each.path.extension() == ".onnx" || picture.height != 0 || picture.width != 0)
                continue;
            const auto compressor = std::make_shared<Compressor>(model, methodOf, nullptr, 1 << 24);
            const std::filesystem::path path = inFolder(each.name + "-any.onnx");
            const auto report = exportAllocation(*model, *compressor, model->original(), path, {}, {});
            QVERIFY2(report, report ? "" : report.error().message.c_str());
            // Attention over all pixels counts them.
            const bool isForOne = each.name == "autoencoder";
            QCOMPARE(
                std::ranges::any_of(
                    report->checks,
                    [](const std::string& check) { return check.find("any size") != std::string::npos; }),
                isForOne);
            const ModelFile written = openModel(path).value();
            const GraphInput& input = model->graph->inputs.front();
            for (const std::size_t i : {2, 3})
                QVERIFY2(written.operators->inputs[0].shape[i].has_value() == isForOne, each.name.c_str());
            if (isForOne)
                continue;
            for (const auto& [height, width] : {std::pair{41UL, 56UL}, std::pair{72UL, 35UL}}) {
                std::mt19937 random(7);
                const auto whole = [&](std::size_t size) {
                    return size / picture.multiple * picture.multiple;
                };
                const Shape shape{1, input.shape[1], whole(height), whole(width)};
                std::vector<float> values(TensorType{nullptr, shape}.elements());
                for (float& value : values)
                    value = float(each.range) * float(random() % 1000) / 999;
                const Tensor given[] = {Tensor::adoptFloats(shape, std::move(values))};
                NetworkPass pass(compressor, executor(), std::size_t{1} << 24);
                const auto output =
                    pass.run(given, keyOf("noise"), model->original(), NetworkPass::Keep::Nothing, {});
                QVERIFY2(output, output ? "" : output.error().message.c_str());
                runtime.add(path, {{input.name, given[0]}}, OnnxRuntime::Level::All);
                ours.emplace_back(fmt::format("{}, {} x {}", each.name, shape[2], shape[3]), *output);
            }
        }
        if (ours.empty())
            QSKIP("no network came as tensors");
        runtime.runAll();
        for (std::size_t i = 0; i < ours.size(); ++i)
            check(runtime, int(i), ours[i].second, ours[i].first, floatTolerance);
    }

    void whatIsWrittenRunsAsEvaluated_data()
    {
        QTest::addColumn<QString>("network");
        QTest::addColumn<QString>("target");
        for (const Case& each : m_cases)
            for (const char* target : {"onnx-int4", "onnx", "onnx-matmulnbits"})
                if (isSmall(each) || target == std::string_view("onnx-int4"))
                    QTest::addRow("%s as %s", each.name.c_str(), target)
                        << QString::fromStdString(each.name) << target;
    }
    void whatIsWrittenRunsAsEvaluated()
    {
        QFETCH(QString, network);
        QFETCH(QString, target);
        const Case& each = caseOf(network);
        const auto model = loadModel(each.path).value();
        const auto compressor = std::make_shared<Compressor>(model, methodOf, nullptr, 1 << 24);
        OnnxRuntime runtime;
        std::vector<std::pair<std::string, Tensor>> ours;
        // Blocks, zero points and formats without codes on the small networks; the four widths everywhere.
        std::vector<std::string> formats{"int8row", "int4row", "int3row", "int2row"};
        if (isSmall(each))
            formats.insert(formats.end(), {"int4g32", "int4g32a", "int8g16a", "int2g64", "nf4g64"});
        for (const std::string& format : formats) {
            const std::filesystem::path path = inFolder(format + ".onnx");
            const Allocation allocation = uniform(*model, {format, "rtn", {}});
            const auto report =
                exportAllocation(*model, *compressor, allocation, path, {}, {}, target.toStdString());
            QVERIFY2(report, report ? "" : report.error().message.c_str());
            ours.emplace_back(format, evaluated(compressor, allocation, each.range));
            const auto inputs = named(*model, inputsOf(*model, each.range));
            runtime.add(path, inputs, OnnxRuntime::Level::Disabled);
            runtime.add(path, inputs, OnnxRuntime::Level::All);
            runtime.add(path, inputs, OnnxRuntime::Level::All, {{"qdq_matmulnbits_accuracy_level", "1"}});
            // What is read back is what was written.
            const auto again = loadModel(path);
            QVERIFY2(
                again && (*again)->graph,
                again ? (*again)->whyNotEvaluated.c_str() : again.error().message.c_str());
            const auto plain = std::make_shared<Compressor>(*again, methodOf, nullptr, 1 << 20);
            const double difference =
                relativeDifference(evaluated(plain, (*again)->original(), each.range), ours.back().second);
            QVERIFY2(difference < floatTolerance, qPrintable(QString::number(difference)));
        }
        runtime.runAll();
        for (std::size_t i = 0; i < ours.size(); ++i) {
            check(runtime, int(3 * i), ours[i].second, ours[i].first, floatTolerance);
            check(runtime, int(3 * i + 1), ours[i].second, ours[i].first + ", optimised", optimisedTolerance);
            check(
                runtime, int(3 * i + 2), ours[i].second, ours[i].first + ", optimised, exact",
                floatTolerance);
        }
    }

    void roundedInputsRunAsEvaluated_data()
    {
        QTest::addColumn<QString>("network");
        // Not the autoencoder: its 70 layers of chance numbers make half of what comes out of any rounding.
        for (const Case& each : m_cases)
            if ((isSmall(each) && each.name != "autoencoder") || each.name == "mnist"
                || each.name.starts_with("resnet20") || each.name == "version-slim-320"
                || each.name == "ddpm_mnist_final")
                QTest::addRow("%s", each.name.c_str()) << QString::fromStdString(each.name);
    }
    void roundedInputsRunAsEvaluated()
    {
        QFETCH(QString, network);
        const Case& each = caseOf(network);
        const auto model = loadModel(each.path).value();
        const std::vector<Tensor> inputs = inputsOf(*model, each.range);
        std::vector<ValueMap> samples(1);
        for (std::size_t i = 0; i < inputs.size(); ++i)
            samples[0][model->graph->inputs[i].value] = inputs[i];
        const auto compressor = std::make_shared<Compressor>(
            model, methodOf,
            std::make_shared<Statistics>(model, samples, keyOf("noise"), nullptr, executor()), 1 << 24);
        struct Row {
            const char *name, *format, *target;
            Parameters parameters;
        };
        const Row rows[] = {
            {"W8A8, least to largest", "int8row", "onnx", {{"range", 0}}},
            {"W8A8, squared error", "int8row", "onnx", {{"range", 2}}},
            {"W8A8, divergence, symmetric", "int8row", "onnx", {{"range", 3}, {"symmetric", 1}}},
            {"W8A8, a range a channel", "int8row", "onnx", {{"range", 1}, {"channels", 1}}},
            {"W4A8", "int4row", "onnx-int4", {{"range", 2}}},
            {"W4A4", "int4row", "onnx-int4", {{"range", 2}, {"bits", 4}}},
            {"W4A4, a range a channel", "int4row", "onnx-int4", {{"range", 1}, {"channels", 1}, {"bits", 4}}},
            {"W4A6", "int4row", "onnx-int4", {{"range", 2}, {"bits", 6}}}};
        OnnxRuntime runtime;
        std::vector<Tensor> ours;
        for (const Row& row : rows) {
            const std::filesystem::path path = inFolder("rounded-" + std::to_string(ours.size()) + ".onnx");
            const Allocation allocation = uniform(*model, {row.format, "static-activations", row.parameters});
            const auto report = exportAllocation(*model, *compressor, allocation, path, {}, {}, row.target);
            QVERIFY2(report, report ? "" : report.error().message.c_str());
            ours.push_back(evaluated(compressor, allocation, each.range));
            runtime.add(path, named(*model, inputs), OnnxRuntime::Level::Disabled);
            runtime.add(path, named(*model, inputs), OnnxRuntime::Level::All);
        }
        runtime.runAll();
        for (std::size_t i = 0; i < ours.size(); ++i) {
            const std::string name = rows[i].name;
            check(runtime, int(2 * i), ours[i], name, roundedTolerance, meanDifference);
            check(runtime, int(2 * i + 1), ours[i], name + ", optimised", optimisedTolerance, meanDifference);
            // The rounding is there, and changes more than the two differ by.
            const Allocation plain = uniform(*model, {rows[i].format, "rtn", {}});
            const double effect = meanDifference(ours[i], evaluated(compressor, plain, each.range));
            qInfo("%-36s changes %.1e", name.c_str(), effect);
            QVERIFY2(effect > 1.5 * meanDifference(ours[i], *runtime.output(int(2 * i))), name.c_str());
        }
    }

    void foldedNetworksLoseTheirNorms()
    {
        const Case& each = caseOf("classifier");
        auto model = loadModel(each.path).value();
        const auto original = std::make_shared<Compressor>(model, methodOf, nullptr, 1 << 20);
        const Tensor expected = evaluated(original, model->original(), each.range);
        const BatchNormFolding folding;
        const Equalisation equalisation;
        for (const ModelTransform* const transform :
             {static_cast<const ModelTransform*>(&folding),
              static_cast<const ModelTransform*>(&equalisation)}) {
            CompressorProbe probe(std::make_shared<Compressor>(model, methodOf, nullptr, 1 << 20), {}, {});
            const auto made = transform->apply(probe, {}, {});
            QVERIFY2(made, made ? "" : made.error().message.c_str());
            model = makeModel(withTensors(*model->file, made->tensors));
        }
        Compressor compressor(model, methodOf, nullptr, 1 << 20);
        const std::filesystem::path path = inFolder("folded.onnx");
        const auto report = exportAllocation(*model, compressor, model->original(), path, {}, {});
        QVERIFY2(report, report ? "" : report.error().message.c_str());
        const ModelFile written = openModel(path).value();
        QCOMPARE(std::ranges::count(written.operators->nodes, "BatchNormalization", &OperatorNode::type), 0);
        OnnxRuntime runtime;
        runtime.add(path, named(*model, inputsOf(*model, each.range)), OnnxRuntime::Level::All);
        runtime.runAll();
        check(runtime, 0, expected, "folded and equalised", floatTolerance);
    }
};

QTEST_GUILESS_MAIN(OnnxAgreementTest)
#include "onnx_agreement_test.moc"
