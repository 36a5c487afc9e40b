// The list of fine-tunes over one base as it stands in the window: the second is looked at, one is not there
// any more.
#include "app/gui/main_window.h"
#include "app/gui/screenshot.h"
#include "app/session/samples.h"
#include "tests/screenshots/golden.h"
#include "tests/support/tuned_models.h"

#include <QDockWidget>
#include <QSettings>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QtTest>

#include <optional>

using namespace tritloom;

class GoldenTunesTest : public QObject {
    Q_OBJECT

    PluginHost m_plugins;
    Words m_words;
    QTemporaryDir m_folder;

    std::filesystem::path at(const char* name) const { return m_folder.filePath(name).toStdString(); }

private slots:
    void initTestCase()
    {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName("tritloom-tests");
        QCoreApplication::setApplicationName("golden_tunes_test");
        QApplication::setCursorFlashTime(0);
        std::filesystem::copy_file(sampleModelPath(), at("stories.gguf"));
        const auto base = loadModel(at("stories.gguf")).value();
        unsigned seed = 0;
        for (const char* const name : {"pirates.tritloom", "recipes.tritloom"})
            QVERIFY(writeTuned(*tunedFrom(*base, ++seed), base.get(), at(name)).has_value());
    }

    void looksAsItDid_data()
    {
        QTest::addColumn<bool>("dark");
        QTest::addColumn<QSize>("size");
        QTest::addColumn<bool>("german");
        QTest::addRow("1280, light") << false << QSize(1280, 800) << false;
        QTest::addRow("1280, dark") << true << QSize(1280, 800) << false;
        QTest::addRow("1920, light") << false << QSize(1920, 1200) << false;
        QTest::addRow("1920, dark, German") << true << QSize(1920, 1200) << true;
    }
    void looksAsItDid()
    {
        QFETCH(bool, dark);
        QFETCH(QSize, size);
        QFETCH(bool, german);
        std::optional<Words> words;
        if (german)
            words.emplace(QLocale(QLocale::German, QLocale::Germany));
        QSettings().clear();
        QDir(QStandardPaths::writableLocation(QStandardPaths::AppLocalDataLocation)).removeRecursively();
        Settings settings;
        settings.theme = dark ? "dark" : "light";
        MainWindow window(m_plugins, settings, PageDocks::Layout::Standard);
        window.setAttribute(Qt::WA_DontShowOnScreen);
        window.resize(size);
        window.show();
        EngineOptions options;
        options.evaluation.chunkCount = 1;
        options.evaluation.contextLength = 64;
        window.show(
            Workspace::create(loadModel(at("stories.gguf")).value(), m_plugins, options).value(),
            "stories.gguf");
        FineTunes& tunes = *window.workspace()->fineTunes();
        std::string kept;
        for (const auto& path :
             {at("stories.gguf"), at("pirates.tritloom"), at("recipes.tritloom"), at("gone.tritloom")})
            kept += path.string() + '\0';
        tunes.restore(kept);
        QTRY_VERIFY_WITH_TIMEOUT(!tunes.rows()[3].problem.empty(), 60000);
        tunes.pick(2, window.workspace()->engine());
        QTRY_COMPARE_WITH_TIMEOUT(
            tunes.rowOf(window.workspace()->model()), std::optional<std::size_t>(2), 60000);
        QTRY_VERIFY_WITH_TIMEOUT(!window.property("busy").toBool(), 60000);
        const QImage whole = settledPictureOf(window, *window.workspace());
        const auto* const dock = window.findChild<QDockWidget*>("dock.tunes");
        QVERIFY(dock != nullptr && dock->isVisible());
        const QImage image = whole.copy(dock->geometry()); // what is beside it has pictures of its own
        const QString difference = differenceToGolden(
            image,
            QString("tunes-%1-%2%3").arg(size.width()).arg(dark ? "dark" : "light", german ? "-german" : ""));
        QVERIFY2(difference.isEmpty(), qPrintable(difference));
    }
};

QTEST_MAIN(GoldenTunesTest)
#include "golden_tunes_test.moc"
