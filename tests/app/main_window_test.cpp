#include "app/gui/allocation/loom_page.h"
#include "app/gui/evaluation/interaction_note.h"
#include "app/gui/number_text.h"
#include "app/gui/status_line.h"
#include "app/gui/widgets/banner.h"
#include "app/gui/widgets/heat_map.h"
#include "app/gui/widgets/size_field.h"
#include "app/session/prediction.h"
#include "app/session/samples.h"
#include "core/sensitivity/candidate.h"
#include "tests/app/window_fixture.h"

#include <QAction>
#include <QComboBox>
#include <QDockWidget>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTreeView>
#include <QtTest>

using namespace tritloom;

class MainWindowTest final : public QObject, WindowFixture {
    Q_OBJECT

private:
    QTemporaryDir m_folder;

private slots:
    void initTestCase() { beginAs("main_window_test"); }
    void init() { openWindow(); }
    void cleanup() { m_window.reset(); }

    void startsWithAWayIn()
    {
        QVERIFY(find<QWidget>("startPage")->isVisible());
        QVERIFY(find<QWidget>("startSample")->isVisible());
        QVERIFY(!action("export")->isEnabled());
        QCOMPARE(m_window->windowTitle(), QString("Tritloom"));
    }

    void theStartPageOpensAnySample()
    {
        const auto buttons = find<QWidget>("startPage")->findChildren<QPushButton*>("sampleFile");
        QCOMPARE(std::size_t(buttons.size()), sampleModels().size());
        const auto classifier = std::ranges::find_if(
            buttons, [](const QPushButton* button) { return button->toolTip().endsWith("shapes.onnx"); });
        QVERIFY(classifier != buttons.end());
        QSignalSpy opened(m_window.get(), &MainWindow::opened);
        QTest::mouseClick(*classifier, Qt::LeftButton);
        QVERIFY(opened.wait(60000));
        QVERIFY(m_window->windowTitle().startsWith("shapes.onnx"));
    }

    void everySampleIsInTheMenu()
    {
        for (const SampleModel& sample : sampleModels()) {
            const QAction* const entry = action((std::string("openSample.") + sample.id).c_str());
            QVERIFY2(QFile::exists(entry->data().toString()), qPrintable(entry->data().toString()));
            QVERIFY(!entry->text().isEmpty());
        }
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
        QSignalSpy opened(m_window.get(), &MainWindow::opened);
        drop({QString::fromStdString(sampleModelPath().string())});
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
        QCOMPARE(find<SizeField>("budgetSize")->value(), bytes);
        find<SizeField>("budgetSize")->setValue(bytes / 2);
        QVERIFY(find<QDoubleSpinBox>("budgetBits")->value() < 4.5);
    }

    void anErrorHasTheDigitsOfItsValue()
    {
        QCOMPARE(formatMeasured(0.01934, 0.00049), "0.0193 ± 0.0005");
        QCOMPARE(formatMeasured(1.5, 0.25), "1.500 ± 0.250");
        QCOMPARE(formatMeasured(0, 0), "0 ± 0");
        QCOMPARE(formatMeasured(0.01934, 1.2e-7), "0.0193 ± 1.2e-07");
        QCOMPARE(formatMeasured(4.1e-4, 2e-5), "4.1e-04 ± 2.0e-05");
    }

    void nothingIsSaidOfALossBeforeAnythingIsChanged()
    {
        const auto fresh = Workspace::create(loadModel(sampleModelPath()).value(), m_plugins, {}).value();
        QVERIFY(fresh->isUnchanged() && !fresh->hasBudget());
        Goal goal = fresh->goal();
        ++goal.budgetBytes;
        fresh->setGoal(goal);
        QVERIFY(fresh->hasBudget());
        openSample();
        workspace().document().replace(workspace().model().original(), "back");
        const auto* const numbers = find<QLabel>("loomNumbers");
        QVERIFY(!workspace().prediction() && !workspace().estimate(workspace().model().original()).predictedKl);
        QVERIFY2(numbers->text().contains("nothing changed yet"), qPrintable(numbers->text()));
        QVERIFY2(!numbers->text().contains("predicted"), qPrintable(numbers->text()));
        QCOMPARE(find<QLabel>("predictedKl")->text(), "–");
    }

    void sizesHaveTheUnitTheyReadWellIn()
    {
        openSample();
        auto* const budget = find<SizeField>("budgetSize");
        auto* const target = find<SizeField>("memoryTarget");
        const auto text = [](const SizeField* field) { return field->text().replace(QChar(0xa0), ' '); };
        QCOMPARE(text(target), QString("8 GB"));
        QVERIFY(find<QLabel>("loomNumbers")->text().replace(QChar(0xa0), ' ').contains("fits 8 GB"));
        budget->setValue(1234567);
        QCOMPARE(text(budget), QString("1.23 MB"));
        // Three digits are shown; leaving the field does not round what they stand for.
        budget->setFocus();
        QTest::keyClick(budget, Qt::Key_Return);
        QCOMPARE(budget->value(), 1234567.0);
        budget->setValue(12345); // no choice of formats is as small
        QCOMPARE(budget->value(), double(workspace().smallestBudget()));
        QVERIFY(budget->toolTip().contains("at least"));
        const auto type = [&](SizeField* field, const char* typed) {
            field->selectAll();
            QTest::keyClicks(field, typed);
            QTest::keyClick(field, Qt::Key_Return);
        };
        type(budget, "2.5 MB");
        QCOMPARE(workspace().goal().budgetBytes, std::uint64_t(2500000));
        type(budget, "3"); // in the unit that was shown
        QCOMPARE(budget->value(), 3e6);
        type(target, "512 MiB");
        QCOMPARE(workspace().goal().memoryBytes, std::uint64_t(512) << 20);
        QCOMPARE(text(target), QString("537 MB"));
        type(target, "much");
        QCOMPARE(workspace().goal().memoryBytes, std::uint64_t(512) << 20);
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

    void remembersWhereTheDocksWere()
    {
        openSample();
        auto* dock = find<QDockWidget>("dock.layers");
        m_window->addDockWidget(Qt::RightDockWidgetArea, dock);
        m_window->resizeDocks({dock}, {430}, Qt::Horizontal);
        auto* floating = find<QDockWidget>("dock.preview");
        floating->setFloating(true);
        floating->setGeometry(150, 120, 420, 360);
        QTest::qWait(50); // laid out
        const int width = dock->width();
        const QRect place = floating->geometry();
        m_window->close();
        m_window = std::make_unique<MainWindow>(m_plugins, Settings());
        m_window->show();
        openSample();
        dock = find<QDockWidget>("dock.layers");
        floating = find<QDockWidget>("dock.preview");
        QCOMPARE(m_window->dockWidgetArea(dock), Qt::RightDockWidgetArea);
        QTRY_COMPARE(dock->width(), width);
        QVERIFY(floating->isFloating() && floating->isVisible());
        QTRY_COMPARE(floating->geometry(), place);
        action("resetLayout")->trigger();
        QVERIFY(!floating->isFloating());
        QCOMPARE(m_window->dockWidgetArea(dock), Qt::LeftDockWidgetArea);
    }

    void aPageMadeLateShowsWhatIsKnown()
    {
        openSample();
        auto* const loom = find<BitLoom>("loom");
        QVERIFY(loom->hasFocus());
        find<QDockWidget>("dock.preview")->hide();
        action("close")->trigger();
        openSample();
        QVERIFY(m_window->findChild<QWidget*>("previewPage") == nullptr);
        QVERIFY(m_window->findChild<QWidget*>("sensitivityPage") == nullptr);
        SensitivityController& sensitivity = m_window->workspace()->sensitivity();
        sensitivity.start();
        QTRY_VERIFY_WITH_TIMEOUT(sensitivity.table().knownCount() >= 3, 120000);
        sensitivity.cancel();
        QTest::keyClick(find<BitLoom>("loom"), Qt::Key_Space);
        find<QDockWidget>("dock.preview")->show();
        QTRY_VERIFY(m_window->findChild<QWidget*>("previewPage") != nullptr);
        QVERIFY(find<QPushButton>("flipOriginal")->isChecked());
        find<QDockWidget>("dock.sensitivity")->raise();
        QTRY_VERIFY(m_window->findChild<HeatMap*>("heatMap") != nullptr);
        QVERIFY(find<HeatMap>("heatMap")->isVisible());
        QVERIFY(!std::isnan(find<HeatMap>("heatMap")->cell(0, 0)));
        // What lies behind another tab is hidden, whatever Qt says of its dock.
        find<QDockWidget>("dock.distribution")->raise();
        QTRY_VERIFY(!find<HeatMap>("heatMap")->isVisible());
    }

    void reopeningRecallsWhatWasMeasured()
    {
        openSample();
        SensitivityController* sensitivity = &m_window->workspace()->sensitivity();
        sensitivity->start();
        QTRY_VERIFY_WITH_TIMEOUT(sensitivity->table().knownCount() >= 3, 120000);
        sensitivity->cancel();
        action("close")->trigger();
        openSample();
        sensitivity = &m_window->workspace()->sensitivity();
        QTRY_VERIFY_WITH_TIMEOUT(sensitivity->table().knownCount() >= 3, 30000);
        QVERIFY(!sensitivity->isRunning());
        QVERIFY(sensitivity->table().cells[0][0].recalled);
        QTRY_VERIFY(find<StatusLine>("statusLine")->text().contains(" cells"));
    }

    void speedIsEstimatedAndMeasuredOnRequest()
    {
        openSample();
        QTRY_VERIFY(m_window->findChild<QLabel*>("decodeEstimated")); // its page comes with the first look at it
        auto* const estimated = find<QLabel>("decodeEstimated");
        QTRY_VERIFY_WITH_TIMEOUT(
            estimated->text().contains("tok/s"), 60000); // the bandwidth has been measured
        QVERIFY(estimated->text().startsWith("≤")); // of memory alone
        QCOMPARE(find<QLabel>("decodeMeasured")->text(), QString("not yet"));
        QTest::mouseClick(find<QPushButton>("measureDecode"), Qt::LeftButton);
        QVERIFY(m_window->workspace()->speed().isRunning());
        QTRY_VERIFY_WITH_TIMEOUT(!m_window->workspace()->speed().isRunning(), 60000);
        QVERIFY2(
            find<QLabel>("decodeMeasured")->text().endsWith("tok/s"),
            qPrintable(find<QLabel>("decodeMeasured")->text()));
        const auto known =
            m_window->workspace()->speed().measuredOf(m_window->workspace()->document().allocation());
        QVERIFY(known && known->tokens > 10 && known->tokensPerSecond > 0);
        qInfo(
            "decode of the sample: %s estimated, %s measured", qPrintable(estimated->text()),
            qPrintable(find<QLabel>("decodeMeasured")->text()));
        QVERIFY(
            estimated->text().startsWith("≈")); // what the measurement found besides reading is counted in
        // Other bits have not been measured.
        find<BitLoom>("loom")->setFocus();
        QTest::keyClick(find<BitLoom>("loom"), Qt::Key_4);
        QCOMPARE(find<QLabel>("decodeMeasured")->text(), QString("not yet"));
        QVERIFY(find<QLabel>("energy")->text().contains(" %"));
    }

    void badgesSayWhichRuntimesWouldLoadIt()
    {
        openSample();
        auto* const badges = find<QLabel>("runtimeBadges");
        QTRY_VERIFY(badges->text().contains("✓ llama.cpp"));
        // llama.cpp has no type for groups of 64 three-bit integers.
        Workspace& workspace = *m_window->workspace();
        workspace.document().setChoices({{LayerId(3), {"int3g64", "rtn", {}}}}, "a format of our own");
        QTRY_VERIFY2(badges->text().contains("✗ llama.cpp"), qPrintable(badges->text()));
        QVERIFY2(badges->toolTip().contains("int3g64"), qPrintable(badges->toolTip()));
        action("undo")->trigger();
        QTRY_VERIFY(badges->text().contains("✓ llama.cpp"));
    }

    void theSwitchAndTheSpaceBarFlipTheSame()
    {
        openSample();
        auto* const loom = find<BitLoom>("loom");
        loom->setFocus();
        QTest::keyClick(loom, Qt::Key_4);
        const auto current = std::size_t(m_window->workspace()->selection().current());
        const double compressed = loom->bars()[current].bits;
        QVERIFY(compressed < 16);
        QTest::mouseClick(find<QPushButton>("flipOriginal"), Qt::LeftButton);
        QCOMPARE(loom->bars()[current].bits, 16.0);
        QVERIFY(find<QLabel>("previewState")->text().contains("original"));
        QTest::keyClick(loom, Qt::Key_Space);
        QCOMPARE(loom->bars()[current].bits, compressed);
        QVERIFY(find<QPushButton>("flipCompressed")->isChecked());
    }

    void aContradictionNamesBlocksAndCorrectsTheTable()
    {
        openSample();
        Workspace& workspace = *m_window->workspace();
        SensitivityController& sensitivity = workspace.sensitivity();
        sensitivity.setCandidates({{"tq2_0", "rtn", {}}});
        sensitivity.setChunkLimit(1);
        sensitivity.start();
        QTRY_VERIFY_WITH_TIMEOUT(!sensitivity.isRunning(), 120000);
        // Ternary everywhere: layers alone do not tell what all of them together do.
        workspace.document().replace(
            uniform(workspace.model(), sensitivity.table().candidates[0]), "ternary");
        QTRY_VERIFY_WITH_TIMEOUT(!workspace.evaluation().isRunning(), 120000);
        const auto measured = workspace.evaluation().latest()->kl;
        const bool contradicted = workspace.interaction().isRunning() || workspace.contradiction() != nullptr;
        if (!contradicted)
            QSKIP("this model's layers are additive here");
        QTRY_VERIFY_WITH_TIMEOUT(workspace.contradiction() != nullptr, 120000);
        const QString text = find<QLabel>("interacts")->text();
        qInfo("%s", qPrintable(text));
        for (const std::string& name : workspace.contradiction()->interacting)
            QVERIFY(text.contains(QString::fromStdString(name)));
        QVERIFY(find<QLabel>("interacts")->isVisible());
        // Beside the measurement stands what was said before it, not what it has corrected.
        const Allocation& now = workspace.document().allocation();
        QCOMPARE(workspace.prediction(), workspace.estimate(now).predictedKl);
        QCOMPARE(
            find<QLabel>("predictedKl")->text(), "≈ " + formatSmall(workspace.contradiction()->predicted));
        QVERIFY2(text.contains(formatSmall(workspace.contradiction()->predicted)), qPrintable(text));
        QVERIFY(
            std::abs(*uncorrectedKl(sensitivity.table(), now) / workspace.contradiction()->predicted - 1)
            < 1e-6);
        QVERIFY2(
            !find<QLabel>("measuredKl")->text().contains("≈"),
            qPrintable(find<QLabel>("measuredKl")->text()));
        QVERIFY(find<QLabel>("loomNumbers")->text().contains("measured"));
        const double corrected = *sensitivity.table().predictedKl(workspace.document().allocation());
        QVERIFY2(std::abs(corrected / measured.value - 1) < 1e-6, qPrintable(QString::number(corrected)));
    }
};

QTEST_MAIN(MainWindowTest)
#include "main_window_test.moc"
