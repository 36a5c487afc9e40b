#include "core/architecture/model.h"
#include "core/export/network_targets.h"
#include "core/export/tritloom_target.h"
#include "core/file/operator_graph.h"
#include "core/file/replaced_tensor.h"
#include "core/file/tritloom_file.h"
#include "core/graph/cached_layer.h"
#include "core/method/row_packer.h"
#include "tests/support/onnx_network.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <array>
#include <cmath>
#include <cstring>
#include <limits>

using namespace tritloom;

namespace {

constexpr int halfType = ::onnx::TensorProto::FLOAT16;

/// An input in f32, products with matrices of f16 and, behind them, of f64.
OnnxNetwork mixedTypes()
{
    OnnxNetwork n(13);
    const auto retype = [&n](int type, std::string_view format) {
        ::onnx::TensorProto& made = *n.graph().mutable_initializer(n.graph().initializer_size() - 1);
        std::vector<float> values(made.raw_data().size() / sizeof(float));
        std::memcpy(values.data(), made.raw_data().data(), made.raw_data().size());
        const Tensor tensor = encodedAs(format, {values.size()}, values);
        made.set_data_type(type);
        made.set_raw_data(tensor.bytes().data(), tensor.bytes().size());
    };
    const auto cast = [&n](const std::string& value, int type) {
        return n.node("Cast", {value}, {{"to", {type}}});
    };
    std::string x = n.node("Flatten", {n.input("picture", {1, 1, 4, 8})}, {{"axis", {1}}});
    n.random("half.w", {32, 16}, 0.3);
    retype(halfType, "f16");
    x = n.node("MatMul", {cast(x, halfType), "half.w"});
    n.random("double.w", {16, 8}, 0.3);
    retype(::onnx::TensorProto::DOUBLE, "f64");
    x = n.node("MatMul", {cast(x, ::onnx::TensorProto::DOUBLE), "double.w"});
    n.output(cast(x, ::onnx::TensorProto::FLOAT));
    return n;
}

ExportRequest requestFor(const Model& model, const std::filesystem::path& path, const std::string& format)
{
    ExportRequest request{.model = *model.file};
    for (std::size_t i = 0; i < model.file->tensors.size(); ++i)
        request.formats.push_back(
            model.layerOf(TensorId(i)) ? format : storedFormat(model.file->tensors[i])->id());
    request.tensor = [&model](std::size_t index, std::string_view id) {
        return encodedTensor(model.file->tensors[index], id);
    };
    request.path = path;
    return request;
}

} // namespace

/// What a Tritloom file can hold, what it says of that, and what is made of one that says too much.
class TritloomLimitsTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::filesystem::path path(const char* name) const
    {
        return std::filesystem::path(m_folder.path().toStdString()) / name;
    }
    QByteArray bytesOf(const char* name) const
    {
        QFile file(QString::fromStdString(path(name).string()));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    std::shared_ptr<const Model> saved(const OnnxNetwork& network) const
    {
        network.save(path("original.onnx"));
        return loadModel(path("original.onnx")).value();
    }

private slots:
    /// What layers were compressed to does not say what the network computes with.
    void elementTypesComeBack()
    {
        const auto model = saved(mixedTypes());
        QCOMPARE(model->layers.size(), std::size_t(2));
        const auto written = exportTritloom(requestFor(*model, path("kept.tritloom"), "int8g32"));
        QVERIFY2(written, written ? "" : written.error().message.c_str());
        const auto kept = loadModel(path("kept.tritloom")).value();
        QVERIFY(kept->file->operators->elementTypes == model->file->operators->elementTypes);
        // As floats, as which doubles are always written, and as codes with scales of the same type.
        for (const char* const format : {"f32", "int8g32"}) {
            const auto made = exportOnnxQdq(requestFor(*kept, path("again.onnx"), format));
            QVERIFY2(made, made ? "" : made.error().message.c_str());
            ::onnx::ModelProto proto;
            const QByteArray bytes = bytesOf("again.onnx");
            QVERIFY(proto.ParseFromArray(bytes.data(), int(bytes.size())));
            std::map<std::string, int> types;
            for (const auto& initializer : proto.graph().initializer())
                types[initializer.name()] = initializer.data_type();
            const bool isCoded = format != std::string("f32");
            QCOMPARE(types.at(isCoded ? "half.w_scale" : "half.w"), halfType);
            QCOMPARE(types.at("double.w"), int(::onnx::TensorProto::DOUBLE));
        }
    }

    void constantsAreWhatTheirTypeHolds_data()
    {
        QTest::addColumn<int>("type");
        QTest::addColumn<float>("value");
        QTest::addColumn<bool>("holds");
        const float largest = float(std::numeric_limits<std::int64_t>::max());
        QTest::newRow("the largest i64") << 7 << largest << true;
        QTest::newRow("beyond i64") << 7 << 2 * largest << false;
        QTest::newRow("the least i8") << 3 << -128.0F << true;
        QTest::newRow("beyond i8") << 3 << 128.0F << false;
        QTest::newRow("half an i32") << 6 << 0.5F << false;
        QTest::newRow("no i32") << 6 << float(NAN) << false;
        QTest::newRow("no f32") << 1 << float(NAN) << true;
        QTest::newRow("negative u64") << 13 << -1.0F << false;
        QTest::newRow("the largest u4") << 21 << 15.0F << true;
        QTest::newRow("beyond u4") << 21 << 1e30F << false;
        QTest::newRow("beyond i4") << 22 << 8.0F << false;
    }
    void constantsAreWhatTheirTypeHolds()
    {
        QFETCH(int, type);
        QFETCH(float, value);
        QFETCH(bool, holds);
        const auto model = saved(smallClassifier());
        const OperatorConstant constant{Tensor::adoptFloats({1}, {value}), type};
        for (const bool isAttribute : {false, true}) {
            OperatorGraph graph = *model->file->operators;
            if (isAttribute)
                graph.nodes[0].attributes["given"] = constant;
            else
                graph.constants["given"] = constant;
            std::vector<std::string_view> names;
            for (const NamedTensor& tensor : model->file->tensors)
                names.emplace_back(tensor.name);
            const auto check = checkOperators(graph, names);
            QVERIFY2(check.has_value() == holds, check ? "held" : check.error().message.c_str());
            QVERIFY(
                check || check.error().message.starts_with("the constant 'given' of the operators holds"));
        }
    }

    /// Before anything is made of layers.
    void limitsOfReadersAreSaid()
    {
        const auto model = saved(smallClassifier());
        const std::vector<std::string> formats(model->file->tensors.size(), "f32");
        QVERIFY(checkTritloom(*model->file, formats).empty());
        const auto said = [&](const std::function<void(ModelFile&, OperatorGraph&)>& change) {
            ModelFile file = *model->file;
            auto graph = std::make_shared<OperatorGraph>(*file.operators);
            change(file, *graph);
            file.operators = std::move(graph);
            const auto problems = checkTritloom(file, formats);
            return problems.size() == 1 ? problems[0] : fmt::format("{} problems", problems.size());
        };
        const Shape nine(9, 1);
        QCOMPARE(
            said([&](ModelFile& file, OperatorGraph&) { file.tensors[0].fileShape = nine; }),
            fmt::format("'{}' has 9 dimensions, 8 can be kept", model->file->tensors[0].name));
        QCOMPARE(
            said([&](ModelFile&, OperatorGraph& graph) {
                graph.constants["c"] = {Tensor::adoptFloats(nine, {1}), 1};
            }),
            std::string("'c' has 9 dimensions, 8 can be kept"));
        QCOMPARE(
            said([](ModelFile&, OperatorGraph& graph) {
                for (int i = 0; i < 10000; ++i)
                    graph.inputs.push_back({.name = fmt::format("more{}", i), .elementType = 1});
            }),
            std::string("10001 inputs or outputs of an operator graph, 10000 can be kept"));
    }

    void newerThanVersion1_data()
    {
        QTest::addColumn<int>("change");
        QTest::addColumn<bool>("isNewer");
        QTest::newRow("as ever") << 0 << false;
        QTest::newRow("rows kept apart") << 1 << true;
        QTest::newRow("a single number") << 2 << true;
        QTest::newRow("no numbers") << 3 << true;
    }
    /// Programs of version 1 shall say that the file is newer, not that it is broken.
    void newerThanVersion1()
    {
        QFETCH(int, change);
        QFETCH(bool, isNewer);
        const auto model = loadModel(TRITLOOM_SOURCE_DIR "/resources/samples/language/sample.gguf").value();
        ExportRequest request = requestFor(*model, path("text.tritloom"), "q8_0");
        request.layer = [&](std::size_t index) -> Result<CompressedLayer> {
            const Tensor made = TRY(request.tensor(index, request.formats[index]));
            if (!model->layerOf(TensorId(index)) || change == 0)
                return CompressedLayer(made);
            const Shape shape = made.type().shape;
            GraphBuilder graph;
            ValueId last = graph.add({OpKind::Linear, {}}, {graph.input()}, {TensorId{0}});
            LayerReplacement replacement{
                .graph = {}, .parts = {{"weights", made, false}}, .outputs = shape[0], .inputs = shape[1]};
            if (change == 2) {
                replacement.parts.push_back({"scale", Tensor::adoptFloats({}, {2}), false});
                last = graph.add({OpKind::Multiply, {}}, {last}, {TensorId{1}});
            } else if (change == 3) {
                replacement.parts.push_back({"none", Tensor::adoptFloats({0}, {}), false});
            }
            replacement.graph = std::move(graph).finish(last);
            if (change == 1)
                replacement = withStoredFirstRow(
                    std::move(replacement), Tensor::adoptFloats({1, shape[0]}, std::vector<float>(shape[0])),
                    4);
            return CompressedLayer(std::move(replacement));
        };
        const auto written = exportTritloom(request);
        QVERIFY2(written, written ? "" : written.error().message.c_str());
        const QByteArray version = isNewer ? R"("version":"2")" : R"("version":"1")";
        QVERIFY(bytesOf("text.tritloom").mid(8, 80).contains(version));
        const auto again = loadModel(path("text.tritloom")).value();
        QCOMPARE(again->layers.size(), model->layers.size());
        QVERIFY(again->graph.has_value());
    }

    void aFirstPartOfNoBytesLeavesALayer()
    {
        const auto model = saved(smallClassifier());
        ExportRequest request = requestFor(*model, path("none.tritloom"), "f32");
        request.layer = [&](std::size_t index) -> Result<CompressedLayer> {
            const Tensor made = TRY(request.tensor(index, request.formats[index]));
            if (!model->layerOf(TensorId(index)))
                return CompressedLayer(made);
            const Shape shape = made.type().shape;
            GraphBuilder graph;
            const ValueId product = graph.add({OpKind::Linear, {}}, {graph.input()}, {TensorId{1}});
            return CompressedLayer(LayerReplacement{
                .graph = std::move(graph).finish(product),
                .parts = {{"none", Tensor::adoptFloats({0}, {}), false}, {"weights", made, false}},
                .outputs = shape[0],
                .inputs = shape[1]});
        };
        const auto written = exportTritloom(request);
        QVERIFY2(written, written ? "" : written.error().message.c_str());
        const auto again = loadModel(path("none.tritloom")).value();
        QCOMPARE(again->layers.size(), model->layers.size());
        for (const Layer& layer : again->layers)
            QVERIFY(std::ranges::equal(
                materialise(again->tensor(layer.tensor)).value().bytes(),
                materialise(*model->file->find(layer.name)).value().bytes()));
    }

    /// An entry at an odd place is copied once, however many tensors are made of it.
    void entriesAreAlignedOnce()
    {
        const QByteArray part = "{'name':'NAME','shape':[1,2],'format':'f32','data':'floats','shared':false}";
        QByteArray tensors = "[{'name':'w','outputs':1,'inputs':2,'parts':["
            + QByteArray(part).replace("NAME", "a") + "," + QByteArray(part).replace("NAME", "b")
            + "],'output':1,'nodes':[{'op':'linear','attributes':{},'inputs':[0],'weights':[1],'output':1}]}"
              "]";
        QByteArray header =
            QByteArray(tritloomFile::beginning.data(), qsizetype(tritloomFile::beginning.size()))
            + ",'version':'1','rotate_half':'0','model':'[]','tensors':'" + tensors.replace("'", "\\'")
            + "'},'odd':{'dtype':'U8','shape':[1],'data_offsets':[0,1]}"
              ",'floats':{'dtype':'U8','shape':[8],'data_offsets':[1,9]}}";
        header.replace("'", "\"");
        header = header.leftJustified((header.size() + 7) / 8 * 8, ' ');
        const std::uint64_t length = std::uint64_t(header.size());
        const std::array<float, 2> numbers{3, 4};
        QFile file(QString::fromStdString(path("odd.tritloom").string()));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(reinterpret_cast<const char*>(&length), sizeof length);
        file.write(header + "x");
        file.write(reinterpret_cast<const char*>(numbers.data()), sizeof numbers);
        file.close();
        const auto read = tritloomFile::read(path("odd.tritloom"));
        QVERIFY2(read, read ? "" : read.error().message.c_str());
        const auto& made = read->tensors[0].replacement->parts;
        QCOMPARE(made[0].tensor.floats()[1], 4.0F); // asserts the alignment
        QCOMPARE(made[1].tensor.bytes().data(), made[0].tensor.bytes().data());
    }
};

QTEST_APPLESS_MAIN(TritloomLimitsTest)
#include "tritloom_limits_test.moc"
