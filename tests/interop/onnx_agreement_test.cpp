#include "core/evaluate/compressor_probe.h"
#include "core/file/operator_graph.h"
#include "core/file/replaced_tensor.h"
#include "plugins/batchnorm_folding/batchnorm_folding.h"
#include "plugins/equalisation/equalisation.h"
#include "tests/interop/onnx_cases.h"

using namespace onnxCases;

namespace {

/// Sums in another order, 24 bits each: what two right programs may differ by, as a share of the largest
/// output.
constexpr double floatTolerance = 2e-5;

} // namespace

/// Networks that are read, and networks that are written, give what onnxruntime gives.
class OnnxAgreementTest : public QObject {
    Q_OBJECT

    Cases m_cases;

private slots:
    void initTestCase()
    {
        if (const QString why = m_cases.make(); !why.isEmpty())
            QSKIP(qPrintable(why));
    }

    void whatIsReadGivesTheSame()
    {
        OnnxRuntime runtime;
        std::vector<Tensor> ours;
        for (const Case& each : m_cases.all()) {
            const auto model = loadModel(each.path);
            QVERIFY2(model, model ? "" : model.error().message.c_str());
            QVERIFY2((*model)->picture, (*model)->whyNotEvaluated.c_str());
            const auto compressor = std::make_shared<Compressor>(*model, methodOf, nullptr, 1 << 24);
            ours.push_back(evaluated(compressor, (*model)->original(), each.range));
            std::filesystem::path path = each.path;
            if (path.extension() != ".onnx") {
                path = m_cases.inFolder(each.name + "-original.onnx");
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
            check(runtime, int(i), ours[i], m_cases.all()[i].name, floatTolerance);
    }

    // What came as tensors and takes pictures of any size does so as ONNX too.
    void networksOfAnySizeAreWrittenSo()
    {
        OnnxRuntime runtime;
        std::vector<std::pair<std::string, Tensor>> ours;
        for (const Case& each : m_cases.all()) {
            const auto model = loadModel(each.path).value();
            const PictureModel& picture = *model->picture;
            if (each.path.extension() == ".onnx" || picture.height != 0 || picture.width != 0)
                continue;
            const auto compressor = std::make_shared<Compressor>(model, methodOf, nullptr, 1 << 24);
            const std::filesystem::path path = m_cases.inFolder(each.name + "-any.onnx");
            const auto report = exportAllocation(*model, *compressor, model->original(), path, {}, {});
            QVERIFY2(report, report ? "" : report.error().message.c_str());
            QVERIFY(std::ranges::none_of(report->checks, [](const std::string& check) {
                return check.find("any size") != std::string::npos;
            }));
            const ModelFile written = openModel(path).value();
            const GraphInput& input = model->graph->inputs.front();
            for (const std::size_t i : {2, 3})
                QVERIFY2(!written.operators->inputs[0].shape[i], each.name.c_str());
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
        for (const Case& each : m_cases.all())
            for (const char* target : {"onnx-int4", "onnx", "onnx-matmulnbits"})
                if (m_cases.isSmall(each) || target == std::string_view("onnx-int4"))
                    QTest::addRow("%s as %s", each.name.c_str(), target)
                        << QString::fromStdString(each.name) << target;
    }
    void whatIsWrittenRunsAsEvaluated()
    {
        QFETCH(QString, network);
        QFETCH(QString, target);
        const Case& each = m_cases.of(network);
        const auto model = loadModel(each.path).value();
        const auto compressor = std::make_shared<Compressor>(model, methodOf, nullptr, 1 << 24);
        OnnxRuntime runtime;
        std::vector<std::pair<std::string, Tensor>> ours;
        // Blocks, zero points and formats without codes on the small networks; the four widths everywhere.
        std::vector<std::string> formats{"int8row", "int4row", "int3row", "int2row"};
        if (m_cases.isSmall(each))
            formats.insert(formats.end(), {"int4g32", "int4g32a", "int8g16a", "int2g64", "nf4g64"});
        for (const std::string& format : formats) {
            const std::filesystem::path path = m_cases.inFolder(format + ".onnx");
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

    void foldedNetworksLoseTheirNorms()
    {
        const Case& each = m_cases.of("classifier");
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
        const std::filesystem::path path = m_cases.inFolder("folded.onnx");
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
