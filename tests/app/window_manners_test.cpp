#include "app/gui/allocation/loom_page.h"
#include "app/gui/layers/layer_model.h"
#include "app/gui/model_name.h"
#include "app/gui/number_text.h"
#include "app/gui/page.h"
#include "app/gui/start_page.h"
#include "app/gui/widgets/drop_hint.h"
#include "app/gui/widgets/quiet_progress.h"
#include "app/gui/window_wiring.h"
#include "app/session/samples.h"
#include "tests/app/window_fixture.h"

#include <QAction>
#include <QClipboard>
#include <QDir>
#include <QDragEnterEvent>
#include <QHeaderView>
#include <QHelpEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QMimeData>
#include <QProgressBar>
#include <QPushButton>
#include <QSettings>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QToolBar>
#include <QToolTip>
#include <QTreeView>
#include <QtTest>

#include <utility>

using namespace tritloom;

/// Keys, themes, names: what every desktop program is expected to get right.
class WindowMannersTest final : public QObject, WindowFixture {
    Q_OBJECT

    QTemporaryDir m_folder;

private slots:
    void initTestCase() { beginAs("window_manners_test"); }
    void init() { openWindow(); }
    void cleanup() { m_window.reset(); }

    void aSweepThatWasStoppedHalfWayGoesOnFirst()
    {
        openSample();
        SensitivityController& sensitivity = workspace().sensitivity();
        sensitivity.start();
        QTRY_VERIFY_WITH_TIMEOUT(sensitivity.table().knownCount() > 0, 60000);
        sensitivity.cancel();
        action("allocate")->trigger();
        QVERIFY(sensitivity.isRunning()); // before, of most layers nothing is known
    }

    void whatIsDraggedOverTheWindowIsToldWhatBecomesOfIt()
    {
        auto* const hint = find<DropHint>("dropHint");
        QVERIFY(!hint->isVisible());
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile("/somewhere/tiny.gguf")});
        QDragEnterEvent enter(QPoint(50, 200), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(m_window.get(), &enter);
        QVERIFY(enter.isAccepted() && hint->isVisible());
        QVERIFY2(hint->text().contains("tiny.gguf"), qPrintable(hint->text()));
        QCOMPARE(hint->size(), m_window->size());
        QDragLeaveEvent left;
        QApplication::sendEvent(m_window.get(), &left);
        QVERIFY(!hint->isVisible());
    }

    void progressIsPaintedWithTheNextFrame()
    {
        QProgressBar bar;
        bar.setRange(0, 1000);
        bar.setTextVisible(false);
        bar.resize(200, 8);
        bar.show();
        QVERIFY(QTest::qWaitForWindowExposed(&bar));
        QApplication::processEvents();
        struct Count final : QObject {
            int paints = 0;
            bool eventFilter(QObject*, QEvent* event) override
            {
                paints += event->type() == QEvent::Paint ? 1 : 0;
                return false;
            }
        } count;
        bar.installEventFilter(&count);
        showProgress(bar, 500);
        showProgress(bar, 900);
        QCOMPARE(count.paints, 0); // a drag has its own frame to paint
        QTRY_COMPARE(count.paints, 1);
        QCOMPARE(bar.value(), 900);
    }

    void aDisabledButtonLooksIt()
    {
        const auto ink = [this](QIcon::Mode mode) {
            const QImage image = action("undo")->icon().pixmap(QSize(16, 16), 1.0, mode).toImage();
            int sum = 0;
            for (int y = 0; y < image.height(); ++y)
                for (int x = 0; x < image.width(); ++x)
                    sum += qAlpha(image.pixel(x, y));
            return sum;
        };
        QVERIFY(ink(QIcon::Disabled) > 0);
        QVERIFY(ink(QIcon::Disabled) < ink(QIcon::Normal) / 2);
    }

    void theToolBarStaysWhereItIs()
    {
        openSample();
        const auto places = [this] {
            QList<QRect> rects;
            for (const char* const name :
                 {"method", "methodSettings", "budgetSlider", "budgetBits", "budgetSize"})
                rects << find<QWidget>(name)->geometry();
            auto* const bar = find<QToolBar>("projectToolBar");
            for (const char* const name : {"open", "undo", "allocate", "sweep", "export"})
                rects << bar->widgetForAction(action(name))->geometry();
            return rects;
        };
        QTRY_VERIFY(!m_window->property("busy").toBool());
        QList<QRect> before = places();
        QTRY_COMPARE(std::exchange(before, places()), places()); // laid out
        const std::string method = workspace().method().id;
        for (const MethodInfo& info : m_plugins.methods()) {
            workspace().setMethod({info.id, {}});
            QApplication::processEvents();
            QVERIFY2(places() == before, info.id.c_str());
        }
        workspace().setMethod({method, {}});
        action("sweep")->trigger(); // says "Stop" now
        QApplication::processEvents();
        QVERIFY(places() == before);
        action("sweep")->trigger();
        QSignalSpy opened(m_window.get(), &MainWindow::opened);
        m_window->open(QString::fromStdString(sampleModels()[1].path().string()));
        QVERIFY(opened.wait(60000));
        QVERIFY(places() == before);
    }

    void rowsOfTheTableAreFoundAndCopied()
    {
        openSample();
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        QTest::keySequence(m_window.get(), QKeySequence::Find);
        auto* const filter = find<QLineEdit>("layerFilter");
        QVERIFY(filter->hasFocus());
        filter->setText("nosuchlayer");
        QVERIFY(find<QLabel>("layerFilterError")->isVisible());
        filter->setText("");
        QVERIFY(!find<QLabel>("layerFilterError")->isVisible());
        workspace().selection().set({LayerId(1), LayerId(2)}, LayerId(1));
        find<QAction>("copyRows")->trigger();
        const QStringList lines = QGuiApplication::clipboard()->text().split('\n', Qt::SkipEmptyParts);
        QCOMPARE(lines.size(), 3);
        QVERIFY(lines[0].startsWith("Name\tBits"));
        QVERIFY2(
            lines[1].startsWith(shortName(workspace().model().layer(LayerId(1))) + '\t'),
            qPrintable(lines[1]));
    }

    void everyPageHasAKey()
    {
        openSample();
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        QSet<QString> keys;
        for (const Page& page : pages()) {
            QAction* const raise = action((std::string("page.") + page.id).c_str());
            QVERIFY2(!raise->shortcut().isEmpty(), page.id);
            QCOMPARE(raise->isVisible(), page.applies == nullptr || page.applies(*m_window->workspace()));
            if (!raise->isVisible())
                continue;
            QVERIFY2(!keys.contains(raise->shortcut().toString()), page.id);
            keys << raise->shortcut().toString();
            QTest::keySequence(m_window.get(), raise->shortcut());
            auto* const place = find<QWidget>((std::string("page.") + page.id).c_str());
            QTRY_VERIFY2(
                place->findChild<QWidget*>(QString(), Qt::FindDirectChildrenOnly)->isVisible(), page.id);
            QVERIFY2(place->isAncestorOf(QApplication::focusWidget()), page.id);
        }
        // Ctrl+Tab goes through the pages of the bottom, there and back; F6 through the areas.
        QTest::keyClick(m_window.get(), Qt::Key_1, Qt::ControlModifier);
        QTRY_VERIFY(find<QWidget>("distributionPage")->isVisible());
        QTest::keyClick(m_window.get(), Qt::Key_Tab, Qt::ControlModifier);
        QTRY_VERIFY(find<QWidget>("sensitivityPage")->isVisible());
        QVERIFY(!find<QWidget>("distributionPage")->isVisible());
        action("previousPage")->trigger();
        QTRY_VERIFY(find<QWidget>("distributionPage")->isVisible());
        action("previousPage")->trigger();
        QTRY_VERIFY(find<QWidget>("page.speed")->findChild<QWidget*>()->isVisible()); // round the end
        QStringList areas;
        find<BitLoom>("loom")->setFocus();
        for (int i = 0; i < 4; ++i) {
            QTest::keyClick(m_window.get(), Qt::Key_F6);
            for (const char* const area : {"page.layers", "page.loom", "page.preview", "page.speed"})
                if (find<QWidget>(area)->isAncestorOf(QApplication::focusWidget()))
                    areas << area;
        }
        QCOMPARE(areas, (QStringList{"page.preview", "page.speed", "page.layers", "page.loom"}));
        // The tab says its key.
        for (QTabBar* const bar : m_window->findChildren<QTabBar*>(QString(), Qt::FindDirectChildrenOnly))
            for (int tab = 0; tab < bar->count(); ++tab) {
                const QPoint at = bar->tabRect(tab).center();
                QHelpEvent help(QEvent::ToolTip, at, bar->mapToGlobal(at));
                QApplication::sendEvent(bar, &help);
                QVERIFY2(
                    QToolTip::text().contains("Ctrl+"),
                    qPrintable(bar->tabText(tab) + ": " + QToolTip::text()));
            }
    }

    void aThemeLeavesNoColourOfTheOther()
    {
        openSample();
        Workspace& workspace = *m_window->workspace();
        workspace.document().setChoices({{LayerId(1), {"q2_k", "rtn", {}}}}, "one");
        QTRY_VERIFY_WITH_TIMEOUT(
            !workspace.evaluation().isRunning() && workspace.evaluation().latest().has_value(), 60000);
        QVERIFY(m_window->page("text") != nullptr);
        QVERIFY(m_window->page("compare") != nullptr);
        QVERIFY(m_window->page("methods") != nullptr);
        QVERIFY(m_window->page("analyses") != nullptr);
        const auto namesOf = [] {
            const ThemeColors colors = themeColors(QApplication::palette());
            QList<QColor> all{colors.mutedText, colors.accent,
                              colors.good,      colors.warning,
                              colors.bad,       QApplication::palette().color(QPalette::WindowText)};
            return all;
        };
        action("themeLight")->trigger();
        // What says good in green says it in every theme.
        auto* const state = find<QLabel>("previewState");
        QVERIFY(state->text().startsWith("Measured"));
        for (const char* const theme : {"themeDark", "themeLight"}) {
            action(theme)->trigger();
            QCOMPARE(state->palette().color(QPalette::WindowText), themeColors(QApplication::palette()).good);
        }
        QList<QColor> old = namesOf();
        for (const char* const theme : {"themeDark", "themeLight"}) {
            action(theme)->trigger();
            QCoreApplication::processEvents();
            for (const QLabel* const label : m_window->findChildren<QLabel*>())
                for (const QColor& color : old) {
                    const QString what = label->objectName() + ": " + label->text();
                    QVERIFY2(!label->text().contains(color.name()), qPrintable(what));
                    QVERIFY2(label->palette().color(QPalette::WindowText) != color, qPrintable(what));
                }
            for (const QListWidget* const list : m_window->findChildren<QListWidget*>())
                for (int row = 0; row < list->count(); ++row)
                    QVERIFY(
                        !old.contains(list->item(row)->foreground().color())
                        || list->item(row)->foreground().style() == Qt::NoBrush);
            old = namesOf();
        }
    }

    void namesOfLayersHaveTheirRoom()
    {
        QSignalSpy opened(m_window.get(), &MainWindow::opened);
        m_window->open(QString::fromStdString(sampleModels()[1].path().string())); // names in no blocks, long
        QVERIFY(opened.wait(60000));
        QTest::qWait(50);
        auto* const table = find<QTreeView>("layerTable");
        QHeaderView* const header = table->header();
        for (int row = 0; row < table->model()->rowCount(); ++row) {
            const QString name = table->model()->index(row, LayerModel::Name).data().toString();
            QVERIFY2(
                table->fontMetrics().horizontalAdvance(name) < header->sectionSize(LayerModel::Name),
                qPrintable(name));
            QVERIFY(
                table->model()->index(row, LayerModel::Name).data(Qt::ToolTipRole).toString().contains(name));
        }
        QVERIFY(
            header->sectionViewportPosition(LayerModel::Size) + header->sectionSize(LayerModel::Size)
            <= table->viewport()->width());
        // Who pulls the column has the last word.
        header->resizeSection(LayerModel::Name, 60);
        m_window->resize(1920, 1200);
        QTest::qWait(50);
        QCOMPARE(header->sectionSize(LayerModel::Name), 60);
    }

    void recentFilesAreCalledByWhatTellsThemApart()
    {
        QCOMPARE(modelName("/models/TinyLlama-1.1B/model.safetensors"), QString("TinyLlama-1.1B"));
        QCOMPARE(
            modelName("/models/TinyLlama-1.1B/model-00001-of-00003.safetensors"), QString("TinyLlama-1.1B"));
        QCOMPARE(modelName("/models/TinyLlama-1.1B"), QString("TinyLlama-1.1B"));
        QCOMPARE(modelName("/models/gpt2/pytorch_model.bin"), QString("gpt2"));
        QCOMPARE(modelName("/models/resnet/onnx/model_quantized.onnx"), QString("onnx"));
        QCOMPARE(modelName("/models/stories15M.bin"), QString("stories15M.bin"));
        QCOMPARE(modelName("/models/my-model.gguf"), QString("my-model.gguf"));
        QCOMPARE(
            modelName("/hub/models--openai--whisper/snapshots/0123abcd/model.safetensors"),
            QString("openai/whisper"));
        QCOMPARE(withoutModelSuffix("TinyLlama-1.1B"), QString("TinyLlama-1.1B"));
        QCOMPARE(withoutModelSuffix("llama-1.1b.Q4_K.gguf"), QString("llama-1.1b.Q4_K"));
        const QString path = m_folder.filePath("some-network/model.safetensors");
        addRecentFile(path);
        QMenu menu;
        fillRecentMenu(menu, [](const QString&) {});
        QCOMPARE(menu.actions().front()->text(), QString("some-network"));
        QCOMPARE(menu.actions().front()->toolTip(), QDir::toNativeSeparators(path));
        StartPage start(nullptr);
        auto* const button = start.findChild<QPushButton*>("recentFile");
        QVERIFY(button != nullptr);
        QCOMPARE(button->text(), QString("some-network"));
        QVERIFY(button->toolTip().contains(path));
    }
};

QTEST_MAIN(WindowMannersTest)
#include "window_manners_test.moc"
