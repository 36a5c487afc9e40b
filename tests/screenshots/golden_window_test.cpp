// The whole window and each page of its lower dock, full of numbers, and the states that rot: nothing open, a
// file being opened, a file that is none, a model that was just opened, one that cannot be run.
#include "app/gui/main_window.h"
#include "app/gui/page.h"
#include "app/gui/screenshot.h"
#include "app/gui/status_line.h"
#include "app/gui/widgets/banner.h"
#include "app/session/samples.h"
#include "core/sensitivity/candidate.h"
#include "tests/app/synthetic_model.h"
#include "tests/screenshots/golden.h"
#include "tests/screenshots/invented_project.h"

#include <QDockWidget>
#include <QProcess>
#include <QPushButton>
#include <QSettings>
#include <QStandardPaths>
#include <QtTest>

#include <optional>

using namespace tritloom;

class GoldenWindowTest : public QObject {
    Q_OBJECT

    PluginHost m_plugins;
    Words m_words;
    std::optional<InventedProject> m_invented; ///< made when it is needed

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
    /// Without a model nothing works behind it; timers of a third of a second have come to rest.
    static QImage grab(MainWindow& window)
    {
        QImage image;
        if (window.workspace() != nullptr) {
            image = settledPictureOf(window, *window.workspace());
        } else {
            QTest::qWait(500);
            image = window.grab().toImage();
        }
        paintOver(image, window, ofThisMachine);
        return image;
    }
    static void check(const QImage& image, const QString& name)
    {
        const QString difference = differenceToGolden(image, name);
        QVERIFY2(difference.isEmpty(), qPrintable(difference));
    }
    static QDockWidget& front(MainWindow& window, const QString& page)
    {
        auto* const dock = window.findChild<QDockWidget*>("dock." + page);
        if (dock == nullptr)
            qFatal("no page %s", qPrintable(page));
        dock->raise();
        QTest::qWait(20); // laid out
        return *dock;
    }
    /// Of the program in English there are some already.
    static std::optional<Words> wordsOf(bool german)
    {
        return german ? std::optional<Words>(std::in_place, QLocale(QLocale::German, QLocale::Germany))
                      : std::nullopt;
    }
    std::unique_ptr<MainWindow> measuredWindow(bool dark, QSize size)
    {
        if (!m_invented)
            m_invented.emplace(m_plugins);
        auto window = windowOf(dark, size);
        window->show(m_invented->open(), "sample.gguf, figures invented");
        (void)grab(*window); // with all pages that are seen, which then follow
        m_invented->allocate(*window->workspace());
        window->workspace()->selection().setSingle(LayerId(3));
        return window;
    }

private slots:
    void initTestCase()
    {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName("tritloom-tests");
        QCoreApplication::setApplicationName("golden_window_test");
    }

    void measured_data()
    {
        QTest::addColumn<bool>("dark");
        QTest::addColumn<QSize>("size");
        QTest::addColumn<bool>("german");
        QTest::addRow("1280, light") << false << QSize(1280, 800) << false;
        QTest::addRow("1280, dark") << true << QSize(1280, 800) << false;
        QTest::addRow("1920, dark") << true << QSize(1920, 1200) << false;
        QTest::addRow("1280, light, German") << false << QSize(1280, 800) << true;
    }
    void measured()
    {
        QFETCH(bool, dark);
        QFETCH(QSize, size);
        QFETCH(bool, german);
        const std::optional<Words> words = wordsOf(german);
        const auto window = measuredWindow(dark, size);
        const QString suffix =
            QString("-%1-%2%3").arg(size.width()).arg(themeName(dark), german ? "-german" : "");
        QStringList differences;
        for (const Page& page : pages()) {
            if (page.area != Page::Area::Bottom
                || (page.applies != nullptr && !page.applies(*window->workspace())))
                continue;
            const QDockWidget& dock = front(*window, page.id);
            if (auto* const run = dock.findChild<QPushButton*>("runComparison")) {
                (void)grab(*window); // how much room there is decides what stays beside the rows
                const QString text = run->text();
                run->click();
                QTRY_COMPARE_WITH_TIMEOUT(run->text(), text, 60000);
            }
            if (QLatin1String(page.id) == QLatin1String("text"))
                m_invented->takeTwoBits(*window->workspace());
            const QImage image = grab(*window);
            QCOMPARE(image.size(), size);
            if (QLatin1String(page.id) == QLatin1String("sensitivity"))
                differences << differenceToGolden(image, "window" + suffix);
            else // the rest of the window is the same
                differences << differenceToGolden(
                    image.copy(QRect(dock.mapTo(window.get(), QPoint()), dock.size())), page.id + suffix);
            if (QLatin1String(page.id) == QLatin1String("text"))
                window->workspace()->document().undoStack().undo();
        }
        differences.removeAll(QString());
        QVERIFY2(differences.isEmpty(), qPrintable(differences.join('\n')));
    }

    void atItsLeast_data()
    {
        QTest::addColumn<bool>("dark");
        QTest::addColumn<int>("density");
        QTest::addColumn<bool>("german");
        QTest::addRow("light") << false << 1 << false;
        QTest::addRow("light, German") << false << 1 << true;
        QTest::addRow("dark, two pixels a point") << true << 2 << false;
    }
    void atItsLeast()
    {
        QFETCH(bool, dark);
        QFETCH(int, density);
        QFETCH(bool, german);
        if (density != qRound(qApp->devicePixelRatio())) { // of a program it is as long as it runs
            QProcess again;
            QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
            environment.insert("QT_SCALE_FACTOR", QString::number(density));
            again.setProcessEnvironment(environment);
            again.start(
                QCoreApplication::applicationFilePath(), {QString("atItsLeast:") + QTest::currentDataTag()});
            QVERIFY(again.waitForFinished(120000));
            QVERIFY2(again.exitCode() == 0, again.readAll().constData());
            return;
        }
        const std::optional<Words> words = wordsOf(german);
        const auto window = measuredWindow(dark, MainWindow::leastSize);
        front(*window, "frontier");
        const QImage image = grab(*window);
        QCOMPARE(image.size(), MainWindow::leastSize * density);
        check(image, QString("window-960-%1%2").arg(themeName(dark), german ? "-german" : ""));
    }

    void pictures_data()
    {
        QTest::addColumn<int>("sample");
        QTest::addColumn<bool>("dark");
        QTest::addColumn<QSize>("size");
        const auto add = [](int sample, bool dark, QSize size) {
            QTest::addRow("%s, %d, %s", sampleModels()[sample].id, size.width(), qPrintable(themeName(dark)))
                << sample << dark << size;
        };
        for (const bool dark : {false, true}) {
            add(1, dark, {1280, 800});
            add(2, dark, {1280, 800});
            add(3, dark, {1280, 800});
        }
        add(1, true, {1920, 1200});
    }
    /// Small networks, really measured, on a few pictures each.
    void pictures()
    {
        QFETCH(int, sample);
        QFETCH(bool, dark);
        QFETCH(QSize, size);
        const auto window = windowOf(dark, size);
        const SampleModel& row = sampleModels()[std::size_t(sample)];
        window->show(
            Workspace::create(loadModel(row.path()).value(), m_plugins, EngineOptions()).value(), row.id);
        Workspace& workspace = *window->workspace();
        workspace.document().replace(uniform(workspace.model(), {"int4row", "rtn", {}}), "four bits");
        PictureOptions options = workspace.pictures().options();
        options.source.limit = sample == 1 ? 12 : 4;
        workspace.pictures().load(options);
        QTRY_VERIFY_WITH_TIMEOUT(
            workspace.pictures().current() != nullptr && !workspace.pictures().isLoading(), 60000);
        QTRY_VERIFY_WITH_TIMEOUT(
            workspace.evaluation().latest().has_value() && !workspace.evaluation().isBusy(), 60000);
        QTRY_VERIFY_WITH_TIMEOUT(!workspace.picturePreview().isRunning(), 60000);
        const QDockWidget& dock = front(*window, "pictures");
        QImage image = grab(*window);
        // How long it took is the clock's business, and in how many parts it came.
        paintOver(image, *window, {"pictureState", "pictureNotices", "previewState", "course"});
        const QString suffix = QString("-%1-%2-%3").arg(row.id).arg(size.width()).arg(themeName(dark));
        if (sample == 1)
            check(image, "window" + suffix);
        else
            check(image.copy(QRect(dock.mapTo(window.get(), QPoint()), dock.size())), "pictures" + suffix);
    }

    void states_data()
    {
        QTest::addColumn<QString>("state");
        QTest::addColumn<bool>("dark");
        for (const char* const state : {"empty", "loading", "error", "opened", "unknown"})
            for (const bool dark : {false, true})
                QTest::addRow("%s, %s", state, qPrintable(themeName(dark))) << QString(state) << dark;
    }
    void states()
    {
        QFETCH(QString, state);
        QFETCH(bool, dark);
        const auto window = windowOf(dark, {1280, 800});
        if (state == "loading") {
            window->findChild<StatusLine*>("statusLine")->setOpening("llama-3-70b.gguf");
        } else if (state == "error") {
            window->open("/nowhere/model.gguf");
            QTRY_VERIFY(window->findChild<Banner*>("banner")->isVisible());
        } else if (state == "opened") {
            window->show(
                Workspace::create(loadModel(sampleModelPath()).value(), m_plugins, EngineOptions()).value(),
                "sample.gguf");
        } else if (state == "unknown") {
            window->show(
                Workspace::create(syntheticModel(28), m_plugins, EngineOptions()).value(), "zeros.gguf");
        }
        QImage image = grab(*window);
        paintOver(image, *window, {"statusProgress"}); // runs to and fro
        check(image, QString("state-%1-%2").arg(state, themeName(dark)));
    }
};

QTEST_MAIN(GoldenWindowTest)
#include "golden_window_test.moc"
