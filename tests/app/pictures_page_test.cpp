#include "app/gui/pictures/picture_list_model.h"
#include "app/gui/pictures/picture_pane.h"
#include "app/gui/pictures/pictures_page.h"
#include "app/gui/pictures/step_plot.h"
#include "app/session/feature_depot.h"
#include "tests/app/picture_window.h"
#include "tests/app/small_onnx.h"
#include "tests/support/onnx_network.h"

#include <QAbstractItemModelTester>
#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QDialog>
#include <QDialogButtonBox>
#include <QDockWidget>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QListWidget>
#include <QPushButton>
#include <QSlider>
#include <QSpinBox>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QtTest>

using namespace tritloom;

/// Networks on pictures in the real window, small ones that the test writes.
class PicturesPageTest final : public QObject, PictureWindow {
    Q_OBJECT

private:
    QTemporaryDir m_folder;

private slots:
    void initTestCase()
    {
        beginAs("pictures_page_test");
        QVERIFY(QFile::copy(
            TRITLOOM_SOURCE_DIR "/tests/fuzz/corpus/onnx/conv_gemm", m_folder.filePath("classifier.onnx")));
        QVERIFY(writeSuperResolution(m_folder.filePath("larger.safetensors")));
        QVERIFY(writeDiffusion(m_folder.filePath("noise.onnx")));
        QVERIFY(writePictures(m_folder.filePath("classes"), 12, 4, 3));
        QVERIFY(writePictures(m_folder.filePath("plain"), 3, 48, 0));
    }
    void init() { openWindow(); }
    void cleanup() { m_window.reset(); }

    void aClassifierIsMeasuredOnDroppedPictures()
    {
        open(m_folder.filePath("classifier.onnx"));
        QVERIFY(find<QLabel>("picturesEmpty")->isVisible());
        QVERIFY(find<QLabel>("picturesEmpty")->text().contains("Classification, 3 classes"));
        QVERIFY(find<QLabel>("previewFailure")->text().contains("pictures"));
        QVERIFY(!find<QAction>("action.sweep")->isEnabled());
        // Pages of text say nothing of it.
        QVERIFY(!find<QDockWidget>("dock.text")->isVisible());
        QVERIFY(!find<QDockWidget>("dock.text")->toggleViewAction()->isVisible());

        drop({m_folder.filePath("classes")});
        waitForAll();
        auto* const list = find<QListView>("pictureList");
        QCOMPARE(list->model()->rowCount(), 12);
        QVERIFY(find<QAction>("action.sweep")->isEnabled());
        QTRY_VERIFY(find<QLabel>("pictureHeadline")->text().endsWith("%"));
        QVERIFY(find<QLabel>("pictureFigures")->text().contains("Top-1"));
        const PictureEvaluation* const original =
            workspace().evaluation().pictureEvaluation(workspace().model().original());
        QVERIFY(original != nullptr && original->isComplete() && original->top1);
        QCOMPARE(original->flips, std::size_t(0));
        QCOMPARE(workspace().evaluation().measuredPoints().size(), std::size_t(1));
        QVERIFY(!find<QWidget>("classPicture")->size().isEmpty());

        PictureOptions options = workspace().pictures().options();
        options.normalisation = Normalisation{.isKnown = true}; // 0..1: no class is certain
        workspace().pictures().load(options);
        waitForAll();
        compress("int2row");
        const PictureEvaluation* const now =
            workspace().evaluation().pictureEvaluation(workspace().document().allocation());
        QVERIFY(now != nullptr && now->divergence.value > 0);
        QCOMPARE(workspace().evaluation().latest()->kl.value, now->divergence.value);
        // Pictures whose class flips stand first.
        QVERIFY(find<QCheckBox>("worstFirst")->isChecked());
        for (int row = 0; row < list->model()->rowCount(); ++row) {
            const QString text = list->model()->index(row, 0).data().toString();
            QCOMPARE(text.contains("→"), std::size_t(row) < now->flips);
        }
        // A page that is made when all is measured shows the same order.
        const std::unique_ptr<QWidget> later(makePicturesPage(workspace(), nullptr));
        const QAbstractItemModel* const rows = later->findChild<QListView*>(list->objectName())->model();
        for (int row = 0; row < rows->rowCount(); ++row)
            QCOMPARE(rows->index(row, 0).data().toString().contains("→"), std::size_t(row) < now->flips);
        // What is shown follows to the top, until somebody chooses; who sorts again is shown the top again.
        if (now->flips > 0) {
            QCOMPARE(list->currentIndex().row(), 0);
            const auto sampleOf = [&](int row) { return list->model()->index(row, 0).data().toString(); };
            list->setCurrentIndex(list->model()->index(5, 0));
            const QString chosen = sampleOf(5);
            find<QCheckBox>("worstFirst")->setChecked(false);
            QCOMPARE(sampleOf(list->currentIndex().row()), chosen);
            find<QCheckBox>("worstFirst")->setChecked(true);
            QCOMPARE(list->currentIndex().row(), 0);
            waitForAll();
        }
        // The history has both steps, each with what it did.
        auto* const history = find<QListWidget>("history");
        QCOMPARE(history->count(), 2);
        for (int step = 0; step < 2; ++step)
            QVERIFY2(history->item(step)->text().contains(" %"), qPrintable(history->item(step)->text()));
        QVERIFY2(history->item(0)->text().contains(" ("), qPrintable(history->item(0)->text()));
    }

    void otherPicturesKeepTheStepsAndForgetTheFigures()
    {
        open(m_folder.filePath("classifier.onnx"), m_folder.filePath("classes"));
        waitForAll();
        compress("int4row");
        QCOMPARE(workspace().evaluation().measuredPoints().size(), std::size_t(2));
        const int steps = workspace().document().undoStack().count();
        drop({m_folder.filePath("classes/0/00.png"), m_folder.filePath("classes/1/01.png")});
        waitForAll();
        QCOMPARE(find<QListView>("pictureList")->model()->rowCount(), 2);
        QCOMPARE(workspace().document().undoStack().count(), steps);
        QCOMPARE(workspace().evaluation().measuredPoints().size(), std::size_t(1));
        QCOMPARE(workspace().evaluation().latest()->chunksTotal, std::size_t(2));
    }

    void aProjectRemembersItsPictures()
    {
        open(m_folder.filePath("classifier.onnx"), m_folder.filePath("classes"));
        waitForAll();
        m_window->closeProject();
        open(m_folder.filePath("classifier.onnx"));
        waitForAll();
        QCOMPARE(find<QListView>("pictureList")->model()->rowCount(), 12);
        // A folder that has gone is a sentence, not an end.
        m_window->closeProject();
        QVERIFY(QDir().rename(m_folder.filePath("classes"), m_folder.filePath("moved")));
        open(m_folder.filePath("classifier.onnx"));
        QVERIFY(find<QLabel>("picturesEmpty")->isVisible());
        QVERIFY(QDir().rename(m_folder.filePath("moved"), m_folder.filePath("classes")));
        drop({m_folder.filePath("classes")});
        waitForAll();
        QCOMPARE(find<QListView>("pictureList")->model()->rowCount(), 12);
    }

    void whatIsNoPictureOpensAsAModel()
    {
        open(m_folder.filePath("classifier.onnx"), m_folder.filePath("classes"));
        waitForAll();
        QSignalSpy opened(m_window.get(), &MainWindow::opened);
        drop({m_folder.filePath("noise.onnx")});
        QVERIFY(opened.wait(60000));
        QVERIFY(m_window->windowTitle().startsWith("noise.onnx"));
    }

    void compressedPicturesAreShownBesideTheOriginal()
    {
        open(m_folder.filePath("larger.safetensors"), m_folder.filePath("plain"));
        waitForAll();
        auto* const original = find<PicturePane>("originalPane");
        auto* const compressed = find<PicturePane>("compressedPane");
        auto* const difference = find<PicturePane>("differencePane");
        QTRY_COMPARE(original->image().size(), QSize(48, 48));
        QCOMPARE(compressed->image(), original->image());
        QSignalSpy updated(&workspace().picturePreview(), &PicturePreviewController::updated);
        compress("int2row");
        QVERIFY(!updated.isEmpty());
        const auto last = updated.last()[0].value<PicturePreview>();
        QVERIFY(last.isComplete && last.quality && last.map);
        QVERIFY(compressed->image() != original->image());
        QVERIFY(last.quality->psnr > 3 && last.quality->psnr < 60);
        QVERIFY(last.map->largest > 0);
        QCOMPARE(difference->image().size(), QSize(48, 48));
        QVERIFY(last.scores->referencePsnr != last.scores->psnr);
        QTRY_VERIFY(find<QLabel>("pictureFigures")->text().contains("mean of 3"));
        // Another map is another picture of the same two.
        const QImage before = difference->image();
        auto* const maps = find<QComboBox>("errorMap");
        maps->setFocus();
        QTest::keyClick(maps, Qt::Key_Down);
        waitForAll();
        QVERIFY(difference->image() != before);
        // Undo finds the pictures again.
        updated.clear();
        workspace().document().undoStack().undo();
        QTRY_VERIFY(!updated.isEmpty() && updated.last()[0].value<PicturePreview>().isComplete);
        QCOMPARE(compressed->image(), original->image());
        QVERIFY(std::isinf(updated.last()[0].value<PicturePreview>().quality->psnr));
    }

    void aFeatureNetworkGivesLpips()
    {
        open(m_folder.filePath("larger.safetensors"), m_folder.filePath("plain"));
        waitForAll();
        smallClassifier().save(m_folder.filePath("features.onnx").toStdString());
        find<QPushButton>("picturesOptions")->click();
        QTRY_VERIFY(m_window->findChild<QDialog*>("picturesDialog") != nullptr);
        auto* const dialog = m_window->findChild<QDialog*>("picturesDialog");
        auto* const field = dialog->findChild<QLineEdit*>("featureNetwork");
        QVERIFY(field != nullptr && field->text().isEmpty());
        field->setText(m_folder.filePath("features.onnx") + ":Relu_3");
        if (const QString shots = qEnvironmentVariable("TRITLOOM_SHOTS"); !shots.isEmpty())
            dialog->grab().save(shots + "/pictures-dialog.png");
        const std::size_t opened = featureNetworksOpened();
        dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok)->click();
        QCOMPARE(featureNetworksOpened(), opened + 1);
        waitForAll();
        // The measurement and the preview have one each; the dialog's is one of the two.
        QVERIFY2(
            featureNetworksOpened() <= opened + 2,
            qPrintable(QString::number(featureNetworksOpened() - opened)));
        QSignalSpy updated(&workspace().picturePreview(), &PicturePreviewController::updated);
        compress("int2row");
        QTRY_VERIFY(!updated.isEmpty() && updated.last()[0].value<PicturePreview>().isComplete);
        const auto last = updated.last()[0].value<PicturePreview>();
        QVERIFY(last.quality && last.quality->lpips > 0);
        const auto& outcomes = workspace().evaluation().outcomes();
        QTRY_VERIFY(std::ranges::all_of(
            outcomes, [](const PictureOutcome& o) { return o.quality && o.quality->lpips > 0; }));
        // The project keeps it.
        PictureOptions again;
        QVERIFY(applyPictureSettings(again, pictureSettings(workspace().pictures().options())));
        QCOMPARE(again.features, workspace().pictures().options().features);
        workspace().document().undoStack().undo(); // the next test opens the same project
    }

    void theNewestRequestWins()
    {
        open(m_folder.filePath("larger.safetensors"), m_folder.filePath("plain"));
        waitForAll();
        QSignalSpy updated(&workspace().picturePreview(), &PicturePreviewController::updated);
        const Model& model = workspace().model();
        workspace().document().beginGesture("drag");
        Allocation last;
        for (const char* format : {"int8row", "int6row", "int4row", "int3row", "int2row"}) {
            last = uniform(model, {format, "rtn", {}});
            std::vector<AllocationDocument::Change> changes;
            for (std::size_t i = 0; i < last.layers.size(); ++i)
                changes.emplace_back(LayerId(i), last.layers[i]);
            workspace().document().setChoices(changes, format);
        }
        workspace().document().endGesture();
        waitForAll();
        const auto shown = updated.last()[0].value<PicturePreview>();
        QVERIFY(shown.isComplete);
        QCOMPARE(shown.allocation, last);
        QCOMPARE(workspace().evaluation().latest()->allocation, last);
    }

    void panesMoveInStepAndAreWiped()
    {
        open(m_folder.filePath("larger.safetensors"), m_folder.filePath("plain"));
        waitForAll();
        auto* const original = find<PicturePane>("originalPane");
        auto* const compressed = find<PicturePane>("compressedPane");
        QTRY_VERIFY(!compressed->image().isNull());
        const double before = original->pixelSize();
        original->setFocus();
        QTest::keyClick(original, Qt::Key_Plus);
        QVERIFY(original->pixelSize() > before * 1.2);
        QVERIFY(
            std::abs(
                compressed->pixelSize() / compressed->width() - original->pixelSize() / original->width())
            < 0.05);
        QTest::keyClick(original, Qt::Key_0);
        QCOMPARE(original->pixelSize(), before);
        find<QSlider>("pictureWipe")->setValue(80);
        QCOMPARE(compressed->wipe(), 0.8);
        // The divider follows the pointer, and the slider the divider.
        const QPoint at(int(0.8 * compressed->width()), compressed->height() / 2);
        QTest::mousePress(compressed, Qt::LeftButton, {}, at);
        QMouseEvent move(
            QEvent::MouseMove, QPointF(compressed->width() * 0.25, at.y()),
            compressed->mapToGlobal(QPointF(at)), Qt::LeftButton, Qt::LeftButton, {});
        QApplication::sendEvent(compressed, &move);
        QTest::mouseRelease(compressed, Qt::LeftButton, {}, at);
        QVERIFY(std::abs(compressed->wipe() - 0.25) < 0.02);
        QVERIFY(std::abs(find<QSlider>("pictureWipe")->value() - 25) <= 1);
        // The space bar shows the original while it is held.
        compressed->setFocus();
        QTest::keyPress(compressed, Qt::Key_Space);
        QVERIFY(compressed->isFlipped());
        QTest::keyRelease(compressed, Qt::Key_Space);
        QVERIFY(!compressed->isFlipped());
        // The loom's switch means pictures too.
        QTest::mouseClick(find<QPushButton>("flipOriginal"), Qt::LeftButton);
        QVERIFY(compressed->isFlipped());
        QTest::mouseClick(find<QPushButton>("flipCompressed"), Qt::LeftButton);
        QVERIFY(!compressed->isFlipped());
    }

    void generationShowsItsStepsAndMoreOnRequest()
    {
        open(m_folder.filePath("noise.onnx"));
        waitForAll();
        QCOMPARE(find<QListView>("pictureList")->model()->rowCount(), 4);
        auto* const steps = find<QSpinBox>("previewSteps");
        QVERIFY(steps->isVisible());
        QCOMPARE(steps->value(), 10);
        compress("int3row");
        QSignalSpy updated(&workspace().picturePreview(), &PicturePreviewController::updated);
        QTest::mouseClick(find<QPushButton>("moreSteps"), Qt::LeftButton);
        QCOMPARE(steps->value(), 20);
        waitForAll();
        const auto last = updated.last()[0].value<PicturePreview>();
        QCOMPARE(last.task.steps, std::size_t(20));
        QCOMPARE(last.stepErrors.size(), std::size_t(20));
        QVERIFY(std::ranges::any_of(last.stepErrors, [](double error) { return error > 0; }));
        QVERIFY(!last.original.isNull() && last.original.size() == last.compressed.size());
        QVERIFY(find<StepPlot>("stepPlot")->accessibleDescription().contains("step 20"));
        // The measured figures stay those of the project's own number of steps.
        QCOMPARE(workspace().pictures().options().task.steps, std::size_t(10));
    }

    void everySeedGetsItsSmallPicture()
    {
        open(m_folder.filePath("noise.onnx"));
        waitForAll();
        const QAbstractItemModel* const seeds = find<QListView>("pictureList")->model();
        QVERIFY(seeds->rowCount() > 1);
        for (int row = 0; row < seeds->rowCount(); ++row) {
            const auto isDrawn = [&] {
                const QImage image = seeds->index(row, 0).data(Qt::DecorationRole).value<QPixmap>().toImage();
                return !image.isNull() && image.pixelColor(image.width() / 2, image.height() / 2).alpha() > 0;
            };
            QTRY_VERIFY_WITH_TIMEOUT(isDrawn(), 60000);
        }
    }

    void sensitivityAndBudgetWorkAsForText()
    {
        open(m_folder.filePath("classifier.onnx"), m_folder.filePath("classes"));
        waitForAll();
        SensitivityController& sensitivity = workspace().sensitivity();
        sensitivity.start();
        QTRY_VERIFY_WITH_TIMEOUT(!sensitivity.isRunning(), 120000);
        QCOMPARE(sensitivity.table().knownCount(), sensitivity.table().cellCount());
        Goal goal = workspace().goal();
        goal.budgetBytes = workspace().model().bytes() * 7 / 10;
        workspace().setGoal(goal);
        const auto allocated = workspace().allocateToBudget();
        QVERIFY2(allocated, allocated ? "" : allocated.error().message.c_str());
        waitForAll();
        const auto latest = workspace().evaluation().latest();
        QVERIFY(latest && latest->isComplete());
        QVERIFY(workspace().estimate(latest->allocation).predictedKl.has_value());
        QVERIFY(workspace().estimate(latest->allocation).workspaceBytes > 0);
    }

    void theListIsAModelAsItShouldBe()
    {
        open(m_folder.filePath("classifier.onnx"), m_folder.filePath("classes"));
        waitForAll();
        PictureListModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setPictures(workspace().pictures().current());
        model.setOutcomes(workspace().evaluation().outcomes());
        model.sortWorstFirst(true);
        QCOMPARE(model.rowCount(), 12);
        for (std::size_t sample = 0; sample < 12; ++sample)
            QCOMPARE(model.sampleAt(model.rowOf(sample)), std::optional(sample));
        model.setPictures(nullptr);
        QCOMPARE(model.rowCount(), 0);
    }
};

QTEST_MAIN(PicturesPageTest)
#include "pictures_page_test.moc"
