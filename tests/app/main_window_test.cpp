#include "app/gui/allocation/loom_page.h"
#include "app/gui/main_window.h"
#include "app/gui/status_line.h"
#include "app/gui/widgets/banner.h"

#include <QAction>
#include <QComboBox>
#include <QDockWidget>
#include <QDoubleSpinBox>
#include <QDropEvent>
#include <QElapsedTimer>
#include <QLabel>
#include <QLineEdit>
#include <QMimeData>
#include <QSettings>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTreeView>
#include <QtTest>

#include <time.h>

using namespace tritloom;

class MainWindowTest final : public QObject {
    Q_OBJECT

private:
    PluginHost m_plugins;
    std::unique_ptr<MainWindow> m_window;
    QTemporaryDir m_folder;

    template <typename T>
    T* find(const char* name)
    {
        T* const widget = m_window->findChild<T*>(QLatin1String(name));
        if (widget == nullptr)
            qFatal("no %s", name);
        return widget;
    }
    QAction* action(const char* name) { return find<QAction>((std::string("action.") + name).c_str()); }
    void openSample()
    {
        QSignalSpy opened(m_window.get(), &MainWindow::opened);
        action("openSample")->trigger();
        QVERIFY(opened.wait(60000));
        QVERIFY(m_window->workspace() != nullptr);
    }

private slots:
    void initTestCase()
    {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName("tritloom-tests");
        QCoreApplication::setApplicationName("main_window_test");
        QDir(QStandardPaths::writableLocation(QStandardPaths::AppLocalDataLocation)).removeRecursively();
    }
    void init()
    {
        QSettings().clear();
        m_window = std::make_unique<MainWindow>(m_plugins, Settings());
        m_window->resize(1280, 800);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    }
    void cleanup() { m_window.reset(); }

    void startsWithAWayIn()
    {
        QVERIFY(find<QWidget>("startPage")->isVisible());
        QVERIFY(find<QWidget>("startSample")->isVisible());
        QVERIFY(!action("export")->isEnabled());
        QCOMPARE(m_window->windowTitle(), QString("Tritloom"));
    }

    void opensTheSampleAndMeasuresIt()
    {
        openSample();
        QTRY_VERIFY(find<QWidget>("loomPage")->isVisible());
        QTRY_VERIFY(find<QWidget>("layersPage")->isVisible());
        QVERIFY(m_window->windowTitle().startsWith("sample.gguf"));
        QTRY_VERIFY_WITH_TIMEOUT(find<QLabel>("perplexity")->text() != "–", 60000);
        QTRY_VERIFY_WITH_TIMEOUT(!m_window->workspace()->evaluation().isRunning(), 60000);
        QVERIFY(find<QLabel>("previewState")->text().startsWith("Measured"));
        QVERIFY(QSettings().value("recentFiles").toStringList().front().endsWith("sample.gguf"));
        action("close")->trigger();
        QVERIFY(m_window->workspace() == nullptr);
        QVERIFY(find<QWidget>("startPage")->isVisible());
    }

    void saysInOneSentenceWhatCannotBeOpened()
    {
        QFile file(m_folder.filePath("broken.gguf"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("GGUF but nothing else");
        file.close();
        m_window->open(file.fileName());
        auto* const banner = m_window->findChild<Banner*>("banner");
        QTRY_VERIFY(banner->isVisible());
        QVERIFY2(banner->sentence().contains("broken.gguf"), qPrintable(banner->sentence()));
        QVERIFY(m_window->isEnabled());
        QVERIFY(QApplication::activeModalWidget() == nullptr);
    }

    void dropsOpen()
    {
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(QString::fromStdString(sampleModelPath().string()))});
        QSignalSpy opened(m_window.get(), &MainWindow::opened);
        QDragEnterEvent enter(QPoint(50, 200), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(m_window.get(), &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent drop(QPointF(50, 200), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(m_window.get(), &drop);
        QVERIFY(opened.wait(60000));
    }

    void everythingSharesOneSelectionAndOneHistory()
    {
        openSample();
        Workspace& workspace = *m_window->workspace();
        auto* const filter = find<QLineEdit>("layerFilter");
        auto* const table = find<QTreeView>("layerTable");
        filter->setText("bits<");
        QVERIFY(find<QLabel>("layerFilterError")->isVisible());
        filter->setText("name~ffn_down");
        QVERIFY(!find<QLabel>("layerFilterError")->isVisible());
        table->setFocus();
        table->selectAll();
        QVERIFY(workspace.selection().layers().size() >= 2);
        for (const LayerId layer : workspace.selection().layers())
            QCOMPARE(workspace.model().layer(layer).role, std::string("ffn_down"));
        auto* const loom = find<BitLoom>("loom");
        QCOMPARE(loom->selection().size(), workspace.selection().layers().size());
        QTest::keyClick(table, Qt::Key_4);
        QVERIFY(m_window->isWindowModified());
        const LayerId first = workspace.selection().layers().front();
        QVERIFY(!workspace.document().allocation()[first].format.empty());
        action("undo")->trigger();
        QVERIFY(workspace.document().allocation()[first].format.empty());
        action("redo")->trigger();
        QVERIFY(!workspace.document().allocation()[first].format.empty());
        action("selectAll")->trigger();
        QCOMPARE(workspace.selection().layers().size(), workspace.model().layers.size());
    }

    void theBudgetIsOneNumberInThreePlaces()
    {
        openSample();
        Workspace& workspace = *m_window->workspace();
        find<QDoubleSpinBox>("budgetBits")->setValue(4.5);
        const double bytes = double(workspace.goal().budgetBytes);
        QVERIFY(std::abs(find<QDoubleSpinBox>("budgetMegabytes")->value() - bytes / 1e6) < 0.01);
        find<QDoubleSpinBox>("budgetMegabytes")->setValue(bytes / 2e6);
        QVERIFY(find<QDoubleSpinBox>("budgetBits")->value() < 4.5);
    }

    void remembersTheLayout()
    {
        openSample();
        auto* const dock = find<QDockWidget>("dock.layers");
        dock->hide();
        m_window->close();
        m_window = std::make_unique<MainWindow>(m_plugins, Settings());
        m_window->show();
        openSample();
        QVERIFY(!find<QDockWidget>("dock.layers")->isVisible());
        action("resetLayout")->trigger();
        QVERIFY(find<QDockWidget>("dock.layers")->isVisible());
    }

    void theWindowNeverBlocks()
    {
        openSample();
        QTest::qWait(200); // the first layout of a window is not what is measured
        Workspace& workspace = *m_window->workspace();
        QTimer beat;
        QElapsedTimer since;
        qint64 longest = 0;
        // What this thread itself computes between two beats: true on a busy machine as well.
        const auto ownTime = [] {
            timespec time{};
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
            return double(time.tv_sec) * 1e3 + double(time.tv_nsec) / 1e6;
        };
        double longestOwn = 0, before = ownTime();
        connect(&beat, &QTimer::timeout, this, [&] {
            longest = std::max(longest, since.restart());
            longestOwn = std::max(longestOwn, ownTime() - before);
            before = ownTime();
        });
        beat.setTimerType(Qt::PreciseTimer);
        beat.start(5);
        since.start();
        qint64 start = 0;
        QElapsedTimer call;
        call.start();
        action("sweep")->trigger();
        start = call.elapsed();
        auto* const loom = find<BitLoom>("loom");
        QElapsedTimer whole;
        whole.start();
        int keys = 0;
        while (whole.elapsed() < 6000) {
            QTest::qWait(120);
            loom->setFocus();
            QTest::keyClick(loom, keys % 3 == 2 ? Qt::Key_Right : keys % 2 == 0 ? Qt::Key_4 : Qt::Key_Up);
            ++keys;
        }
        beat.stop();
        qInfo(
            "starting the sweep took %lld ms; longest block in 6 s of sweep, %d edits and their "
            "measurements: %lld ms, of which the window computed %.0f ms",
            start, keys, longest, longestOwn);
        QVERIFY2(
            longest < 3000, "the window stood still for seconds"); // the machine may be busy with other work
        QVERIFY2(longestOwn < 250, "the window computed for a quarter of a second");
        if (workspace.sensitivity().isRunning())
            action("cancel")->trigger();
        QTRY_VERIFY(!workspace.sensitivity().isRunning());
        QVERIFY(workspace.sensitivity().table().knownCount() > 0);
    }
};

QTEST_MAIN(MainWindowTest)
#include "main_window_test.moc"
