#include "core/architecture/model.h"
#include "core/architecture/onnx/onnx_network.h"
#include "tests/support/onnx_network.h"

#include <QTemporaryDir>
#include <QTest>

using namespace tritloom;

/// ONNX files that contradict themselves, or whose networks give nothing: one sentence, and nothing is run.
class OnnxRefusedTest : public QObject {
    Q_OBJECT

private slots:
    void aValueThatIsMadeTwiceIsRefused_data()
    {
        QTest::addColumn<QString>("twice");
        QTest::addColumn<QString>("makers");
        QTest::newRow("by two nodes")
            << "Relu_2_y"
            << "an output of the node 'Relu_2' and as an output of the node 'Relu_3'";
        QTest::newRow("by an initializer") << "conv.weight"
                                           << "an initializer and as an output of the node 'Relu_3'";
        QTest::newRow("by an input") << "x"
                                     << "an input and as an output of the node 'Relu_3'";
    }
    void aValueThatIsMadeTwiceIsRefused()
    {
        QFETCH(QString, twice);
        QFETCH(QString, makers);
        OnnxNetwork network;
        const std::string y = network.convolution("conv", network.input("x", {1, 3, 16, 16}), 3, 3, 3);
        network.output(network.node("Relu", {network.node("Relu", {y})}));
        network.graph().mutable_node(2)->set_output(0, twice.toStdString());
        const QTemporaryDir folder;
        const std::filesystem::path path = folder.filePath("twice.onnx").toStdString();
        network.save(path);
        const auto model = loadModel(path);
        QVERIFY(!model);
        QCOMPARE(
            QString::fromStdString(model.error().message),
            QString("twice.onnx: the value '%1' of the operators is made twice, as %2").arg(twice, makers));
    }

    // They would be rounded as if they were other numbers.
    void numbersThatAreNotComputedAreRefused_data()
    {
        QTest::addColumn<QString>("type");
        QTest::addColumn<QString>("attribute");
        QTest::addColumn<int>("element");
        QTest::newRow("a cast to 8-bit floats") << "Cast"
                                                << "to" << 17;
        QTest::newRow("a cast to 4-bit floats") << "Cast"
                                                << "to" << 23;
        QTest::newRow("a cast to text") << "Cast"
                                        << "to" << 8;
        QTest::newRow("rounded to 8-bit floats") << "QuantizeLinear"
                                                 << "output_dtype" << 17;
    }
    void numbersThatAreNotComputedAreRefused()
    {
        QFETCH(QString, type);
        QFETCH(QString, attribute);
        QFETCH(int, element);
        OnnxNetwork network(21);
        const std::string x = network.input("x", {1, 3, 4, 4});
        std::vector<std::string> inputs{x};
        if (type == "QuantizeLinear")
            inputs.push_back(network.floats("scale", {1}, {0.5f}));
        network.output(network.node(
            "Relu", {network.node(type.toStdString(), inputs, {{attribute.toStdString(), {element}}})}));
        const QTemporaryDir folder;
        const std::filesystem::path path = folder.filePath("odd.onnx").toStdString();
        network.save(path);
        const auto model = loadModel(path).value();
        QVERIFY(!model->graph);
        QCOMPARE(
            QString::fromStdString(model->whyNotEvaluated),
            QString(
                "odd.onnx: node '%1_1' (%1, version 21): numbers of element type %2 are not computed here")
                .arg(type)
                .arg(element));
    }

    // Four channels are no list of classes, unless somebody says so.
    void whatIsNoListOfClassesIsNoClassifier()
    {
        OnnxNetwork network;
        network.output(network.convolution("conv", network.input("x", {1, 3, 16, 16}), 3, 4, 3));
        const QTemporaryDir folder;
        const std::filesystem::path path = folder.filePath("four.onnx").toStdString();
        network.save(path);
        const auto model = loadModel(path).value();
        QVERIFY(!model->picture);
        QCOMPARE(
            model->whyNotEvaluated,
            std::string(
                "four.onnx: what comes out, [1, 4, 16, 16], is no list of classes, no list of boxes and no "
                "picture of one or three channels that is a whole number of times as large as what goes in; "
                "with --task classification each number of it is a class"));
        ModelFile file = *model->file;
        tritloom::onnx::stateTask(file, PictureTask::Classification);
        const auto told = makeModel(std::move(file));
        QVERIFY2(told->picture.has_value(), told->whyNotEvaluated.c_str());
        QCOMPARE(told->picture->classes, std::size_t(4 * 16 * 16));
    }

    void whatIsTooLargeIsNotBegun_data()
    {
        QTest::addColumn<QString>("type");
        QTest::addColumn<QString>("why");
        QTest::newRow("resized")
            << "Resize"
            << "Resize_2 (resize): what comes out, [1, 4, 16, 960000], are 61440000 numbers, more "
               "than the 23070528 that are run for 768 numbers that go in and 116 in the file";
        QTest::newRow("upsampled") << "Upsample"
                                   << "Upsample_2 (resize): what comes out, [1, 4, 16, 960000], are 61440000";
        QTest::newRow("tiled")
            << "Tile"
            << "Tile_2 (expand): what comes out, [1, 1, 60000, 4, 1, 16, 1, 16], are 61440000";
        QTest::newRow("expanded") << "Expand"
                                  << "Expand_2 (expand): what comes out, [60000, 4, 16, 16], are 61440000";
        QTest::newRow("padded") << "Pad"
                                << "Pad_2 (pad): what comes out, [1, 4, 4016, 4016], are 64513024";
        QTest::newRow("spread")
            << "ConvTranspose"
            << "ConvTranspose_2 (transposed_convolution): what comes out, [1, 1, 16, 15000002], "
               "are 240000032";
        QTest::newRow("shuffled") << "DepthToSpace"
                                  << "Tile_2 (expand): what comes out";
        QTest::newRow("many that are each allowed")
            << "chain"
            << "(unary): with what comes out, [1, 4, 16, 300000], the values of all nodes are 3840";
        QTest::newRow("products of what was made") << "MatMul"
                                                   << "(mat_mul): with 4.89e+10 steps for [1, 4, 2304, 2304] "
                                                      "all nodes take 9.79e+10, more than the 6.87e+10";
        QTest::newRow("large windows") << "MaxPool"
                                       << "(max_pool): with 2.07e+11 steps for [1, 4, 1897, 1897]";
        QTest::newRow("constants out of nothing") << "constants"
                                                  << "a constant of [8192, 8192], after 2.01e+08 steps";
    }
    void whatIsTooLargeIsNotBegun()
    {
        QFETCH(QString, type);
        QFETCH(QString, why);
        OnnxNetwork network(type == "Upsample" ? 9 : 13);
        std::string y = network.convolution("conv", network.input("x", {1, 3, 16, 16}), 3, 4, 3);
        const std::string name = type.toStdString();
        const auto scaled = [&](const std::string& x, float times) {
            return network.node(
                "Resize", {x, "", network.floats("scales" + x, {4}, {1, 1, 1, times})},
                {{"mode", {}, false, NAN, "nearest"}});
        };
        if (type == "Resize")
            y = scaled(y, 6e4f);
        if (type == "Upsample")
            y = network.node(name, {y, network.floats("scales", {4}, {1, 1, 1, 6e4f})});
        if (type == "Tile" || type == "DepthToSpace")
            y = network.node("Tile", {y, network.whole("repeats", {1, 60000, 1, 1})});
        if (type == "DepthToSpace")
            y = network.node(name, {y}, {{"blocksize", {2}}});
        if (type == "Expand")
            y = network.node(name, {y, network.whole("shape", {60000, 4, 16, 16})});
        if (type == "Pad")
            y = network.node(name, {y, network.whole("pads", {0, 0, 2000, 2000, 0, 0, 2000, 2000})});
        if (type == "ConvTranspose")
            y = network.node(
                name, {y, network.random("w", {4, 1, 1, 2}, 1)},
                {{"kernel_shape", {1, 2}, true}, {"strides", {1, 1000000}, true}});
        if (type == "chain") {
            y = scaled(y, 18750);
            for (int i = 0; i < 30; ++i)
                y = network.node("Relu", {y});
        }
        if (type == "MatMul") {
            y = network.node(
                "Resize", {y, "", network.floats("scales", {4}, {1, 1, 144, 144})},
                {{"mode", {}, false, NAN, "nearest"}});
            y = network.node("MatMul", {network.node("MatMul", {y, y}), y});
        }
        if (type == "MaxPool") {
            y = network.node("Pad", {y, network.whole("pads", {0, 0, 1000, 1000, 0, 0, 1000, 1000})});
            y = network.node(name, {y}, {{"kernel_shape", {120, 120}, true}, {"strides", {1, 1}, true}});
        }
        if (type == "constants")
            for (int i = 0; i < 4; ++i)
                y = network.node(
                    "Add",
                    {y,
                     network.node(
                         "ReduceMax",
                         {network.node(
                             "ConstantOfShape",
                             {network.whole("side" + std::to_string(i), {8192, 8192})})})});
        network.output(y);
        const QTemporaryDir folder;
        const std::filesystem::path path = folder.filePath("large.onnx").toStdString();
        network.save(path);
        const auto model = loadModel(path).value();
        QVERIFY(!model->picture);
        QVERIFY2(
            QString::fromStdString(model->whyNotEvaluated).contains(why), model->whyNotEvaluated.c_str());
    }

    void whatCannotBeIsSaid_data()
    {
        QTest::addColumn<QString>("fault");
        QTest::addColumn<QString>("why");
        QTest::newRow("another kernel")
            << "kernel"
            << "(Conv, version 13): a kernel_shape of [7, 7] with weights of [4, 3, 3, 3]";
        QTest::newRow("an epsilon below 0") << "epsilon"
                                            << ": epsilon is -1";
        QTest::newRow("a further output")
            << "further"
            << "(LayerNormalization, version 17): its further output 'mean' is not computed here";
        QTest::newRow("nothing comes out") << "nothing"
                                           << "what comes out, [1, 0, 16, 16], holds no numbers";
    }
    void whatCannotBeIsSaid()
    {
        QFETCH(QString, fault);
        QFETCH(QString, why);
        OnnxNetwork network(fault == "further" ? 17 : 13);
        const std::string x = network.input("x", {1, 3, 16, 16});
        std::string y = network.convolution("conv", x, 3, 4, 3);
        if (fault == "further") {
            y = network.node("LayerNormalization", {y, network.floats("one", {1}, {1})});
            network.graph().mutable_node(1)->add_output("mean");
            y = network.node("Relu", {"mean"});
        }
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
