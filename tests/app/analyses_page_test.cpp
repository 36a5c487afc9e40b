#include "app/gui/analyses/analyses_page.h"
#include "app/gui/analyses/report_chart.h"
#include "app/gui/analyses/report_view.h"
#include "app/gui/methods/plugin_chooser.h"
#include "app/gui/theme.h"
#include "app/session/report_csv.h"

#include <QChart>
#include <QLabel>
#include <QLegendMarker>
#include <QListWidget>
#include <QLogValueAxis>
#include <QPushButton>
#include <QTableWidget>
#include <QTextBrowser>
#include <QXYSeries>
#include <QtTest>

#include <cmath>

using namespace tritloom;

/// The page of analyses: run, watch, stop, look, keep.
class AnalysesPageTest final : public QObject {
    Q_OBJECT

    PluginHost m_plugins;
    std::unique_ptr<Workspace> m_workspace;
    std::unique_ptr<QWidget> m_page;

    template <typename T>
    T* child(const char* name)
    {
        T* const found = m_page->findChild<T*>(QLatin1String(name));
        if (found == nullptr)
            qFatal("no %s", name);
        return found;
    }
    void choose(const char* id) { child<PluginChooser>("pluginChooser")->setChoice({id, {}}); }
    static Report example()
    {
        Report report;
        report.title = "Example";
        report.paragraphs = {"One < two."};
        report.tables = {{"Sizes", {"layer", "bits"}, {{"a, b", "10"}, {"c", "9"}, {"d", "100"}}}};
        report.charts = {
            {.title = "Bits",
             .xTitle = "MB",
             .yTitle = "nats",
             .xIsLogarithmic = false,
             .yIsLogarithmic = true,
             .series = {
                 {"measured", {{1, 0.1, 0.02}, {2, 0.01, 0.002}, {3, -1, 0}, {4, NAN, 0}}, true},
                 {"dots", {{1, 0.5, 0}}, false}}}};
        return report;
    }

private slots:
    void initTestCase() { applyTheme(Theme::Light); }
    void init()
    {
        EngineOptions options;
        options.evaluation = {.contextLength = 64, .chunkCount = 2};
        options.calibrationChunks = 2;
        m_workspace = Workspace::create(loadModel(sampleModelPath()).value(), m_plugins, options).value();
        m_page.reset(makeAnalysesPage(*m_workspace, nullptr));
        m_page->resize(900, 400);
        m_page->show();
    }
    void cleanup()
    {
        m_page.reset();
        m_workspace.reset();
    }

    void everyAnalysisIsInTheList()
    {
        auto* const list = child<QListWidget>("plugins");
        QCOMPARE(std::size_t(list->count()), m_plugins.of(PluginKind::Analysis).size());
        QVERIFY(list->count() > 0);
        QVERIFY(!child<QPushButton>("saveAnalysis")->isEnabled());
    }

    void aLawRunsWithItsValuesAndShowsAllItFound()
    {
        choose("quantization-law");
        auto* const chooser = child<PluginChooser>("pluginChooser");
        chooser->setChoice({"quantization-law", {{"tokens", 2000}}});
        QTest::mouseClick(child<QPushButton>("runAnalysis"), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(m_workspace->analyses().report().has_value(), 60000);
        const Report& report = *m_workspace->analyses().report();
        QCOMPARE(m_workspace->analyses().reported().parameters, (Parameters{{"tokens", 2000}}));
        auto* const view = child<ReportView>("reportView");
        QVERIFY(view->isVisible());
        QCOMPARE(std::size_t(view->count()), 1 + report.tables.size() + report.charts.size());
        QVERIFY(
            child<QTextBrowser>("reportText")->toPlainText().contains(QString::fromStdString(report.title)));
        auto* const table = qobject_cast<QTableWidget*>(view->widget(1));
        QVERIFY(table != nullptr);
        QCOMPARE(std::size_t(table->rowCount()), report.tables.front().rows.size());
        QCOMPARE(table->item(0, 0)->text(), QString::fromStdString(report.tables.front().rows[0][0]));
        QVERIFY(child<QPushButton>("saveAnalysis")->isEnabled());
        QCOMPARE(child<QPushButton>("runAnalysis")->text(), QString("Run"));
        // The same by hand: what the page shows is what the plugin says.
        const auto direct =
            m_plugins.analysis("quantization-law")->run(nullptr, {{"tokens", 2000}}, MethodContext());
        QVERIFY(direct.has_value());
        QCOMPARE(report.tables.front().rows, direct->tables.front().rows);
    }

    void findingsTakeTheRoomOfTheListWhereThereIsLittle()
    {
        m_page->resize(640, 300);
        choose("quantization-law");
        QVERIFY(!child<QPushButton>("analysisChoice")->isVisible()); // nothing to make room for
        QTest::mouseClick(child<QPushButton>("runAnalysis"), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(m_workspace->analyses().report().has_value(), 60000);
        QVERIFY(!child<PluginChooser>("pluginChooser")->isVisible());
        QTest::mouseClick(child<QPushButton>("analysisChoice"), Qt::LeftButton);
        QVERIFY(child<PluginChooser>("pluginChooser")->isVisible());
    }

    void oneThatRunsTheModelCanBeStopped()
    {
        choose("bit-scaling");
        QTest::mouseClick(child<QPushButton>("runAnalysis"), Qt::LeftButton);
        QVERIFY(m_workspace->analyses().job().isRunning());
        QCOMPARE(child<QPushButton>("runAnalysis")->text(), QString("Stop"));
        QVERIFY(child<QWidget>("analysisProgress")->isVisible());
        QTest::mouseClick(child<QPushButton>("runAnalysis"), Qt::LeftButton);
        QVERIFY(!m_workspace->analyses().job().isRunning());
        QTest::qWait(50);
        QVERIFY(!m_workspace->analyses().report()); // nothing comes of what was stopped
        QCOMPARE(child<QPushButton>("runAnalysis")->text(), QString("Run"));
    }

    void whatCannotBeDoneIsSaidInOneSentence()
    {
        if (m_plugins.analysis("step-groups") == nullptr)
            QSKIP("step-groups is not built");
        choose("step-groups"); // of diffusion models
        QTest::mouseClick(child<QPushButton>("runAnalysis"), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(!m_workspace->analyses().job().isRunning(), 60000);
        const QString text = child<QLabel>("analysisState")->text();
        QVERIFY2(text.contains("gave nothing: "), qPrintable(text));
        QVERIFY(!m_workspace->analyses().report());
    }

    void chartsKeepWhatTheirAxesCannotShowOut()
    {
        ReportChart chart(example().charts.front());
        QVERIFY(qobject_cast<QLogValueAxis*>(chart.chart()->axes(Qt::Vertical).front()) != nullptr);
        const auto* const line = static_cast<QXYSeries*>(chart.chart()->series().front());
        QCOMPARE(line->points(), (QList<QPointF>{{1, 0.1}, {2, 0.01}})); // not -1, not NaN
        chart.show();
        QVERIFY(QTest::qWaitForWindowExposed(&chart));
        int named = 0;
        for (const QLegendMarker* const marker : chart.chart()->legend()->markers())
            named += marker->isVisible() ? 1 : 0;
        QCOMPARE(named, 2); // whiskers are no series of their own
        QCOMPARE(chart.chart()->series().size(), 4);
    }

    void tablesSortAsNumbers()
    {
        ReportView view;
        view.show(example());
        auto* const table = view.findChild<QTableWidget*>("reportTable");
        QCOMPARE(table->item(0, 1)->text(), QString("10")); // as the report has it
        table->sortByColumn(1, Qt::AscendingOrder);
        QCOMPARE(table->item(0, 1)->text(), QString("9"));
        QCOMPARE(table->item(2, 1)->text(), QString("100"));
    }

    void separatedValuesHaveAllTablesAndCharts()
    {
        const QString csv = QString::fromStdString(reportCsv(example()));
        QCOMPARE(
            csv.split('\n').first(6),
            (QStringList{"Sizes", "layer,bits", "\"a, b\",10", "c,9", "d,100", ""}));
        QVERIFY(csv.contains("series,MB,nats,error\nmeasured,1,0.1,0.02\n"));
    }
};

QTEST_MAIN(AnalysesPageTest)
#include "analyses_page_test.moc"
