#include "core/architecture/model.h"
#include "core/export/tritloom_target.h"
#include "core/file/tritloom_file.h"
#include "tests/fuzz/input_file.h"
#include "tests/support/damaged_bytes.h"
#include "tests/support/tiny_model.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>

using namespace tritloom;

namespace {

std::shared_ptr<const Model> sample()
{
    return loadModel(TRITLOOM_SOURCE_DIR "/resources/samples/language/sample.gguf").value();
}

/// A model of a few kilobytes, for what is done with each of its bytes.
std::shared_ptr<const Model> small()
{
    TinyModel shape{.blocks = 2};
    shape.hidden = shape.feedForward = 8;
    shape.heads = shape.kvHeads = 2;
    shape.headSize = 4;
    shape.vocabulary = 6;
    return shape.make();
}

std::string contentOf(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// A rank-one stand-in with a scale: what it computes does not matter, that it comes back does.
LayerReplacement standIn(std::size_t outputs, std::size_t inputs)
{
    LayerReplacement replacement{.graph = {}, .parts = {}, .outputs = outputs, .inputs = inputs};
    std::vector<float> left(outputs), right(inputs);
    for (std::size_t i = 0; i < outputs; ++i)
        left[i] = std::sin(float(i));
    for (std::size_t i = 0; i < inputs; ++i)
        right[i] = std::cos(float(i));
    replacement.parts = {
        {"right", Tensor::fromFloats({1, inputs}, right), false},
        {"left", Tensor::fromFloats({outputs, 1}, left), false},
        {"scale", Tensor::fromFloats({1}, std::vector<float>{0.5f}), true}};
    GraphBuilder graph;
    const ValueId inner = graph.add({OpKind::Linear, {}}, {graph.input()}, {TensorId{0}});
    const ValueId outer = graph.add({OpKind::Linear, {}}, {inner}, {TensorId{1}});
    replacement.graph = std::move(graph).finish(graph.add({OpKind::Multiply, {}}, {outer}, {TensorId{2}}));
    return replacement;
}

} // namespace

/// The file that holds whatever methods make.
class TritloomFileTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::filesystem::path write(const Model& model)
    {
        const std::filesystem::path path = m_folder.filePath("m.tritloom").toStdString();
        ExportRequest request{.model = *model.file};
        for (const NamedTensor& tensor : model.file->tensors)
            request.formats.push_back(tensor.stored.type().format->id());
        request.layer = [&](std::size_t index) -> Result<CompressedLayer> {
            const NamedTensor& tensor = model.file->tensors[index];
            if (tensor.name == "blk.1.ffn_up.weight")
                return CompressedLayer(standIn(tensor.shape[0], tensor.shape[1]));
            return storedLayer(tensor);
        };
        request.path = path;
        const auto written = exportTritloom(request);
        if (!written)
            qFatal("%s", written.error().message.c_str());
        return path;
    }

private slots:
    void everythingComesBack()
    {
        const auto model = sample();
        const auto path = write(*model);
        QVERIFY(
            !std::filesystem::exists(path.string() + ".tritloom-part"));
        const auto again = loadModel(path).value();
        QCOMPARE(again->file->format, std::string("tritloom"));
        QVERIFY(again->graph.has_value());
        QVERIFY(again->tokenizer != nullptr);
        QCOMPARE(again->file->metadata.entries().size(), model->file->metadata.entries().size());
        QVERIFY(again->file->metadata.entries() == model->file->metadata.entries());
        QCOMPARE(again->file->tensors.size(), model->file->tensors.size());
        for (std::size_t i = 0; i < model->file->tensors.size(); ++i) {
            const NamedTensor &before = model->file->tensors[i], &after = again->file->tensors[i];
            QCOMPARE(after.name, before.name);
            QCOMPARE(after.shape, before.shape);
            if (before.name == "blk.1.ffn_up.weight") {
                QVERIFY(after.replacement != nullptr);
                const LayerReplacement expected = standIn(before.shape[0], before.shape[1]);
                QCOMPARE(after.replacement->parts[2].name, std::string("scale"));
                QVERIFY(after.replacement->parts[2].isShared);
                QVERIFY(
                    denseWeights(*after.replacement).value().toFloats()
                    == denseWeights(expected).value().toFloats());
                QCOMPARE(storedBytes(after), expected.bytes());
            } else {
                QVERIFY(std::ranges::equal(after.stored.bytes(), before.stored.bytes()));
            }
        }
    }

    void aReplacedLayerIsALayer()
    {
        const auto again = loadModel(write(*sample())).value();
        bool found = false;
        for (const Layer& layer : again->layers)
            if (layer.name == "blk.1.ffn_up.weight") {
                found = true;
                QCOMPARE(layer.storedBytes, 4 * (layer.rows + layer.columns));
                QVERIFY(storedLayer(again->tensor(layer.tensor)).value().isReplacement());
                QCOMPARE(
                    materialise(again->tensor(layer.tensor)).value().type().shape,
                    (Shape{layer.rows, layer.columns}));
            }
        QVERIFY(found);
    }

    void everyTruncationIsAnError()
    {
        forEachBeginning(
            contentOf(write(*small())),
            [](const std::string& bytes) {
                const InputFile cut(bytes);
                const auto read = tritloomFile::read(cut.path());
                const std::string why = read ? "it is read" : whyUnclear(read.error().message);
                QVERIFY2(why.empty(), why.c_str());
            },
            13);
    }

    void everyChangedByteIsReadOrRefused()
    {
        const std::string whole = contentOf(write(*small()));
        std::uint64_t header = 0; // behind it lie weights, which may be any
        std::memcpy(&header, whole.data(), sizeof header);
        const auto visit = [](const std::string& bytes) {
            const InputFile input(bytes);
            auto file = tritloomFile::read(input.path());
            const std::string why = file ? "" : whyUnclear(file.error().message);
            QVERIFY2(why.empty(), why.c_str());
            if (file)
                (void)makeModel(std::move(*file));
        };
        forEachChangedByte(whole, visit, 5, 8 + std::size_t(header));
    }

    void liesInTheHeaderAreNamed_data()
    {
        QTest::addColumn<QByteArray>("from");
        QTest::addColumn<QByteArray>("to");
        QTest::addColumn<QString>("sentence");
        QTest::newRow("version") << QByteArray("\"version\":\"1\"") << QByteArray("\"version\":\"9\"")
                                 << "version '9'";
        QTest::newRow("op") << QByteArray("\\\"op\\\":\\\"multiply\\\"")
                            << QByteArray("\\\"op\\\":\\\"embeddin\\\"") << "holds the op 'embeddin'";
        QTest::newRow("part") << QByteArray("\\\"weights\\\":[2]") << QByteArray("\\\"weights\\\":[7]")
                              << "inputs of 'multiply' cannot be";
        QTest::newRow("loop") << QByteArray("\\\"inputs\\\":[1]") << QByteArray("\\\"inputs\\\":[3]")
                              << "inputs of 'linear' cannot be";
        QTest::newRow("format") << QByteArray("\\\"format\\\":\\\"f32\\\",\\\"name\\\":\\\"left\\\"")
                                << QByteArray("\\\"format\\\":\\\"f99\\\",\\\"name\\\":\\\"left\\\"")
                                << "f99";
        QTest::newRow("shape") << QByteArray("\\\"name\\\":\\\"scale\\\",\\\"shape\\\":[1]")
                               << QByteArray("\\\"name\\\":\\\"scale\\\",\\\"shape\\\":[9]")
                               << "has 4 bytes for rows of 9";
    }
    void liesInTheHeaderAreNamed()
    {
        QFETCH(QByteArray, from);
        QFETCH(QByteArray, to);
        QFETCH(QString, sentence);
        QFile file(QString::fromStdString(write(*sample()).string()));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QByteArray bytes = file.readAll();
        const qsizetype at = bytes.indexOf(from);
        QVERIFY2(at >= 0, from.constData());
        bytes.replace(at, from.size(), to);
        const QString path = m_folder.filePath("lie.tritloom");
        QFile lie(path);
        QVERIFY(lie.open(QIODevice::WriteOnly | QIODevice::Truncate));
        lie.write(bytes);
        lie.close();
        const auto result = tritloomFile::read(path.toStdString());
        QVERIFY(!result.has_value());
        QVERIFY2(
            QString::fromStdString(result.error().message).contains(sentence),
            result.error().message.c_str());
    }
};

QTEST_APPLESS_MAIN(TritloomFileTest)
#include "tritloom_file_test.moc"
