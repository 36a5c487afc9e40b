#include "core/export/onnx_storage.h"

#include "core/base/half.h"
#include "core/file/operator_graph.h"
#include "tests/support/exported.h"
#include "tests/support/onnx_network.h"

#include <QTemporaryDir>
#include <QTest>

using namespace tritloom;

namespace {

/// Bytes of all that the file has in place of a tensor.
std::uint64_t writtenBytes(const std::filesystem::path& path, const std::string& tensor)
{
    std::ifstream in(path, std::ios::binary);
    ::onnx::ModelProto model;
    if (!model.ParseFromIstream(&in))
        qFatal("%s", path.c_str());
    std::uint64_t bytes = 0;
    for (const auto& initializer : model.graph().initializer())
        if ((initializer.name() == tensor || initializer.name().starts_with(tensor + "_"))
            && initializer.data_type() != ::onnx::TensorProto::INT64) // a shape
            bytes += initializer.raw_data().size();
    return bytes;
}

/// The same network in halves.
void toHalf(OnnxNetwork& network)
{
    for (auto& input : *network.graph().mutable_input())
        input.mutable_type()->mutable_tensor_type()->set_elem_type(::onnx::TensorProto::FLOAT16);
    for (auto& initializer : *network.graph().mutable_initializer()) {
        if (initializer.data_type() != ::onnx::TensorProto::FLOAT)
            continue;
        std::vector<float> values(initializer.raw_data().size() / sizeof(float));
        std::memcpy(values.data(), initializer.raw_data().data(), initializer.raw_data().size());
        std::vector<std::uint16_t> halves;
        for (const float value : values)
            halves.push_back(floatToHalf(value));
        initializer.set_data_type(::onnx::TensorProto::FLOAT16);
        initializer.set_raw_data(halves.data(), halves.size() * sizeof(std::uint16_t));
    }
}

std::shared_ptr<const Model> opened(const OnnxNetwork& network, const std::string& path)
{
    network.save(path);
    return loadModel(path).value();
}

} // namespace

/// What layers are said to take in an ONNX file is what they take in the file that is written.
class OnnxStorageTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::string path(const char* name) const { return m_folder.filePath(name).toStdString(); }

private slots:
    void predictedBytesAreThoseOfTheFile_data()
    {
        QTest::addColumn<QString>("format");
        QTest::addColumn<bool>("isHalf");
        for (const char* format : {"int4g32", "int4g32a", "int8g64", "int3g64", "int2g16", "int4g48"})
            for (const bool isHalf : {false, true})
                QTest::addRow("%s, %s", format, isHalf ? "f16" : "f32") << format << isHalf;
    }
    void predictedBytesAreThoseOfTheFile()
    {
        QFETCH(QString, format);
        QFETCH(bool, isHalf);
        OnnxNetwork network;
        std::string y = network.convolution("conv", network.input("x", {1, 3, 8, 8}), 3, 4, 3);
        network.random("pixel", {8, 4}, 0.3); // a matrix that becomes a convolution
        y = network.node(
            "Conv", {y, network.node("Reshape", {"pixel", network.whole("four", {8, 4, 1, 1})})});
        y = network.node("Flatten", {y});
        y = network.node("MatMul", {y, network.random("matrix", {512, 64}, 0.05)});
        network.random("shared", {64, 64}, 0.1);
        y = network.node("Gemm", {y, "shared"}, {{"transB", {1}}, {"alpha", {}, false, 0.5}});
        y = network.node("Gemm", {y, network.node("Transpose", {"shared"})}, {{"alpha", {}, false, 0.5}});
        network.random("added", {64, 64}, 0.1); // a matrix that something else reads too
        y = network.node("MatMul", {network.node("MatMul", {y, "added"}), network.node("Relu", {"added"})});
        y = network.node(
            "Add",
            {y, network.node("Gather", {network.random("table", {10, 64}, 0.1), network.whole("row", {3})})});
        network.output(y);
        if (isHalf)
            toHalf(network);
        const auto model = opened(network, path("made.onnx"));
        QVERIFY2(model->graph.has_value(), model->whyNotEvaluated.c_str());
        exported(*model, "onnx-matmulnbits", format.toStdString(), path("written.onnx"));
        std::size_t layers = 0, products = 0;
        for (std::size_t i = 0; i < model->file->tensors.size(); ++i) {
            const NamedTensor& tensor = model->file->tensors[i];
            if (tensor.role != NamedTensor::Role::Layer)
                continue;
            ++layers;
            const bool isProduct = tritloom::onnx::isForMatMulNBits(*model, TensorId(i));
            products += isProduct ? 1 : 0;
            const auto predicted = tritloom::onnx::storageOf(
                {parseNumberFormat(format.toStdString()).value(), tensor.shape},
                isProduct ? tritloom::onnx::Form::MatMulNBits : tritloom::onnx::Form::Int4, isHalf ? 2 : 4);
            QVERIFY2(
                predicted.bytes == writtenBytes(path("written.onnx"), tensor.name),
                qPrintable(QString("%1: %2 predicted, %3 written")
                               .arg(tensor.name.c_str())
                               .arg(predicted.bytes)
                               .arg(writtenBytes(path("written.onnx"), tensor.name))));
        }
        QCOMPARE(layers, std::size_t(5));
        QCOMPARE(products, std::size_t(2));
    }
};

QTEST_APPLESS_MAIN(OnnxStorageTest)
#include "onnx_storage_test.moc"
