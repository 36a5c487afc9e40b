#include "core/architecture/model.h"
#include "core/backend/executor.h"
#include "core/export/network_targets.h"
#include "core/export/onnx_weights.h"
#include "core/file/onnx_packed.h"
#include "core/file/operator_graph.h"
#include "core/file/replaced_tensor.h"
#include "tests/support/exported.h"
#include "tests/support/onnx_network.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using namespace tritloom;

namespace {

std::vector<int> bytesIn(const std::string& bytes)
{
    std::vector<int> values;
    for (const char byte : bytes)
        values.push_back(std::uint8_t(byte));
    return values;
}

/// rows of codes 0, 1, 2, ... modulo 2^bits with one scale of 1 a block.
IntegerCodes counting(std::size_t rows, std::size_t columns, std::size_t block, int bits, float zero)
{
    IntegerCodes codes{.rows = rows, .columns = columns, .block = block, .bits = bits};
    for (std::size_t i = 0; i < rows * columns; ++i)
        codes.codes.push_back(std::uint8_t(i % (1u << bits)));
    codes.scales.assign(rows * codes.blocks(), 1);
    codes.zeros.assign(rows * codes.blocks(), zero);
    return codes;
}

Tensor outputOf(const Model& model)
{
    std::vector<std::unique_ptr<Backend>> backends;
    backends.push_back(makeReferenceBackend());
    Executor executor(std::move(backends));
    const Shape& shape = model.graph->inputs[0].shape;
    std::vector<float> picture(TensorType{nullptr, shape}.elements());
    for (std::size_t i = 0; i < picture.size(); ++i)
        picture[i] = float(i * 37 % 101) / 101;
    ValueMap values{{model.graph->input, Tensor::adoptFloats(shape, std::move(picture))}};
    const auto weights = [&](TensorId id) -> Result<Executor::Weights> {
        return Executor::Weights{TRY(materialise(model.tensor(id))), keyOf(id)};
    };
    const auto run = executor.run(*model.graph, 0, model.graph->stageCount - 1, values, weights, nullptr, {});
    if (!run)
        qFatal("%s", run.error().message.c_str());
    return values.at(model.graph->output);
}

double difference(const Tensor& a, const Tensor& b)
{
    const std::vector<float> x = a.toFloats(), y = b.toFloats();
    double most = x.size() == y.size() ? 0 : 1e9;
    for (std::size_t i = 0; i < std::min(x.size(), y.size()); ++i)
        most = std::max(most, std::abs(double(x[i]) - double(y[i])));
    return most;
}

} // namespace

/// What becomes of codes in ONNX files; golden bytes as export-formats.md, section 6.
class OnnxExportTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::string path(const char* name) const { return (m_folder.path() + "/" + name).toStdString(); }

private slots:
    void fourBitsLieLowNibbleFirst()
    {
        std::vector<std::int16_t> codes(16);
        for (std::size_t i = 0; i < 16; ++i)
            codes[i] = std::int16_t(i);
        const std::vector<int> golden{0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0xdc, 0xfe};
        QCOMPARE(bytesIn(tritloom::onnx::packNibbles(codes)), golden);
        QCOMPARE(bytesIn(tritloom::onnx::packNibbles({-8, -1, 7})), (std::vector<int>{0xf8, 0x07}));
        const auto packed = tritloom::onnx::packedBlocks(counting(1, 16, 16, 4, 8));
        QVERIFY(packed);
        QCOMPARE(packed->blockSize, std::size_t(16));
        QCOMPARE(bytesIn(packed->codes), golden);
        QVERIFY(packed->zeros.empty() && packed->floatZeros.empty()); // 8 is what a missing zero point means
    }

    void twoBitsLieFourAByte()
    {
        const auto packed = tritloom::onnx::packedBlocks(counting(1, 16, 16, 2, 2));
        QVERIFY(packed);
        QCOMPARE(bytesIn(packed->codes), (std::vector<int>{0xe4, 0xe4, 0xe4, 0xe4}));
    }

    void aShortLastBlockIsFilledWithZeros()
    {
        // 80 inputs in blocks of 32: the third block has 16 of its own.
        const auto packed = tritloom::onnx::packedBlocks(counting(2, 80, 32, 4, 3));
        QVERIFY(packed);
        QCOMPARE(packed->blockSize, std::size_t(32));
        QCOMPARE(packed->blocks, std::size_t(3));
        QCOMPARE(packed->codes.size(), std::size_t(2 * 3 * 16));
        // Zero points: two a byte, rows begin at a byte of their own.
        QCOMPARE(bytesIn(packed->zeros), (std::vector<int>{0x33, 0x03, 0x33, 0x03}));
        QCOMPARE(int(std::uint8_t(packed->codes[2 * 16 + 8])), 0x33);
    }

    void oneScaleARowTakesTheSmallestBlocks()
    {
        // 96 inputs: three blocks of 32 take 60 bytes, one of 128 takes 68, six of 16 take 72.
        const auto packed = tritloom::onnx::packedBlocks(counting(1, 96, 96, 4, 8));
        QVERIFY(packed);
        QCOMPARE(packed->blockSize * packed->blocks, std::size_t(96));
        QCOMPARE(packed->scales.size(), packed->blocks);
    }

    void zeroPointsWithFractionsStayFloats()
    {
        const auto packed = tritloom::onnx::packedBlocks(counting(1, 32, 32, 4, 6.25f));
        QVERIFY(packed);
        QCOMPARE(packed->floatZeros, std::vector<float>{6.25f});
        QVERIFY(!tritloom::onnx::packedBlocks(counting(1, 32, 32, 8, 100.5f))); // refused by onnxruntime
        QVERIFY(!tritloom::onnx::packedBlocks(counting(1, 48, 24, 4, 8))); // no power of two
        QVERIFY(!storedAs(counting(1, 32, 32, 4, 6.25f), 8));
    }

    void signsAreChosenWhereTheyFit()
    {
        const auto isSigned = storedAs(counting(1, 16, 16, 4, 8), 4);
        QVERIFY(isSigned && isSigned->isSigned);
        QCOMPARE(isSigned->codes.front(), std::int16_t(-8));
        const auto isUnsigned = storedAs(counting(1, 16, 16, 4, 3), 4);
        QVERIFY(isUnsigned && !isUnsigned->isSigned);
        QCOMPARE(isUnsigned->zeros, std::vector<std::int16_t>{3});
        QVERIFY(storedAs(counting(1, 16, 16, 4, 3), 8)->isSigned); // -3 to 12
        QVERIFY(!storedAs(counting(1, 16, 16, 4, -2), 4)); // all above zero: no zero point of four bits
    }

    void codesGiveTheNumbersBack()
    {
        std::size_t withCodes = 0;
        for (const NumberFormatFamily& family : numberFormatFamilies())
            for (const std::string& id : family.examples()) {
                const NumberFormatPtr format = parseNumberFormat(id).value();
                const std::size_t columns = 2 * std::max<std::size_t>(format->blockElements(), 16);
                std::vector<float> values(3 * columns);
                for (std::size_t i = 0; i < values.size(); ++i)
                    values[i] = i / columns == 2 ? 0 : float(int(i * 7919 % 2003) - 900) / 1000;
                const NamedTensor tensor{
                    .name = "w",
                    .shape = {3, columns},
                    .stored = Tensor::adoptFloats({3, columns}, values),
                    .fileName = {}};
                const Tensor layer = encodedTensor(tensor, id).value();
                const auto codes = integerCodes(layer);
                if (!codes)
                    continue;
                ++withCodes;
                const std::vector<float> expected = layer.toFloats();
                for (std::size_t i = 0; i < expected.size(); ++i) {
                    const std::size_t b = i / columns * codes->blocks() + i % columns / codes->block;
                    const float value = codes->scales[b] * (float(codes->codes[i]) - codes->zeros[b]);
                    QVERIFY2(
                        std::abs(value - expected[i]) <= 1e-4f * codes->scales[b],
                        qPrintable(QString("%1: %2 for %3").arg(id.c_str()).arg(value).arg(expected[i])));
                }
            }
        QVERIFY(withCodes >= 10);
        QVERIFY(!integerCodes(encodedTensor(
                                  {.name = "w",
                                   .shape = {1, 64},
                                   .stored = Tensor::adoptFloats({1, 64}, std::vector<float>(64, 1)),
                                   .fileName = {}},
                                  "nf4g64")
                                  .value()));
    }

    void whatIsWrittenIsReadBack_data()
    {
        QTest::addColumn<QString>("target");
        QTest::addColumn<QString>("format");
        for (const char* target : {"onnx", "onnx-int4", "onnx-matmulnbits"})
            for (const char* format :
                 {"int8g65536", "int4g65536", "int2g65536", "int4g32a", "int3g16", "nf4g64"})
                QTest::addRow("%s in %s", format, target) << target << format;
    }
    void whatIsWrittenIsReadBack()
    {
        QFETCH(QString, target);
        QFETCH(QString, format);
        for (const OnnxNetwork& network : {smallClassifier(9), smallUpscaler(), smallPerceptron()}) {
            network.save(path("original.onnx"));
            const auto model = loadModel(path("original.onnx")).value();
            exported(*model, target.toStdString(), format.toStdString(), path("out.onnx"));
            // The same numbers put into the model itself.
            ModelFile file = *model->file;
            for (NamedTensor& tensor : file.tensors)
                if (tensor.role == NamedTensor::Role::Layer) {
                    const Tensor layer = encodedTensor(tensor, format.toStdString()).value();
                    tensor.stored =
                        Tensor::adoptFloats(tensor.stored.type().shape, inFileOrder(tensor, layer));
                }
            const Tensor expected = outputOf(*makeModel(std::move(file)));
            const auto again = loadModel(path("out.onnx")).value();
            QVERIFY2(again->graph, again->whyNotEvaluated.c_str());
            QVERIFY(difference(outputOf(*again), expected) < 1e-5);
        }
    }

    void productsBecomeMatMulNBits()
    {
        smallPerceptron().save(path("original.onnx"));
        const auto model = loadModel(path("original.onnx")).value();
        exported(*model, "onnx-matmulnbits", "int4g32", path("out.onnx"));
        ::onnx::ModelProto written;
        std::ifstream file(path("out.onnx"), std::ios::binary);
        QVERIFY(written.ParseFromIstream(&file));
        const auto& nodes = written.graph().node();
        const auto count = [&](const char* type) {
            return std::ranges::count_if(nodes, [&](const auto& node) { return node.op_type() == type; });
        };
        QCOMPARE(count("MatMulNBits"), 3);
        QCOMPARE(count("MatMul"), 0);
        QCOMPARE(count("Gemm"), 0);
    }

    // Blocks of 17 weights of 4 bits end in the middle of a byte: whose codes those are no reader can say.
    void blocksThatAreNoPowerOfTwoStayAsTheyAre_data()
    {
        QTest::addColumn<int>("block");
        QTest::addColumn<QString>("type");
        QTest::addRow("16") << 16 << "MatMul";
        QTest::addRow("17") << 17 << "MatMulNBits";
        QTest::addRow("24") << 24 << "MatMulNBits";
    }
    void blocksThatAreNoPowerOfTwoStayAsTheyAre()
    {
        QFETCH(int, block);
        QFETCH(QString, type);
        const auto bytes = std::make_shared<std::vector<std::byte>>(block / 2);
        OperatorGraph graph;
        graph.inputs.push_back({.name = "x", .elementType = 1});
        graph.outputs.push_back({.name = "y", .elementType = 1});
        OperatorNode node{.domain = "com.microsoft", .type = "MatMulNBits", .name = "n"};
        node.inputs = {"x", "codes", "scales"};
        node.outputs = {"y"};
        const std::pair<const char*, std::int64_t> sizes[] = {
            {"N", 1}, {"K", block}, {"bits", 4}, {"block_size", block}};
        for (const auto& [key, value] : sizes)
            node.attributes[key] = value;
        graph.nodes.push_back(node);
        std::vector<NamedTensor> tensors{
            {.name = "scales", .shape = {1}, .stored = Tensor::adoptFloats({1}, {1.0f})}};
        tritloom::onnx::WholeInitializers whole;
        whole["codes"] = {2, {1, 1, bytes->size()}, *bytes, bytes};
        tritloom::onnx::packWeights(graph, tensors, whole);
        QCOMPARE(graph.nodes.size(), std::size_t(1));
        QCOMPARE(QString::fromStdString(graph.nodes[0].type), type);
    }

    // Two values of one name would become two tensors of it.
    void aDequantizedValueNamedLikeATensorStays()
    {
        for (const char* name : {"w", "other"}) {
            const auto bytes = std::make_shared<std::vector<std::byte>>(4);
            OperatorGraph graph;
            graph.inputs.push_back({.name = "x", .elementType = 1});
            graph.outputs.push_back({.name = "y", .elementType = 1});
            OperatorNode codes{.type = "DequantizeLinear", .name = "d"}, product{.type = "MatMul", .name = "m"};
            codes.inputs = {"codes", "scales"};
            codes.outputs = {name};
            product.inputs = {"x", name};
            product.outputs = {"y"};
            graph.nodes = {codes, product};
            std::vector<NamedTensor> tensors{
                {.name = "scales", .shape = {1}, .stored = Tensor::adoptFloats({1}, {1.0f})},
                {.name = "other", .shape = {1}, .stored = Tensor::adoptFloats({1}, {1.0f})}};
            tritloom::onnx::WholeInitializers whole;
            whole["codes"] = {3, {2, 2}, *bytes, bytes};
            tritloom::onnx::packWeights(graph, tensors, whole);
            QCOMPARE(graph.nodes.size(), std::size_t(std::string_view(name) == "w" ? 1 : 2));
            QCOMPARE(std::ranges::count(tensors, name, &NamedTensor::name), 1);
        }
    }

    void quantizedWeightsAreLayersAgain_data()
    {
        QTest::addColumn<QString>("target");
        QTest::addColumn<QString>("format");
        QTest::addColumn<QString>("kind"); // what the formats that come back begin with
        QTest::addRow("INT8, a scale a row") << "onnx" << "int8g65536" << "int8";
        QTest::addRow("INT8 with zero points") << "onnx" << "uint8g16" << "uint8";
        QTest::addRow("INT4, a scale a row") << "onnx-int4" << "int4g65536" << "int4";
        QTest::addRow("INT4 in groups") << "onnx-int4" << "int4g16" << "int4";
        QTest::addRow("INT4 with zero points") << "onnx-int4" << "uint4g16" << "uint4";
        QTest::addRow("MatMulNBits") << "onnx-matmulnbits" << "int4g16" << "int4";
        QTest::addRow("MatMulNBits with zero points") << "onnx-matmulnbits" << "uint4g16" << "uint4";
    }
    /// Layers, formats and bytes as they were exported, and what is exported from them again is the same.
    void quantizedWeightsAreLayersAgain()
    {
        QFETCH(QString, target);
        QFETCH(QString, format);
        QFETCH(QString, kind);
        for (const OnnxNetwork& network : {smallClassifier(9), smallUpscaler(), smallPerceptron()}) {
            network.save(path("original.onnx"));
            const auto model = loadModel(path("original.onnx")).value();
            exported(*model, target.toStdString(), format.toStdString(), path("out.onnx"));
            const auto again = loadModel(path("out.onnx")).value();
            QCOMPARE(again->layers.size(), model->layers.size());
            QCOMPARE(again->parameters(), model->parameters());
            for (const Layer& layer : model->layers) {
                const NamedTensor& before = model->tensor(layer.tensor);
                const auto named = std::ranges::find(again->layers, layer.name, &Layer::name);
                QVERIFY2(named != again->layers.end(), layer.name.c_str());
                QVERIFY2(QString::fromStdString(named->storedFormat).startsWith(kind), named->storedFormat.c_str());
                QVERIFY(named->storedBytes < layer.storedBytes);
                const Tensor expected = encodedTensor(before, format.toStdString()).value(),
                             got = materialise(again->tensor(named->tensor)).value();
                QCOMPARE(got.type().shape, expected.type().shape);
                if (!target.endsWith("nbits")) // whose products have the inputs first
                    QCOMPARE(again->tensor(named->tensor).fileShape, before.fileShape);
                QVERIFY(difference(got, expected) < 1e-6);
            }
            QVERIFY(difference(outputOf(*again), outputOf(*model)) > 0);
            std::vector<std::string> formats;
            for (const NamedTensor& tensor : again->file->tensors)
                formats.push_back(storedFormat(tensor)->id());
            for (const ExportTarget& row : exportTargets())
                if (row.id == target.toStdString())
                    QVERIFY(row.write(
                        {.model = *again->file,
                         .formats = formats,
                         .tensor = [&](std::size_t i, std::string_view id) {
                             return encodedTensor(again->file->tensors[i], id); },
                         .path = path("second.onnx")}));
            const auto second = loadModel(path("second.onnx")).value();
            QCOMPARE(second->bytes(), again->bytes());
            QVERIFY(difference(outputOf(*second), outputOf(*again)) < 1e-6);
        }
    }

    void whatCannotBeExpressedIsNamed()
    {
        smallPerceptron().save(path("original.onnx"));
        const auto model = loadModel(path("original.onnx")).value();
        const WrittenFile written = exported(*model, "onnx", "nf4g64", path("out.onnx"));
        QCOMPARE(written.notices.size(), std::size_t(4));
        QVERIFY(QString::fromStdString(written.notices[1]).startsWith("first: nf4g64 cannot be"));
        const std::vector<std::string> none(1, "f32");
        ModelFile text;
        text.metadata.set("general.architecture", std::string("llama"));
        QCOMPARE(checkOnnx(text, none).size(), std::size_t(1));
    }
};

QTEST_APPLESS_MAIN(OnnxExportTest)
#include "onnx_export_test.moc"
