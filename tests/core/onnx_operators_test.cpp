#include "core/architecture/onnx/onnx_network.h"
#include "core/backend/executor.h"
#include "core/export/tritloom_target.h"
#include "core/file/onnx.h"
#include "core/file/tritloom_file.h"
#include "tests/support/onnx_network.h"
#include "tests/support/shared_data.h"

#define ONNX_ML 1
#include <onnx/onnx_pb.h>

#include <QTemporaryDir>
#include <QTest>

#include <fstream>
#include <set>

using namespace tritloom;

namespace {

/// Cases whose operators or element types cannot be run, each with its reason.
const std::set<std::string, std::less<>> notRun{
    // gradients, sequences and strings are no part of a network on pictures
    "test_gradient_of_add", "test_gradient_of_add_and_mul"};
bool isNotRun(const std::string& name)
{
    // the shape to expand to is an input: no shape can be known before it is run
    return notRun.contains(name) || name.starts_with("test_expand_shape_model") || name.starts_with("test_sequence_") || name.starts_with("test_strnorm_");
}

template <typename Message>
Message messageOf(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    Message message;
    if (!message.ParseFromString(bytes))
        qFatal("%s is no message", path.c_str());
    return message;
}

Tensor tensorOf(const ::onnx::TensorProto& proto)
{
    Shape shape(proto.dims().begin(), proto.dims().end());
    std::vector<float> values;
    const std::string& raw = proto.raw_data();
    const auto cast = [&]<typename T>(T) {
        for (std::size_t i = 0; i + sizeof(T) <= raw.size(); i += sizeof(T)) {
            T value;
            std::memcpy(&value, raw.data() + i, sizeof(T));
            values.push_back(float(value));
        }
    };
    switch (proto.data_type()) {
    case ::onnx::TensorProto::FLOAT:
        cast(float{});
        values.insert(values.end(), proto.float_data().begin(), proto.float_data().end());
        break;
    case ::onnx::TensorProto::DOUBLE:
        cast(double{});
        values.insert(values.end(), proto.double_data().begin(), proto.double_data().end());
        break;
    case ::onnx::TensorProto::INT64:
        cast(std::int64_t{});
        values.insert(values.end(), proto.int64_data().begin(), proto.int64_data().end());
        break;
    case ::onnx::TensorProto::INT32:
        cast(std::int32_t{});
        values.insert(values.end(), proto.int32_data().begin(), proto.int32_data().end());
        break;
    default:
        qFatal("element type %d", proto.data_type());
    }
    return Tensor::adoptFloats(shape, std::move(values));
}

} // namespace

/// ONNX's own backend tests: what the operators must give, computed by PyTorch and ONNX, from the files and from
/// our own file that keeps them.
class OnnxOperatorsTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    /// The file as it is, or as Tritloom's own file keeps it.
    Result<ModelFile> read(const std::filesystem::path& path, bool isKept) const
    {
        ModelFile file = TRY(tritloom::onnx::read(path));
        if (!isKept)
            return file;
        ExportRequest request{.model = file};
        for (const NamedTensor& tensor : file.tensors)
            request.formats.push_back(storedFormat(tensor)->id());
        request.tensor = [&](std::size_t index, std::string_view) { return materialise(file.tensors[index]); };
        request.path = m_folder.filePath("kept.tritloom").toStdString();
        TRY(exportTritloom(request));
        return tritloomFile::read(request.path);
    }

private slots:
    void operatorsGiveTheReferenceOutputs_data()
    {
        QTest::addColumn<QString>("folder");
        QTest::addColumn<bool>("isKept");
        TRITLOOM_NEEDS_SHARED_DATA(data);
        for (const char* group : {"pytorch-converted", "simple"})
            for (const auto& entry : std::filesystem::directory_iterator(data / "ref_onnx_backend" / group))
                if (!isNotRun(entry.path().filename().string()))
                    for (const bool isKept : {false, true})
                        QTest::addRow("%s%s", entry.path().filename().c_str(), isKept ? ", kept" : "")
                            << QString::fromStdString(entry.path().string()) << isKept;
    }
    void operatorsGiveTheReferenceOutputs()
    {
        TRITLOOM_NEEDS_SHARED_DATA(data);
        QFETCH(QString, folder);
        QFETCH(bool, isKept);
        const std::filesystem::path path = folder.toStdString();
        const auto file = read(path / "model.onnx", isKept);
        QVERIFY2(file, file ? "" : file.error().message.c_str());
        std::vector<Tensor> given;
        std::vector<Shape> shapes;
        for (std::size_t i = 0; i < file->operators->inputs.size(); ++i) {
            given.push_back(tensorOf(messageOf<::onnx::TensorProto>(path / "test_data_set_0" / fmt::format("input_{}.pb", i))));
            shapes.push_back(given.back().type().shape);
        }
        const auto graph = tritloom::onnx::buildGraph(*file, shapes);
        QVERIFY2(graph, graph ? "" : graph.error().message.c_str());
        std::vector<std::unique_ptr<Backend>> backends;
        backends.push_back(makeReferenceBackend());
        Executor executor(std::move(backends));
        ValueMap values;
        for (std::size_t i = 0; i < given.size(); ++i)
            values[graph->inputs[i].value] = given[i];
        const auto weights = [&](TensorId id) -> Result<Executor::Weights> {
            return Executor::Weights{TRY(materialise(file->tensors[std::size_t(id)])), keyOf(id)};
        };
        const auto run = executor.run(*graph, 0, graph->stageCount - 1, values, weights, nullptr, {});
        QVERIFY2(run, run ? "" : run.error().message.c_str());
        const Tensor expected = tensorOf(messageOf<::onnx::TensorProto>(path / "test_data_set_0/output_0.pb"));
        const Tensor& actual = values.at(graph->output);
        QCOMPARE(actual.type().shape, expected.type().shape);
        QCOMPARE(graph->outputShape, expected.type().shape);
        const std::vector<float> a = actual.toFloats(), e = expected.toFloats();
        for (std::size_t i = 0; i < e.size(); ++i)
            QVERIFY2(
                std::abs(a[i] - e[i]) <= 1e-5f + 1e-4f * std::abs(e[i]),
                qPrintable(QString("[%1] is %2, expected %3").arg(i).arg(a[i]).arg(e[i])));
    }

    // As onnxruntime has it: what no window reaches lies behind.
    void anOutputThatNoWindowReachesEndsInZeros()
    {
        OnnxNetwork network;
        const std::string x = network.input("x", {1, 1, 2});
        network.output(network.node(
            "ConvTranspose", {x, network.floats("w", {1, 1, 2}, {1, 2})},
            {{"strides", {2}, true}, {"output_shape", {6}, true}}));
        QCOMPARE(outputOf(network, {{1, 1, 2}, {1, 3}}), (std::vector<float>{1, 2, 3, 6, 0, 0}));
    }

    // Corners of the rounded size, 0.6 of 4: onnxruntime and PyTorch; ONNX's reference takes 2.4 for the 2.
    void cornersAreThoseOfTheRoundedSize()
    {
        OnnxNetwork network(19);
        const std::string x = network.input("x", {1, 1, 2, 4});
        network.output(network.node(
            "Resize", {x, "", network.floats("scales", {4}, {1, 1, 0.6f, 0.6f})},
            {{"mode", {}, false, NAN, "linear"},
             {"coordinate_transformation_mode", {}, false, NAN, "align_corners"}}));
        QCOMPARE(outputOf(network, {{1, 1, 2, 4}, {1, 2, 3, 4, 5, 6, 7, 8}}), (std::vector<float>{1, 4}));
    }

    // 0.7 of 10 in f32, as ONNX's shape inference multiplies.
    void sizesAreProductsOfSingles()
    {
        OnnxNetwork network(19);
        const std::string x = network.input("x", {1, 1, 1, 10});
        network.output(network.node(
            "Resize", {x, "", network.floats("scales", {4}, {1, 1, 1, 0.7f})},
            {{"mode", {}, false, NAN, "nearest"}}));
        QCOMPARE(outputOf(network, {{1, 1, 1, 10}, std::vector<float>(10, 2)}), std::vector<float>(7, 2));
    }

    void wholeNumbersThatGoInAreDividedWhole()
    {
        OnnxNetwork network;
        const std::string x = network.input("x", {3});
        network.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->set_elem_type(
            ::onnx::TensorProto::INT64);
        network.output(network.node("Div", {x, network.whole("four", {4})}));
        QCOMPARE(outputOf(network, {{3}, {7, 8, -7}}), (std::vector<float>{1, 2, -1}));
    }

    void aQueryThatSeesNoKeyGetsNothing()
    {
        for (const bool isCausal : {false, true}) {
            OnnxNetwork network(23);
            const std::string x = network.input("x", {1, 1, 2, 2});
            auto& mask = *network.graph().add_initializer();
            mask.set_name("mask");
            mask.set_data_type(::onnx::TensorProto::BOOL);
            for (const int size : {2, 2})
                mask.add_dims(size);
            // The first query sees the second key alone, which lies behind it; the second both or none.
            mask.set_raw_data(isCausal ? std::string{0, 1, 1, 1} : std::string{1, 1, 0, 0});
            network.output(network.node("Attention", {x, x, x, "mask"}, {{"is_causal", {isCausal ? 1 : 0}}}));
            const auto y = outputOf(network, {{1, 1, 2, 2}, {1, 2, 3, 4}});
            QCOMPARE(y.size(), std::size_t(4));
            const std::size_t blind = isCausal ? 0 : 1;
            QCOMPARE(y[2 * blind], 0.0f);
            QCOMPARE(y[2 * blind + 1], 0.0f);
            QVERIFY(y[2 - 2 * blind] > 0.9f && y[3 - 2 * blind] > 1.9f);
        }
    }

private:
    /// What the network makes of one input.
    std::vector<float>
    outputOf(const OnnxNetwork& network, const std::pair<Shape, std::vector<float>>& x) const
    {
        const std::filesystem::path path = m_folder.filePath("made.onnx").toStdString();
        network.save(path);
        const ModelFile file = tritloom::onnx::read(path).value();
        const Graph graph = tritloom::onnx::buildGraph(file, {x.first}).value();
        std::vector<std::unique_ptr<Backend>> backends;
        backends.push_back(makeReferenceBackend());
        Executor executor(std::move(backends));
        ValueMap values{{graph.inputs[0].value, Tensor::fromFloats(x.first, x.second)}};
        const auto weights = [&](TensorId id) -> Result<Executor::Weights> {
            return Executor::Weights{TRY(materialise(file.tensors[std::size_t(id)])), keyOf(id)};
        };
        const auto run = executor.run(graph, 0, graph.stageCount - 1, values, weights, nullptr, {});
        return run ? values.at(graph.output).toFloats() : std::vector<float>();
    }
};

QTEST_APPLESS_MAIN(OnnxOperatorsTest)
#include "onnx_operators_test.moc"
