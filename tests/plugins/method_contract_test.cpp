#include "core/base/parallel.h"
#include "tests/plugins/all_methods.h"
#include "tests/support/processor_time.h"
#include "tests/support/sanitized.h"

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <algorithm>
#include <chrono>
#include <limits>
#include <memory>
#include <thread>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

constexpr const char* formatIds[] = {
    "f16",        "int4g32",     "int3g64a",     "q8_0",       "q4_0",     "q5_1",       "q4_k",
    "q6_k",       "q2_k",        "iq4_nl",       "nvfp4",      "mxfp4",    "nf4g64",     "tq1_0",
    "tq2_0",      "q2_0",        "q1_0",         "ternaryg64", "fp4e2g64", "shift3g64",  "sign1g64",
    "bct4g64",    "dyn4g64s",    "fdbg64",       "sign",       "e8pg64",   "bitmod3g64", "mix24g16w3",
    "nested8g64", "planes2bg64", "balanced3g40", "book4g64s4"};

constexpr std::string_view fewFormatIds[] = {"int4g32", "int3g64a", "q4_k", "nf4g64", "tq2_0", "mxfp4"};

NumberFormatPtr firstFormatOf(const LayerMethod& method)
{
    for (const char* id : formatIds)
        if (const auto format = parseNumberFormat(id).value(); method.supports(*format) && !format->isFloat())
            return format;
    return nullptr;
}

} // namespace

/// What every method promises, over methods and formats.
class MethodContractTest : public QObject {
    Q_OBJECT

private:
    static void pairs()
    {
        QTest::addColumn<QString>("method");
        QTest::addColumn<QString>("format");
        for (const MethodRow& row : allMethods)
            for (const char* format : formatIds)
                // Signs without a scale are a part of replacements; alone they cannot even hold a zero.
                // Methods that take long see one format of each kind.
                if ((row.effort == nullptr || std::ranges::count(fewFormatIds, std::string_view(format)) > 0)
                    && row.make()->supports(*parseNumberFormat(format).value())
                    && (std::string_view(format) != "sign" || row.make()->makesReplacements()))
                    QTest::addRow("%s %s", row.id, format) << QString(row.id) << QString(format);
    }
    static std::unique_ptr<LayerMethod> method()
    {
        QFETCH(QString, method);
        return methodRow(method.toStdString()).make();
    }
    /// Standard parameters, but little effort.
    static Parameters quick()
    {
        const MethodRow& row = methodRow(method()->id());
        return row.effort != nullptr ? Parameters{{row.effort, row.little}} : Parameters{};
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
            const auto result = method()->quantize(forMethod(problem, *method()), format(), quick(), {});
            QVERIFY2(result.has_value(), result ? "" : result.error().message.c_str());
            QCOMPARE(result->isReplacement(), method()->makesReplacements());
            if (methodRow(method()->id()).isMatrix)
                QCOMPARE(result->dense().value().type().shape, problem.weights.type().shape);
            if (!result->isReplacement())
                QCOMPARE(result->tensor().type().format->id(), format()->id());
            const std::size_t declared = method()->storedBytes(40, 300, format(), {});
            if (methodRow(method()->id()).bytesDependOnData)
                QVERIFY(result->bytes() <= declared && 10 * result->bytes() >= 7 * declared);
            else
                QCOMPARE(result->bytes(), declared);
            results.push_back(bytesOf(*result));
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
        if (methodRow(tested->id()).objective == nullptr)
            QSKIP("it makes nothing small that rounding has: see the test of its own");
        const char* other = methodRow(tested->id()).rival;
        const NumberFormatPtr rival = other != nullptr ? parseNumberFormat(other).value() : format();
        const Tensor result =
            tested->quantize(forMethod(problem, *tested), format(), quick(), {}).value().dense().value();
        const Tensor rounded = methodRow("rtn").make()->quantize(problem, rival, {}, {}).value().tensor();
        const auto objective = methodRow(tested->id()).objective;
        const double found = objective(problem, result), plain = objective(problem, rounded);
        QVERIFY2(found <= plain * (1 + 1e-5), qPrintable(QString("%1 > %2").arg(found).arg(plain)));
    }

    void strangeLayersGiveFiniteWeights_data() { pairs(); }
    void strangeLayersGiveFiniteWeights()
    {
        if (format()->isFloat())
            return; // floats hold NaN and infinities as they are
        const auto check = [&](const LayerProblem& problem) {
            const auto result = method()->quantize(forMethod(problem, *method()), format(), quick(), {});
            QVERIFY2(result.has_value(), result ? "" : result.error().message.c_str());
            for (const float value : numbersOf(*result, methodRow(method()->id())).toFloats())
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
        const auto result = method()->quantize(forMethod(problem, *method()), format(), quick(), {}).value();
        for (const float value : numbersOf(result, methodRow(method()->id())).toFloats())
            QCOMPARE(value, 0.0f);
    }

    void stopsSoon_data()
    {
        QTest::addColumn<QString>("method");
        QTest::addColumn<QString>("format");
        for (const MethodRow& row : allMethods) {
            const auto method = row.make();
            QTest::addRow("%s", row.id)
                << QString(row.id) << QString::fromStdString(firstFormatOf(*method)->id());
            if (method->supports(*parseNumberFormat("q4_k").value()))
                QTest::addRow("%s q4_k", row.id) << QString(row.id) << "q4_k";
        }
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
        // 50 ms of work, the best of some trials.
        const ProcessorTime worked;
        constexpr double most = 50 * slowdown;
        double least = 1e9; // ms
        std::chrono::microseconds patience(15000); // what is done sooner is asked sooner
        for (int trial = 0; trial < 8 && least > most; ++trial) {
            std::stop_source source;
            double asked = 0;
            std::jthread asker([&] {
                std::this_thread::sleep_for(patience);
                asked = worked.milliseconds();
                source.request_stop();
            });
            MethodContext context;
            context.stop = source.get_token();
            const auto result = method()->quantize(forMethod(problem, *method()), format(), {}, context);
            const double ended = worked.milliseconds();
            asker.join();
            if (result.has_value()) {
                patience /= 3;
                continue;
            }
            QCOMPARE(result.error().code, ErrorCode::Cancelled);
            least = std::min(least, ended - asked);
            patience += std::chrono::milliseconds(30);
        }
        if (least == 1e9)
            QSKIP("done before it could be asked to stop");
        QVERIFY2(least <= most, qPrintable(QString("%1 ms").arg(least)));
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
        QVERIFY(method()
                    ->quantize(forMethod(layer(200, 32, 9), *method()), format(), quick(), context)
                    .has_value());
        QVERIFY(rises);
        QCOMPARE(last, 1.0);
    }

    void parameterBoundsHold_data()
    {
        QTest::addColumn<QString>("method");
        for (const MethodRow& row : allMethods)
            QTest::addRow("%s", row.id) << QString(row.id);
    }
    void parameterBoundsHold()
    {
        const auto tested = method();
        const auto anyFormat = firstFormatOf(*tested);
        const LayerProblem problem = forMethod(layer(2, 32, 10), *tested);
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
        for (const MethodRow& row : allMethods) {
            const auto tested = row.make();
            // A method may do without what it would like to have, but not fail without a word about it.
            const auto result = tested->quantize(forMethod(problem, *tested), firstFormatOf(*tested), {}, {});
            if (result.has_value())
                continue;
            QVERIFY(tested->calibration() != Calibration::None);
            QVERIFY(result.error().message.find("calibration text") != std::string::npos);
        }
    }

    void everyPluginIsInTheList()
    {
        // The folders that hold a layer method, read from the tree.
        QStringList found, listed;
        QDir plugins(TRITLOOM_SOURCE_DIR "/plugins");
        for (const QString& folder : plugins.entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
            if (folder == "torch")
                continue; // what plugins with gradients share
            QFile file(plugins.filePath(folder + "/plugin.json"));
            QVERIFY2(file.open(QIODevice::ReadOnly), qPrintable(folder));
            const QJsonObject about = QJsonDocument::fromJson(file.readAll()).object();
            for (const char* key : {"id", "kind", "title", "summary", "spec", "paper", "covers"})
                QVERIFY2(about.contains(key), qPrintable(folder + " says no " + key));
            if (about["kind"] == "layer-method")
                found << about["id"].toString();
        }
        for (const MethodRow& row : allMethods)
            listed << row.id;
        found.sort();
        listed.sort();
        QCOMPARE(found, listed);
    }
};

QTEST_APPLESS_MAIN(MethodContractTest)
#include "method_contract_test.moc"
