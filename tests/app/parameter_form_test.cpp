#include "app/gui/methods/method_dialog.h"
#include "app/gui/methods/plugin_chooser.h"
#include "app/gui/project_tool_bar.h"
#include "app/gui/theme.h"
#include "app/gui/widgets/number_field.h"
#include "app/gui/widgets/parameter_button.h"
#include "app/gui/widgets/parameter_form.h"
#include "app/session/recipe.h"

#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QRegularExpression>
#include <QSpinBox>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QToolButton>
#include <QtTest>

#include <set>

using namespace tritloom;

/// Forms drawn from what plugins declare, and that what is set in them goes where the command line's goes.
class ParameterFormTest final : public QObject {
    Q_OBJECT

    PluginHost m_plugins;
    QTemporaryDir m_folder;

    template <typename T>
    static T* find(QWidget& widget, const QString& name)
    {
        T* const found = widget.findChild<T*>(name);
        if (found == nullptr)
            qFatal("no %s", qPrintable(name));
        return found;
    }
    static std::vector<ParameterSpec> threeKinds()
    {
        return {
            {.key = "search",
             .title = "Search",
             .unit = {},
             .standard = 1,
             .lowest = 0,
             .highest = 1,
             .whole = true},
            {.key = "steps",
             .title = "Steps",
             .unit = "at most",
             .standard = 8,
             .lowest = 1,
             .highest = 50,
             .whole = true},
            {.key = "rate",
             .title = "Rate",
             .unit = "levels",
             .standard = 0.03,
             .lowest = 1e-6,
             .highest = 1}};
    }
    static std::unique_ptr<Workspace>
    openSample(const PluginHost& plugins, std::shared_ptr<ProjectStore> store = {})
    {
        EngineOptions options;
        options.evaluation = {.contextLength = 64, .chunkCount = 1};
        options.calibrationChunks = 2;
        return Workspace::create(loadModel(sampleModelPath()).value(), plugins, options, std::move(store))
            .value();
    }
    /// A tool bar as the window has it.
    static std::unique_ptr<ProjectToolBar> makeToolBar(const PluginHost& plugins, QObject* owner)
    {
        const auto action = [owner] { return new QAction(owner); };
        return std::make_unique<ProjectToolBar>(
            plugins,
            ProjectToolBar::Actions{action(), action(), action(), action(), action(), action(), action()},
            nullptr);
    }

private slots:
    void initTestCase()
    {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName("tritloom-tests");
        QCoreApplication::setApplicationName("parameter_form_test");
        applyTheme(Theme::Light);
    }

    void everyKindOfParameterHasItsEditorAndItsRange()
    {
        ParameterForm form;
        form.setSpecs(threeKinds(), {});
        QVERIFY(find<QCheckBox>(form, "parameter.search")->isChecked());
        auto* const steps = find<QSpinBox>(form, "parameter.steps");
        QCOMPARE(steps->value(), 8);
        steps->setValue(1000);
        QCOMPARE(steps->value(), 50);
        auto* const rate = find<NumberField>(form, "parameter.rate");
        QCOMPARE(rate->text(), QLocale().toString(0.03));
        rate->setValue(1e-6);
        QCOMPARE(rate->value(), 1e-6);
        rate->setValue(-1);
        QCOMPARE(rate->value(), 1e-6); // the lowest
        for (QWidget* const editor : {static_cast<QWidget*>(steps), static_cast<QWidget*>(rate)}) {
            QVERIFY(!editor->accessibleName().isEmpty());
            QVERIFY(editor->toolTip().contains("recipes"));
        }
        QCOMPARE(steps->accessibleName(), QString("Steps, at most"));
    }

    void choicesAreNamedInAList()
    {
        ParameterForm form;
        form.setSpecs(
            {{.key = "range",
              .title = "Range",
              .unit = {},
              .standard = 1,
              .lowest = 0,
              .highest = 2,
              .whole = true,
              .choices = {{"all", "All of it"}, {"part", "A part"}, {"none", "None of it"}}}},
            {});
        auto* const range = find<QComboBox>(form, "parameter.range");
        QCOMPARE(range->count(), 3);
        QCOMPARE(range->currentText(), QString("A part"));
        QVERIFY(form.values().empty());
        QVERIFY(range->toolTip().contains("Standard: A part"));
        QVERIFY(range->toolTip().contains("range=all|part|none"));
        QSignalSpy changed(&form, &ParameterForm::changed);
        range->setCurrentIndex(2);
        QCOMPARE(changed.count(), 1);
        QCOMPARE(form.values(), (Parameters{{"range", 2}}));
        form.setValues({{"range", 0}});
        QCOMPARE(range->currentText(), QString("All of it"));
        find<QAbstractButton>(form, "reset.range")->click();
        QVERIFY(form.values().empty());
    }

    void onlyWhatDiffersFromTheStandardIsChosen()
    {
        ParameterForm form;
        form.setSpecs(threeKinds(), {{"steps", 3}, {"unknown", 7}});
        QCOMPARE(form.values(), (Parameters{{"steps", 3}}));
        QSignalSpy changed(&form, &ParameterForm::changed);
        find<QCheckBox>(form, "parameter.search")->click();
        QCOMPARE(changed.count(), 1);
        QCOMPARE(form.values(), (Parameters{{"search", 0}, {"steps", 3}}));
        find<QCheckBox>(form, "parameter.search")->click();
        QCOMPARE(form.values(), (Parameters{{"steps", 3}}));
    }

    void eachAndAllGoBackToTheStandard()
    {
        ParameterForm form;
        form.setSpecs(threeKinds(), {{"steps", 3}, {"rate", 0.5}});
        form.show();
        auto* const back = find<QAbstractButton>(form, "reset.steps");
        QVERIFY(back->isVisible());
        QVERIFY(!find<QAbstractButton>(form, "reset.search")->isVisible());
        back->click();
        QCOMPARE(form.values(), (Parameters{{"rate", 0.5}}));
        QVERIFY(!back->isVisible());
        auto* const all = find<QPushButton>(form, "parameterReset");
        QVERIFY(all->isEnabled());
        all->click();
        QVERIFY(form.values().empty());
        QVERIFY(!all->isEnabled());
    }

    void smallNumbersAreTypedAsTheyAreWritten()
    {
        ParameterForm form;
        form.setSpecs(threeKinds(), {});
        form.show();
        auto* const rate = find<NumberField>(form, "parameter.rate");
        rate->setFocus();
        rate->selectAll();
        QTest::keyClicks(rate, "2e-5");
        QCOMPARE(form.values(), (Parameters{{"rate", 2e-5}})); // asked while it is being typed
        rate->selectAll();
        QTest::keyClicks(rate, "7");
        QTest::keyClick(rate, Qt::Key_Return);
        QVERIFY(rate->value() <= 1); // never beyond the range
    }

    void everyPluginDrawsAForm_data()
    {
        QTest::addColumn<QString>("id");
        QTest::addColumn<int>("kind");
        for (const MethodInfo& info : m_plugins.all())
            QTest::addRow("%s %s", std::string(idOf(info.kind)).c_str(), info.id.c_str())
                << QString::fromStdString(info.id) << int(info.kind);
    }
    void everyPluginDrawsAForm()
    {
        QFETCH(QString, id);
        QFETCH(int, kind);
        const auto info = std::ranges::find_if(m_plugins.all(), [&](const MethodInfo& known) {
            return known.id == id.toStdString() && int(known.kind) == kind;
        });
        const std::vector<ParameterSpec> specs = m_plugins.parametersOf(*info);
        static const QRegularExpression numbered("\\b0[:=]? [a-z].*\\b1[:=]? [a-z]"),
            word("^[a-z]+(-[a-z]+)*$");
        for (const ParameterSpec& spec : specs) {
            QVERIFY2(
                !numbered.match(QString::fromStdString(spec.title + spec.unit)).hasMatch(),
                spec.title.c_str());
            if (spec.choices.empty())
                continue;
            QVERIFY2(spec.whole && !spec.sizes && spec.lowest == 0, spec.key.c_str());
            QCOMPARE(double(spec.choices.size()), spec.highest + 1);
            std::set<std::string> words, titles;
            for (const ParameterChoice& choice : spec.choices) {
                QVERIFY2(word.match(QString::fromStdString(choice.word)).hasMatch(), choice.word.c_str());
                words.insert(choice.word);
                titles.insert(choice.title);
            }
            QCOMPARE(words.size(), spec.choices.size());
            QCOMPARE(titles.size(), spec.choices.size());
            QVERIFY(!titles.contains(""));
        }
        ParameterForm form;
        form.setSpecs(specs, {});
        QVERIFY2(form.values().empty(), "the standard cannot be shown as it is");
        // The ends of each range come out as they went in, and are what the plugin takes.
        for (const ParameterSpec& spec : specs)
            for (const double end : {spec.lowest, spec.highest}) {
                form.setValues({{spec.key, end}});
                const Parameters values = form.values();
                const double shown = values.contains(spec.key) ? values.at(spec.key) : spec.standard;
                QVERIFY2(
                    std::abs(shown - end) <= 1e-9 * std::max(1.0, std::abs(end)),
                    qPrintable(QString("%1: %2 instead of %3")
                                   .arg(QString::fromStdString(spec.key))
                                   .arg(shown)
                                   .arg(end)));
                QVERIFY(parameterValue(specs, values, spec.key).has_value());
            }
    }

    void theToolBarSetsTheMethodOfTheLoom()
    {
        QObject owner;
        const auto workspace = openSample(m_plugins);
        const auto bar = makeToolBar(m_plugins, &owner);
        bar->setWorkspace(workspace.get());
        bar->show();
        auto* const methods = find<QComboBox>(*bar, "method");
        methods->setCurrentIndex(methods->findData("gptq"));
        emit methods->activated(methods->currentIndex());
        QCOMPARE(workspace->method(), (PluginChoice{"gptq", {}}));
        auto* const settings = find<ParameterButton>(*bar, "methodSettings");
        QVERIFY(settings->isEnabled());
        QTest::mouseClick(settings, Qt::LeftButton);
        auto* const popup = find<QDialog>(*settings, "parameterPopup");
        const ParameterSpec spec = m_plugins.find("gptq")->parameters().front();
        auto* const editor = find<QWidget>(*popup, "parameter." + QString::fromStdString(spec.key));
        if (auto* const box = qobject_cast<QCheckBox*>(editor))
            box->click();
        else if (auto* const whole = qobject_cast<QSpinBox*>(editor))
            whole->setValue(whole->value() + 1);
        else
            static_cast<NumberField*>(editor)->setValue(spec.highest);
        popup->close();
        QCOMPARE(workspace->method().parameters.size(), std::size_t(1));
        QCOMPARE(settings->text(), QString("1"));
        // A stop of the loom carries them now.
        const auto stops = workspace->stopsOf(LayerId(2));
        QVERIFY(std::ranges::any_of(stops, [&](const LayerChoice& stop) {
            return stop.method == "gptq" && stop.parameters == workspace->method().parameters;
        }));
        bar->setWorkspace(nullptr);
    }

    void noButtonFallsOffANarrowBar()
    {
        QObject owner;
        const auto bar = makeToolBar(m_plugins, &owner);
        for (QAction* const action : owner.findChildren<QAction*>())
            action->setText("Exportieren");
        bar->resize(2200, 46);
        bar->show();
        const QWidget* const last = bar->widgetForAction(bar->actions().back());
        const QAction* const label = bar->actions()[4]; // "Method"
        const auto* const open = qobject_cast<QToolButton*>(bar->widgetForAction(bar->actions().front()));
        const auto saysOpen = [open] { return open->toolButtonStyle() == Qt::ToolButtonTextBesideIcon; };
        QVERIFY(label->isVisible() && saysOpen());
        bool keptLabel = false;
        int width = bar->width();
        for (; label->isVisible() && width > 400; width -= 20) {
            bar->resize(width, 46);
            QCoreApplication::processEvents();
            QVERIFY2(bar->rect().contains(last->geometry()), qPrintable(QString::number(width)));
            keptLabel = keptLabel || (label->isVisible() && !saysOpen());
        }
        QVERIFY(!label->isVisible());
        QVERIFY(keptLabel); // a folder needs no word, a list of methods does
    }

    void methodAndValuesAreFoundAgain()
    {
        const std::filesystem::path path = m_folder.filePath("kept.tritproj").toStdString();
        const PluginChoice chosen{"gptq", {{"dampening", 2.5}}};
        {
            const auto workspace = openSample(m_plugins, ProjectStore::open(path).value());
            workspace->setMethod(chosen);
            const LayerChoice choice =
                choiceFor(workspace->model().layers[2], {"q4_k", "gptq", chosen.parameters});
            workspace->document().setChoices({{LayerId(2), choice}}, "one");
        }
        const auto again = openSample(m_plugins, ProjectStore::open(path).value());
        QCOMPARE(again->method(), chosen);
        QCOMPARE(again->document().allocation().layers[2].parameters, chosen.parameters);
    }

    void theDialogGivesLayersMethodFormatAndValues()
    {
        const auto workspace = openSample(m_plugins);
        workspace->selection().set({LayerId(2), LayerId(3)}, LayerId(2));
        MethodDialog dialog(*workspace, {"gptq", {}});
        dialog.setAttribute(Qt::WA_DeleteOnClose, false);
        dialog.show();
        auto* const format = find<QComboBox>(dialog, "methodFormat");
        format->setCurrentIndex(format->findData("int3g64"));
        QVERIFY(format->currentIndex() >= 0);
        find<NumberField>(dialog, "parameter.dampening")->setValue(5);
        const Allocation before = workspace->document().allocation();
        find<QPushButton>(dialog, "methodApply")->click();
        for (const std::size_t layer : {2, 3}) {
            const LayerChoice& choice = workspace->document().allocation().layers[layer];
            QCOMPARE(choice.format, std::string("int3g64"));
            QCOMPARE(choice.method, std::string("gptq"));
            QCOMPARE(choice.parameters, (Parameters{{"dampening", 5}}));
        }
        QVERIFY(workspace->document().allocation().layers[4] == before.layers[4]);
        // They go into a recipe as everything else, and one step takes them back.
        const std::string recipe = recipeText(workspace->model(), workspace->document().allocation(), {});
        QVERIFY(recipe.find("\"dampening\"") != std::string::npos);
        QVERIFY(workspace->document().undoStack().undoText().contains("dampening=5"));
        workspace->document().undoStack().undo();
        QVERIFY(workspace->document().allocation() == before);
    }

    void theDialogOffersOnlyWhatAMethodCanDo()
    {
        const auto workspace = openSample(m_plugins);
        MethodDialog dialog(*workspace, {"ternary", {}});
        dialog.setAttribute(Qt::WA_DeleteOnClose, false);
        auto* const format = find<QComboBox>(dialog, "methodFormat");
        QVERIFY(format->count() > 0);
        for (int i = 0; i < format->count(); ++i) {
            const auto offered = parseNumberFormat(format->itemData(i).toString().toStdString());
            QVERIFY(offered && m_plugins.find("ternary")->supports(**offered));
        }
        if (m_plugins.find("bitdelta") == nullptr)
            return;
        find<PluginChooser>(dialog, "pluginChooser")->setChoice({"bitdelta", {}});
        QVERIFY(find<PluginChooser>(dialog, "pluginChooser")->whyNot().contains("tuned from"));
    }

    void aMethodOfOtherFormatsMovesTheLoomToThem()
    {
        if (m_plugins.find("bitstack") == nullptr)
            QSKIP("bitstack is not built");
        const auto model = loadModel(sampleModelPath()).value();
        const auto candidates = candidatesBy(*model, {"bitstack", {{"blocks", 2}}}, m_plugins.lookup());
        QVERIFY(!candidates.empty());
        for (const Candidate& candidate : candidates)
            if (candidate.method == "bitstack") {
                QVERIFY(m_plugins.find("bitstack")->supports(*parseNumberFormat(candidate.format).value()));
                QCOMPARE(candidate.parameters.at("blocks"), 2.0);
            }
    }
};

QTEST_MAIN(ParameterFormTest)
#include "parameter_form_test.moc"
