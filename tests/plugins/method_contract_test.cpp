#include "core/base/parallel.h"
#include "plugins/gptq/gptq.h"
#include "plugins/imatrix/imatrix.h"
#include "plugins/rtn/rtn.h"
#include "plugins/ternary/ternary.h"
#include "tests/plugins/method_fixture.h"

#include <QTest>

#include <chrono>
#include <limits>
#include <memory>
#include <thread>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

// The only list of methods in tests.
std::unique_ptr<LayerMethod> makeMethod(const std::string& id)
{
    std::unique_ptr<LayerMethod> methods[] = {
        std::make_unique<Gptq>(), std::make_unique<ImportanceMatrix>(), std::make_unique<RoundToNearest>(),
        std::make_unique<TernaryMethod>()};
    for (auto& method : methods)
        if (method->id() == id)
            return std::move(method);
    return nullptr;
}

constexpr const char* methodIds[] = {"gptq", "imatrix", "rtn", "ternary"};
constexpr const char* formatIds[] = {"f16",    "int4g32", "int3g64a", "q8_0",   "q4_0",  "q5_1",
                                     "q4_k",   "q6_k",    "q2_k",     "iq4_nl", "nvfp4", "mxfp4",
                                     "nf4g64", "tq1_0",   "tq2_0",    "q2_0",   "q1_0",  "ternaryg64"};

} // namespace

/// What every method promises, over methods and formats.
class MethodContractTest : public QObject {
    Q_OBJECT

private:
    static void pairs()
    {
        QTest::addColumn<QString>("method");
        QTest::addColumn<QString>("format");
        for (const char* method : methodIds)
            for (const char* format : formatIds)
                if (makeMethod(method)->supports(*parseNumberFormat(format).value()))
                    QTest::addRow("%s %s", method, format) << QString(method) << QString(format);
    }
    static std::unique_ptr<LayerMethod> method()
    {
        QFETCH(QString, method);
        return makeMethod(method.toStdString());
    }
    static NumberFormatPtr format()
    {
        QFETCH(QString, format);
        return parseNumberFormat(format.toStdString()).value();
    }

private slots:
    void cleanup() { setThreadCount(0); }

    void bytesDependOnNothingElse_data() { pairs(); }
    void bytesDependOnNothingElse()
    {
        static const LayerProblem problem = layer(40, 300, 1); // the last block is short, the last chunk too
        std::vector<std::vector<std::byte>> results;
        for (const std::size_t threads : {0, 1, 8}) {
            setThreadCount(threads);
            const auto result = method()->quantize(problem, format(), {}, {});
            QVERIFY2(result.has_value(), result ? "" : result.error().message.c_str());
            QCOMPARE(result->tensor().type().shape, problem.weights.type().shape);
            QCOMPARE(result->tensor().type().format->id(), format()->id());
            QCOMPARE(result->bytes(), method()->storedBytes(40, 300, format(), {}));
            results.push_back(bytesOf(result->tensor()));
        }
        QVERIFY(results[0] == results[1]);
        QVERIFY(results[0] == results[2]);
    }

    void isNeverWorseThanRoundingByItsOwnMeasure_data() { pairs(); }
    void isNeverWorseThanRoundingByItsOwnMeasure()
    {
        static const LayerProblem made = layer(24, 256, 2);
        LayerProblem problem = made;
        const auto tested = method();
        const Tensor result = tested->quantize(problem, format(), {}, {}).value().tensor();
        const Tensor rounded = makeMethod("rtn")->quantize(problem, format(), {}, {}).value().tensor();
        if (tested->calibration() != Calibration::Gram) {
            // These know the diagonal only.
            std::vector<float> diagonal(256 * 256);
            const std::vector<float> meanSquare = problem.meanSquare->toFloats();
            for (std::size_t i = 0; i < 256; ++i)
                diagonal[i * 257] = tested->calibration() == Calibration::None ? 1.0f : meanSquare[i];
            problem.gram = Tensor::adoptFloats({256, 256}, std::move(diagonal));
        }
        const double found = outputError(problem, result), plain = outputError(problem, rounded);
        QVERIFY2(found <= plain * (1 + 1e-6), qPrintable(QString("%1 > %2").arg(found).arg(plain)));
    }

    void strangeLayersGiveFiniteWeights_data() { pairs(); }
    void strangeLayersGiveFiniteWeights()
    {
        if (format()->isFloat())
            return; // floats hold NaN and infinities as they are
        const auto check = [&](const LayerProblem& problem) {
            const auto result = method()->quantize(problem, format(), {}, {});
            QVERIFY2(result.has_value(), result ? "" : result.error().message.c_str());
            for (const float value : result->dense().value().toFloats())
                QVERIFY(std::isfinite(value));
        };
        check(layer(1, 96, 3));
        check(layer(96, 1, 4));
        LayerProblem problem = layer(6, 64, 5);
        std::vector<float> weights = problem.weights.toFloats();
        weights[3] = std::numeric_limits<float>::quiet_NaN();
        weights[70] = std::numeric_limits<float>::infinity();
        weights[140] = 1e30f;
        problem.weights = Tensor::adoptFloats({6, 64}, weights);
        check(problem);
        problem.weights = Tensor::adoptFloats({6, 64}, std::vector<float>(6 * 64));
        check(problem);
        problem = layer(6, 64, 6); // inputs that were never heard, alone and all
        std::vector<float> gram = problem.gram->toFloats(), meanSquare = problem.meanSquare->toFloats();
        for (std::size_t i = 0; i < 64; ++i)
            gram[7 * 64 + i] = gram[i * 64 + 7] = 0;
        meanSquare[7] = 0;
        problem.gram = Tensor::adoptFloats({64, 64}, gram);
        problem.meanSquare = Tensor::adoptFloats({64}, meanSquare);
        check(problem);
        problem.gram = Tensor::adoptFloats({64, 64}, std::vector<float>(64 * 64));
        problem.meanSquare = Tensor::adoptFloats({64}, std::vector<float>(64));
        check(problem);
    }

    void aZeroLayerStaysZero_data() { pairs(); }
    void aZeroLayerStaysZero()
    {
        LayerProblem problem = layer(3, 64, 7);
        problem.weights = Tensor::adoptFloats({3, 64}, std::vector<float>(3 * 64));
        const Tensor result = method()->quantize(problem, format(), {}, {}).value().tensor();
        for (const float value : result.toFloats())
            QCOMPARE(value, 0.0f);
    }

    void stopsSoon_data()
    {
        QTest::addColumn<QString>("method");
        QTest::addColumn<QString>("format");
        for (const char* method : {"gptq", "imatrix", "rtn"})
            for (const char* format : {"q4_k", "int4g128"})
                QTest::addRow("%s %s", method, format) << QString(method) << QString(format);
        QTest::addRow("ternary tq2_0") << QString("ternary") << QString("tq2_0");
    }
    void stopsSoon()
    {
        constexpr std::size_t outputs = 3000, inputs = 768;
        LayerProblem problem{
            .weights = Tensor::adoptFloats({outputs, inputs}, normalValues(outputs * inputs, 8))};
        problem.meanSquare = Tensor::adoptFloats({inputs}, std::vector<float>(inputs, 1.0f));
        std::vector<float> gram(inputs * inputs);
        for (std::size_t i = 0; i < inputs; ++i)
            gram[i * (inputs + 1)] = 1;
        problem.gram = Tensor::adoptFloats({inputs, inputs}, std::move(gram));
        using Clock = std::chrono::steady_clock;
        std::stop_source source;
        Clock::time_point asked;
        std::jthread asker([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(15));
            asked = Clock::now();
            source.request_stop();
        });
        MethodContext context;
        context.stop = source.get_token();
        const auto result = method()->quantize(problem, format(), {}, context);
        const auto ended = Clock::now();
        asker.join();
        if (result.has_value())
            QSKIP("done before it was asked to stop");
        QCOMPARE(result.error().code, ErrorCode::Cancelled);
        // 50 ms of work; twice that in time, because the machine may have other things to do.
        QVERIFY(ended - asked < std::chrono::milliseconds(100));
    }

    void progressRises_data() { pairs(); }
    void progressRises()
    {
        double last = 0;
        bool rises = true;
        MethodContext context;
        context.progress = [&](double fraction) {
            rises &= fraction >= last;
            last = fraction;
        };
        QVERIFY(method()->quantize(layer(200, 32, 9), format(), {}, context).has_value());
        QVERIFY(rises);
        QCOMPARE(last, 1.0);
    }

    void parameterBoundsHold_data()
    {
        QTest::addColumn<QString>("method");
        for (const char* id : methodIds)
            QTest::addRow("%s", id) << QString(id);
    }
    void parameterBoundsHold()
    {
        const auto tested = method();
        const auto anyFormat = parseNumberFormat("tq2_0").value();
        const LayerProblem problem = layer(2, 32, 10);
        for (const ParameterSpec& spec : tested->parameters()) {
            QVERIFY(spec.lowest <= spec.standard && spec.standard <= spec.highest);
            QVERIFY(!spec.key.empty() && !spec.title.empty());
            for (const double value : {spec.lowest, spec.highest})
                QVERIFY(tested->quantize(problem, anyFormat, {{spec.key, value}}, {}).has_value());
            for (const double value : {spec.lowest - 1, spec.highest + 1, std::nan("")}) {
                const auto result = tested->quantize(problem, anyFormat, {{spec.key, value}}, {});
                QVERIFY(!result.has_value());
                QCOMPARE(result.error().code, ErrorCode::InvalidInput);
            }
        }
    }

    void missingStatisticsAreNamed()
    {
        const LayerProblem problem{.weights = Tensor::adoptFloats({2, 32}, normalValues(64, 11))};
        for (const char* id : {"gptq", "imatrix"}) {
            const auto result = makeMethod(id)->quantize(problem, parseNumberFormat("q4_0").value(), {}, {});
            QVERIFY(!result.has_value());
            QVERIFY(result.error().message.find("calibration text") != std::string::npos);
        }
    }
};

QTEST_APPLESS_MAIN(MethodContractTest)
#include "method_contract_test.moc"
