#include "tests/support/onnx_network.h"
#include "tests/support/program.h"
#include "tests/support/shared_data.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QJsonArray>
#include <QRegularExpression>
#include <QTest>

#include <algorithm>
#include <cstring>
#include <limits>

/// What is easily overlooked with networks on pictures, and is said.
class PictureEdgesTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    const QString m_sample = TRITLOOM_SOURCE_DIR "/resources/samples/picture/classification/";
    QString path(const QString& name) { return m_folder.filePath(name); }
    Finished cli(const QStringList& arguments) { return run(cliProgram(), arguments, m_folder.path()); }
    QJsonObject evaluated(const QString& model, const QStringList& more)
    {
        const Finished done =
            cli(QStringList{"evaluate", model, "--images", m_sample + "evaluation", "--limit", "20", "--json"}
                + more);
        if (done.exitCode != 0)
            qFatal("%s", done.err.constData());
        return done.json();
    }
    ::onnx::ModelProto sample() const
    {
        ::onnx::ModelProto model;
        QFile file(m_sample + "shapes.onnx");
        const QByteArray bytes = file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
        if (!model.ParseFromArray(bytes.constData(), int(bytes.size())))
            qFatal("%s", qPrintable(file.fileName()));
        return model;
    }
    static void write(const ::onnx::ModelProto& model, const QString& to)
    {
        QFile file(to);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray::fromStdString(model.SerializeAsString()));
    }
    /// The sample with one number of its first layer that is none.
    void writeBroken(const QString& to)
    {
        ::onnx::ModelProto model = sample();
        for (::onnx::TensorProto& tensor : *model.mutable_graph()->mutable_initializer())
            if (tensor.dims_size() == 4) {
                m_broken = QString::fromStdString(tensor.name());
                const float none = std::numeric_limits<float>::quiet_NaN();
                if (tensor.float_data_size() > 0)
                    tensor.set_float_data(0, none);
                else
                    std::memcpy(tensor.mutable_raw_data()->data(), &none, sizeof none);
                break;
            }
        write(model, to);
    }
    QString m_broken;

private slots:
    // Products with packed weights see rounded inputs, on the processor as on a device.
    void eightBitActivationsRoundSomething()
    {
        const QString model = m_sample + "shapes.onnx";
        QFile file(path("recipe.json"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QJsonArray layers;
        const QJsonObject inspected = cli({"stats", model, "--json"}).json();
        for (const QJsonValue& layer : inspected["layers"].toArray())
            layers.append(
                QJsonObject{{"name", layer.toObject()["name"]}, {"format", "int8g32"}, {"method", "rtn"}});
        file.write(QJsonDocument(QJsonObject{{"layers", layers}}).toJson());
        file.close();
        const QStringList choice{"--recipe", path("recipe.json")};
        const QJsonObject exact = evaluated(model, choice + QStringList{"--device", "cpu"}),
                          rounded = evaluated(model, choice + QStringList{"--device", "cpu:8bit"});
        QVERIFY(!exact.contains("roundedInputLayers"));
        QVERIFY(rounded["roundedInputLayers"].toInt() > 0);
        QVERIFY(rounded["roundedInputLayers"].toInt() < layers.size()); // convolutions are exact
        QVERIFY(rounded["divergence"] != exact["divergence"]);
        // Floats are exact whatever the device.
        const QJsonObject floats = evaluated(model, {"--device", "cpu:8bit"});
        QCOMPARE(floats["roundedInputLayers"].toInt(-1), 0);
        const Finished said = cli(
            {"evaluate", model, "--images", m_sample + "evaluation", "--limit", "5", "--device", "cpu:8bit"});
        QVERIFY2(said.out.contains("8-bit activations            0 of "), said.out.constData());
    }

    void operatorsThatCannotBeRunAreNamed()
    {
        ::onnx::ModelProto model = sample();
        auto& nodes = *model.mutable_graph()->mutable_node();
        const auto bent = std::ranges::find(nodes, "Relu", [](const auto& node) { return node.op_type(); });
        QVERIFY(bent != nodes.end());
        bent->set_op_type("NonZero");
        bent->set_name("bent/nothing");
        write(model, path("odd.onnx"));
        const QByteArray sentence = "node 'bent/nothing' (NonZero, version "
            + QByteArray::number(qint64(model.opset_import(0).version())) + ")";
        const Finished seen = cli({"inspect", path("odd.onnx")}); // its weights can be looked at all the same
        QVERIFY2(seen.exitCode == 0 && (seen.out + seen.err).contains(sentence), seen.out.constData());
        const Finished measured = cli({"evaluate", path("odd.onnx"), "--images", m_sample + "evaluation"});
        QVERIFY2(measured.exitCode == 1 && measured.err.contains(sentence), measured.err.constData());
    }

    void picklesThatAskForMoreThanTensorsAreRefused()
    {
        QFile file(path("poisoned.pth"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        const QByteArray mark = path("was run").toUtf8(); // what the shell would make
        const QByteArray command = "touch '" + mark + "'";
        file.write(
            QByteArray("\x80\x02") + "cposix\nsystem\nX" + char(command.size()) + QByteArray(3, '\0')
            + command + "\x85R.");
        file.close();
        const Finished done = cli({"inspect", path("poisoned.pth")});
        QVERIFY2(done.exitCode == 1 && done.err.contains("posix.system"), done.err.constData());
        QVERIFY(!QFile::exists(path("was run")));
    }

    void numbersThatAreNoneAreToldByTensor()
    {
        writeBroken(path("broken.onnx"));
        const Finished done =
            cli({"evaluate", path("broken.onnx"), "--images", m_sample + "evaluation", "--limit", "2"});
        QCOMPARE(done.exitCode, 1); // NaN goes through every function, so nothing can be measured
        const QString sentence = QString::fromUtf8(done.err);
        QVERIFY2(
            sentence.contains(m_broken + ": 1 of its") && sentence.contains("not finite"),
            qPrintable(sentence));
        QCOMPARE(evaluated(m_sample + "shapes.onnx", {})["notFinite"].toArray().size(), 0);
        const Finished exported =
            cli({"export", path("broken.onnx"), "--skip-evaluation", "-o", path("again.onnx"), "--json"});
        QVERIFY2(exported.exitCode == 0, exported.err.constData());
        QVERIFY2(exported.out.contains("NaN or infinite"), exported.out.constData());
    }

    // What no other program's file holds: inputs by stored ranges.
    void ourOwnFileActsAsItsRecipe()
    {
        const QString model = m_sample + "shapes.onnx", kept = path("kept.tritloom");
        QJsonArray layers;
        for (const QJsonValue& layer : cli({"stats", model, "--json"}).json()["layers"].toArray())
            layers.append(QJsonObject{
                {"name", layer.toObject()["name"]}, {"format", "int4g32"}, {"method", "static-activations"}});
        QFile file(path("ranges.json"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QJsonDocument(QJsonObject{{"layers", layers}}).toJson());
        file.close();
        const QStringList recipe{"--recipe", path("ranges.json"), "--calibration", m_sample + "calibration"};
        const Finished written = cli(QStringList{"export", model, "-o", kept} + recipe);
        QVERIFY2(written.exitCode == 0 && written.out.contains("evaluated: "), written.err.constData());
        const QJsonObject before = evaluated(model, recipe), after = evaluated(kept, {"--reference", model});
        for (const char* const number : {"top1", "divergence", "flips"})
            QVERIFY2(after.contains(number) && after[number] == before[number], number);
        const Finished seen = cli({"inspect", kept});
        QVERIFY2(seen.out.contains("pictures: classification, 3 channels, 32 x 32"), seen.out.constData());
    }

    void ourOwnFileMakesTheSamePictures()
    {
        const QString model = TRITLOOM_SOURCE_DIR "/resources/samples/picture/generation/denoise.onnx";
        QVERIFY(
            cli({"export", model, "--format", "int4g32", "--method", "rtn", "-o", path("noise.tritloom")})
                .exitCode
            == 0);
        const Finished exported =
            cli({"export", model, "--format", "int4g32", "--method", "rtn", "-o", path("noise.onnx")});
        QVERIFY2(exported.exitCode == 0, exported.err.constData());
        for (const QString name : {"noise.tritloom", "noise.onnx"})
            QVERIFY(
                cli({"generate", path(name), "--samples", "1", "--steps", "3", "-o", path(name + " made")})
                    .exitCode
                == 0);
        const auto made = [this](const QString& name) {
            QFile picture(path(name + " made/000000.png"));
            return picture.open(QIODevice::ReadOnly) ? picture.readAll() : QByteArray();
        };
        QVERIFY(!made("noise.tritloom").isEmpty());
        QCOMPARE(made("noise.tritloom"), made("noise.onnx"));
    }

    void aModelWithoutLayersIsNotExported()
    {
        OnnxNetwork network;
        const std::string x = network.input("x", {1, 3, 8, 8});
        ::onnx::NodeProto& node = *network.graph().add_node();
        node.set_op_type(std::string("Relu"));
        node.add_input(x);
        node.add_output(std::string("y"));
        network.output("y");
        QFile file(path("empty.onnx"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray::fromStdString(network.model().SerializeAsString()));
        file.close();
        const Finished done = cli({"export", path("empty.onnx"), "-o", path("out.onnx")});
        QCOMPARE(done.exitCode, 1);
        QVERIFY2(done.err.contains("no layer to compress"), done.err.constData());
        QVERIFY(!QFile::exists(path("out.onnx")));
    }

    void whatLiesThereIsSeenBeforeTheWork()
    {
        QVERIFY(QDir(m_folder.path()).mkpath("taken.onnx"));
        const Finished done =
            cli({"export", m_sample + "shapes.onnx", "--format", "f16", "-o", path("taken.onnx"), "--json"});
        QCOMPARE(done.exitCode, 1);
        QVERIFY2(done.err.contains("this is a folder"), done.err.constData());
        QVERIFY2(!done.err.contains("export"), done.err.constData()); // no progress of it was shown
    }

    void aNetworkOfAnySizeIsAskedForOne()
    {
        ::onnx::ModelProto model;
        QFile file(m_sample + "shapes.onnx");
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray bytes = file.readAll();
        QVERIFY(model.ParseFromArray(bytes.constData(), int(bytes.size())));
        auto& shape = *model.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape();
        const auto side = shape.dim(2).dim_value();
        shape.mutable_dim(2)->set_dim_param("height");
        shape.mutable_dim(3)->set_dim_param("width");
        QFile open(path("open.onnx"));
        QVERIFY(open.open(QIODevice::WriteOnly));
        open.write(QByteArray::fromStdString(model.SerializeAsString()));
        open.close();
        QVERIFY(cli({"inspect", path("open.onnx")}).out.contains("any size"));
        const QString half = QString::number(side / 2);
        const QJsonArray notices = evaluated(path("open.onnx"), {"--size", half})["notices"].toArray();
        QVERIFY(std::ranges::any_of(notices, [&](const QJsonValue& notice) {
            return notice.toString() == QString("20 of 20 pictures were resized to %1 x %1").arg(half);
        }));
        const Finished fixed = cli(
            {"evaluate", m_sample + "shapes.onnx", "--images", m_sample + "evaluation", "--size", half});
        QCOMPARE(fixed.exitCode, 2);
        QVERIFY(fixed.err.contains(QString("pictures of %1 x %1 only").arg(side).toUtf8()));
    }

    // What was measured is recalled, but not for pictures that are said to be something else.
    void aComparisonIsKeptByItsLabels()
    {
        std::vector<double> shares;
        for (const char* const label : {"0", "1", "0"}) {
            QFile file(path("labels.csv"));
            QVERIFY(file.open(QIODevice::WriteOnly));
            QDirIterator pictures(m_sample + "evaluation", {"*.png"}, QDir::Files, QDirIterator::Subdirectories);
            while (pictures.hasNext())
                file.write(QFileInfo(pictures.next()).fileName().toUtf8() + "," + label + "\n");
            file.close();
            const Finished done = cli(
                {"compare", m_sample + "shapes.onnx", "--images", m_sample + "evaluation", "--labels", file.fileName(),
                 "--limit", "20", "--formats", "int8row", "--methods", "rtn", "--json"});
            QVERIFY2(done.exitCode == 0, done.err.constData());
            shares.push_back(done.json()["rows"][0]["top1"].toDouble());
        }
        QVERIFY(shares[0] != shares[1]);
        QCOMPARE(shares[2], shares[0]);
    }

    void whatANetworkIsForAndTakesIsKept()
    {
        OnnxNetwork network;
        const std::string x = network.input("picture", {1, 3, 16, 16});
        network.output(network.convolution("second", network.node("Relu", {network.convolution("first", x, 3, 8, 3)}), 8, 3, 3));
        network.save(path("plane.onnx").toStdString());
        QVERIFY(cli({"inspect", path("plane.onnx")}).out.contains("pictures: restoration"));
        for (const char* name : {"out.onnx", "out.tritloom"}) {
            const Finished done = cli(
                {"export", path("plane.onnx"), "--task", "style-transfer", "--images", m_sample + "evaluation",
                 "--limit", "2", "--range", "0..255", "--format", "int8row", "--method", "rtn", "-o", path(name)});
            QVERIFY2(done.exitCode == 0, done.err.constData());
            QVERIFY2(cli({"inspect", path(name)}).out.contains("pictures: style-transfer"), name);
            QCOMPARE(evaluated(path(name), {})["normalisation"].toString(), QString("0..255"));
        }
    }

    void aFormatThatTheFileCannotHoldIsToldBefore()
    {
        TRITLOOM_NEEDS_SHARED_DATA(folder);
        const QString zip = QString::fromStdString(
            (folder / "img_ternary_mnist/bit_netcnn_small_mnist_ternary.zip").string());
        const Finished done = cli(
            {"export", zip, "--format", "nf4g64", "--method", "rtn", "--skip-evaluation", "-o",
             path("ternary.onnx")});
        QVERIFY2(done.exitCode == 0, done.err.constData());
        const QRegularExpression told("note: (\\d+) tensors are nf4g64, which this kind of file cannot "
                                      "hold: they are written as f32, "
                                      "(\\d+) bytes in place of (\\d+)");
        const auto match = told.match(QString::fromUtf8(done.err));
        QVERIFY2(match.hasMatch(), done.err.constData());
        const qint64 after = match.captured(2).toLongLong(), before = match.captured(3).toLongLong();
        const qint64 written = QFile(path("ternary.onnx")).size();
        QVERIFY(before < after && after < written && written < after + 100'000); // norms, biases, operators
        QVERIFY(done.out.contains("which this kind of file cannot hold")); // and afterwards
        // What is stored in whole numbers stays so.
        const Finished kept = cli({"export", zip, "--skip-evaluation", "-o", path("kept.onnx")});
        QVERIFY2(kept.exitCode == 0 && !kept.err.contains("cannot hold"), kept.err.constData());
        QVERIFY(QFile(path("kept.onnx")).size() < written / 2);
    }

    /// Four bits stay four bits without asking, a wider kind says what it costs, and both open as compressed.
    void fourBitsStayFourBitsInOnnx()
    {
        const QString model = m_sample + "shapes.onnx";
        const QStringList four{"--format", "int4g32", "--method", "rtn", "--skip-evaluation", "-o"};
        const Finished narrow = cli(QStringList{"export", model} + four + QStringList{path("narrow.onnx")});
        QVERIFY2(narrow.exitCode == 0 && narrow.out.contains("INT4"), narrow.err.constData());
        const Finished wide = cli(
            QStringList{"export", model} + four + QStringList{path("wide.onnx"), "--target", "onnx"});
        QVERIFY2(wide.err.contains("INT4 would hold: they are written as INT8"), wide.err.constData());
        QVERIFY(QFile(path("narrow.onnx")).size() < QFile(path("wide.onnx")).size());
        const QJsonObject before = cli({"inspect", model, "--json"}).json(),
                          after = cli({"inspect", path("narrow.onnx"), "--json"}).json();
        QCOMPARE(after["layers"], before["layers"]);
        QCOMPARE(after["parameters"], before["parameters"]);
        QVERIFY(after["bytes"].toInt() < before["bytes"].toInt() / 4);
        QCOMPARE(
            cli({"stats", path("wide.onnx"), "--json"}).json()["layers"].toArray().size(),
            before["layers"].toInt());
        const QJsonObject original = after["original"].toObject();
        QCOMPARE(original["name"].toString(), QString("shapes.onnx"));
        QCOMPARE(original["bytes"], before["bytes"]);
        // It is compressed further as any model is.
        const Finished again = cli(QStringList{"export", path("narrow.onnx")} + four + QStringList{path("again.onnx")});
        QVERIFY2(again.exitCode == 0, again.err.constData());
        const double ratio = double(QFile(path("again.onnx")).size()) / double(QFile(path("narrow.onnx")).size());
        QVERIFY(ratio > 0.99 && ratio < 1.01); // what is said of shapes differs
    }
};

QTEST_GUILESS_MAIN(PictureEdgesTest)
#include "picture_edges_test.moc"
