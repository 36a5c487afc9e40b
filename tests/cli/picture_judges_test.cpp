#include "core/architecture/model.h"
#include "core/task/low_bits.h"
#include "tests/support/onnx_network.h"
#include "tests/support/program.h"

#include <QDir>
#include <QFile>
#include <QImage>
#include <QJsonArray>
#include <QTest>

#include <cmath>
#include <random>

using namespace tritloom;

namespace {

const QString samples = TRITLOOM_SOURCE_DIR "/resources/samples/picture/";

/// 64 x 64 pixels, smooth but for their lowest three bits, of which this share is random.
QImage drawn(std::mt19937& random, double share)
{
    std::uniform_real_distribution<double> unit;
    QImage image(64, 64, QImage::Format_RGB888);
    const int base[] = {int(random() % 96), int(random() % 96), int(random() % 96)};
    for (int y = 0; y < 64; ++y)
        for (int x = 0; x < 64; ++x)
            for (int c = 0; c < 3; ++c) {
                const int high = (base[c] + x + y) & ~7;
                image.scanLine(y)[3 * x + c] = uchar(high + (unit(random) < share ? int(random() & 7) : 4));
            }
    return image;
}

Picture pictureOf(const QImage& image)
{
    Picture picture(3, std::size_t(image.height()), std::size_t(image.width()));
    for (std::size_t y = 0; y < picture.height; ++y)
        for (std::size_t x = 0; x < picture.width; ++x)
            for (std::size_t c = 0; c < 3; ++c)
                picture.at(c, y, x) = float(image.constScanLine(int(y))[3 * x + c]) / 255;
    return picture;
}

/// What the detector below adds up: how much neighbours in a row differ, of the normalised view.
double edges(const Picture& view)
{
    const double deviation[] = {0.229, 0.224, 0.225};
    double sum = 0;
    for (std::size_t c = 0; c < 3; ++c)
        for (std::size_t y = 0; y < view.height; ++y)
            for (std::size_t x = 0; x + 1 < view.width; ++x)
                sum += std::abs(double(view.at(c, y, x + 1)) - double(view.at(c, y, x))) / deviation[c];
    return sum / double(view.plane());
}

/// Differences both ways of each colour, cut at 0, their means, and one number: above the threshold it is
/// real.
OnnxNetwork detector(double threshold)
{
    OnnxNetwork n;
    std::string x = n.input("picture", {1, 3, 256, 256});
    std::vector<float> kernels(6 * 3 * 9);
    for (std::size_t k = 0; k < 6; ++k) {
        kernels[(k * 3 + k / 2) * 9 + 4] = k % 2 == 0 ? -1.0f : 1.0f;
        kernels[(k * 3 + k / 2) * 9 + 5] = k % 2 == 0 ? 1.0f : -1.0f;
    }
    x = n.node(
        "Conv", {x, n.floats("edges.weight", {6, 3, 3, 3}, kernels)},
        {{"kernel_shape", {3, 3}, true}, {"pads", {1, 1, 1, 1}, true}});
    x = n.node("Flatten", {n.node("GlobalAveragePool", {n.node("Relu", {x})})}, {{"axis", {1}}});
    x = n.node(
        "Gemm",
        {x, n.floats("head.weight", {1, 6}, std::vector<float>(6, 50)),
         n.floats("head.bias", {1}, {float(-50 * threshold)})},
        {{"transB", {1}}});
    n.output(x);
    return n;
}

} // namespace

/// Networks that judge pictures, through the command line: features for LPIPS, FID and KID, and LOTA's
/// detector.
class PictureJudgesTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    QString path(const QString& name) { return m_folder.filePath(name); }
    Finished cli(const QStringList& arguments) { return run(cliProgram(), arguments, m_folder.path()); }
    /// Every layer in so many bits, a scale a row: short blocks are padded.
    QString recipe(const QString& model, int bits)
    {
        QJsonArray layers;
        const auto loaded = loadModel(model.toStdString()).value();
        for (const Layer& layer : loaded->layers)
            layers.append(QJsonObject{
                {"name", QString::fromStdString(layer.name)},
                {"format", QString("int%1g%2").arg(bits).arg((layer.columns + 7) / 8 * 8)},
                {"method", "rtn"}});
        const QString name = path(QString("recipe-%1.json").arg(bits));
        QFile file(name);
        if (file.open(QIODevice::WriteOnly))
            file.write(QJsonDocument(QJsonObject{{"layers", layers}}).toJson());
        return name;
    }

private slots:
    void initTestCase()
    {
        smallClassifier().save(path("features.onnx").toStdString());
        // Calibration: a threshold in the middle between pictures of both kinds.
        std::mt19937 random(1);
        double low = 0, high = 0;
        for (int i = 0; i < 20; ++i) {
            low += edges(detectorView(pictureOf(drawn(random, 0.02 * i)), {})) / 20;
            high += edges(detectorView(pictureOf(drawn(random, 0.6 + 0.02 * i)), {})) / 20;
        }
        QVERIFY(high > 1.2 * low);
        detector((low + high) / 2).save(path("detector.onnx").toStdString());
        for (const QString set : {"png", "mixed"})
            for (int i = 0; i < 60; ++i) {
                const bool real = i % 2 == 1;
                const QString folder = path(set + (real ? "/1_real" : "/0_generated"));
                QVERIFY(QDir().mkpath(folder));
                const QImage image = drawn(random, (real ? 0.6 : 0.0) + 0.4 * i / 60);
                const bool lossy = set == "mixed" && real;
                QVERIFY(image.save(
                    QString("%1/%2.%3").arg(folder).arg(i).arg(lossy ? "jpg" : "png"), nullptr, 90));
            }
    }

    void featuresTellHowFarPicturesAre()
    {
        const QString model = samples + "super-resolution/enlarge.onnx",
                      net = path("features.onnx") + ":Relu_3,pointwise";
        const auto features = [&](const QStringList& more) {
            return cli(QStringList{"evaluate", model, "--features", net, "--limit", "4", "--json"} + more)
                .json()["features"]
                .toObject();
        };
        const QJsonObject stored = features({});
        QCOMPARE(stored["lpips"].toDouble(-1), 0.0);
        QVERIFY(std::abs(stored["fid"].toDouble(-1)) < 1e-6);
        QCOMPARE(stored["dimension"].toInt(), 32);
        QCOMPARE(stored["layer"].toString(), QString("pointwise"));
        QVERIFY(!stored["linearWeights"].toBool(true));
        const QJsonObject target = stored["toTarget"].toObject();
        QVERIFY(target["lpips"].toDouble() > 0 && target["fid"].toDouble() > 0);
        QCOMPARE(stored["referenceToTarget"].toObject(), target);
        double before = 0;
        for (const int bits : {4, 3, 2}) {
            const QJsonObject now = features({"--recipe", recipe(model, bits)});
            const double lpips = now["lpips"].toDouble();
            QVERIFY2(lpips > before, qPrintable(QString("%1 bits: %2").arg(bits).arg(lpips)));
            QVERIFY(now["fid"].toDouble() > 0);
            QVERIFY(now["kidStandardError"].toDouble() > 0);
            QVERIFY(now["cmmd"].toDouble() > 0);
            before = lpips;
        }
        // Few pictures for so many numbers, and no linear weights: both are said.
        QCOMPARE(stored["notices"].toArray().size(), 2);
    }

    void madePicturesAreComparedWithRealOnes()
    {
        const QJsonObject made = cli({"evaluate", samples + "generation/denoise.onnx", "--samples", "4",
                                      "--steps", "2", "--images", samples + "generation/drawn", "--limit",
                                      "6", "--features", path("features.onnx"), "--json"})
                                     .json()["features"]
                                     .toObject();
        QVERIFY(made["toTarget"].toObject()["fid"].toDouble() > 0);
        QVERIFY(!made["toTarget"].toObject().contains("lpips")); // no pairs
        QCOMPARE(made["lpips"].toDouble(-1), 0.0);
    }

    void withoutANetworkTheProgramSaysWhatToGive()
    {
        const Finished without = cli({"evaluate", samples + "super-resolution/enlarge.onnx", "--limit", "1"});
        QCOMPARE(without.exitCode, 0);
        QVERIFY(without.out.contains("LPIPS, FID, KID") && without.out.contains("--features FILE.onnx"));
        const Finished classifier = cli(
            {"evaluate", samples + "classification/shapes.onnx", "--limit", "2", "--features",
             path("features.onnx")});
        QCOMPARE(classifier.exitCode, 2);
        QVERIFY2(classifier.err.contains("--features means nothing here"), classifier.err.constData());
        const Finished layer = cli(
            {"evaluate", samples + "super-resolution/enlarge.onnx", "--limit", "1", "--features",
             path("features.onnx") + ":relu9"});
        QVERIFY(layer.exitCode != 0);
        QVERIFY2(layer.err.contains("has no layer 'relu9'"), layer.err.constData());
    }

    // LOTA, checks 8 and 9
    void aDetectorKeepsItsVerdictsInEightBits()
    {
        const auto verdict = [&](const QStringList& more) {
            return cli(QStringList{
                           "evaluate", path("detector.onnx"), "--images", path("png"), "--low-bits", "scaled",
                           "--json"}
                       + more)
                .json();
        };
        const QJsonObject stored = verdict({});
        QCOMPARE(stored["samples"].toInt(), 60);
        QVERIFY2(stored["top1"].toDouble() >= 0.95, qPrintable(QString::number(stored["top1"].toDouble())));
        QVERIFY(stored["notices"].toArray().first().toString().contains("'0_generated' counts as generated"));
        const QJsonObject eight = verdict({"--recipe", recipe(path("detector.onnx"), 8)}),
                          four = verdict({"--recipe", recipe(path("detector.onnx"), 4)});
        QVERIFY(std::abs(eight["top1"].toDouble() - stored["top1"].toDouble()) < 0.003);
        qInfo(
            "stored %.4f, 8 bits %.4f, 4 bits %.4f (%d flips)", stored["top1"].toDouble(),
            eight["top1"].toDouble(), four["top1"].toDouble(), four["flips"].toInt());
        // As the whole picture, unlike its low bits, it tells nothing.
        const double whole = cli({"evaluate", path("detector.onnx"), "--images", path("png"), "--json"})
                                 .json()["top1"]
                                 .toDouble();
        QVERIFY(whole < stored["top1"].toDouble());
    }

    void formatsThatTellClassesApartAreNamed()
    {
        const QJsonObject mixed = cli({"evaluate", path("detector.onnx"), "--images", path("mixed"),
                                       "--low-bits", "random", "--json"})
                                      .json();
        const QString first = mixed["notices"].toArray().first().toString();
        QVERIFY2(
            first.contains("30 of 60") && first.contains("JPEG") && first.contains("apart"),
            qPrintable(first));
        const Finished wrong = cli(
            {"evaluate", samples + "super-resolution/enlarge.onnx", "--limit", "1", "--low-bits", "scaled"});
        QCOMPARE(wrong.exitCode, 2);
        QVERIFY2(wrong.err.contains("super-resolution"), wrong.err.constData());
        const Finished way =
            cli({"evaluate", samples + "classification/shapes.onnx", "--limit", "1", "--low-bits", "banana"});
        QCOMPARE(way.exitCode, 2);
        const Finished products =
            cli({"evaluate", samples + "classification/shapes.onnx", "--limit", "1", "--products", "banana"});
        QCOMPARE(products.exitCode, 2);
    }

    void planesShowWhatTheDetectorSays()
    {
        const QJsonArray pictures = cli({"planes", path("png/0_generated/0.png"), path("png/1_real/59.png"),
                                         "--detector", path("detector.onnx"), "--json"})
                                        .json()["pictures"]
                                        .toArray();
        QCOMPARE(pictures.size(), 2);
        QVERIFY(pictures[0].toObject()["real"].toDouble(1) < 0.1);
        QVERIFY(pictures[1].toObject()["real"].toDouble(0) > 0.9);
        const Finished wrong =
            cli({"planes", path("png/1_real/59.png"), "--detector", samples + "classification/shapes.onnx"});
        QVERIFY(wrong.exitCode != 0);
        QVERIFY2(wrong.err.contains("no classifier of two classes"), wrong.err.constData());
    }
};

QTEST_GUILESS_MAIN(PictureJudgesTest)
#include "picture_judges_test.moc"
