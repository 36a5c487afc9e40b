#include "app/gui/page.h"
#include "app/gui/status_line.h"
#include "app/session/running_work.h"
#include "app/session/samples.h"
#include "tests/app/window_fixture.h"

#include <QLabel>
#include <QPushButton>
#include <QtTest>

#include <algorithm>

using namespace tritloom;

/// What the line at the bottom says of the device, and of what runs.
class StatusLineTest final : public QObject, WindowFixture {
    Q_OBJECT

private slots:
    void initTestCase() { beginAs("status_line_test"); }

    void roundedInputsAreCounted()
    {
        EngineOptions options;
        options.device = "cpu:8bit";
        const auto workspace =
            Workspace::create(loadModel(sampleModels()[1].path()).value(), m_plugins, options).value();
        StatusLine line(nullptr);
        line.setWorkspace(workspace.get());
        const auto says = [&](const QString& words) {
            for (const QLabel* const label : line.findChildren<QLabel*>())
                if (label->text().contains(words))
                    return !label->toolTip().isEmpty();
            return false;
        };
        QVERIFY(says("8-bit activations as in runtimes, in 0 of 10 layers")); // floats are exact
        workspace->document().replace(uniform(workspace->model(), {"int8g32", "rtn", {}}), "all");
        QVERIFY(says(", in 1 of 10 layers")); // the head; convolutions are exact
        line.setWorkspace(nullptr);
    }

    void whatAPageHasRunningIsToldAndStopped()
    {
        const auto workspace =
            Workspace::create(loadModel(sampleModelPath()).value(), m_plugins, EngineOptions()).value();
        StatusLine line(nullptr);
        line.setWorkspace(workspace.get());
        RunningWork& work = RunningWork::of(*workspace);
        QVERIFY(work.running().empty());
        const auto row = std::ranges::find(
            pages(), QLatin1String("compare"), [](const Page& page) { return QLatin1String(page.id); });
        std::unique_ptr<QWidget> page(row->make(*workspace, nullptr));
        auto* const run = find<QPushButton>(*page, "runComparison");
        run->click();
        QCOMPARE(work.running().size(), std::size_t(1));
        QVERIFY2(line.text().startsWith("Comparing, 0 %"), qPrintable(line.text()));
        workspace->cancelAll(); // what Esc asks for
        QVERIFY(work.running().empty());
        QCOMPARE(run->text(), QString("Compare"));
        QVERIFY2(!line.text().contains("Comparing"), qPrintable(line.text()));
        run->click();
        page.reset(); // of a page that is gone nothing is asked
        QVERIFY(work.running().empty());
        QVERIFY2(!line.text().contains("Comparing"), qPrintable(line.text()));
        line.setWorkspace(nullptr);
    }
};

QTEST_MAIN(StatusLineTest)
#include "status_line_test.moc"
