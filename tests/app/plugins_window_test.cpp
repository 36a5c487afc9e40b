#include "app/gui/allocation/allocator_dialog.h"
#include "app/gui/analyses/analyses_page.h"
#include "app/gui/methods/glossary.h"
#include "app/gui/methods/method_dialog.h"
#include "app/gui/methods/methods_page.h"
#include "app/gui/methods/plugin_chooser.h"
#include "app/gui/sensitivity/sensitivity_page.h"
#include "app/gui/transforms/transform_dialog.h"
#include "app/gui/widgets/heat_map.h"
#include "app/gui/widgets/number_field.h"
#include "core/sensitivity/candidate.h"
#include "core/sensitivity/plugin_allocation.h"
#include "tests/support/tiny_model.h"
#include "tests/app/window_fixture.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDockWidget>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTextBrowser>
#include <QtTest>

using namespace tritloom;

/// Metrics, allocators and the method browser in the window.
class PluginsWindowTest final : public QObject, WindowFixture {
    Q_OBJECT

    QTemporaryDir m_folder;

    std::shared_ptr<Workspace> openSample(std::shared_ptr<ProjectStore> store = {})
    {
        EngineOptions options;
        options.evaluation = {.contextLength = 64, .chunkCount = 1};
        options.calibrationChunks = 2;
        return Workspace::create(loadModel(sampleModelPath()).value(), m_plugins, options, std::move(store))
            .value();
    }
    int shownCards()
    {
        auto* const list = find<QListWidget>(*m_window, "methodCards");
        int shown = 0;
        for (int row = 0; row < list->count(); ++row)
            shown += list->item(row)->isHidden() ? 0 : 1;
        return shown;
    }

private slots:
    void initTestCase()
    {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName("tritloom-tests");
        QCoreApplication::setApplicationName("plugins_window_test");
    }
    void init()
    {
        QSettings().clear();
        m_window = std::make_unique<MainWindow>(m_plugins, Settings(), PageDocks::Layout::Standard);
        m_window->resize(1280, 800);
        m_window->show(openSample(), "sample.gguf");
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
        QTRY_VERIFY(m_window->findChild<QWidget*>("distributionPage") != nullptr); // the first layout is done
    }
    void cleanup() { m_window.reset(); }

    void aMetricFillsTheMapInThePlaceOfTheSweep()
    {
        auto* const page = qobject_cast<SensitivityPage*>(m_window->page("sensitivity"));
        auto* const source = find<QComboBox>(*page, "sensitivitySource");
        source->setCurrentIndex(source->findData("zd"));
        auto* const run = find<QPushButton>(*page, "runSweep");
        QCOMPARE(run->text(), QString("Score"));
        run->click();
        const PluginChoice zd{"zd", {}};
        const auto& candidates = workspace().sensitivity().table().candidates;
        QTRY_VERIFY_WITH_TIMEOUT(workspace().metric().scores(zd, candidates) != nullptr, 120000);
        const MetricScores& scores = *workspace().metric().scores(zd, candidates);
        QCOMPARE(scores.costs.size(), workspace().model().layers.size());
        QVERIFY(!run->isEnabled()); // it has been asked
        // What was measured is shown again when it is asked for, and scores stay.
        source->setCurrentIndex(0);
        QCOMPARE(run->text(), QString("Measure"));
        source->setCurrentIndex(source->findData("zd"));
        QVERIFY(!run->isEnabled());
        // Other candidates: nothing is known of them.
        workspace().setMethod({"rtn", {}});
        QVERIFY(workspace().metric().scores(zd, workspace().sensitivity().table().candidates) == nullptr);
        QVERIFY(run->isEnabled());
    }

    void whatAMetricTellsBesideIsAColumnOfItsOwn()
    {
        const auto& candidates = workspace().sensitivity().table().candidates;
        qobject_cast<SensitivityPage*>(m_window->page("sensitivity"))->showSource("baq");
        find<QPushButton>("runSweep")->click();
        QTRY_VERIFY_WITH_TIMEOUT(workspace().metric().scores({"baq", {}}, candidates) != nullptr, 120000);
        QTRY_COMPARE(find<HeatMap>("heatMap")->cell(0, int(candidates.size())), 1.0);
        emit find<HeatMap>("heatMap")->cellActivated(0, int(candidates.size())); // no format to take
        QVERIFY(workspace().document().allocation() == workspace().model().original());
    }

    void theBoxMakesAllocateGoByTheMetric()
    {
        auto* const page = qobject_cast<SensitivityPage*>(m_window->page("sensitivity"));
        page->showSource("zd");
        auto* const box = find<QCheckBox>(*page, "allocateByMetric");
        QVERIFY(!box->isChecked());
        box->click();
        QCOMPARE(workspace().allocator().metric, (PluginChoice{"zd", {}}));
        box->click();
        QVERIFY(workspace().allocator().metric.id.empty());
    }

    void allocatorAndMetricDoWhatTheCommandLineDoes()
    {
        Goal goal = workspace().goal();
        goal.budgetBytes = workspace().model().parameters() * 5 / 8;
        workspace().setGoal(goal);
        AllocatorDialog dialog(workspace(), {});
        dialog.setAttribute(Qt::WA_DeleteOnClose, false);
        find<PluginChooser>(dialog, "pluginChooser")->setChoice({"two-level", {{"high", 6}, {"low", 3}}});
        auto* const costs = find<QComboBox>(dialog, "allocatorCosts");
        costs->setCurrentIndex(costs->findData("zd"));
        QSignalSpy allocated(&workspace(), &Workspace::allocated);
        find<QPushButton>(dialog, "allocatorApply")->click(); // asks the metric first
        QVERIFY(allocated.wait(120000));
        const AllocatorChoice wanted{{"two-level", {{"high", 6}, {"low", 3}}}, {"zd", {}}, 0};
        QCOMPARE(workspace().allocator(), wanted);
        const auto& table = workspace().sensitivity().table();
        const MetricScores* const scores = workspace().metric().scores(wanted.metric, table.candidates);
        QVERIFY(scores != nullptr);
        const AllocationRules rules{
            .pinned = workspace().document().pinned(),
            .keepFusedSets = true,
            .budgetBytes = goal.budgetBytes,
            .methods = workspace().methods()};
        const auto direct = allocateBy(
            workspace().model(), table, scores, workspace().model().original(), rules, wanted,
            [this](std::string_view id) { return m_plugins.allocator(id); }, MethodContext());
        QVERIFY2(direct.has_value(), direct ? "" : direct.error().message.c_str());
        QVERIFY(workspace().document().allocation() == direct->result.allocation);
        QVERIFY(workspace().document().allocation() != workspace().model().original());
        workspace().document().undoStack().undo();
        QVERIFY(workspace().document().allocation() == workspace().model().original());
    }

    // Who has just opened a model need not know what an allocation goes by.
    void allocateMeasuresFirst()
    {
        QCOMPARE(workspace().sensitivity().table().knownCount(), std::size_t(0));
        QSignalSpy allocated(&workspace(), &Workspace::allocated);
        auto* const allocate = find<QAction>(*m_window, "action.allocate");
        allocate->trigger();
        QVERIFY(workspace().sensitivity().isRunning());
        allocate->trigger(); // asked again, not done twice
        QVERIFY(allocated.wait(240000));
        QTest::qWait(50);
        QCOMPARE(allocated.size(), 1);
        QCOMPARE(
            workspace().sensitivity().table().knownCount(), workspace().sensitivity().table().cellCount());
        QVERIFY(workspace().document().allocation() != workspace().model().original());
    }

    void aSweepThatIsStoppedAllocatesNothing()
    {
        QSignalSpy allocated(&workspace(), &Workspace::allocated);
        QSignalSpy failed(&workspace(), &Workspace::allocationFailed);
        find<QAction>(*m_window, "action.allocate")->trigger();
        QVERIFY(workspace().sensitivity().isRunning());
        find<QAction>(*m_window, "action.cancel")->trigger();
        QVERIFY(!workspace().sensitivity().isRunning());
        QTest::qWait(50);
        QCOMPARE(allocated.size() + failed.size(), 0);
        QVERIFY(workspace().document().allocation() == workspace().model().original());
    }

    void theChoiceIsKeptInTheProject()
    {
        const std::filesystem::path path = m_folder.filePath("kept.tritproj").toStdString();
        const AllocatorChoice wanted{{"integer-program", {{"seconds", 3}}}, {"zd", {}}, 1.5e9};
        openSample(ProjectStore::open(path).value())->setAllocator(wanted);
        QCOMPARE(openSample(ProjectStore::open(path).value())->allocator(), wanted);
    }

    void differencesNeedTheModelThatThisOneWasTunedFrom()
    {
        const std::filesystem::path path = m_folder.filePath("tuned.tritproj").toStdString();
        {
            const auto tuned = openSample(ProjectStore::open(path).value());
            MethodDialog dialog(*tuned, {"bitdelta", {}});
            dialog.setAttribute(Qt::WA_DeleteOnClose, false);
            auto* const name = find<QLabel>(dialog, "baseModelName");
            QVERIFY(name->isVisibleTo(&dialog));
            tuned->selection().setSingle(LayerId(0));
            QVERIFY(!find<QPushButton>(dialog, "methodApply")->isEnabled());
            QSignalSpy failed(&tuned->baseModel(), &BaseModelController::failed);
            tuned->baseModel().load(TRITLOOM_SOURCE_DIR "/tests/fuzz/corpus/onnx/conv_gemm");
            QVERIFY(failed.wait(30000));
            QVERIFY2(name->text().contains("is not what"), qPrintable(name->text()));
            QVERIFY(!find<QPushButton>(dialog, "methodApply")->isEnabled());
            QSignalSpy changed(&tuned->baseModel(), &BaseModelController::changed);
            tuned->baseModel().load(sampleModelPath()); // its own base: nothing has changed
            QVERIFY(changed.wait(30000));
            QCOMPARE(
                name->text(),
                QString::fromStdString(sampleModelPath().filename().string())
                    + "\nthe base holds the weights of the model itself: there is no difference to store");
            QVERIFY(find<QPushButton>(dialog, "methodApply")->isEnabled());
            const auto made = tuned->engine().compressor()->compress(LayerId(0), {"sign", "bitdelta", {}}, {});
            QVERIFY2(made, made ? "" : made.error().message.c_str());
        }
        // Kept in the project.
        const auto again = openSample(ProjectStore::open(path).value());
        QTRY_VERIFY_WITH_TIMEOUT(again->engine().base() != nullptr, 30000);
        QVERIFY(std::filesystem::equivalent(again->baseModel().path(), sampleModelPath()));
    }

    void theMethodDialogSaysWhichLayersGetAnotherFormat()
    {
        // Rows of 64 and 96: none is a multiple of a block of 256, one is of 32.
        auto model = std::make_shared<Model>(*TinyModel{.feedForward = 100}.make());
        const auto tiny = Workspace::create(model, m_plugins, EngineOptions()).value();
        std::vector<LayerId> all;
        for (std::size_t i = 0; i < model->layers.size(); ++i)
            all.push_back(LayerId(i));
        tiny->selection().set(all, all.front());
        MethodDialog dialog(*tiny, {"rtn", {}});
        dialog.setAttribute(Qt::WA_DeleteOnClose, false);
        auto* const format = find<QComboBox>(dialog, "methodFormat");
        auto* const said = find<QLabel>(dialog, "methodFallback");
        for (const char* const wanted : {"q4_k", "q8_0"}) {
            format->setCurrentIndex(format->findData(wanted));
            QCOMPARE(format->currentData().toString(), QString(wanted));
            std::size_t others = 0;
            for (const Layer& layer : model->layers) {
                const LayerChoice choice = choiceFor(layer, {wanted, "rtn", {}});
                if (choice.format == wanted)
                    continue;
                ++others;
                QVERIFY2(
                    said->text().contains(QString::fromStdString(choice.format)), qPrintable(said->text()));
                QVERIFY2(said->text().contains(QString::number(layer.columns)), qPrintable(said->text()));
            }
            QVERIFY(others > 0);
            QVERIFY(said->isVisibleTo(&dialog));
            QVERIFY(said->text().contains(wanted));
        }
        // One whose rows take it: nothing to say.
        tiny->selection().setSingle(LayerId(0));
        format->setCurrentIndex(format->findData("q8_0"));
        QCOMPARE(choiceFor(model->layers[0], {"q8_0", "rtn", {}}).format, std::string("q8_0"));
        QVERIFY(!said->isVisibleTo(&dialog));
    }

    void whatLooksAtPicturesIsNotOfferedForATextModel()
    {
        auto* const page = qobject_cast<AnalysesPage*>(m_window->page("analyses"));
        auto* const chooser = find<PluginChooser>(*page, "pluginChooser");
        QCoreApplication::processEvents(); // what cannot be used is told once the page is there
        int refused = 0;
        for (const char* const id : {"bit-planes", "cost-pareto", "vision-bit-scaling", "step-groups"}) {
            if (m_plugins.analysis(id) == nullptr)
                continue;
            ++refused;
            page->choose(id);
            QVERIFY2(!chooser->whyNot().isEmpty(), id);
            QVERIFY2(!find<QPushButton>(*page, "runAnalysis")->isEnabled(), id);
        }
        QVERIFY(refused > 0);
        for (const char* const id : {"quantization-law", "memory-faults", "metric-ranks"}) {
            if (m_plugins.analysis(id) == nullptr)
                continue;
            page->choose(id);
            QVERIFY2(chooser->whyNot().isEmpty(), qPrintable(chooser->whyNot()));
            QVERIFY2(find<QPushButton>(*page, "runAnalysis")->isEnabled(), id);
        }
    }

    void everyPluginIsACardAndFiltersMeanWhatTheySay()
    {
        auto* const page = qobject_cast<MethodsPage*>(m_window->page("methods"));
        QCOMPARE(std::size_t(shownCards()), m_plugins.all().size());
        find<QPushButton>(*page, "chipMetrics")->click();
        QCOMPARE(std::size_t(shownCards()), m_plugins.of(PluginKind::SensitivityMetric).size());
        find<QPushButton>(*page, "chipAllocators")->click(); // both kinds
        QCOMPARE(
            std::size_t(shownCards()),
            m_plugins.of(PluginKind::SensitivityMetric).size() + m_plugins.of(PluginKind::Allocator).size());
        find<QPushButton>(*page, "chipMetrics")->click();
        find<QPushButton>(*page, "chipAllocators")->click();
        find<QPushButton>(*page, "chipNoData")->click();
        std::size_t expected = 0;
        for (const MethodInfo& info : m_plugins.methods()) {
            const LayerMethod* const method = m_plugins.find(info.id);
            expected += method->calibration() == Calibration::None && !method->needsBase() ? 1 : 0;
        }
        QVERIFY(expected > 0);
        QCOMPARE(std::size_t(shownCards()), expected);
        find<QPushButton>(*page, "chipNoData")->click();
        auto* const search = find<QLineEdit>(*page, "methodSearch");
        search->setText("gptq rounding nonsense");
        QCOMPARE(shownCards(), 0);
        QVERIFY(find<QTextBrowser>(*page, "methodDetail")->toPlainText().contains("Nothing passes"));
        QVERIFY(!find<QPushButton>(*page, "useMethod")->isEnabled());
        search->setText("2210.17323"); // of the GPTQ paper
        QVERIFY(shownCards() >= 1);
    }

    void theCardSaysWhatIsCovered()
    {
        auto* const page = qobject_cast<MethodsPage*>(m_window->page("methods"));
        find<QLineEdit>(*page, "methodSearch")->setText("autoround");
        const auto infos = m_plugins.methods();
        const auto info = std::ranges::find(infos, "autoround", &MethodInfo::id);
        if (info == infos.end())
            QSKIP("autoround is not built");
        const QString text = find<QTextBrowser>(*page, "methodDetail")->toPlainText();
        QVERIFY2(text.contains(info->title), qPrintable(text));
        QVERIFY(text.contains(info->paper));
        QVERIFY(text.contains(info->covers));
        for (const ParameterSpec& spec : m_plugins.find("autoround")->parameters())
            QVERIFY(text.contains(QString::fromStdString(spec.key) + "="));
    }

    void theCardSaysWhichFormatsAMethodWrites()
    {
        auto* const page = qobject_cast<MethodsPage*>(m_window->page("methods"));
        const auto cardOf = [&](const char* id) {
            find<QLineEdit>(*page, "methodSearch")->setText(id);
            auto* const list = find<QListWidget>(*page, "methodCards");
            for (const MethodInfo& info : m_plugins.methods())
                for (int row = 0; info.id == id && row < list->count(); ++row)
                    if (list->item(row)->text() == info.title)
                        list->setCurrentRow(row);
            return find<QTextBrowser>(*page, "methodDetail")->toPlainText();
        };
        QVERIFY2(cardOf("bitdelta").contains("Formats: sign\n"), qPrintable(cardOf("bitdelta")));
        QVERIFY2(cardOf("gptq").contains("; first of all q4_k"), qPrintable(cardOf("gptq")));
    }

    void wordsLeadToTheGlossary()
    {
        auto* const page = qobject_cast<MethodsPage*>(m_window->page("methods"));
        auto* const detail = find<QTextBrowser>(*page, "methodDetail");
        find<QLineEdit>(*page, "methodSearch")->setText("autoround");
        QVERIFY(detail->toHtml().contains("term:"));
        emit detail->anchorClicked(QUrl("term:gram"));
        QVERIFY(find<QPushButton>(*page, "glossary")->isChecked());
        for (const GlossaryTerm& term : glossary())
            QVERIFY2(detail->toPlainText().contains(meaningOf(term)), term.id);
        find<QPushButton>(*page, "glossary")->click();
        QVERIFY(!detail->toPlainText().contains(meaningOf(glossary().back())));
    }

    void aDoubleClickLeadsToWhereItIsUsed()
    {
        auto* const page = qobject_cast<MethodsPage*>(m_window->page("methods"));
        auto* const list = find<QListWidget>(*page, "methodCards");
        const auto activate = [&](const QString& title) {
            for (int row = 0; row < list->count(); ++row)
                if (list->item(row)->text() == title) {
                    list->setCurrentRow(row);
                    emit list->itemActivated(list->item(row));
                    return;
                }
            qFatal("no card %s", qPrintable(title));
        };
        const auto titleOf = [&](PluginKind kind, const char* id) {
            const auto infos = m_plugins.of(kind);
            return std::ranges::find(infos, id, &MethodInfo::id)->title;
        };
        activate(titleOf(PluginKind::LayerMethod, "gptq"));
        auto* const method = m_window->findChild<MethodDialog*>();
        QVERIFY(method != nullptr);
        QCOMPARE(find<PluginChooser>(*method, "pluginChooser")->choice().id, std::string("gptq"));
        activate(titleOf(PluginKind::ModelTransform, "smoothquant"));
        auto* const transform = m_window->findChild<TransformDialog*>();
        QVERIFY(transform != nullptr);
        QCOMPARE(find<PluginChooser>(*transform, "pluginChooser")->choice().id, std::string("smoothquant"));
        activate(titleOf(PluginKind::SensitivityMetric, "zd"));
        QCOMPARE(find<QComboBox>(*m_window, "sensitivitySource")->currentData().toString(), QString("zd"));
        activate(titleOf(PluginKind::Analysis, "quantization-law"));
        QTRY_VERIFY(find<QWidget>(*m_window, "analysesPage")->isVisible());
        QCOMPARE(
            find<PluginChooser>(*find<QWidget>(*m_window, "analysesPage"), "pluginChooser")->choice().id,
            std::string("quantization-law"));
    }
};

QTEST_MAIN(PluginsWindowTest)
#include "plugins_window_test.moc"
