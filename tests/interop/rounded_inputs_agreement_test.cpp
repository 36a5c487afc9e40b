#include "tests/interop/onnx_cases.h"

using namespace onnxCases;

namespace {

/// Rounded inputs: what lies between two codes may go to either side, and with 8 bits biases are whole
/// numbers. A share of root mean squares; measured: 1e-7, or 4e-3 where the last bits of a deep network
/// decide.
constexpr double roundedTolerance = 1e-2;
/// The same where one layer alone rounds: a few codes that lie between two; measured: 7e-4.
constexpr double oneLayerTolerance = 2e-3;

/// With the ranges of what the network is given.
std::shared_ptr<Compressor> calibrated(const std::shared_ptr<const Model>& model, double range)
{
    const std::vector<Tensor> inputs = inputsOf(*model, range);
    std::vector<ValueMap> samples(1);
    for (std::size_t i = 0; i < inputs.size(); ++i)
        samples[0][model->graph->inputs[i].value] = inputs[i];
    return std::make_shared<Compressor>(
        model, methodOf, std::make_shared<Statistics>(model, samples, keyOf("noise"), nullptr, executor()),
        1 << 24);
}

} // namespace

/// Networks whose inputs of layers are rounded give what onnxruntime gives.
class RoundedInputsAgreementTest : public QObject {
    Q_OBJECT

    Cases m_cases;

private slots:
    void initTestCase()
    {
        if (const QString why = m_cases.make(); !why.isEmpty())
            QSKIP(qPrintable(why));
    }

    void roundedInputsRunAsEvaluated_data()
    {
        QTest::addColumn<QString>("network");
        // Not the autoencoder and the U-Net, whose 70 and 57 layers each move codes of the next (see below).
        for (const Case& each : m_cases.all())
            if ((m_cases.isSmall(each) && each.name != "autoencoder") || each.name == "mnist"
                || each.name.starts_with("resnet20") || each.name == "version-slim-320"
                || each.name == "ddpm_mnist_final")
                QTest::addRow("%s", each.name.c_str()) << QString::fromStdString(each.name);
    }
    void roundedInputsRunAsEvaluated()
    {
        QFETCH(QString, network);
        const Case& each = m_cases.of(network);
        const auto model = loadModel(each.path).value();
        const std::vector<Tensor> inputs = inputsOf(*model, each.range);
        const auto compressor = calibrated(model, each.range);
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
            const std::filesystem::path path =
                m_cases.inFolder("rounded-" + std::to_string(ours.size()) + ".onnx");
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

    void theRoundedInputOfEachLayerAloneRunsAsEvaluated_data()
    {
        QTest::addColumn<QString>("network");
        for (const Case& each : m_cases.all())
            if (each.name == "autoencoder" || each.name == "ddpm_mnist")
                QTest::addRow("%s", each.name.c_str()) << QString::fromStdString(each.name);
    }
    void theRoundedInputOfEachLayerAloneRunsAsEvaluated()
    {
        QFETCH(QString, network);
        const Case& each = m_cases.of(network);
        const auto model = loadModel(each.path).value();
        const auto compressor = calibrated(model, each.range);
        const Allocation plain = uniform(*model, {"int8row", "rtn", {}}),
                         rounded = uniform(*model, {"int8row", "static-activations", {{"range", 2}}});
        OnnxRuntime runtime;
        std::vector<Tensor> ours;
        for (std::size_t layer = 0; layer < model->layers.size(); ++layer) {
            const std::filesystem::path path = m_cases.inFolder("layer-" + std::to_string(layer) + ".onnx");
            Allocation allocation = plain;
            allocation.layers[layer] = rounded.layers[layer];
            const auto report = exportAllocation(*model, *compressor, allocation, path, {}, {}, "onnx");
            QVERIFY2(report, report ? "" : report.error().message.c_str());
            ours.push_back(evaluated(compressor, allocation, each.range));
            runtime.add(path, named(*model, inputsOf(*model, each.range)), OnnxRuntime::Level::Disabled);
        }
        runtime.runAll();
        const Tensor withoutRounding = evaluated(compressor, plain, each.range);
        for (std::size_t layer = 0; layer < ours.size(); ++layer) {
            const std::string& name = model->layers[layer].name;
            check(runtime, int(layer), ours[layer], name, oneLayerTolerance, meanDifference);
            // The rounding is there, but where the layer is a table that numbers of rows go into.
            const double difference = meanDifference(ours[layer], *runtime.output(int(layer))),
                         effect = meanDifference(ours[layer], withoutRounding);
            QVERIFY2(effect > 4 * difference || effect + difference < 1e-5, name.c_str());
        }
    }
};

QTEST_GUILESS_MAIN(RoundedInputsAgreementTest)
#include "rounded_inputs_agreement_test.moc"
