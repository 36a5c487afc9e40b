#include "plugins/imatrix/imatrix.h"
#include "plugins/rtn/rtn.h"
#include "tests/plugins/method_fixture.h"

#include <QTest>

using namespace tritloom;
using namespace tritloom::fixture;

class ImatrixTest : public QObject {
    Q_OBJECT

private slots:
    void loudInputsAreSpared_data()
    {
        QTest::addColumn<QString>("format");
        QTest::addColumn<int>("magnitude");
        for (const char* format : {"q4_0", "q4_k", "q2_k", "q3_k", "iq4_xs", "int3g64a"})
            for (const int magnitude : {0, 1})
                QTest::addRow("%s %d", format, magnitude) << QString(format) << magnitude;
    }
    void loudInputsAreSpared()
    {
        QFETCH(QString, format);
        QFETCH(int, magnitude);
        const LayerProblem problem = layer(16, 256, 1);
        const auto parsed = parseNumberFormat(format.toStdString()).value();
        const Tensor ours =
            ImportanceMatrix().quantize(problem, parsed, {{"magnitude", double(magnitude)}}, {}).value();
        const Tensor rounded = RoundToNearest().quantize(problem, parsed, {}, {}).value();
        QVERIFY(outputError(problem, ours) < 0.98 * outputError(problem, rounded));
    }
};

QTEST_APPLESS_MAIN(ImatrixTest)
#include "imatrix_test.moc"
