// Renders the window as a person would see it. Fails where something is empty; with TRITLOOM_SHOTS=<folder>
// it also keeps the pictures, with TRITLOOM_SHOTS_MODEL=<path> of another model than the sample.
#include "app/gui/analyses/report_view.h"
#include "app/gui/main_window.h"
#include "app/gui/page.h"
#include "app/gui/plugin_windows.h"
#include "app/gui/screenshot.h"
#include "app/gui/widgets/bit_loom.h"
#include "app/gui/widgets/parameter_button.h"
#include "app/session/samples.h"
#include "core/sensitivity/candidate.h"
#include "tests/app/small_networks.h"

#include <QDialog>
#include <QPushButton>
#include <QSet>
#include <QSettings>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QtTest>

using namespace tritloom;

class ScreenshotTest final : public QObject {
    Q_OBJECT

private:
    static void keep(const QImage& image, const QString& name)
    {
        const QString folder = qEnvironmentVariable("TRITLOOM_SHOTS");
        if (!folder.isEmpty())
            QVERIFY(image.save(folder + "/" + name + ".png"));
    }
    static int coloursOf(const QImage& image)
    {
        QSet<QRgb> colours;
        for (int y = 0; y < image.height(); y += 2)
            for (int x = 0; x < image.width(); x += 2)
                colours.insert(image.pixel(x, y));
        return int(colours.size());
    }
    std::shared_ptr<Workspace> open()
    {
        const QString other = qEnvironmentVariable("TRITLOOM_SHOTS_MODEL");
        auto model =
            loadModel(other.isEmpty() ? sampleModelPath() : std::filesystem::path(other.toStdString()));
        return Workspace::create(std::move(model.value()), m_plugins, {}).value();
    }
    PluginHost m_plugins;
    QTemporaryDir m_folder;

private slots:
    void initTestCase()
    {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName("tritloom-tests");
        QCoreApplication::setApplicationName("screenshot_test");
        QSettings().clear();
    }

    void nothingOpen()
    {
        for (const QString theme : {"dark", "light"}) {
            Settings settings;
            settings.theme = theme;
            MainWindow window(m_plugins, settings);
            window.resize(1280, 800);
            window.show();
            QTest::qWait(50);
            const QImage image = window.grab().toImage();
            QVERIFY(coloursOf(image) > 20);
            keep(image, "start-" + theme);
        }
    }

    void windowWithSample()
    {
        const auto workspace = open();
        if (!qEnvironmentVariable("TRITLOOM_SHOTS").isEmpty()) {
            workspace->sensitivity().start();
            QTRY_VERIFY_WITH_TIMEOUT(!workspace->sensitivity().isRunning(), 400000);
            (void)workspace->allocateToBudget();
            workspace->document().setPinned({LayerId(0)}, true);
            if (!workspace->evaluation().isRunning())
                workspace->evaluation().request(workspace->document().allocation());
            QTRY_VERIFY_WITH_TIMEOUT(!workspace->evaluation().isRunning(), 200000);
        }
        for (const Theme theme : {Theme::Dark, Theme::Light})
            for (const QSize size : {QSize(1280, 800), QSize(1920, 1200)}) {
                QSettings().clear(); // every size with its own standard layout
                const auto image = grabPage(workspace, "window", theme, size, "sample.gguf");
                QVERIFY2(image.has_value(), image ? "" : image.error().message.c_str());
                QCOMPARE(image->size(), size);
                QVERIFY(coloursOf(*image) > 100);
                keep(
                    *image,
                    QString("window-%1-%2").arg(theme == Theme::Dark ? "dark" : "light").arg(size.width()));
            }
    }

    void thePageInFrontCanBeChosen()
    {
        const auto workspace = open();
        QSettings().clear();
        const auto plain = grabPage(workspace, "window", Theme::Dark, {1280, 800}),
                   frontier = grabPage(workspace, "window:frontier", Theme::Dark, {1280, 800}),
                   none = grabPage(workspace, "window:nothing", Theme::Dark, {1280, 800});
        QVERIFY(plain.has_value() && frontier.has_value());
        int different = 0;
        for (int y = 460; y < 760; y += 2) // the lower dock
            for (int x = 310; x < 930; x += 2)
                different += plain->pixel(x, y) != frontier->pixel(x, y) ? 1 : 0;
        QVERIFY2(different > 2000, qPrintable(QString::number(different)));
        QVERIFY(!none.has_value() && none.error().code == ErrorCode::NotFound);
    }

    void everyDialogCanBeTaken_data()
    {
        QTest::addColumn<QString>("page");
        for (const QString& id : pageIds())
            if (id.startsWith("dialog:"))
                QTest::newRow(qPrintable(id)) << id;
    }
    void everyDialogCanBeTaken()
    {
        QFETCH(QString, page);
        const QSize size(1280, 800);
        const auto workspace = open();
        if (page == "dialog:blame") // nothing is to blame for what is not there
            QVERIFY(!grabPage(workspace, page, Theme::Light, size).has_value());
        workspace->document().replace(uniform(workspace->model(), {"q4_0", "rtn", {}}), {});
        const auto dialog = grabPage(workspace, page, Theme::Light, size);
        QVERIFY2(dialog.has_value(), dialog ? "" : dialog.error().message.c_str());
        QVERIFY(dialog->width() < size.width() && dialog->height() < size.height());
        QVERIFY(coloursOf(*dialog) > 20);
        keep(*dialog, QString(page).replace(':', '-'));
    }

    void aTextIsWaitedFor()
    {
        const auto workspace = open();
        bool complete = false;
        connect(&workspace->text(), &TextController::updated, this, [&](const TextComparison& comparison) {
            complete = comparison.complete;
        });
        QVERIFY(grabPage(workspace, "text", Theme::Dark, {900, 460}).has_value());
        QVERIFY(complete);
    }

    void aModelWithoutLayers()
    {
        ModelFile file;
        file.path = m_folder.filePath("norms.safetensors").toStdString();
        NamedTensor& norm = file.tensors.emplace_back();
        norm.name = "norm.weight";
        norm.stored = Tensor::adoptFloats({4}, {1, 2, 3, 4});
        norm.shape = {4};
        const std::shared_ptr<Workspace> workspace =
            Workspace::create(makeModel(std::move(file)), m_plugins, {}).value();
        QVERIFY(workspace->model().layers.empty());
        for (const char* const page : {"window", "loom", "layers", "distribution", "sensitivity"}) {
            const auto image = grabPage(workspace, page, Theme::Light, {1280, 800}, "norms.safetensors");
            QVERIFY2(image.has_value(), image ? "" : image.error().message.c_str());
            keep(*image, QString("no-layers-") + page);
        }
        BitLoom loom;
        QTest::keyClick(&loom, Qt::Key_Up);
        QTest::keyClick(&loom, Qt::Key_4);
    }

    void networksOnPictures_data()
    {
        QTest::addColumn<QString>("network");
        QTest::addColumn<QString>("pictures");
        QVERIFY(QFile::copy(
            TRITLOOM_SOURCE_DIR "/tests/fuzz/corpus/onnx/conv_gemm", m_folder.filePath("classes.onnx")));
        QVERIFY(writeSuperResolution(m_folder.filePath("larger.safetensors")));
        QVERIFY(writePictures(m_folder.filePath("classes"), 12, 4, 3));
        QVERIFY(writePictures(m_folder.filePath("plain"), 4, 96, 0));
        QTest::newRow("classes") << "classes.onnx"
                                 << "classes";
        QTest::newRow("larger") << "larger.safetensors"
                                << "plain";
        QTest::newRow("none yet") << "classes.onnx"
                                  << "";
    }
    void networksOnPictures()
    {
        QFETCH(QString, network);
        QFETCH(QString, pictures);
        const std::shared_ptr<Workspace> workspace =
            Workspace::create(loadModel(m_folder.filePath(network).toStdString()).value(), m_plugins, {})
                .value();
        if (!pictures.isEmpty()) {
            PictureOptions options = workspace->pictures().options();
            options.source.images = m_folder.filePath(pictures).toStdString();
            QSignalSpy changed(&workspace->pictures(), &PicturesController::changed);
            workspace->pictures().load(options);
            QVERIFY(changed.wait(30000));
            workspace->document().replace(uniform(workspace->model(), {"int3row", "rtn", {}}), "three bits");
            QTRY_VERIFY_WITH_TIMEOUT(!workspace->evaluation().isRunning(), 30000);
        }
        for (const Theme theme : {Theme::Dark, Theme::Light})
            for (const QSize size : {QSize(1280, 800), QSize(1920, 1200)}) {
                QSettings().clear(); // every size with its own standard layout
                const auto image = grabPage(workspace, "window", theme, size, network);
                QVERIFY2(image.has_value(), image ? "" : image.error().message.c_str());
                QVERIFY(coloursOf(*image) > 100);
                keep(
                    *image,
                    QString("pictures-%1-%2-%3")
                        .arg(
                            QString(QTest::currentDataTag()).replace(' ', '-'),
                            theme == Theme::Dark ? "dark" : "light")
                        .arg(size.width()));
            }
    }

    void qualitiesOfPicturesAreWaitedFor() // which come after the end of the measurement
    {
        QVERIFY(writeSuperResolution(m_folder.filePath("large.safetensors")));
        const std::shared_ptr<Workspace> workspace =
            Workspace::create(
                loadModel(m_folder.filePath("large.safetensors").toStdString()).value(), m_plugins, {})
                .value();
        QVERIFY(writePictures(m_folder.filePath("many"), 8, 256, 0));
        PictureOptions options = workspace->pictures().options();
        options.source.images = m_folder.filePath("many").toStdString();
        QSignalSpy changed(&workspace->pictures(), &PicturesController::changed);
        workspace->pictures().load(options);
        QVERIFY(changed.wait(30000));
        workspace->document().replace(uniform(workspace->model(), {"int3row", "rtn", {}}), "three bits");
        workspace->evaluation().request(workspace->document().allocation());
        QVERIFY(grabPage(workspace, "pictures", Theme::Dark, {1000, 460}).has_value());
        QCOMPARE(workspace->evaluation().outcomes().size(), std::size_t(8));
        for (const PictureOutcome& outcome : workspace->evaluation().outcomes())
            QVERIFY(outcome.isKnown && outcome.quality);
    }

    void pluginDialogs_data()
    {
        QTest::addColumn<QString>("theme");
        QTest::newRow("dark") << "dark";
        QTest::newRow("light") << "light";
    }
    void pluginDialogs()
    {
        QFETCH(QString, theme);
        const auto workspace = open();
        Settings settings;
        settings.theme = theme;
        MainWindow window(m_plugins, settings, PageDocks::Layout::Standard);
        window.resize(1280, 800);
        window.show(workspace, "sample.gguf");
        window.show();
        const std::pair<PluginKind, const char*> dialogs[] = {
            {PluginKind::LayerMethod, "methodDialog"},
            {PluginKind::Allocator, "allocatorDialog"},
            {PluginKind::ModelTransform, "transformDialog"}};
        for (const auto& [kind, name] : dialogs) {
            usePlugin(window, *workspace, kind, {});
            auto* const dialog = window.findChild<QDialog*>(QLatin1String(name));
            QVERIFY2(dialog != nullptr && dialog->isVisible(), name);
            QTest::qWait(50);
            const QImage image = dialog->grab().toImage();
            QVERIFY2(coloursOf(image) > 20, name);
            keep(image, QString("%1-%2").arg(QLatin1String(name), theme));
            dialog->close();
        }
        auto* const settingsOf = window.findChild<ParameterButton*>("methodSettings");
        workspace->setMethod({"gptq", {{"dampening", 2}}});
        QTest::mouseClick(settingsOf, Qt::LeftButton);
        auto* const popup = settingsOf->findChild<QDialog*>("parameterPopup");
        QVERIFY(popup != nullptr);
        QTest::qWait(50);
        keep(popup->grab().toImage(), "popup-" + theme);
        popup->close();
        // Reports of laws, which need no run of the model.
        usePlugin(window, *workspace, PluginKind::Analysis, "quantization-law");
        window.findChild<QPushButton*>("runAnalysis")->click();
        QTRY_VERIFY_WITH_TIMEOUT(workspace->analyses().report().has_value(), 60000);
        auto* const view = window.findChild<ReportView*>("reportView");
        for (const QSize size : {QSize(1280, 800), QSize(1920, 1200)}) {
            window.resize(size);
            for (int tab = 0; tab < view->count(); ++tab) {
                view->setCurrentIndex(tab);
                QTest::qWait(50);
                const QImage image = window.grab().toImage();
                QVERIFY(coloursOf(image) > 100);
                keep(image, QString("report-%1-%2-%3").arg(tab).arg(theme).arg(size.width()));
            }
        }
    }

    void aPageOfPicturesIsTakenWhenTheyAreThere()
    {
        const auto model = loadModel(sampleModels()[1].path()).value();
        const std::shared_ptr<Workspace> workspace = Workspace::create(model, m_plugins, {}).value();
        for (int i = 0; i < 4; ++i) {
            QImage picture(32, 32, QImage::Format_RGB32);
            picture.fill(QColor(60 * i, 200 - 40 * i, 90));
            QVERIFY(picture.save(m_folder.filePath(QString("%1.png").arg(i))));
        }
        PictureOptions wanted = workspace->pictures().options();
        wanted.source.images = m_folder.path().toStdString();
        bool made = false;
        connect(
            &workspace->picturePreview(), &PicturePreviewController::updated, this,
            [&](const PicturePreview& preview) { made = made || !preview.compressedClasses.empty(); });
        workspace->pictures().load(wanted); // on a thread of its own
        QVERIFY(workspace->pictures().isLoading());
        const auto image = grabPage(workspace, "pictures", Theme::Dark, QSize(1000, 600));
        QVERIFY(image.has_value());
        QVERIFY(!workspace->pictures().isLoading() && workspace->pictures().current() != nullptr);
        QVERIFY(made);
        disconnect(&workspace->picturePreview(), nullptr, this, nullptr);
        keep(*image, "pictures-loaded");
    }

    void everyPage()
    {
        const auto workspace = open();
        for (const Page& page : pages())
            for (const Theme theme : {Theme::Dark, Theme::Light}) {
                const auto image = grabPage(workspace, page.id, theme, QSize(900, 460));
                QVERIFY2(image.has_value(), page.id);
                QVERIFY2(coloursOf(*image) > 4, page.id);
                keep(*image, QString("page-%1-%2").arg(page.id, theme == Theme::Dark ? "dark" : "light"));
            }
        const auto unknown = grabPage(workspace, "nonsense", Theme::Dark, QSize(100, 100));
        QVERIFY(!unknown);
        QVERIFY(QString::fromStdString(unknown.error().message).contains("loom"));
    }
};

QTEST_MAIN(ScreenshotTest)
#include "screenshot_test.moc"
