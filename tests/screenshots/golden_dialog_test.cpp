// The dialogs as they open, over a language model of which nothing is measured and a network on pictures.
#include "app/gui/main_window.h"
#include "app/gui/pictures/pictures_dialog.h"
#include "app/gui/recipes/difference_dialog.h"
#include "app/gui/settings.h"
#include "app/session/samples.h"
#include "core/sensitivity/candidate.h"
#include "tests/screenshots/golden.h"

#include <QComboBox>
#include <QDialog>
#include <QSettings>
#include <QStandardPaths>
#include <QtTest>

using namespace tritloom;

class GoldenDialogTest : public QObject {
    Q_OBJECT

    PluginHost m_plugins;
    Words m_words;
    std::unique_ptr<MainWindow> m_window;

    void openWindow(bool dark, const SampleModel& sample)
    {
        QSettings().clear();
        setLastFolder("export", "/models/small/model.gguf"); // the home of whoever runs this is no part of it
        Settings settings;
        settings.theme = dark ? "dark" : "light";
        m_window = std::make_unique<MainWindow>(m_plugins, settings, PageDocks::Layout::Standard);
        m_window->setAttribute(Qt::WA_DontShowOnScreen);
        m_window->resize(1280, 800);
        m_window->show();
        m_window->show(
            Workspace::create(loadModel(sample.path()).value(), m_plugins, EngineOptions()).value(),
            QString::fromStdString(sample.path().filename().string()));
    }
    void trigger(const char* action)
    {
        auto* const found = m_window->findChild<QAction*>(QLatin1String("action.") + QLatin1String(action));
        if (found == nullptr)
            qFatal("no %s", action);
        found->trigger();
    }
    [[nodiscard]] QDialog* dialog(const char* name) const
    {
        return m_window->findChild<QDialog*>(QLatin1String(name));
    }
    void compare(const Candidate& candidate)
    {
        Workspace& workspace = *m_window->workspace();
        workspace.document().replace(uniform(workspace.model(), {"q4_k", "rtn", {}}), "all");
        (new DifferenceDialog(workspace, "other.json", uniform(workspace.model(), candidate), m_window.get()))
            ->show();
    }

private slots:
    void initTestCase()
    {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName("tritloom-tests");
        QCoreApplication::setApplicationName("golden_dialog_test");
        QApplication::setCursorFlashTime(0);
    }
    void cleanup() { m_window.reset(); }

    void looksAsItDid_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<bool>("dark");
        for (const char* const name :
             {"preferences", "about", "shortcuts", "export", "export-refused", "allocator", "method",
              "transform", "difference", "pictures"})
            for (const bool dark : {false, true})
                QTest::addRow("%s, %s", name, dark ? "dark" : "light") << QString(name) << dark;
    }
    void looksAsItDid()
    {
        QFETCH(QString, name);
        QFETCH(bool, dark);
        const QString kind = name.section(u'-', 0, 0);
        openWindow(dark, sampleModels()[kind == "pictures" ? 1 : 0]);
        Workspace& workspace = *m_window->workspace();
        if (kind == "difference") {
            compare({"q3_k", "rtn", {}});
        } else if (kind == "pictures") {
            (new PicturesDialog(workspace, m_window.get()))->show();
        } else {
            if (kind == "export")
                workspace.document().replace(
                    uniform(workspace.model(), {name == "export" ? "q4_k" : "int4g32", "rtn", {}}), "all");
            trigger(qPrintable(kind));
        }
        QDialog* const shown = dialog(qPrintable(kind + "Dialog"));
        QVERIFY(shown != nullptr);
        if (name == "export-refused")
            if (auto* const target = shown->findChild<QComboBox*>("exportKind")) {
                target->setCurrentIndex(0); // GGUF has no type for what was chosen
                emit target->activated(0);
            }
        shown->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(shown));
        QTest::qWait(50); // laid out
        QImage image = shown->grab().toImage();
        paintOver(image, *shown, {"preferencesDevice"}); // of this machine
        const QString difference =
            differenceToGolden(image, QString("dialog-%1-%2").arg(name, dark ? "dark" : "light"));
        QVERIFY2(difference.isEmpty(), qPrintable(difference));
        shown->close();
    }
};

QTEST_MAIN(GoldenDialogTest)
#include "golden_dialog_test.moc"
