#include "core/architecture/model.h"
#include "tests/support/onnx_network.h"

#include <QTemporaryDir>
#include <QTest>

using namespace tritloom;

/// ONNX files that contradict themselves, or whose networks give nothing: one sentence, and nothing is run.
class OnnxRefusedTest : public QObject {
    Q_OBJECT

private slots:
    void whatCannotBeIsSaid_data()
    {
        QTest::addColumn<QString>("fault");
        QTest::addColumn<QString>("why");
        QTest::newRow("another kernel")
            << "kernel"
            << "(Conv, version 13): a kernel_shape of [7, 7] with weights of [4, 3, 3, 3]";
        QTest::newRow("an epsilon below 0") << "epsilon"
                                            << ": epsilon is -1";
        QTest::newRow("nothing comes out") << "nothing"
                                           << "what comes out, [1, 0, 16, 16], holds no numbers";
    }
    void whatCannotBeIsSaid()
    {
        QFETCH(QString, fault);
        QFETCH(QString, why);
        OnnxNetwork network;
        const std::string x = network.input("x", {1, 3, 16, 16});
        std::string y = network.convolution("conv", x, 3, 4, 3);
        if (fault == "kernel")
            for (auto& attribute : *network.graph().mutable_node(0)->mutable_attribute())
                if (attribute.name() == "kernel_shape") {
                    attribute.set_ints(0, 7);
                    attribute.set_ints(1, 7);
                }
        if (fault == "epsilon") {
            y = network.batchNorm("norm", y, 4);
            network.graph().mutable_node(1)->mutable_attribute(0)->set_f(-1);
        }
        if (fault == "nothing")
            y = network.node(
                "Slice",
                {y, network.whole("from", {2}), network.whole("to", {2}), network.whole("axis", {1})});
        network.output(y);
        const QTemporaryDir folder;
        const std::filesystem::path path = folder.filePath("bad.onnx").toStdString();
        network.save(path);
        const auto model = loadModel(path).value();
        QVERIFY(!model->picture);
        QVERIFY2(
            QString::fromStdString(model->whyNotEvaluated).contains(why), model->whyNotEvaluated.c_str());
    }
};

QTEST_APPLESS_MAIN(OnnxRefusedTest)
#include "onnx_refused_test.moc"
