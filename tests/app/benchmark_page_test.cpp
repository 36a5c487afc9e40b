#include "app/gui/benchmark/benchmark_page.h"
#include "app/gui/theme.h"
#include "app/session/benchmark_rows.h"

#include <QComboBox>
#include <QListWidget>
#include <QPushButton>
#include <QTableWidget>
#include <QTemporaryDir>
#include <QTest>

using namespace tritloom;

/// Speeds in the window: measured, kept in the project, saved.
class BenchmarkPageTest final : public QObject {
    Q_OBJECT

    PluginHost m_plugins;
    QTemporaryDir m_folder;
    std::unique_ptr<Workspace> m_workspace;
    std::unique_ptr<QWidget> m_page;

    template <typename T>
    T* child(const char* name)
    {
        return m_page->findChild<T*>(name);
    }
    QTableWidget* table() { return child<QTableWidget>("benchmarkTable"); }
    void choose(BenchmarkController::What what, const QStringList& formats)
    {
        auto* const combo = child<QComboBox>("benchmarkWhat");
        combo->setCurrentIndex(combo->findData(int(what)));
        auto* const list = child<QListWidget>("benchmarkFormats");
        for (int i = 0; i < list->count(); ++i)
            list->item(i)->setCheckState(
                formats.contains(list->item(i)->text()) ? Qt::Checked : Qt::Unchecked);
    }
    void runToTheEnd()
    {
        QTest::mouseClick(child<QPushButton>("runBenchmark"), Qt::LeftButton);
        QCOMPARE(child<QPushButton>("runBenchmark")->text(), QString("Stop"));
        QTRY_COMPARE_WITH_TIMEOUT(child<QPushButton>("runBenchmark")->text(), QString("Measure"), 120000);
    }
    void open()
    {
        m_page.reset();
        m_workspace.reset();
        const auto store = ProjectStore::open(m_folder.filePath("speeds.tritproj").toStdString()).value();
        m_workspace = Workspace::create(loadModel(sampleModelPath()).value(), m_plugins, {}, store).value();
        m_page.reset(makeBenchmarkPage(*m_workspace, nullptr));
        m_page->resize(1100, 420);
        m_page->show();
    }

private slots:
    void initTestCase()
    {
        applyTheme(Theme::Light);
        open();
    }

    void nothingChosenCannotRun()
    {
        choose(BenchmarkController::What::Products, {});
        QVERIFY(!child<QPushButton>("runBenchmark")->isEnabled());
        choose(BenchmarkController::What::Evaluate, {});
        QVERIFY(child<QPushButton>("runBenchmark")->isEnabled());
        QCOMPARE(table()->rowCount(), 0);
    }

    void eachFormatIsMeasuredForOneColumnAndForMany()
    {
        choose(BenchmarkController::What::Products, {"f16", "q4_0"});
        runToTheEnd();
        QCOMPARE(table()->rowCount(), 6); // f16 once, q4_0 exact and in 8 bits
        for (int r = 0; r < table()->rowCount(); ++r) {
            const bool one = table()->item(r, 0)->text().endsWith("× 1");
            QVERIFY(one || table()->item(r, 0)->text().endsWith("× 512"));
            const QString share = table()->item(r, one ? 4 : 6)->text();
            QVERIFY2(share.endsWith('%') && share != "0 %", qPrintable(share));
        }
        QVERIFY(child<QWidget>("shareBars")->isVisible());
    }

    void theModelItselfIsMeasured()
    {
        choose(BenchmarkController::What::Decode, {});
        runToTheEnd();
        const int last = table()->rowCount() - 1;
        QVERIFY(table()->item(last, 0)->text().startsWith("model in"));
        QVERIFY(QLocale().toDouble(table()->item(last, 7)->text()) > 0);
        if (qEnvironmentVariableIsSet("TRITLOOM_PICTURE")) {
            QTest::qWait(100);
            QVERIFY(m_page->grab().save(qEnvironmentVariable("TRITLOOM_PICTURE")));
        }
    }

    void aSecondRunReplacesItsRows()
    {
        const int before = table()->rowCount();
        choose(BenchmarkController::What::Fitting, {"q8_0"});
        runToTheEnd();
        QCOMPARE(table()->rowCount(), before + 1);
        runToTheEnd();
        QCOMPARE(table()->rowCount(), before + 1);
    }

    void stoppingKeepsWhatIsThere()
    {
        const int before = table()->rowCount();
        choose(BenchmarkController::What::Fitting, {"q2_k", "iq4_xs"});
        auto* const button = child<QPushButton>("runBenchmark");
        QTest::mouseClick(button, Qt::LeftButton);
        QTest::mouseClick(button, Qt::LeftButton);
        QCOMPARE(button->text(), QString("Measure"));
        QTest::qWait(200); // a row on its way is dropped
        QCOMPARE(table()->rowCount(), before);
    }

    void theProjectRemembersTheRows()
    {
        std::vector<QString> before;
        for (int r = 0; r < table()->rowCount(); ++r)
            before.push_back(table()->item(r, 0)->text() + table()->item(r, 2)->text());
        open();
        QCOMPARE(table()->rowCount(), int(before.size()));
        for (int r = 0; r < table()->rowCount(); ++r)
            QCOMPARE(table()->item(r, 0)->text() + table()->item(r, 2)->text(), before[std::size_t(r)]);
        QTest::mouseClick(child<QPushButton>("clearBenchmark"), Qt::LeftButton);
        QCOMPARE(table()->rowCount(), 0);
        open();
        QCOMPARE(table()->rowCount(), 0);
    }

    void aRowSurvivesItsText()
    {
        const BenchmarkRow row{
            .device = "CPU, AVX2",
            .format = "q4_k",
            .rows = 3,
            .inner = 4,
            .columns = 5,
            .threads = 2,
            .seconds = 0.25,
            .spread = 0.125,
            .wallSeconds = 0.5,
            .bytesPerSecond = 1e9,
            .operationsPerSecond = 2e9,
            .shareOfBandwidth = 0.5,
            .shareOfPeak = 0.75};
        QCOMPARE(toJson(benchmarkRow(toJson(row))), toJson(row));
        QCOMPARE(
            QString::fromStdString(benchmarkCsv(std::span(&row, 1))),
            QString("device,format,rows,inner,columns,threads,seconds,spread,wallSeconds,bytesPerSecond,"
                    "operationsPerSecond,shareOfBandwidth,shareOfPeak\n"
                    "\"CPU, AVX2\",q4_k,3,4,5,2,0.25,0.125,0.5,1e+09,2e+09,0.5,0.75\n"));
    }
};

QTEST_MAIN(BenchmarkPageTest)
#include "benchmark_page_test.moc"
