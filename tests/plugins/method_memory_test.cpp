#include "core/base/parallel.h"
#include "tests/plugins/all_methods.h"
#include "tests/support/counted_memory.h"

#include <QTest>

using namespace tritloom;
using namespace tritloom::fixture;

using countedMemory::held, countedMemory::most;

/// How much memory methods take while they work.
class MethodMemoryTest : public QObject {
    Q_OBJECT

private slots:
    void cleanup() { setThreadCount(0); }

    void theCounterCounts()
    {
        const std::size_t before = held;
        most = before;
        {
            const std::vector<float> values(1000);
            QVERIFY(held >= before + 4000);
        }
        QCOMPARE(std::size_t(held), before);
        QVERIFY(most >= before + 4000);
    }

    void workingMemoryIsAsDeclared_data()
    {
        QTest::addColumn<QString>("method");
        QTest::addColumn<QString>("format");
        for (const MethodRow& row : allMethods) {
            int count = 0; // two formats say enough of a method
            for (const char* format :
                 {"int4g64a", "e8p4g64", "q4_k", "sign", "ternaryg64", "bitmod3g64", "fdbg64", "sign1g64",
                  "bct4g64", "nested8g64", "planes2bg64", "mix24g16w3", "shift3g64", "book4g64s4"})
                if (count < 2 && row.make()->supports(*parseNumberFormat(format).value())
                    && (std::string_view(format) != "sign" || row.make()->makesReplacements())) {
                    QTest::addRow("%s %s", row.id, format) << QString(row.id) << QString(format);
                    ++count;
                }
        }
    }
    void workingMemoryIsAsDeclared()
    {
        QFETCH(QString, method);
        QFETCH(QString, format);
        constexpr std::size_t outputs = 768, inputs = 320;
        static const LayerProblem problem = [] {
            LayerProblem made = layer(8, inputs, 1);
            made.weights = Tensor::adoptFloats({outputs, inputs}, normalValues(outputs * inputs, 2, 0.05f));
            return made;
        }();
        const MethodRow& row = methodRow(method.toStdString());
        const auto tested = row.make();
        const NumberFormatPtr chosen = parseNumberFormat(format.toStdString()).value();
        const LayerProblem given = forMethod(problem, *tested);
        setThreadCount(2);
        const Parameters quick = row.effort != nullptr ? Parameters{{row.effort, 2}} : Parameters{};
        (void)tested->quantize(forMethod(layer(8, 32, 3), *tested), chosen, quick, {}); // tables that stay
        const std::size_t before = held;
        most = before;
        const auto result = tested->quantize(given, chosen, quick, {});
        QVERIFY2(result.has_value(), result ? "" : result.error().message.c_str());
        // What plugins/README.md declares, and a megabyte for what does not grow with the layer.
        constexpr std::size_t weights = outputs * inputs * 4, gram = inputs * inputs * 4;
        const std::size_t declared =
            tested->calibration() == Calibration::Gram ? 8 * weights + 4 * gram : 4 * weights;
        const std::size_t taken = most - before;
        QVERIFY2(
            taken <= declared + (std::size_t{1} << 20),
            qPrintable(QString("%1 times the weights").arg(double(taken) / double(weights))));
        QVERIFY(10 * taken >= result->bytes()); // the counter sees methods at work
    }
};

QTEST_APPLESS_MAIN(MethodMemoryTest)
#include "method_memory_test.moc"
