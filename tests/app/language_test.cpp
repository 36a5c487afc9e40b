#include "app/gui/preferences_dialog.h"
#include "app/gui/window_host.h"
#include "tests/app/window_fixture.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QDockWidget>
#include <QLabel>
#include <QMenuBar>
#include <QPushButton>

using namespace tritloom;

/// Another language is chosen while a project is open: all of it is still there, in other words.
class LanguageTest final : public QObject {
    Q_OBJECT

    PluginHost m_plugins;

    static Settings speaking(Language& language, const char* code)
    {
        language.speak(code);
        Settings settings;
        settings.language = code;
        return settings;
    }
    /// As a person does: preferences, the language, OK.
    static void choose(WindowHost& host, const char* language)
    {
        host.window().findChild<QAction*>("action.preferences")->trigger();
        auto* const dialog = host.window().findChild<PreferencesDialog*>();
        QVERIFY(dialog != nullptr);
        auto* const list = dialog->findChild<QComboBox*>("preferencesLanguage");
        list->setCurrentIndex(list->findData(language));
        const MainWindow* const before = &host.window();
        dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok)->click();
        QTRY_VERIFY(&host.window() != before);
        QTRY_VERIFY(!host.window().property("busy").toBool());
    }
    static QString menuOf(WindowHost& host, int index)
    {
        return host.window().menuBar()->actions()[index]->text().remove(u'&');
    }

private slots:
    void init()
    {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName("tritloom-tests");
        QCoreApplication::setApplicationName("language_test");
        QDir(QStandardPaths::writableLocation(QStandardPaths::AppLocalDataLocation)).removeRecursively();
        QSettings().clear();
    }

    void whatIsOpenStaysOpenInOtherWords()
    {
        Language language(TRITLOOM_BINARY_DIR "/app");
        WindowHost host(m_plugins, speaking(language, "en"), language);
        host.window().resize(1280, 800);
        host.window().QWidget::show();
        QVERIFY(QTest::qWaitForWindowExposed(&host.window()));
        QSignalSpy opened(&host.window(), &MainWindow::opened);
        host.window().findChild<QAction*>("action.openSample.language")->trigger();
        QVERIFY(opened.wait(60000));
        QCOMPARE(menuOf(host, 0), QString("File"));
        Workspace* const workspace = host.window().workspace();
        workspace->document().setChoices({{LayerId(3), {"q4_k", "rtn", {}}}}, "a step");
        workspace->selection().set({LayerId(3), LayerId(5)}, LayerId(5));
        host.window().findChild<QDockWidget*>("dock.compare")->raise();
        QTRY_VERIFY(host.window().page("compare")->isVisible());
        const QSize size = host.window().size();
        workspace->sensitivity().start();
        QVERIFY(workspace->sensitivity().isRunning());

        choose(host, "de");
        QCOMPARE(menuOf(host, 0), QString("Datei"));
        QCOMPARE(host.window().workspace(), workspace); // the same, not opened again
        QVERIFY(workspace->sensitivity().isRunning() || workspace->sensitivity().table().knownCount() > 0);
        workspace->sensitivity().cancel();
        QCOMPARE(workspace->document().undoStack().count(), 1);
        QVERIFY(host.window().findChild<QAction*>("action.undo")->isEnabled());
        QCOMPARE(workspace->selection().layers().size(), std::size_t(2));
        QTRY_VERIFY(host.window().page("compare")->isVisible()); // the page that was in front is in front
        QCOMPARE(host.window().findChild<QPushButton*>("runComparison")->text(), QString("Vergleichen"));
        QCOMPARE(host.window().size(), size);
        QCOMPARE(QLocale().decimalPoint(), QString(","));
        QVERIFY(host.window().isVisible());
        QCOMPARE(loadSettings().language, QString("de"));
        host.window().findChild<QAction*>("action.undo")->trigger();
        QVERIFY(workspace->document().allocation() == workspace->model().original());

        choose(host, "en"); // and back
        QCOMPARE(menuOf(host, 0), QString("File"));
        QCOMPARE(host.window().workspace(), workspace);
        host.window().findChild<QAction*>("action.redo")->trigger();
        QVERIFY(workspace->document().allocation() != workspace->model().original());
        QCOMPARE(QLocale().decimalPoint(), QString("."));
    }

    void whatIsBeingOpenedIsOpenedInTheNextWindow()
    {
        Language language(TRITLOOM_BINARY_DIR "/app");
        WindowHost host(m_plugins, speaking(language, "en"), language);
        host.window().QWidget::show();
        host.window().findChild<QAction*>("action.openSample.language")->trigger();
        choose(host, "de");
        QTRY_VERIFY_WITH_TIMEOUT(host.window().workspace() != nullptr, 60000);
        QTRY_VERIFY(!host.window().findChild<QLabel*>("statusText")->text().contains("wird ge"));
        QCOMPARE(menuOf(host, 0), QString("Datei"));
    }

    void anEmptyWindowSpeaksTheOtherLanguageToo()
    {
        Language language(TRITLOOM_BINARY_DIR "/app");
        WindowHost host(m_plugins, speaking(language, "en"), language);
        host.window().QWidget::show();
        choose(host, "de");
        QCOMPARE(menuOf(host, 1), QString("Bearbeiten"));
        QVERIFY(host.window().workspace() == nullptr);
    }
};

QTEST_MAIN(LanguageTest)
#include "language_test.moc"
