#include "app/gui/methods/plugin_chooser.h"
#include "app/gui/model_loader.h"
#include "app/gui/status_line.h"
#include "app/gui/transforms/transform_dialog.h"
#include "app/gui/widgets/banner.h"
#include "app/session/picture_engine.h"
#include "app/session/samples.h"
#include "tests/app/window_fixture.h"

#include <QAction>
#include <QComboBox>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QSettings>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QtTest>

using namespace tritloom;

/// Transforms in the window: what can be done is offered, the rewritten model takes over, and the way back.
class TransformsWindowTest final : public QObject, WindowFixture {
    Q_OBJECT

    QTemporaryDir m_folder;

    void open(const QString& path)
    {
        QSignalSpy opened(m_window.get(), &MainWindow::opened);
        m_window->open(path);
        QVERIFY(opened.wait(60000));
    }
    TransformDialog* dialog()
    {
        action("transform")->trigger();
        auto* const found = m_window->findChild<TransformDialog*>();
        if (found == nullptr)
            qFatal("no dialog");
        return found;
    }
    void transform(const PluginChoice& choice)
    {
        TransformDialog* const shown = dialog();
        find<PluginChooser>(*shown, "pluginChooser")->setChoice(choice);
        find<QPushButton>(*shown, "transformApply")->click();
        const std::size_t before = m_window->workspace()->engine().transforms().size();
        QTRY_COMPARE_WITH_TIMEOUT(m_window->workspace()->engine().transforms().size(), before + 1, 120000);
    }

private slots:
    void initTestCase() { beginAs("transforms_window_test"); }
    void init() { openWindow(); }
    void cleanup() { m_window.reset(); }

    void whatTheModelCannotTakeSaysWhy()
    {
        open(QString::fromStdString(sampleModelPath().string()));
        QVERIFY(!action("original")->isEnabled());
        TransformDialog* const shown = dialog();
        auto* const chooser = find<PluginChooser>(*shown, "pluginChooser");
        auto* const apply = find<QPushButton>(*shown, "transformApply");
        QVERIFY(chooser->whyNot().isEmpty()); // the first is one that can be used
        QVERIFY(apply->isEnabled());
        if (m_plugins.transform("batchnorm-folding") == nullptr)
            QSKIP("batchnorm-folding is not built");
        chooser->setChoice({"batchnorm-folding", {}});
        emit chooser->changed();
        QVERIFY2(chooser->whyNot().contains("batch norm"), qPrintable(chooser->whyNot()));
        QVERIFY(!apply->isEnabled());
        QVERIFY(find<QLabel>(*chooser, "pluginWhyNot")->isVisibleTo(chooser));
    }

    void theRewrittenModelTakesOverAndComesBack()
    {
        open(QString::fromStdString(sampleModelPath().string()));
        Workspace* workspace = m_window->workspace();
        const Key original = workspace->model().key;
        workspace->document().setChoices({{LayerId(2), {"q4_k", "rtn", {{"search", 0}}}}}, "one");
        workspace->document().setPinned({LayerId(3)}, true);
        const Allocation bits = workspace->document().allocation();
        transform({"smoothquant", {{"strength", 0.7}}});
        workspace = m_window->workspace();
        QVERIFY(workspace->model().key != original);
        QVERIFY(workspace->document().allocation() == bits); // bits and pins stay
        QVERIFY(workspace->document().pinned()[3]);
        QVERIFY(m_window->windowTitle().contains("SmoothQuant, strength=0.7"));
        QVERIFY(find<Banner>(*m_window, "banner")->sentence().contains("SmoothQuant"));
        QVERIFY(action("original")->isEnabled());
        QVERIFY(
            m_window->findChild<TransformDialog*>() == nullptr
            || !m_window->findChild<TransformDialog*>()->isVisible());
        // The function is the same: measured against the model before, nothing is lost without compression.
        workspace->document().replace(workspace->model().original(), "as stored");
        workspace->document().setPinned({LayerId(3)}, false);
        workspace->document().setChoices({{LayerId(2), {}}}, "as stored");
        workspace->evaluation().request(workspace->document().allocation());
        QTRY_VERIFY_WITH_TIMEOUT(!workspace->evaluation().isRunning(), 120000);
        QVERIFY(workspace->evaluation().latest().has_value());
        QVERIFY2(
            workspace->evaluation().latest()->kl.value < 1e-4,
            qPrintable(QString::number(workspace->evaluation().latest()->kl.value)));
        action("original")->trigger();
        workspace = m_window->workspace();
        QVERIFY(workspace->model().key == original);
        QVERIFY(workspace->engine().transforms().empty());
        QVERIFY(!action("original")->isEnabled());
        QVERIFY(workspace->document().allocation() == workspace->model().original()); // as last seen
        QVERIFY(!m_window->windowTitle().contains("SmoothQuant"));
    }

    void undoWalksBackThroughModelsStepByStep()
    {
        open(QString::fromStdString(sampleModelPath().string()));
        const Key original = m_window->workspace()->model().key;
        const auto bits = [this](int layer) {
            return m_window->workspace()->document().allocation().layers[std::size_t(layer)].format;
        };
        const auto set = [this](int layer, const char* format) {
            m_window->workspace()->document().setChoices(
                {{LayerId(layer), {format, "rtn", {{"search", 0}}}}}, format);
        };
        set(2, "q4_k");
        set(3, "q6_k");
        m_window->workspace()->selection().setSingle(LayerId(4));
        transform({"smoothquant", {}});
        const Key rewritten = m_window->workspace()->model().key;
        QVERIFY(rewritten != original);
        QVERIFY(m_window->workspace()->selection().current() == LayerId(4));
        QVERIFY2(action("undo")->text().contains("SmoothQuant"), qPrintable(action("undo")->text()));
        set(5, "q5_k");
        action("original")->trigger();
        QVERIFY(m_window->workspace()->model().key == original);
        set(6, "q3_k");
        // Six steps, one undo each.
        action("undo")->trigger();
        QVERIFY(bits(6) != "q3_k" && bits(5) == "q5_k");
        action("undo")->trigger(); // takes back "Back to the original"
        QTRY_VERIFY(m_window->workspace()->model().key == rewritten);
        QVERIFY(bits(5) == "q5_k");
        action("undo")->trigger();
        QVERIFY(m_window->workspace()->model().key == rewritten);
        QVERIFY(bits(5) != "q5_k" && bits(3) == "q6_k");
        action("undo")->trigger(); // the transform
        QTRY_VERIFY(m_window->workspace()->model().key == original);
        QVERIFY(!action("original")->isEnabled());
        QVERIFY(bits(2) == "q4_k" && bits(3) == "q6_k");
        action("undo")->trigger();
        QVERIFY(bits(2) == "q4_k" && bits(3) != "q6_k");
        action("undo")->trigger();
        QVERIFY(bits(2) != "q4_k");
        QVERIFY(!action("undo")->isEnabled());
        // And forward again.
        action("redo")->trigger();
        action("redo")->trigger();
        QVERIFY(bits(3) == "q6_k");
        action("redo")->trigger();
        QTRY_VERIFY(m_window->workspace()->model().key == rewritten);
        action("redo")->trigger();
        QVERIFY(bits(5) == "q5_k");
        action("redo")->trigger();
        QTRY_VERIFY(m_window->workspace()->model().key == original);
        action("redo")->trigger();
        QVERIFY(bits(6) == "q3_k");
        QVERIFY(!action("redo")->isEnabled());
        // An edit after going back replaces what came later.
        action("undo")->trigger();
        action("undo")->trigger();
        QTRY_VERIFY(m_window->workspace()->model().key == rewritten);
        set(7, "q2_k");
        QVERIFY(!action("redo")->isEnabled());
        action("undo")->trigger();
        QVERIFY(bits(7) != "q2_k" && bits(5) == "q5_k");
        QVERIFY(m_window->workspace()->model().key == rewritten);
    }

    void modelsThatUndoLeadsBackToTakeBoundedMemory()
    {
        open(QString::fromStdString(sampleModelPath().string()));
        const Key original = m_window->workspace()->model().key;
        m_window->history().setMemoryLimit(1);
        transform({"smoothquant", {{"strength", 0.3}}});
        const std::weak_ptr<Engine> first = m_window->workspace()->engineShared();
        const Key once = m_window->workspace()->model().key;
        transform({"smoothquant", {{"strength", 0.4}}});
        const std::weak_ptr<Engine> second = m_window->workspace()->engineShared();
        const Key twice = m_window->workspace()->model().key;
        QVERIFY(once != twice && !first.expired()); // the last step can always be undone
        transform({"smoothquant", {{"strength", 0.6}}});
        QTRY_VERIFY(first.expired());
        QVERIFY(!second.expired());
        action("undo")->trigger();
        QTRY_VERIFY(m_window->workspace()->model().key == twice);
        QVERIFY(find<Banner>(*m_window, "banner")->sentence().isEmpty()); // the transform's is gone with it
        // Further back there is nothing, and the window says so; the original is one menu away.
        action("undo")->trigger();
        const auto* const banner = find<Banner>(*m_window, "banner");
        QTRY_VERIFY2(banner->sentence().contains("let go"), qPrintable(banner->sentence()));
        QVERIFY(m_window->workspace()->model().key == twice);
        QVERIFY(!action("undo")->isEnabled());
        action("original")->trigger();
        QVERIFY(m_window->workspace()->model().key == original);
    }

    void transformsAddUp()
    {
        if (m_plugins.transform("awq") == nullptr)
            QSKIP("awq is not built");
        open(QString::fromStdString(sampleModelPath().string()));
        const Key original = m_window->workspace()->model().key;
        transform({"smoothquant", {}});
        transform({"awq", {{"rows", 16}}});
        QVERIFY(m_window->windowTitle().contains("SmoothQuant + AWQ"));
        action("original")->trigger();
        QVERIFY(m_window->workspace()->model().key == original); // at once
    }

    void aNetworkOnPicturesIsRewrittenWithItsPictures()
    {
        if (m_plugins.transform("batchnorm-folding") == nullptr)
            QSKIP("batchnorm-folding is not built");
        open(QString::fromStdString(sampleModels()[1].path().string()));
        QTRY_VERIFY_WITH_TIMEOUT(m_window->workspace()->pictures().current() != nullptr, 60000);
        const Key original = m_window->workspace()->model().key;
        const std::size_t count = m_window->workspace()->pictures().current()->pictures().samples.size();
        transform({"batchnorm-folding", {}});
        Workspace& workspace = *m_window->workspace();
        QVERIFY(workspace.model().key != original);
        QVERIFY(workspace.pictures().current() != nullptr);
        QCOMPARE(workspace.pictures().current()->pictures().samples.size(), count);
        QTRY_VERIFY_WITH_TIMEOUT(
            !workspace.evaluation().isRunning() && workspace.evaluation().latest().has_value(), 120000);
        QVERIFY2( // measured against the network before
            workspace.evaluation().latest()->kl.value < 1e-6,
            qPrintable(QString::number(workspace.evaluation().latest()->kl.value)));
        action("original")->trigger();
        QVERIFY(m_window->workspace()->model().key == original);
        QVERIFY(m_window->workspace()->pictures().current() != nullptr);
    }

    void oneThatRunsCanBeStopped()
    {
        open(QString::fromStdString(sampleModelPath().string()));
        TransformDialog* const shown = dialog();
        find<PluginChooser>(*shown, "pluginChooser")->setChoice({"smoothquant", {}});
        auto* const apply = find<QPushButton>(*shown, "transformApply");
        apply->click();
        QVERIFY(m_window->workspace()->transforms().job().isRunning());
        QCOMPARE(apply->text(), QString("Stop"));
        action("cancel")->trigger(); // Esc
        QVERIFY(!m_window->workspace()->transforms().job().isRunning());
        QCOMPARE(apply->text(), QString("Transform"));
        QTest::qWait(100);
        QVERIFY(m_window->workspace()->engine().transforms().empty());
    }

    void aSavedProjectIsRewrittenAgain()
    {
        open(QString::fromStdString(sampleModelPath().string()));
        transform({"smoothquant", {{"strength", 0.6}}});
        Workspace* workspace = m_window->workspace();
        const Key rewritten = workspace->model().key;
        workspace->document().setChoices({{LayerId(2), {"q4_k", "rtn", {}}}}, "one");
        const Allocation bits = workspace->document().allocation();
        const QString copy = m_folder.filePath("copy.tritproj");
        QVERIFY(workspace->saveCopy(copy.toStdString()).has_value());
        // It can be given up while it is being rewritten, and says by what.
        QSignalSpy given(m_window.get(), &MainWindow::opened);
        m_window->open(copy);
        QVERIFY(find<StatusLine>("statusLine")->text().contains("Opening copy"));
        action("cancel")->trigger();
        QVERIFY(!find<StatusLine>("statusLine")->text().contains("Opening"));
        QVERIFY(!given.wait(300));
        QCOMPARE(m_window->workspace(), workspace);
        ModelLoader loader;
        QSignalSpy transforms(&loader, &ModelLoader::transformChanged), loaded(&loader, &ModelLoader::loaded);
        loader.load(copy.toStdString(), m_plugins, {});
        QVERIFY(transforms.wait(60000));
        QCOMPARE(loader.transform(), QString("SmoothQuant"));
        QVERIFY(loaded.count() == 1 || loaded.wait(60000));
        QCOMPARE(loader.fraction(), 1.0);
        open(copy);
        workspace = m_window->workspace();
        QCOMPARE(workspace->engine().transforms().size(), std::size_t(1));
        QVERIFY(workspace->model().key == rewritten);
        QVERIFY(workspace->document().allocation() == bits);
        QSignalSpy opened(m_window.get(), &MainWindow::opened);
        action("original")->trigger(); // from the file
        QVERIFY(opened.wait(60000));
        QVERIFY(m_window->workspace()->engine().transforms().empty());
    }
};

QTEST_MAIN(TransformsWindowTest)
#include "transforms_window_test.moc"
