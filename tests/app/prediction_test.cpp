// What the window says where it predicts nothing, and of predictions that a measurement has corrected.
#include "app/session/prediction.h"

#include "app/gui/evaluation/prediction_note.h"
#include "app/gui/number_text.h"
#include "app/gui/status_line.h"
#include "tests/app/window_fixture.h"

#include <QLabel>
#include <QPushButton>
#include <QTemporaryDir>
#include <QtTest>

#include <cmath>

using namespace tritloom;

/// Holds something else than was put in.
class Damaged final : public ResultStore {
public:
    std::optional<std::vector<std::byte>> find(const Key&) override
    {
        return std::vector<std::byte>(4 * sizeof(double), std::byte{0xff}); // NaN, four times
    }
    void put(const Key&, std::string_view, std::span<const std::byte>) override { }
};

class PredictionTest final : public QObject, WindowFixture {
    Q_OBJECT

private:
    QString note() { return find<QLabel>("predictionNoteText")->text(); }
    QString status() { return find<QLabel>("statusText")->text(); }
    LayerChoice now() { return workspace().document().allocation().layers.front(); }

private slots:
    void initTestCase() { beginAs("prediction_test"); }
    void init()
    {
        openWindow();
        openSample();
        workspace().setMethod({"rtn", {}});
        const auto& cells = workspace().sensitivity().table().cells.front();
        workspace().document().setChoices({{LayerId(0), cells[2].choice}}, "a narrower one");
    }
    void cleanup() { m_window.reset(); }

    void afterAChangeOfTheMethodTheTrueReasonIsSaid()
    {
        const QString rtn = methodTitle(m_plugins, "rtn"), gptq = methodTitle(m_plugins, "gptq");
        QTRY_VERIFY2(note().contains(rtn) && note().contains("not measured"), qPrintable(note()));
        QVERIFY(!find<QPushButton>("predictionMeasure")->isHidden());
        QVERIFY(find<QPushButton>("predictionRemake")->isHidden());
        workspace().setMethod({"gptq", {}});
        QVERIFY2(note().contains(rtn) && note().contains(gptq), qPrintable(note()));
        QVERIFY2(!note().contains("not measured"), qPrintable(note()));
        QVERIFY(find<QPushButton>("predictionMeasure")->isHidden());
        QVERIFY2(status().contains(gptq) && !status().contains("ready"), qPrintable(status()));
    }

    void theWayOutIsAButton()
    {
        const LayerChoice before = now();
        workspace().setMethod({"gptq", {}});
        find<QPushButton>("predictionBack")->click();
        QCOMPARE(workspace().method().id, std::string("rtn"));
        QCOMPARE(now(), before);
        workspace().setMethod({"gptq", {}});
        find<QPushButton>("predictionRemake")->click();
        QCOMPARE(now().method, std::string("gptq"));
        QCOMPARE(now().format, before.format);
        QTRY_VERIFY(note().contains("not measured"));
        action("undo")->trigger();
        QCOMPARE(now(), before);
    }

    void aCorrectionIsShownAsOne()
    {
        // A table with figures, as a sweep leaves it.
        SensitivityTable table = workspace().sensitivity().table();
        for (auto& row : table.cells)
            for (SensitivityCell& cell : row) {
                cell.known = true;
                cell.kl = {0.01, 0};
            }
        const Allocation& allocation = workspace().document().allocation();
        QCOMPARE(predictionGap(table, allocation).kind, PredictionGap::Kind::None);
        QVERIFY(!uncorrectedKl(table, allocation).has_value());
        table.company.assign(table.cells.size(), 1.0);
        QVERIFY(!uncorrectedKl(table, allocation).has_value());
        table.company.front() = 3;
        QCOMPARE(*table.predictedKl(allocation), 0.03);
        QCOMPARE(*uncorrectedKl(table, allocation), 0.01);
        table.cells.front()[2].known = false;
        QCOMPARE(predictionGap(table, allocation).kind, PredictionGap::Kind::NotMeasured);
        table.cells.front()[2].failure = "it cannot";
        QCOMPARE(predictionGap(table, allocation).kind, PredictionGap::Kind::Failed);
        table.cells.front().erase(table.cells.front().begin() + 2);
        QCOMPARE(predictionGap(table, allocation).kind, PredictionGap::Kind::OtherMethod);
    }

    void resultsThatAreNoNumbersAreMeasuredAgain()
    {
        Damaged store;
        EngineOptions options;
        options.evaluation = {.contextLength = 64, .chunkCount = 1};
        const auto own =
            Workspace::create(loadModel(sampleModelPath()).value(), m_plugins, options, store).value();
        SensitivityController& sensitivity = own->sensitivity();
        sensitivity.setCandidates({{"q8_0", "rtn", {}}});
        sensitivity.start();
        QTRY_VERIFY_WITH_TIMEOUT(!sensitivity.isRunning(), 120000);
        const SensitivityCell& cell = sensitivity.table().cells.front().front();
        QVERIFY(cell.known && !cell.recalled && std::isfinite(cell.kl.value));
    }

    void resultsCanBeKeptWithoutTheProject()
    {
        const QTemporaryDir folder;
        const auto store = ProjectStore::open(folder.filePath("kept.tritproj").toStdString()).value();
        EngineOptions options;
        options.evaluation = {.contextLength = 64, .chunkCount = 1};
        options.calibrationChunks = 2;
        for (const bool again : {false, true}) {
            const auto own =
                Workspace::create(loadModel(sampleModelPath()).value(), m_plugins, options, *store).value();
            QVERIFY(own->isUnchanged() && own->store() == nullptr);
            SensitivityController& sensitivity = own->sensitivity();
            sensitivity.setCandidates({{"q8_0", "rtn", {}}});
            sensitivity.start();
            QTRY_VERIFY_WITH_TIMEOUT(!sensitivity.isRunning(), 120000);
            const SensitivityTable& table = sensitivity.table();
            QCOMPARE(table.knownCount(), table.cellCount());
            QCOMPARE(table.cells.front().front().recalled, again);
            own->document().replace(uniform(own->model(), table.candidates.front()), "eight bits");
            QVERIFY(!own->isUnchanged());
        }
        QVERIFY(!store->load(workspace().model(), "current").value().has_value());
    }
};

QTEST_MAIN(PredictionTest)
#include "prediction_test.moc"
