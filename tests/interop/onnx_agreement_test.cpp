#include "app/session/export_controller.h"
#include "compute/cpu/cpu_backend.h"
#include "core/task/network_pass.h"
#include "plugins/rtn/rtn.h"
#include "tests/interop/onnx_runtime.h"
#include "tests/support/onnx_network.h"
#include "tests/support/shared_data.h"

#include <QTest>

using namespace tritloom;

namespace {

/// Sums in another order, 24 bits each: what two right programs may differ by, as a share of the largest
/// output.
constexpr double floatTolerance = 2e-5;

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
    return id == "rtn" ? &rtn : nullptr;
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
        if (const std::filesystem::path data = sharedData(); !data.empty()) {
            m_cases.push_back({"mnist", data / "img_mnist_onnx/opt-mnist.onnx", 255});
            for (const char* face : {"version-RFB-320", "version-RFB-320_simplified", "version-slim-320"})
                m_cases.push_back({face, data / "img_face_onnx" / (std::string(face) + ".onnx")});
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
            runtime.add(each.path, named(**model, inputsOf(**model, each.range)), OnnxRuntime::Level::All);
        }
        runtime.runAll();
        for (std::size_t i = 0; i < ours.size(); ++i) {
            const auto theirs = runtime.output(int(i));
            QVERIFY2(theirs, theirs ? "" : theirs.error().message.c_str());
            const double difference = relativeDifference(ours[i], *theirs);
            qInfo("%-32s differs by %.1e of the largest output", m_cases[i].name.c_str(), difference);
            QVERIFY2(difference < floatTolerance, m_cases[i].name.c_str());
        }
    }

    void whatIsWrittenRunsAsEvaluated_data()
    {
        QTest::addColumn<QString>("network");
        for (const Case& each : m_cases)
            QTest::addRow("%s", each.name.c_str()) << QString::fromStdString(each.name);
    }
    void whatIsWrittenRunsAsEvaluated()
    {
        QFETCH(QString, network);
        const Case& each = caseOf(network);
        const auto model = loadModel(each.path).value();
        const auto compressor = std::make_shared<Compressor>(model, methodOf, nullptr, 1 << 24);
        OnnxRuntime runtime;
        std::vector<std::pair<std::string, Tensor>> ours;
        for (const char* format :
             {"int8row", "int4row", "int3row", "int2row", "int4g32", "int4g32a", "nf4g64"}) {
            const std::filesystem::path path = inFolder(std::string(format) + ".onnx");
            const Allocation allocation = uniform(*model, {format, "rtn", {}});
            const auto report = exportAllocation(*model, *compressor, allocation, path, {}, {});
            QVERIFY2(report, report ? "" : report.error().message.c_str());
            ours.emplace_back(format, evaluated(compressor, allocation, each.range));
            runtime.add(path, named(*model, inputsOf(*model, each.range)), OnnxRuntime::Level::Disabled);
        }
        runtime.runAll();
        for (std::size_t i = 0; i < ours.size(); ++i) {
            const auto theirs = runtime.output(int(i));
            QVERIFY2(theirs, theirs ? "" : theirs.error().message.c_str());
            const double difference = relativeDifference(ours[i].second, *theirs);
            qInfo("%-10s differs by %.1e of the largest output", ours[i].first.c_str(), difference);
            QVERIFY2(difference < floatTolerance, ours[i].first.c_str());
        }
    }
};

QTEST_GUILESS_MAIN(OnnxAgreementTest)
#include "onnx_agreement_test.moc"
