#include "app/gui/widgets/banner.h"
#include "app/session/samples.h"
#include "core/base/half.h"
#include "tests/app/window_fixture.h"
#include "tests/support/program.h"

#define ONNX_ML 1
#include <onnx/onnx_pb.h>

#include <QLabel>
#include <QTemporaryDir>
#include <QtTest>

#include <cmath>
#include <cstring>

using namespace tritloom;

/// Files that lie, dropped on the window: one sentence, and what is open stays as it is.
class RefusedFilesWindowTest final : public QObject, WindowFixture {
    Q_OBJECT

    QTemporaryDir m_folder;

    QString written(const char* name, const QByteArray& bytes) const
    {
        return writtenFile(m_folder.filePath(name), bytes);
    }
    static QByteArray sample()
    {
        QFile file(QString::fromStdString(sampleModelPath().string()));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    /// Whether a label that can be seen says so.
    bool shows(const QString& words) const
    {
        const auto labels = m_window->findChildren<QLabel*>();
        return std::ranges::any_of(labels, [&](const QLabel* label) {
            return label->isVisible() && (label->text().contains(words) || label->toolTip().contains(words));
        });
    }

private slots:
    void initTestCase() { beginAs("refused_files_window_test"); }
    void init() { openWindow(); }
    void cleanup() { m_window.reset(); }

    void whatIsOpenStays_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("words");
        const QByteArray whole = sample();
        QVERIFY(whole.size() > 100000);
        QTest::newRow("cut off in the numbers")
            << written("short.gguf", whole.left(whole.size() / 2)) << "the file ends at";
        QTest::newRow("cut off in the header")
            << written("head.gguf", whole.left(2000)) << "are left in the file";
        QTest::newRow("a pickle that runs something") << written(
            "poisoned.pth",
            QByteArray("\x80\x02") + "cposix\nsystem\nX\x04" + QByteArray(3, '\0') + "true\x85R.")
                                                      << "posix.system";
        QTest::newRow("half an ONNX file")
            << written("half.onnx", QByteArray("\x08\x08\x3a\xff\x7f\x0a\x03", 7)) << "half.onnx";
        QTest::newRow("a project that is none")
            << written("text.tritproj", QByteArray(2000, 'x')) << "this is not a project file";
        QTest::newRow("a project that is not there")
            << m_folder.filePath("nowhere.tritproj") << "there is no such file or folder";
        QTest::newRow("nothing") << written("empty.gguf", {}) << "the file is empty";
    }
    void whatIsOpenStays()
    {
        QFETCH(QString, file);
        QFETCH(QString, words);
        openSample();
        const Workspace* const before = m_window->workspace();
        drop({file});
        auto* const banner = find<Banner>("banner");
        QTRY_VERIFY_WITH_TIMEOUT(banner->isVisible() && banner->sentence().contains(words), 5000);
        QVERIFY2(banner->sentence().contains(QFileInfo(file).fileName()), qPrintable(banner->sentence()));
        QCOMPARE(m_window->workspace(), before);
        QVERIFY(m_window->windowTitle().startsWith("sample.gguf"));
        QVERIFY(QApplication::activeModalWidget() == nullptr);
        QVERIFY(!QSettings().value("recentFiles").toStringList().contains(file));
        QVERIFY(
            !file.contains("nowhere")
            || !QFile::exists(file)); // nothing is begun under a name that was mistyped
    }

    // It can be looked at, and the window says why it measures nothing.
    void weightsThatAreNoNumbersAreSaid()
    {
        QByteArray bytes = sample();
        const auto model = loadModel(sampleModelPath()).value();
        const auto weights = model->file->find("blk.1.ffn_up.weight")->stored.bytes();
        const QByteArray held(reinterpret_cast<const char*>(weights.data()), qsizetype(weights.size()));
        const std::uint16_t nan = floatToHalf(NAN);
        std::memcpy(bytes.data() + bytes.indexOf(held), &nan, sizeof nan);
        openSample();
        QSignalSpy opened(m_window.get(), &MainWindow::opened);
        drop({written("nan.gguf", bytes)});
        QVERIFY(opened.wait(60000));
        QTRY_VERIFY_WITH_TIMEOUT(shows("NaN or infinite"), 60000);
        QTRY_VERIFY_WITH_TIMEOUT(!workspace().evaluation().isRunning(), 60000);
        QCOMPARE(find<QLabel>("perplexity")->text(), QString("–"));
    }

    void anOnnxFileThatTellsNoSizesIsNotRun()
    {
        onnx::ModelProto model;
        model.set_ir_version(8);
        model.add_opset_import()->set_version(13);
        onnx::GraphProto& graph = *model.mutable_graph();
        graph.set_name("open");
        for (onnx::ValueInfoProto* const value : {graph.add_input(), graph.add_output()}) {
            auto& type = *value->mutable_type()->mutable_tensor_type();
            type.set_elem_type(onnx::TensorProto::FLOAT);
            for (int i = 0; i < 3; ++i)
                type.mutable_shape()->add_dim()->set_dim_param("size");
        }
        graph.mutable_input(0)->set_name("x");
        graph.mutable_output(0)->set_name("y");
        onnx::TensorProto& weights = *graph.add_initializer();
        weights.set_name("w");
        weights.set_data_type(onnx::TensorProto::FLOAT);
        for (const int size : {4, 8})
            weights.add_dims(size);
        for (int i = 0; i < 32; ++i)
            weights.add_float_data(float(i));
        onnx::NodeProto& product = *graph.add_node();
        product.set_op_type("MatMul");
        for (const char* const name : {"x", "w"})
            product.add_input(name);
        product.add_output(graph.output(0).name());
        const std::string bytes = model.SerializeAsString();
        openSample();
        QSignalSpy opened(m_window.get(), &MainWindow::opened);
        drop({written("open.onnx", QByteArray::fromStdString(bytes))});
        QVERIFY(opened.wait(60000));
        QTRY_VERIFY(shows("the first input of open.onnx is no picture of one or three channels"));
    }
};

QTEST_MAIN(RefusedFilesWindowTest)
#include "refused_files_window_test.moc"
