#include "app/gui/compare/compare_page.h"
#include "app/gui/theme.h"
#include "app/session/samples.h"

#include <QChart>
#include <QChartView>
#include <QCheckBox>
#include <QComboBox>
#include <QDialog>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QScatterSeries>
#include <QSignalSpy>
#include <QTableWidget>
#include <QTest>
#include <QValueAxis>

#include <cmath>
#include <set>

using namespace tritloom;

/// Methods x formats in the window: run, keep, take.
class ComparePageTest : public QObject {
    Q_OBJECT

    PluginHost m_plugins;
    std::unique_ptr<Workspace> m_workspace;
    std::unique_ptr<QWidget> m_page;

    static void checkOnly(QListWidget* list, const QStringList& ids)
    {
        for (int i = 0; i < list->count(); ++i)
            list->item(i)->setCheckState(
                ids.contains(list->item(i)->data(Qt::UserRole).toString()) ? Qt::Checked : Qt::Unchecked);
    }
    template <typename T>
    T* child(const char* name)
    {
        return m_page->findChild<T*>(name);
    }

private slots:
    void initTestCase()
    {
        applyTheme(Theme::Light);
        EngineOptions options;
        options.evaluation = {.contextLength = 64, .chunkCount = 2};
        options.calibrationChunks = 2;
        m_workspace = Workspace::create(loadModel(sampleModelPath()).value(), m_plugins, options).value();
        m_page.reset(makeComparePage(*m_workspace, nullptr));
        m_page->resize(1100, 420);
        m_page->show();
    }

    void nothingChosenCannotRun()
    {
        checkOnly(child<QListWidget>("compareMethods"), {});
        QVERIFY(!child<QPushButton>("runComparison")->isEnabled());
        checkOnly(child<QListWidget>("compareMethods"), {"rtn"});
        QVERIFY(child<QPushButton>("runComparison")->isEnabled());
        QVERIFY(!child<QPushButton>("takeRow")->isEnabled());
    }

    void rowsComeAndSortAsNumbers()
    {
        checkOnly(child<QListWidget>("compareMethods"), {"rtn", "imatrix"});
        checkOnly(child<QListWidget>("compareFormats"), {"q2_k", "q4_k", "q8_0"});
        QTest::mouseClick(child<QPushButton>("runComparison"), Qt::LeftButton);
        auto* const table = child<QTableWidget>("compareTable");
        QCOMPARE(table->rowCount(), 7); // with the original, which the others are held against
        QTRY_COMPARE_WITH_TIMEOUT(child<QPushButton>("runComparison")->text(), QString("Compare"), 120000);
        table->sortByColumn(4, Qt::AscendingOrder); // by divergence
        QCOMPARE(table->item(0, 0)->text(), QString("original"));
        QCOMPARE(table->item(0, 4)->data(Qt::UserRole).toDouble(), 0.0);
        QCOMPARE(table->item(1, 0)->text(), QString("q8_0"));
        QCOMPARE(table->item(6, 0)->text(), QString("q2_k"));
        double last = -1;
        for (int r = 0; r < 7; ++r) {
            const double kl = table->item(r, 4)->data(Qt::UserRole).toDouble();
            QVERIFY(kl > last);
            last = kl;
        }
        auto* const chart = m_page->findChild<QChartView*>("compareChart");
        QVERIFY(chart->isVisible());
        const auto marks = [&] { // of sizes, as many as there is room for
            const auto* const axis = qobject_cast<QValueAxis*>(chart->chart()->axes(Qt::Horizontal).front());
            return int(std::floor(axis->max() / axis->tickInterval())
                       - std::ceil(axis->min() / axis->tickInterval()))
                + 1;
        };
        const QSize before = chart->size();
        chart->resize(200, before.height());
        const int narrow = marks();
        chart->resize(700, before.height());
        QVERIFY2(
            narrow >= 2 && narrow <= 4 && marks() > narrow,
            qPrintable(QString("%1 %2").arg(narrow).arg(marks())));
        chart->resize(before);
        if (qEnvironmentVariableIsSet("TRITLOOM_PICTURE")) {
            QTest::qWait(100); // the button's new text and the legend are laid out
            QVERIFY(m_page->grab().save(qEnvironmentVariable("TRITLOOM_PICTURE")));
        }
    }

    void theChartShowsWhatIsChosen()
    {
        auto* const number = child<QComboBox>("compareNumber");
        const auto* const chart = m_page->findChild<QChartView*>("compareChart")->chart();
        const auto shown = [chart] {
            for (const QAbstractAxis* const axis : chart->axes(Qt::Vertical))
                if (axis->isVisible())
                    return axis->titleText();
            return QString();
        };
        QCOMPARE(shown(), QString("KL divergence, nats"));
        QStringList offered;
        for (int i = 0; i < number->count(); ++i)
            offered << number->itemText(i);
        QCOMPARE(offered, (QStringList{"KL", "Perplexity", "Same token %", "Tokens/s", "Seconds"}));
        for (int i = 1; i < number->count(); ++i) {
            number->setCurrentIndex(i);
            QVERIFY2(shown().startsWith(offered[i]), qPrintable(shown()));
            for (const QAbstractSeries* const series : chart->series()) {
                const auto points = static_cast<const QScatterSeries*>(series)->points();
                QCOMPARE(points.size(), 3); // of each method three formats
                for (const QPointF& point : points)
                    QVERIFY(point.y() > 0);
            }
        }
        number->setCurrentIndex(0);
    }

    void aRowBecomesTheAllocationAndIsUndone()
    {
        auto* const table = child<QTableWidget>("compareTable");
        const Allocation before = m_workspace->document().allocation();
        table->selectRow(1);
        QTest::mouseClick(child<QPushButton>("takeRow"), Qt::LeftButton);
        for (const LayerChoice& choice : m_workspace->document().allocation().layers)
            QCOMPARE(choice.format, std::string("q8_0"));
        m_workspace->document().undoStack().undo();
        QVERIFY(m_workspace->document().allocation() == before);
        m_workspace->document().undoStack().redo();
        table->selectRow(0);
        QTest::mouseClick(child<QPushButton>("takeRow"), Qt::LeftButton);
        QVERIFY(m_workspace->document().allocation() == m_workspace->model().original());
        QCOMPARE(m_workspace->document().undoStack().undoText(), QString("All layers as stored"));
        m_workspace->document().undoStack().undo();
        m_workspace->document().undoStack().undo();
        QVERIFY(m_workspace->document().allocation() == before);
    }

    void budgetsAreRowsOfTheirOwn()
    {
        checkOnly(child<QListWidget>("compareMethods"), {"rtn"});
        checkOnly(child<QListWidget>("compareFormats"), {"q2_k", "q4_k", "q8_0"});
        child<QLineEdit>("compareBudgets")->setText("4bpw, 2bpw");
        QTest::mouseClick(child<QPushButton>("runComparison"), Qt::LeftButton);
        auto* const table = child<QTableWidget>("compareTable");
        QCOMPARE(table->rowCount(), 6);
        QTRY_COMPARE_WITH_TIMEOUT(child<QPushButton>("runComparison")->text(), QString("Compare"), 120000);
        child<QLineEdit>("compareBudgets")->clear();
        int chosen = -1, failed = -1;
        for (int r = 0; r < table->rowCount(); ++r) {
            if (table->item(r, 0)->text() == "4bpw *")
                chosen = r;
            if (table->item(r, 0)->text() == "2bpw")
                failed = r;
        }
        QVERIFY(chosen >= 0 && failed >= 0);
        QCOMPARE(table->item(failed, 4)->text(), QString("failed"));
        QVERIFY(table->item(failed, 4)->toolTip().contains("the smallest choice of formats has"));
        QVERIFY(table->item(chosen, 0)->toolTip().startsWith("layers by format: "));
        table->selectRow(chosen);
        QTest::mouseClick(child<QPushButton>("takeRow"), Qt::LeftButton);
        QCOMPARE(m_workspace->document().undoStack().undoText(), QString("Formats for 4bpw by rtn"));
        std::set<std::string> formats;
        for (const LayerChoice& choice : m_workspace->document().allocation().layers)
            formats.insert(choice.format);
        QVERIFY(formats.size() > 1);
        m_workspace->document().undoStack().undo();
        table->selectRow(failed);
        QVERIFY(!child<QPushButton>("takeRow")->isEnabled()); // there is nothing to take
    }

    void aBudgetThatIsNoneIsSaidWhereItStands()
    {
        checkOnly(child<QListWidget>("compareMethods"), {"rtn"});
        checkOnly(child<QListWidget>("compareFormats"), {"q2_k"});
        auto* const budgets = child<QLineEdit>("compareBudgets");
        budgets->setText("3bpw, 4bwp");
        QVERIFY(!child<QPushButton>("runComparison")->isEnabled());
        QVERIFY(budgets->property("invalid").toBool());
        budgets->setText("3bpw, 4bpw");
        QVERIFY(child<QPushButton>("runComparison")->isEnabled());
        QVERIFY(!budgets->property("invalid").toBool());
        budgets->clear();
    }

    void whatIsChosenAtFirstStandsFirst()
    {
        const ComparePage page(*m_workspace, nullptr);
        const auto* const methods = page.findChild<QListWidget*>("compareMethods");
        int chosen = 0;
        for (int row = 0; row < methods->count(); ++row)
            chosen += methods->item(row)->checkState() == Qt::Checked ? 1 : 0;
        QVERIFY(chosen > 0);
        for (int row = 0; row < chosen; ++row)
            QVERIFY(methods->item(row)->checkState() == Qt::Checked);
    }

    void aMethodIsComparedWithItselfSetDifferently()
    {
        auto* const methods = child<QListWidget>("compareMethods");
        checkOnly(methods, {"rtn"});
        checkOnly(child<QListWidget>("compareFormats"), {"q4_k"});
        const int before = methods->count();
        for (int i = 0; i < before; ++i)
            if (methods->item(i)->data(Qt::UserRole).toString() == "rtn")
                methods->setCurrentRow(i);
        QTest::mouseClick(child<QPushButton>("compareVariant"), Qt::LeftButton);
        QCOMPARE(methods->count(), before + 1);
        auto* const popup = child<QDialog>("parameterPopup"); // opened for the copy
        QVERIFY(popup != nullptr);
        popup->findChild<QCheckBox*>("parameter.search")->click();
        popup->close();
        QVERIFY2(
            methods->currentItem()->text().endsWith("search=0"), qPrintable(methods->currentItem()->text()));
        QTest::mouseClick(child<QPushButton>("runComparison"), Qt::LeftButton);
        auto* const table = child<QTableWidget>("compareTable");
        QCOMPARE(table->rowCount(), 3);
        QTRY_COMPARE_WITH_TIMEOUT(child<QPushButton>("runComparison")->text(), QString("Compare"), 120000);
        table->sortByColumn(1, Qt::AscendingOrder); // by method: the original first
        QStringList names;
        double kl[3] = {};
        for (int r = 0; r < 3; ++r) {
            names << table->item(r, 1)->text();
            kl[r] = table->item(r, 4)->data(Qt::UserRole).toDouble();
        }
        QCOMPARE(names, (QStringList{"", "rtn", "rtn search=0"}));
        QVERIFY(kl[1] != kl[2]); // and it is another method
        table->selectRow(2);
        QTest::mouseClick(child<QPushButton>("takeRow"), Qt::LeftButton);
        QCOMPARE(m_workspace->document().allocation().layers[2].parameters, (Parameters{{"search", 0}}));
        m_workspace->document().undoStack().undo();
        delete methods->takeItem(methods->currentRow());
    }

    void pairsThatDoNotFitAreSaidSo()
    {
        checkOnly(child<QListWidget>("compareMethods"), {"ternary"});
        checkOnly(child<QListWidget>("compareFormats"), {"q4_k"});
        QTest::mouseClick(child<QPushButton>("runComparison"), Qt::LeftButton);
        QCOMPARE(child<QPushButton>("runComparison")->text(), QString("Compare")); // nothing runs
        QCOMPARE(child<QTableWidget>("compareTable")->rowCount(), 3); // what was measured stays
    }

    void aMethodThatIsNotForTheModelCannotBeChosen()
    {
        const auto* const methods = child<QListWidget>("compareMethods");
        for (int i = 0; i < methods->count(); ++i) {
            const QListWidgetItem& item = *methods->item(i);
            const bool isOfTime = item.data(Qt::UserRole).toString() == "cached-time";
            QCOMPARE(item.flags().testFlag(Qt::ItemIsEnabled), !isOfTime);
            if (isOfTime)
                QVERIFY2(item.toolTip().contains("this model is given none"), qPrintable(item.toolTip()));
        }
    }

    void aMethodBringsAFormatThatItWrites()
    {
        auto* const methods = child<QListWidget>("compareMethods");
        auto* const formats = child<QListWidget>("compareFormats");
        const auto checked = [&] {
            QStringList ids;
            for (int i = 0; i < formats->count(); ++i)
                if (formats->item(i)->checkState() == Qt::Checked)
                    ids << formats->item(i)->data(Qt::UserRole).toString();
            return ids;
        };
        checkOnly(methods, {});
        checkOnly(formats, {"q4_k"});
        checkOnly(methods, {"rtn"});
        QCOMPARE(checked(), QStringList{"q4_k"});
        checkOnly(methods, {"rtn", "pb-llm"}); // which stores signs alone
        QCOMPARE(checked(), (QStringList{"q4_k", "sign"}));
    }

    void networksOnPicturesAreComparedOnTheirPictures()
    {
        const auto samples = sampleModels();
        const auto sample =
            std::ranges::find(samples, QLatin1String("classification"), [](const SampleModel& model) {
                return QLatin1String(model.id);
            });
        const auto workspace = Workspace::create(loadModel(sample->path()).value(), m_plugins, {}).value();
        const std::unique_ptr<QWidget> page(makeComparePage(*workspace, nullptr));
        page->resize(1100, 420);
        page->show();
        auto* const run = page->findChild<QPushButton*>("runComparison");
        auto* const table = page->findChild<QTableWidget*>("compareTable");
        if (!workspace->engine().pictures()) {
            QVERIFY(!run->isEnabled()); // nothing to measure on
            QSignalSpy changed(&workspace->pictures(), &PicturesController::changed);
            PictureOptions options = workspace->pictures().options();
            options.source.limit = 20;
            workspace->pictures().load(options);
            QVERIFY(changed.wait(30000));
        }
        QVERIFY(run->isEnabled());
        // Formats that the network's own kinds of files hold come first; most of GGUF's are none of them.
        const auto* const offered = page->findChild<QListWidget*>("compareFormats");
        int lastHeld = -1, firstOther = offered->count();
        for (int i = 0; i < offered->count(); ++i) {
            const QListWidgetItem& item = *offered->item(i);
            const QString id = item.data(Qt::UserRole).toString();
            const bool isOther = item.toolTip().contains("as the floats");
            if (id == "sign" || id.isEmpty())
                continue;
            isOther ? firstOther = std::min(firstOther, i) : lastHeld = std::max(lastHeld, i);
            if (id == "int4g32" || id == "q8_0" || id == "f16")
                QVERIFY2(!isOther, qPrintable(id));
            if (id == "q4_k" || id == "nf4g64" || id == "iq4_xs")
                QVERIFY2(isOther, qPrintable(id));
        }
        QVERIFY(lastHeld > 4 && firstOther == lastHeld + 2 && firstOther < offered->count());
        QCOMPARE(offered->item(lastHeld + 1)->text(), QString("Not for export"));
        QVERIFY(!(offered->item(lastHeld + 1)->flags() & Qt::ItemIsUserCheckable));
        checkOnly(page->findChild<QListWidget*>("compareMethods"), {"rtn"});
        checkOnly(page->findChild<QListWidget*>("compareFormats"), {"int3row", "int8row"});
        QTest::mouseClick(run, Qt::LeftButton);
        QCOMPARE(table->rowCount(), 3);
        QTRY_COMPARE_WITH_TIMEOUT(run->text(), QString("Compare"), 60000);
        const auto columnOf = [&](const QString& title) {
            for (int c = 0; c < table->columnCount(); ++c)
                if (table->horizontalHeaderItem(c)->text() == title)
                    return c;
            return -1;
        };
        QVERIFY(columnOf("Perplexity") < 0);
        const int accuracy = columnOf("Top-1 %"), divergence = columnOf("KL");
        QVERIFY(accuracy > 0 && divergence > 0 && !table->isColumnHidden(accuracy));
        table->sortByColumn(divergence, Qt::AscendingOrder);
        QCOMPARE(table->item(0, 0)->text(), QString("original"));
        QCOMPARE(table->item(1, 0)->text(), QString("int8row"));
        QVERIFY(table->item(1, accuracy)->data(Qt::UserRole).toDouble() > 0.9);
        if (qEnvironmentVariableIsSet("TRITLOOM_PICTURE"))
            QVERIFY(page->grab().save(qEnvironmentVariable("TRITLOOM_PICTURE") + ".pictures.png"));

        // Rows of convolutions are too short for blocks of 256: what they become instead stands in the row.
        checkOnly(page->findChild<QListWidget*>("compareFormats"), {"q4_k"});
        QTest::mouseClick(run, Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(run->text(), QString("Compare"), 60000);
        int noted = -1;
        for (int r = 0; r < table->rowCount(); ++r)
            noted = table->item(r, 0)->text() == "q4_k *" ? r : noted;
        QVERIFY(noted >= 0);
        QVERIFY2(
            table->item(noted, 0)->toolTip().contains("their rows are no multiple of 256"),
            qPrintable(table->item(noted, 0)->toolTip()));
        table->selectRow(noted);
        QVERIFY(std::ranges::any_of(page->findChildren<QLabel*>(), [&](const QLabel* label) {
            return label->toolTip().contains("no multiple of 256")
                || label->text().contains("no multiple of 256");
        }));

        // Numbers of other pictures are not these numbers.
        QSignalSpy changed(&workspace->pictures(), &PicturesController::changed);
        PictureOptions options = workspace->pictures().options();
        options.source.limit = 5;
        workspace->pictures().load(options);
        QVERIFY(changed.wait(30000));
        QCOMPARE(table->rowCount(), 0);
    }
};

QTEST_MAIN(ComparePageTest)
#include "compare_page_test.moc"
