// The whole window at two sizes, light and dark, with each page of its lower dock in front, and the states
// that rot: nothing open, a file being opened, a file that is none, a model that cannot be run.
#include "app/gui/main_window.h"
#include "app/gui/page.h"
#include "app/gui/screenshot.h"
#include "app/gui/status_line.h"
#include "app/gui/widgets/banner.h"
#include "app/session/samples.h"
#include "core/sensitivity/candidate.h"
#include "tests/app/synthetic_model.h"
#include "tests/screenshots/golden.h"

#include <QDockWidget>
#include <QElapsedTimer>
#include <QLabel>
#include <QSettings>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QtTest>

using namespace tritloom;

class GoldenWindowTest : public QObject {
    Q_OBJECT

    PluginHost m_plugins;

    static QString themeName(bool dark) { return dark ? "dark" : "light"; }
    std::unique_ptr<MainWindow> windowOf(bool dark, QSize size)
    {
        QSettings().clear();
        Settings settings;
        settings.theme = themeName(dark);
        auto window = std::make_unique<MainWindow>(m_plugins, settings, PageDocks::Layout::Standard);
        window->setAttribute(Qt::WA_DontShowOnScreen);
        window->resize(size);
        window->show();
        return window;
    }
    /// Timers of a third of a second (offers, strips) have come to rest, and the pages that are seen are made
    /// and laid out: on a busy machine that takes longer.
    static QImage grab(QWidget& window)
    {
        QElapsedTimer time;
        time.start();
        while (time.elapsed() < 500 || (window.property("busy").toBool() && time.elapsed() < 20000))
            QApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents, 50);
        for (time.restart(); time.elapsed() < 200;)
            QApplication::processEvents(QEventLoop::AllEvents, 10);
        return window.grab().toImage();
    }
    static void check(const QImage& image, const QString& name)
    {
        const QString difference = differenceToGolden(image, name);
        QVERIFY2(difference.isEmpty(), qPrintable(difference));
    }

private slots:
    void initTestCase()
    {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName("tritloom-tests");
        QCoreApplication::setApplicationName("golden_window_test");
    }

    void withAModel_data()
    {
        QTest::addColumn<QString>("page");
        QTest::addColumn<bool>("dark");
        QTest::addColumn<QSize>("size");
        const auto model = loadModel(sampleModelPath()).value();
        for (const QSize size : {QSize(1280, 800), QSize(1920, 1200)})
            for (const bool dark : {false, true})
                for (const Page& page : pages())
                    // The text page shows what a generation has reached, which the clock decides.
                    if (page.area == Page::Area::Bottom && QLatin1String(page.id) != QLatin1String("text")
                        && (page.applies == nullptr || page.applies(*model)))
                        QTest::addRow("%s, %d, %s", page.id, size.width(), qPrintable(themeName(dark)))
                            << QString(page.id) << dark << size;
    }
    void withAModel()
    {
        QFETCH(QString, page);
        QFETCH(bool, dark);
        QFETCH(QSize, size);
        const auto window = windowOf(dark, size);
        auto model = loadModel(sampleModelPath()).value();
        window->show(Workspace::create(std::move(model), m_plugins, {}).value(), "sample.gguf");
        auto* const dock = window->findChild<QDockWidget*>("dock." + page);
        QVERIFY(dock != nullptr);
        dock->raise();
        const QImage image = grab(*window);
        QCOMPARE(image.size(), size);
        check(image, QString("window-%1-%2-%3").arg(page).arg(size.width()).arg(themeName(dark)));
    }

    void withPictures_data()
    {
        QTest::addColumn<int>("sample");
        QTest::addColumn<bool>("dark");
        QTest::addColumn<QSize>("size");
        // The classifier: how many pictures of another network have been compared by then the clock decides.
        for (const QSize size : {QSize(1280, 800), QSize(1920, 1200)})
            for (const bool dark : {false, true})
                QTest::addRow("%s, %d, %s", sampleModels()[1].id, size.width(), qPrintable(themeName(dark)))
                    << 1 << dark << size;
    }
    void withPictures()
    {
        QFETCH(int, sample);
        QFETCH(bool, dark);
        QFETCH(QSize, size);
        const auto window = windowOf(dark, size);
        const SampleModel& row = sampleModels()[std::size_t(sample)];
        window->show(Workspace::create(loadModel(row.path()).value(), m_plugins, {}).value(), row.id);
        Workspace& workspace = *window->workspace();
        workspace.document().replace(uniform(workspace.model(), {"int4row", "rtn", {}}), "four bits");
        PictureOptions options = workspace.pictures().options();
        options.source.limit = 12;
        workspace.pictures().load(options);
        QTRY_VERIFY_WITH_TIMEOUT(
            workspace.pictures().current() != nullptr && !workspace.pictures().isLoading(), 60000);
        QTRY_VERIFY_WITH_TIMEOUT(
            workspace.evaluation().latest().has_value() && !workspace.evaluation().isRunning(), 60000);
        QTRY_VERIFY_WITH_TIMEOUT(!workspace.picturePreview().isRunning(), 60000);
        QTest::qWait(500); // pages behind have drawn what came
        // How long it took is the clock's business.
        for (const char* const timed : {"pictureState", "previewState"})
            if (auto* const label = window->findChild<QLabel*>(QLatin1String(timed)))
                label->clear();
        check(grab(*window), QString("window-%1-%2-%3").arg(row.id).arg(size.width()).arg(themeName(dark)));
    }

    void states_data()
    {
        QTest::addColumn<QString>("state");
        QTest::addColumn<bool>("dark");
        for (const char* const state : {"empty", "loading", "error", "unknown"})
            for (const bool dark : {false, true})
                QTest::addRow("%s, %s", state, qPrintable(themeName(dark))) << QString(state) << dark;
    }
    void states()
    {
        QFETCH(QString, state);
        QFETCH(bool, dark);
        const auto window = windowOf(dark, {1280, 800});
        QTemporaryDir folder;
        if (state == "loading") {
            window->findChild<StatusLine*>("statusLine")->setOpening("llama-3-70b.gguf");
        } else if (state == "error") {
            window->open("/nowhere/model.gguf");
            QTRY_VERIFY(window->findChild<Banner*>("banner")->isVisible());
        } else if (state == "unknown") {
            window->show(Workspace::create(syntheticModel(28), m_plugins, {}).value(), "zeros.gguf");
        }
        check(grab(*window), QString("state-%1-%2").arg(state, themeName(dark)));
    }
};

QTEST_MAIN(GoldenWindowTest)
#include "golden_window_test.moc"
