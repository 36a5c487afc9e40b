#include "app/gui/evaluation/history_list.h"
#include "app/gui/recipes/blame_dialog.h"
#include "app/gui/recipes/difference_dialog.h"
#include "app/gui/text/text_page.h"
#include "app/gui/theme.h"
#include "app/session/samples.h"
#include "core/sensitivity/candidate.h"
#include "tests/app/window_fixture.h"

#include <QLabel>
#include <QPointer>
#include <QPushButton>
#include <QTextBrowser>
#include <QTreeWidget>
#include <QtTest>

using namespace tritloom;

/// What the window says of recipes: differences between them, and which layers cost a loss.
class RecipesTest final : public QObject, WindowFixture {
    Q_OBJECT

    std::unique_ptr<Workspace> m_workspace;

    Allocation spoiled() const
    {
        Allocation allocation = uniform(m_workspace->model(), {"q8_0", "rtn", {}});
        allocation.layers[layerCalled("blk.1.ffn_down.weight")].format = "tq2_0";
        return allocation;
    }
    std::size_t layerCalled(std::string_view name) const
    {
        const auto& layers = m_workspace->model().layers;
        return std::size_t(std::ranges::find(layers, name, &Layer::name) - layers.begin());
    }

private slots:
    void initTestCase()
    {
        beginAs("recipes_test");
        applyTheme(Theme::Light);
    }
    void init()
    {
        EngineOptions options;
        options.evaluation = {.contextLength = 64, .chunkCount = 2};
        m_workspace = Workspace::create(loadModel(sampleModelPath()).value(), m_plugins, options).value();
    }
    void cleanup() { m_workspace.reset(); }

    void theDialogFindsTheSpoiledLayerAndSelectsIt()
    {
        m_workspace->document().replace(spoiled(), "spoil");
        QWidget window;
        auto* const button = makeBlameButton(*m_workspace, &window);
        QVERIFY(button->isEnabled());
        QTest::mouseClick(button, Qt::LeftButton);
        auto* const dialog = window.findChild<BlameDialog*>();
        QVERIFY(dialog);
        auto* const again = find<QPushButton>(*dialog, "blameAgain");
        QTRY_COMPARE_WITH_TIMEOUT(again->text(), QString("Search again"), 60000);
        const auto* const list = find<QTreeWidget>(*dialog, "blameList");
        QVERIFY(list->topLevelItemCount() > 1);
        QCOMPARE(list->topLevelItem(0)->text(0), QString("blk.1.ffn_down"));
        QCOMPARE(list->topLevelItem(0)->text(1), QString("tq2_0"));
        QVERIFY(dialog->found()->layers.front().gain > 0.7 * dialog->found()->difference());
        QVERIFY(!find<QLabel>(*dialog, "blameSums")->text().isEmpty());
        list->topLevelItem(0)->setSelected(true);
        QCOMPARE(
            m_workspace->selection().layers(),
            (std::vector<LayerId>{LayerId(layerCalled("blk.1.ffn_down.weight"))}));
    }

    void aSearchCanBeCancelled()
    {
        QWidget window;
        BlameDialog dialog(
            *m_workspace, "the loss", m_workspace->engine().chunks(), BlameQuestion::Measure::Loss, spoiled(),
            &window);
        dialog.setAttribute(Qt::WA_DeleteOnClose, false);
        auto* const again = find<QPushButton>(dialog, "blameAgain");
        QCOMPARE(again->text(), QString("Cancel"));
        again->click();
        QCOMPARE(again->text(), QString("Search again"));
        again->click();
        QTRY_COMPARE_WITH_TIMEOUT(again->text(), QString("Search again"), 60000);
        QVERIFY(dialog.found() && !dialog.found()->layers.empty());
    }

    void closingTheProjectEndsTheSearch()
    {
        QPointer<BlameDialog> dialog = new BlameDialog(
            *m_workspace, "the loss", m_workspace->engine().chunks(), BlameQuestion::Measure::Loss, spoiled(),
            nullptr);
        dialog->QDialog::show();
        m_workspace.reset();
        QTRY_VERIFY(dialog.isNull());
    }

    void nothingCompressedIsNothingToBlame()
    {
        QWidget window;
        const QString whyNot = whyNoBlame(*m_workspace);
        QVERIFY(!whyNot.isEmpty());
        QWidget* const button = makeBlameButton(*m_workspace, &window);
        QVERIFY(!button->isEnabled());
        QCOMPARE(button->toolTip(), whyNot);
        m_workspace->document().replace(uniform(m_workspace->model(), {"q4_k", "rtn", {}}), "four bits");
        QVERIFY(button->isEnabled() && button->toolTip() != whyNot);
        m_workspace->document().undoStack().undo();
        QVERIFY(!button->isEnabled());
        QCOMPARE(button->toolTip(), whyNot);
    }

    void theTextPageAsksAboutTheFirstDifference()
    {
        m_workspace->document().replace(uniform(m_workspace->model(), {"tq2_0", "rtn", {}}), "crush");
        TextPage page(*m_workspace);
        page.resize(900, 500);
        page.QWidget::show();
        auto* const button = find<QPushButton>(page, "blameToken");
        QTRY_VERIFY_WITH_TIMEOUT(button->isVisible(), 60000);
        QTest::mouseClick(button, Qt::LeftButton);
        auto* const dialog = page.findChild<BlameDialog*>();
        QVERIFY(dialog);
        QVERIFY(dialog->windowTitle().contains(QString::fromUtf8("“")));
        QTRY_COMPARE_WITH_TIMEOUT(
            find<QPushButton>(*dialog, "blameAgain")->text(), QString("Search again"), 60000);
        QCOMPARE(dialog->found()->positions, std::size_t(1));
        QVERIFY(
            dialog->found()->difference()
            > 0); // the original's own choice is what the compressed one finds unlikely
    }

    void aTextThatEndsAtOnceIsSaidToDo()
    {
        TextPage page(*m_workspace);
        emit m_workspace->text().updated({.prompt = "Once", .complete = false});
        const auto said = [&] {
            QStringList texts;
            for (const QLabel* const label : page.findChildren<QLabel*>())
                texts << label->text();
            return texts.join('\n');
        };
        QVERIFY2(!said().contains("at once"), qPrintable(said()));
        emit m_workspace->text().updated({.prompt = "Once", .complete = true});
        QVERIFY2(said().contains("at once"), qPrintable(said()));
    }

    void theTextPageOfANetworkOnPicturesNamesTheirPage()
    {
        const auto pictures =
            Workspace::create(loadModel(sampleModels()[1].path()).value(), m_plugins, {}).value();
        TextPage page(*pictures);
        page.resize(900, 460);
        page.QWidget::show();
        QVERIFY(!find<QTextBrowser>(page, "originalText")->isVisible());
        QVERIFY(!find<QPushButton>(page, "generate")->isVisible());
        bool isSaid = false;
        for (const QLabel* const label : page.findChildren<QLabel*>())
            isSaid = isSaid || (label->isVisible() && label->text().contains("“Pictures”"));
        QVERIFY(isSaid);
    }

    void aDifferenceIsListedAndTakenOverInOneStep()
    {
        AllocationDocument& document = m_workspace->document();
        document.replace(uniform(m_workspace->model(), {"q8_0", "rtn", {}}), "eight");
        const int before = document.undoStack().index();
        DifferenceDialog dialog(*m_workspace, "other.json", spoiled(), nullptr);
        dialog.setAttribute(Qt::WA_DeleteOnClose, false);
        const auto* const list = find<QTreeWidget>(dialog, "differenceList");
        QCOMPARE(list->topLevelItemCount(), 1);
        QCOMPARE(list->topLevelItem(0)->text(0), QString("blk.1.ffn_down"));
        QVERIFY(list->topLevelItem(0)->text(1).startsWith("q8_0"));
        QVERIFY(list->topLevelItem(0)->text(2).startsWith("tq2_0"));
        QVERIFY(list->topLevelItem(0)->text(4).contains("8.50"));
        find<QPushButton>(dialog, "differenceSelect")->click();
        QCOMPARE(m_workspace->selection().current(), LayerId(layerCalled("blk.1.ffn_down.weight")));
        find<QPushButton>(dialog, "differenceTake")->click();
        QCOMPARE(document.allocation(), spoiled());
        QCOMPARE(document.undoStack().index(), before + 1);
        QCOMPARE(list->topLevelItemCount(), 0); // nothing differs any more
        QVERIFY(!find<QPushButton>(dialog, "differenceTake")->isEnabled());
        document.undoStack().undo();
        QCOMPARE(list->topLevelItemCount(), 1);
    }
};

QTEST_MAIN(RecipesTest)
#include "recipes_test.moc"
