#include "app/session/export_controller.h"
#include "app/session/picture_engine.h"
#include "app/session/plugin_host.h"
#include "core/sensitivity/sensitivity_table.h"

#include <QDir>
#include <QImage>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>

using namespace tritloom;

namespace {

/// A classifier of 4 x 4 grey pictures into three classes: a convolution and a product, set 13.
const char* const networkPath = TRITLOOM_SOURCE_DIR "/tests/fuzz/corpus/onnx/conv_gemm";

/// Twelve pictures of three grey levels, by folder or by name.
void fill(const QString& folder, bool inFolders)
{
    for (int i = 0; i < 12; ++i) {
        QImage image(4, 4, QImage::Format_Grayscale8);
        for (int y = 0; y < 4; ++y)
            for (int x = 0; x < 4; ++x)
                image.scanLine(y)[x] = uchar((i * 37 + y * 61 + x * 13 * (i % 3 + 1)) % 256);
        const QString name =
            inFolders ? QString("%1/%2.png").arg(i % 3).arg(i) : QString("%1_%2.png").arg(i).arg(i % 3);
        QVERIFY(QDir(folder).mkpath(QFileInfo(folder + "/" + name).path()));
        QVERIFY(image.save(folder + "/" + name));
    }
}

PluginHost& plugins()
{
    static PluginHost host;
    return host;
}

std::shared_ptr<PictureEngine> engineOn(const QString& folder)
{
    PictureOptions options;
    options.source.images = folder.toStdString();
    options.normalisation = Normalisation{.isKnown = true};
    auto engine = PictureEngine::create(loadModel(networkPath).value(), plugins().lookup(), options);
    if (!engine)
        qFatal("%s", engine.error().message.c_str());
    return *engine;
}

} // namespace

/// From a folder of pictures to numbers, tables and files, on a network that the tests bring.
class PictureEngineTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        QVERIFY(m_folder.isValid());
        fill(m_folder.path() + "/folders", true);
        fill(m_folder.path() + "/names", false);
    }

    void classesComeFromFoldersOrNames()
    {
        const auto folders = engineOn(m_folder.path() + "/folders"),
                   names = engineOn(m_folder.path() + "/names");
        for (const auto& engine : {folders, names}) {
            QCOMPARE(engine->pictures().samples.size(), std::size_t(12));
            std::vector<int> counts(3, 0);
            for (const PictureSample& sample : engine->pictures().samples) {
                QVERIFY(sample.label.has_value());
                ++counts[*sample.label];
            }
            QCOMPARE(counts, (std::vector<int>{4, 4, 4}));
        }
        const auto a = folders->makeSession().value()->evaluate(folders->model()->original(), {}).value(),
                   b = names->makeSession().value()->evaluate(names->model()->original(), {}).value();
        QCOMPARE(a.top1->value, b.top1->value);
        QCOMPARE(a.samplesDone, std::size_t(12));
        QCOMPARE(a.divergence.value, 0.0);
        QCOMPARE(a.flips, std::size_t(0));
    }

    void moreBitsAreCloserAndMethodsHelp()
    {
        const auto engine = engineOn(m_folder.path() + "/folders");
        const auto session = engine->makeSession().value();
        double last = 1e9;
        for (const char* format : {"int2row", "int4row", "int8row"}) {
            const auto allocation = uniform(*engine->model(), {format, "rtn", {}});
            const double divergence = session->evaluate(allocation, {}).value().divergence.value;
            QVERIFY2(divergence < last, qPrintable(QString("%1 at %2 bits").arg(divergence).arg(format)));
            last = divergence;
        }
        // Second-order fitting goes through the windows of the convolution.
        for (const char* method : {"imatrix", "gptq"}) {
            const auto evaluated = session->evaluate(uniform(*engine->model(), {"int3row", method, {}}), {});
            QVERIFY2(evaluated, evaluated ? "" : evaluated.error().message.c_str());
        }
    }

    void aSweepFillsTheTable()
    {
        const auto engine = engineOn(m_folder.path() + "/folders");
        const auto session = engine->makeSession().value();
        SensitivityTable table =
            emptyTable(*engine->model(), {{"int2row", "rtn", {}}, {"int8row", "rtn", {}}}, {});
        const auto done =
            sweep(table, *session, nullptr, 0, {}, [](LayerId, std::size_t, const SensitivityCell&) {});
        QVERIFY(done);
        QCOMPARE(table.knownCount(), std::size_t(4));
        for (const auto& row : table.cells)
            QVERIFY(row[0].kl.value > row[1].kl.value);
    }

    void anExportedNetworkIsTheCompressedOne_data()
    {
        QTest::addColumn<QString>("format");
        QTest::addColumn<QString>("type"); // of ONNX, that holds the whole numbers
        QTest::newRow("int8") << "int8row" << "INT8";
        QTest::newRow("int4") << "int4row" << "INT4";
        QTest::newRow("decoded") << "nf4g64" << "";
    }
    void anExportedNetworkIsTheCompressedOne()
    {
        QFETCH(QString, format);
        QFETCH(QString, type);
        const auto engine = engineOn(m_folder.path() + "/folders");
        const Allocation allocation = uniform(*engine->model(), {format.toStdString(), "rtn", {}});
        const std::filesystem::path path = (m_folder.path() + "/out.onnx").toStdString();
        const auto report =
            exportAllocation(*engine->model(), *engine->compressor(), allocation, path, {}, {});
        QVERIFY2(report, report ? "" : report.error().message.c_str());
        for (const std::string known : {"INT8", "INT4"})
            QCOMPARE(
                std::ranges::any_of(
                    report->checks,
                    [&](const std::string& check) { return check.starts_with("2 layers are " + known); }),
                type.toStdString() == known);
        const auto session = engine->makeSession(loadModel(path).value()).value();
        const auto evaluation = session->evaluate(allocation, {}).value();
        QVERIFY2(
            evaluation.divergence.value < 1e-9, qPrintable(QString::number(evaluation.divergence.value)));
    }

    void howPicturesAreGivenIsKept()
    {
        PictureOptions options;
        options.source.images = m_folder.path().toStdString() + "/folders";
        options.normalisation = Normalisation{.range = 255, .isKnown = true};
        const auto engine =
            PictureEngine::create(loadModel(networkPath).value(), plugins().lookup(), options).value();
        QVERIFY(!loadModel(networkPath).value()->picture->normalisation.isKnown); // its file does not say
        const std::filesystem::path path = (m_folder.path() + "/out.tritloom").toStdString();
        const Allocation allocation = uniform(*engine->model(), {"int2row", "rtn", {}});
        const auto report =
            exportAllocation(*engine->model(), *engine->compressor(), allocation, path, {}, {});
        QVERIFY2(report, report ? "" : report.error().message.c_str());
        QVERIFY(loadModel(path).value()->picture->normalisation == *options.normalisation);
    }

    void safetensorsHoldEveryTensorInItsShape()
    {
        const auto engine = engineOn(m_folder.path() + "/folders");
        const std::filesystem::path path = (m_folder.path() + "/out.safetensors").toStdString();
        const Allocation allocation = uniform(*engine->model(), {"int4row", "rtn", {}});
        QVERIFY(exportAllocation(*engine->model(), *engine->compressor(), allocation, path, {}, {}));
        const auto written = openModel(path).value();
        QCOMPARE(written.tensors.size(), engine->model()->file->tensors.size());
        QCOMPARE(written.find("w")->shape, (Shape{2, 1, 3, 3}));
        const Tensor expected =
            engine->compressor()->compress(LayerId(0), allocation[LayerId(0)], {}).value().dense().value();
        QCOMPARE(written.find("w")->stored.toFloats(), expected.toFloats());
    }

    void calibrationPicturesOfSeveralSizesShowTheSamePartAsTheirTargets()
    {
        const QString folder = m_folder.path() + "/sizes";
        QVERIFY(QDir().mkpath(folder));
        for (const QSize size : {QSize(64, 48), QSize(96, 80)}) {
            QImage image(size, QImage::Format_RGB888);
            for (int y = 0; y < size.height(); ++y)
                for (int x = 0; x < 3 * size.width(); ++x)
                    image.scanLine(y)[x] = uchar(128 + 60 * std::sin(0.2 * x) * std::cos(0.15 * y));
            QVERIFY(image.save(QString("%1/%2.png").arg(folder).arg(size.width())));
        }
        PictureOptions options;
        options.source.images = folder.toStdString();
        const char* const network =
            TRITLOOM_SOURCE_DIR "/resources/samples/picture/super-resolution/enlarge.onnx";
        const auto engine =
            PictureEngine::create(loadModel(network).value(), plugins().lookup(), options).value();
        const auto probe = engine->makeProbe({}, {}).value();
        const std::vector<std::size_t> stored(probe->layers().size(), NetworkProbe::storedWeights);
        const auto quality = probe->qualityAs(stored, 0);
        QVERIFY2(quality, quality ? "" : quality.error().message.c_str());
        QCOMPARE(quality->samples, std::size_t(2));
        QVERIFY2(
            quality->psnr > 25, qPrintable(QString::number(quality->psnr))); // another part would be far off
    }

    void mistakesAreSaidInASentence()
    {
        PictureOptions options;
        const auto message = [&] {
            const auto engine =
                PictureEngine::create(loadModel(networkPath).value(), plugins().lookup(), options);
            return engine ? QString() : QString::fromStdString(engine.error().message);
        };
        QVERIFY(message().contains("--images"));
        options.source.images = "/nonexistent";
        QVERIFY(message().contains("/nonexistent"));
        options.source.images = m_folder.path().toStdString() + "/folders";
        options.as = PictureTask::SuperResolution;
        QVERIFY(message().contains("classification"));
    }

    void oddLabelsAreSaidInASentence_data()
    {
        QTest::addColumn<QString>("lines");
        QTest::addColumn<QString>("sentence");
        QTest::newRow("separators only") << ",,,\n;;\n"
                                         << "no labels in this file";
        QTest::newRow("one unknown class") << "0_0.png,dragon\n"
                                           << "('dragon' first) are 1 names, the network knows 3 classes";
        QTest::newRow("below zero") << "0_0.png,-1\n"
                                    << "('-1' first)";
        QTest::newRow("too many classes") << "0_0.png,a\n1_1.png,b\n2_2.png,c\n3_0.png,d\n"
                                          << "there are 4 classes";
    }
    void oddLabelsAreSaidInASentence()
    {
        QFETCH(QString, lines);
        QFETCH(QString, sentence);
        QFile file(m_folder.path() + "/labels.csv");
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(lines.toUtf8());
        file.close();
        PictureOptions options;
        options.source.images = m_folder.path().toStdString() + "/names";
        options.source.labels = file.fileName().toStdString();
        const auto engine =
            PictureEngine::create(loadModel(networkPath).value(), plugins().lookup(), options);
        QVERIFY(!engine);
        const QString message = QString::fromStdString(engine.error().message);
        QVERIFY2(message.contains(sentence), qPrintable(message));
    }

    void fewerFoldersThanClassesAreNoticed()
    {
        for (const auto& [folders, noticed] : {std::pair{2, true}, {3, false}}) {
            const QString folder = m_folder.path() + QString("/some%1").arg(folders);
            for (int i = 0; i < folders; ++i) {
                QImage image(4, 4, QImage::Format_Grayscale8);
                image.fill(40 * i);
                const QString inside = folder + QString("/class-%1").arg(QChar('a' + i));
                QVERIFY(QDir().mkpath(inside) && image.save(inside + "/0.png"));
            }
            const auto engine = engineOn(folder);
            QCOMPARE(
                std::ranges::any_of(
                    engine->pictures().notices,
                    [](const std::string& n) {
                        return n.starts_with("the pictures have 2 classes, the network knows 3");
                    }),
                noticed);
        }
    }

    // Enlarged before its ends are cut away, a strip of one pixel would take gigabytes.
    void aStripOfOnePixelIsNotEnlargedWhole()
    {
        QImage strip(20000, 1, QImage::Format_RGB888);
        strip.fill(QColor(200, 100, 50));
        const QString folder = m_folder.path() + "/strip";
        QVERIFY(QDir().mkpath(folder) && strip.save(folder + "/strip.png"));
        const PictureModel model{
            .task = PictureTask::Classification, .channels = 3, .height = 224, .width = 224, .classes = 10};
        PictureSource source;
        source.images = folder.toStdString();
        const auto set = readPictures(model, source);
        QVERIFY2(set, set ? "" : set.error().message.c_str());
        const Picture& given = set->samples[0].given;
        QCOMPARE(given.height, std::size_t(224));
        QCOMPARE(given.width, std::size_t(224));
        QVERIFY(std::abs(given.at(0, 111, 111) - 200 / 255.0f) < 1e-3);
    }

private:
    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(PictureEngineTest)
#include "picture_engine_test.moc"
