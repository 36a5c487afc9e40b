#include "app/gui/status_line.h"
#include "app/session/samples.h"
#include "tests/app/window_fixture.h"

#include <QLabel>
#include <QtTest>

using namespace tritloom;

/// What the line at the bottom says of the device.
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
};

QTEST_MAIN(StatusLineTest)
#include "status_line_test.moc"
