#include "core/architecture/model.h"
#include "core/export/tritloom_target.h"
#include "core/file/operator_graph.h"
#include "core/file/tritloom_file.h"
#include "tests/fuzz/input_file.h"
#include "tests/support/damaged_bytes.h"
#include "tests/support/onnx_network.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <QtEndian>

#include <cmath>
#include <limits>
#include <set>

using namespace tritloom;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// A network with every kind of attribute, constants of several types, open sizes, layers that lie both ways,
/// a single number and a tensor without any.
std::string everyKind()
{
    OnnxNetwork network(13);
    ::onnx::GraphProto& graph = network.graph();
    const std::string x = network.input("x", {1, 1, 6, 6});
    graph.mutable_input(0)
        ->mutable_type()
        ->mutable_tensor_type()
        ->mutable_shape()
        ->mutable_dim(2)
        ->set_dim_param("height");
    network.random("conv.w", {4, 1, 3, 3}, 0.5);
    network.random("product.w", {4, 3}, 0.5);
    network.floats("half", {}, {0.5F});
    network.floats("roi", {0}, {});
    network.whole("axes", {2, 3});
    const auto node = [&graph](const char* type, std::vector<const char*> inputs, const char* output) {
        ::onnx::NodeProto& made = *graph.add_node();
        made.set_op_type(type);
        made.set_name(output);
        for (const char* const input : inputs)
            made.add_input(input);
        made.add_output(output);
        return &made;
    };
    const auto attribute = [](::onnx::NodeProto* made, const char* name,
                              ::onnx::AttributeProto::AttributeType type) {
        ::onnx::AttributeProto* const added = made->add_attribute();
        added->set_name(name);
        added->set_type(type);
        return added;
    };
    using Type = ::onnx::AttributeProto;
    ::onnx::NodeProto* const conv = node("Conv", {"x", "conv.w"}, "wide");
    for (int i = 0; i < 4; ++i)
        (i == 0 ? attribute(conv, "pads", Type::INTS) : conv->mutable_attribute(0))->add_ints(1);
    attribute(conv, "group", Type::INT)->set_i(1);
    attribute(conv, "auto_pad", Type::STRING)->set_s("NOTSET");
    ::onnx::NodeProto* const leaky = node("LeakyRelu", {"wide"}, "leaky");
    attribute(leaky, "alpha", Type::FLOAT)->set_f(0.1F);
    Type* const extremes = attribute(leaky, "extremes", Type::FLOATS);
    for (const double value : {infinity, -infinity, std::numeric_limits<double>::quiet_NaN(), 1e-45, 0.1})
        extremes->add_floats(float(value));
    Type* const words = attribute(leaky, "words", Type::STRINGS);
    words->add_strings("one");
    words->add_strings("z\xc3\xbc"
                       "ei");
    ::onnx::TensorProto& value = *attribute(node("Constant", {}, "two"), "value", Type::TENSOR)->mutable_t();
    value.set_data_type(::onnx::TensorProto::FLOAT);
    value.add_float_data(2);
    node("Mul", {"leaky", "two"}, "more");
    node("Mul", {"more", "half"}, "less");
    node("ReduceMean", {"less"}, "mean")->set_op_type("GlobalAveragePool");
    node("Flatten", {"mean"}, "flat");
    node("MatMul", {"flat", "product.w"}, "y");
    network.output("y");
    return network.model().SerializeAsString();
}

/// Compressed as asked, without the methods: plain encoders.
Result<WrittenFile> write(const Model& model, const std::filesystem::path& path, const std::string& format)
{
    ExportRequest request{.model = *model.file};
    for (std::size_t i = 0; i < model.file->tensors.size(); ++i)
        request.formats.push_back(
            model.layerOf(TensorId(i)) ? format : storedFormat(model.file->tensors[i])->id());
    request.tensor = [&](std::size_t index, std::string_view id) {
        return encodedTensor(model.file->tensors[index], id);
    };
    request.path = path;
    return exportTritloom(request);
}

bool same(const OperatorConstant& a, const OperatorConstant& b)
{
    return a.elementType == b.elementType && a.values.type().shape == b.values.type().shape
        && std::ranges::equal(a.values.bytes(), b.values.bytes());
}

bool sameDouble(double a, double b)
{
    return a == b || (std::isnan(a) && std::isnan(b));
}

bool same(const OperatorAttribute& a, const OperatorAttribute& b)
{
    if (a.index() != b.index())
        return false;
    if (const auto* const constant = std::get_if<OperatorConstant>(&a))
        return same(*constant, std::get<OperatorConstant>(b));
    if (const auto* const number = std::get_if<double>(&a))
        return sameDouble(*number, std::get<double>(b));
    if (const auto* const numbers = std::get_if<std::vector<double>>(&a))
        return std::ranges::equal(*numbers, std::get<std::vector<double>>(b), sameDouble);
    if (const auto* const whole = std::get_if<std::int64_t>(&a))
        return *whole == std::get<std::int64_t>(b);
    if (const auto* const text = std::get_if<std::string>(&a))
        return *text == std::get<std::string>(b);
    if (const auto* const list = std::get_if<std::vector<std::int64_t>>(&a))
        return *list == std::get<std::vector<std::int64_t>>(b);
    return std::get<std::vector<std::string>>(a) == std::get<std::vector<std::string>>(b);
}

bool same(const OperatorValue& a, const OperatorValue& b)
{
    return a.name == b.name && a.elementType == b.elementType && a.hasShape == b.hasShape
        && a.shape == b.shape && a.dimensionNames == b.dimensionNames;
}

} // namespace

/// The file that holds networks on pictures, whatever was done to them.
class TritloomPicturesTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::filesystem::path path(const char* name) const
    {
        return std::filesystem::path(m_folder.path().toStdString()) / name;
    }
    void save(const char* name, const QByteArray& bytes) const
    {
        QFile file(QString::fromStdString(path(name).string()));
        QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
        QCOMPARE(file.write(bytes), bytes.size());
    }
    QByteArray bytesOf(const char* name) const
    {
        QFile file(QString::fromStdString(path(name).string()));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    std::shared_ptr<const Model> network() const
    {
        save("every.onnx", QByteArray::fromStdString(everyKind()));
        return loadModel(path("every.onnx")).value();
    }
    QByteArray written(const char* format) const
    {
        const auto done = write(*network(), path("every.tritloom"), format);
        if (!done)
            qFatal("%s", done.error().message.c_str());
        return bytesOf("every.tritloom");
    }

private slots:
    void operatorsComeBack()
    {
        const auto model = network();
        QVERIFY2(model->graph.has_value(), model->whyNotEvaluated.c_str());
        (void)written("f32");
        const auto again = loadModel(path("every.tritloom")).value();
        const OperatorGraph &a = *model->file->operators, &b = *again->file->operators;
        QCOMPARE(b.version, a.version);
        QCOMPARE(b.irVersion, a.irVersion);
        QCOMPARE(b.producer, a.producer);
        QVERIFY(
            std::ranges::equal(a.inputs, b.inputs, [](const auto& x, const auto& y) { return same(x, y); }));
        QVERIFY(std::ranges::equal(
            a.outputs, b.outputs, [](const auto& x, const auto& y) { return same(x, y); }));
        QCOMPARE(b.inputs[0].dimensionNames[2], std::string("height"));
        QCOMPARE(a.constants.size(), std::size_t(1));
        QVERIFY(same(b.constants.at("axes"), a.constants.at("axes")));
        QCOMPARE(b.nodes.size(), a.nodes.size());
        std::set<std::size_t> kinds;
        for (std::size_t i = 0; i < a.nodes.size(); ++i) {
            QVERIFY(a.nodes[i].type == b.nodes[i].type && a.nodes[i].name == b.nodes[i].name);
            QVERIFY(a.nodes[i].inputs == b.nodes[i].inputs && a.nodes[i].outputs == b.nodes[i].outputs);
            QCOMPARE(b.nodes[i].attributes.size(), a.nodes[i].attributes.size());
            for (const auto& [name, attribute] : a.nodes[i].attributes) {
                QVERIFY2(same(attribute, b.nodes[i].attributes.at(name)), name.c_str());
                kinds.insert(attribute.index());
            }
        }
        QCOMPARE(kinds.size(), std::variant_size_v<OperatorAttribute>); // none was left out
        QCOMPARE(again->file->tensors.size(), model->file->tensors.size());
        QVERIFY(again->file->metadata.entries() == model->file->metadata.entries());
        QVERIFY(again->picture.has_value() && again->graph.has_value());
    }

    void layersLieAsTheyDid_data()
    {
        QTest::addColumn<QString>("format");
        for (const char* const format : {"f32", "f16", "int8g32", "int3g64"})
            QTest::newRow(format) << format;
    }
    void layersLieAsTheyDid()
    {
        QFETCH(QString, format);
        const auto model = network();
        (void)written(format.toUtf8());
        const auto again = loadModel(path("every.tritloom")).value();
        QCOMPARE(again->layers.size(), std::size_t(2));
        for (const Layer& layer : again->layers) {
            const NamedTensor &before = *model->file->find(layer.name), &after = again->tensor(layer.tensor);
            QCOMPARE(after.shape, before.shape);
            QCOMPARE(after.fileShape, before.fileShape);
            QCOMPARE(int(after.layout), int(before.layout));
            QCOMPARE(layer.storedFormat, format.toStdString());
            const Tensor expected = encodedTensor(before, format.toStdString()).value();
            QVERIFY(std::ranges::equal(materialise(after).value().bytes(), expected.bytes()));
            QCOMPARE(layer.storedBytes, expected.bytes().size());
        }
        QCOMPARE(int(again->file->find("product.w")->layout), int(Layout::Transposed));
        QCOMPARE(again->file->find("half")->shape, Shape());
        QVERIFY(again->file->find("roi")->stored.isEmpty());
    }

    void onlyPicturesNeedTheNewerVersion()
    {
        QVERIFY(written("f32").mid(8).startsWith(R"({"__metadata__":{"format":"tritloom","version":"2")"));
        const auto text = loadModel(TRITLOOM_SOURCE_DIR "/resources/samples/language/sample.gguf").value();
        QVERIFY(write(*text, path("text.tritloom"), "q8_0"));
        QVERIFY(bytesOf("text.tritloom").mid(8, 80).contains(R"("version":"1")"));
    }

    void whatCannotBeKeptIsSaidBefore_data()
    {
        QTest::addColumn<int>("change");
        QTest::addColumn<QString>("sentence");
        QTest::newRow("a graph in an attribute") << 0 << "'then_branch' of the operator";
        QTest::newRow("read before made") << 1 << "reads 'later' before it is made";
        QTest::newRow("made twice") << 2 << "'wide' of the operators is made twice";
        QTest::newRow("no UTF-8") << 3 << "not UTF-8";
        QTest::newRow("metadata without number") << 4 << "'a.number' is NaN or infinite";
        QTest::newRow("tensor name") << 5 << "the name of a tensor is not UTF-8";
    }
    void whatCannotBeKeptIsSaidBefore()
    {
        QFETCH(int, change);
        QFETCH(QString, sentence);
        ModelFile file = *network()->file;
        auto graph = std::make_shared<OperatorGraph>(*file.operators);
        switch (change) {
        case 0:
            graph->nodes[0].refused = "then_branch";
            break;
        case 1:
            graph->nodes[0].inputs[0] = "later";
            break;
        case 2:
            graph->nodes[1].outputs[0] = "wide";
            break;
        case 3:
            graph->nodes[0].attributes["auto_pad"] = std::string("\xff");
            break;
        case 4:
            file.metadata.set("a.number", float(infinity));
            break;
        default:
            file.tensors[0].name = "\xfe";
            break;
        }
        file.operators = change == 5 ? nullptr : std::move(graph);
        const std::vector<std::string> formats(file.tensors.size(), "f32");
        const auto problems = checkTritloom(file, formats);
        QVERIFY(!problems.empty());
        QVERIFY2(QString::fromStdString(problems[0]).contains(sentence), problems[0].c_str());
    }

    void everyTruncationIsAnError()
    {
        forEachBeginning(written("int8g32").toStdString(), [](const std::string& bytes) {
            const InputFile cut(bytes);
            QVERIFY(cut.isComplete() && !tritloomFile::read(cut.path()).has_value());
        });
    }

    /// Whatever a byte becomes, the file is read or refused in a sentence, and what is read can be opened.
    void changedBytesAreReadOrRefused()
    {
        std::size_t refused = 0, read = 0;
        forEachChangedByte(written("int8g32").toStdString(), [&](const std::string& bytes) {
            const InputFile input(bytes);
            auto file = tritloomFile::read(input.path());
            const std::string why = file ? "" : whyUnclear(file.error().message);
            QVERIFY2(why.empty(), why.c_str());
            ++(file ? read : refused);
            if (file)
                (void)makeModel(std::move(*file));
        });
        QVERIFY(refused > 0 && read > 0);
    }

    void liesInTheHeaderAreNamed_data()
    {
        QTest::addColumn<QByteArray>("from");
        QTest::addColumn<QByteArray>("to");
        QTest::addColumn<QString>("sentence");
        const auto row = [](const char* name, const char* from, const char* to, const char* sentence) {
            const auto quoted = [](QByteArray text) { return text.replace("\"", "\\\""); };
            QTest::newRow(name) << quoted(from) << quoted(to) << QString(sentence);
        };
        row("version", R"("opset":13)", R"("opset":99)", "operator set 99");
        row("no version", R"("opset":13)", R"("opsex":13)", "do not say their versions");
        row("value", R"("inputs":["wide"])", R"("inputs":["wild"])", "reads 'wild' before it is made");
        row("itself", R"("inputs":["wide"])", R"("inputs":["flat"])", "reads 'flat' before it is made");
        row("twice", R"("outputs":["less"])", R"("outputs":["more"])",
            "'more' of the operators is made twice");
        row("over a tensor", R"("outputs":["more"])", R"("outputs":["half"])",
            "'half' of the operators is made twice");
        row("kind", R"("group":{"int":1})", R"("group":{"ink":1})", "the attribute 'group' is no ink");
        row("kind of value", R"("group":{"int":1})", R"("group":{"int":x})", "not valid JSON");
        row("fraction", R"("auto_pad":{"text":"NOTSET"})", R"("auto_pad":{"ints":"NOTSET"})",
            "'auto_pad' is no ints");
        row("word", R"("floats":["inf",)", R"("floats":["fin",)", "'extremes' is no floats");
        row("element type", R"("name":"axes","shape":[2],"type":7)", R"("name":"axes","shape":[2],"type":8)",
            "'axes' is of no known type");
        row("size of a constant", R"("name":"axes","shape":[2],)", R"("name":"axes","shape":[9],)",
            "has 8 bytes for rows of 9");
        row("open size", R"("shape":[1,1,"height",6])", R"("shape":[1,0,"height",6])",
            "shape of 'x' cannot be");
        row("role", R"("role":"layer")", R"("role":"lawyer")", "neither a layer");
        row("file shape", R"("file_shape":[4,1,3,3])", R"("file_shape":[4,1,3,4])", "not as many numbers");
        row("no matrix", R"("name":"half","role":"other")", R"("name":"half","role":"layer")",
            "is no matrix");
        row("no numbers", R"("shape":[0])", R"("shape":[0,90000])", "without numbers");
        row("data", R"("data":"half")", R"("data":"hall")", "has no data");
    }
    void liesInTheHeaderAreNamed()
    {
        QFETCH(QByteArray, from);
        QFETCH(QByteArray, to);
        QFETCH(QString, sentence);
        QByteArray bytes = written("f32");
        const qsizetype at = bytes.indexOf(from);
        QVERIFY2(at >= 0, (from + " in " + bytes.left(6000)).constData());
        bytes.replace(at, from.size(), to);
        // The header ends in spaces, which give or take what the lie needs.
        const auto length = qFromLittleEndian<quint64>(bytes.constData()) + quint64(to.size() - from.size());
        qToLittleEndian(length, bytes.data());
        save("lie.tritloom", bytes);
        const auto result = tritloomFile::read(path("lie.tritloom"));
        QVERIFY(!result.has_value());
        QVERIFY2(
            QString::fromStdString(result.error().message).contains(sentence),
            result.error().message.c_str());
    }

    /// A file may say of itself what it likes.
    void whatIsNoSuchNetworkIsOnlyLookedAt_data()
    {
        QTest::addColumn<QString>("architecture");
        for (const PictureArchitecture& row : pictureArchitectures())
            QTest::newRow(std::string(row.id).c_str())
                << QString::fromUtf8(row.id.data(), qsizetype(row.id.size()));
    }
    void whatIsNoSuchNetworkIsOnlyLookedAt()
    {
        QFETCH(QString, architecture);
        ModelFile file =
            *loadModel(TRITLOOM_SOURCE_DIR "/resources/samples/language/sample.gguf").value()->file;
        file.metadata.set("general.architecture", architecture.toStdString());
        const auto model = makeModel(std::move(file));
        QVERIFY(!model->graph.has_value());
        QVERIFY(!model->whyNotEvaluated.empty());
    }
};

QTEST_APPLESS_MAIN(TritloomPicturesTest)
#include "tritloom_pictures_test.moc"
