#include "app/session/comparison.h"
#include "app/session/plugin_host.h"
#include "app/session/written_formats.h"
#include "core/store/project_store.h"

#include <QTemporaryDir>
#include <QTest>

using namespace tritloom;

namespace {

/// Counts what is asked of another one.
class CountingMeter final : public ComparisonMeter {
public:
    explicit CountingMeter(std::unique_ptr<ComparisonMeter> meter)
        : m_meter(std::move(meter))
    {
    }
    const ComparisonKind& kind() const override { return m_meter->kind(); }
    Result<ComparisonNumbers> measure(const Allocation& allocation, std::stop_token stop) override
    {
        ++measured;
        return m_meter->measure(allocation, stop);
    }
    DivergenceMeter& session() override { return m_meter->session(); }
    int measured = 0;

private:
    std::unique_ptr<ComparisonMeter> m_meter;
};

} // namespace

/// Methods x formats on the sample: what is run, kept and reported.
class ComparisonTest : public QObject {
    Q_OBJECT

    PluginHost m_plugins;
    std::shared_ptr<Engine> m_engine;

private slots:
    void initTestCase()
    {
        EngineOptions options;
        options.evaluation = {.contextLength = 64, .chunkCount = 2};
        options.calibrationChunks = 2;
        m_engine = Engine::create(loadModel(sampleModelPath()).value(), m_plugins.lookup(), options).value();
    }

    void onlyPairsThatFitAreRows()
    {
        const auto rows = comparisonRows(
                              *m_engine->model(), {"q4_k", "tq2_0", "sign"},
                              {{"", "rtn", {}}, {"", "ternary", {}}, {"", "bitstack", {{"blocks", 2}}}}, m_plugins.lookup())
                              .value();
        QStringList found;
        for (const ComparisonRow& row : rows)
            found << QString::fromStdString(row.candidate.format + " " + row.method);
        QVERIFY(
            found.contains("q4_k rtn") && found.contains("tq2_0 ternary")
            && found.contains("sign bitstack blocks=2"));
        QVERIFY(!found.contains("q4_k ternary") && !found.contains("q4_k bitstack blocks=2"));
        const auto nobody = comparisonRows(*m_engine->model(), {"q4_k"}, {{"", "nobody", {}}}, m_plugins.lookup());
        QCOMPARE(nobody.error().message, std::string("no method is called 'nobody'"));
    }

    /// There is nothing to fit in a float: it is one row, and a choice of each method under a budget.
    void aFloatIsOneRowWhateverTheMethods()
    {
        const std::vector<Candidate> methods{{"", "gptq", {}}, {"", "imatrix", {}}};
        const auto rows =
            comparisonRows(*m_engine->model(), {"f16", "q4_0"}, methods, m_plugins.lookup()).value();
        QStringList found;
        for (const ComparisonRow& row : rows)
            found << QString::fromStdString(row.candidate.format + " " + row.method);
        QCOMPARE(found, (QStringList{"f16 rtn", "q4_0 gptq", "q4_0 imatrix"}));
        const auto under = budgetRows(*m_engine->model(), {"6bpw"}, rows, m_plugins.lookup()).value();
        QCOMPARE(under.size(), std::size_t(2));
        for (const ComparisonRow& row : under) {
            QVERIFY(row.method == "gptq" || row.method == "imatrix");
            QCOMPARE(row.choices.size(), std::size_t(2));
            QCOMPARE(row.choices[0].format, std::string("f16"));
            QCOMPARE(row.choices[1].method, row.method);
        }
    }

    void methodsThatAreNotForTheModelAreNoRows()
    {
        const std::vector<Candidate> methods{{"", "cached-time", {}}, {"", "rtn", {}}};
        std::vector<std::string> leftOut;
        const auto rows =
            comparisonRows(*m_engine->model(), {"q4_k", "q8_0"}, methods, m_plugins.lookup(), &leftOut)
                .value();
        QCOMPARE(rows.size(), std::size_t(2));
        QCOMPARE(rows[0].method, std::string("rtn"));
        QCOMPARE(leftOut.size(), std::size_t(1)); // once, not by format
        QCOMPARE(
            leftOut[0],
            std::string(
                "cached-time is left out: it stores outputs by time step, and this model is given none"));
        // Of a network that is given time steps, some layers are not about them.
        const auto denoiser = loadModel(
            std::filesystem::path(TRITLOOM_SOURCE_DIR) / "resources/samples/picture/generation/denoise.onnx");
        QVERIFY(denoiser);
        const std::string why = whyNotEverywhere(**denoiser, *m_plugins.find("cached-time"));
        QVERIFY2(why.ends_with("choose it for single layers"), why.c_str());
        QCOMPARE(whyNotEverywhere(**denoiser, *m_plugins.find("gptq")), std::string());
    }

    void whatIsKnownIsNotRunAgain()
    {
        QTemporaryDir folder;
        const auto store = ProjectStore::open(folder.filePath("p.tritloom").toStdString()).value();
        auto rows = comparisonRows(
                        *m_engine->model(), {"q8_0", "q2_k"}, {{"", "rtn", {{"search", 0}}}}, m_plugins.lookup())
                        .value();
        const std::vector<ComparisonRow> fresh = rows;
        auto meter = makeComparisonMeter(*m_engine, store.get()).value();
        std::size_t seen = 0;
        QVERIFY(runComparison(rows, *meter, store.get(), {}, [&](std::size_t, const ComparisonRow&) { ++seen; }));
        QCOMPARE(seen, rows.size());
        QVERIFY(rows[0].isDone && rows[0].failure.empty() && rows[1].isDone);
        QVERIFY(rows[0].divergence().value < rows[1].divergence().value); // 8 bits against 2
        QVERIFY(rows[0].compressSeconds > 0);
        auto again = fresh;
        CountingMeter other(makeComparisonMeter(*m_engine, store.get()).value());
        QVERIFY(runComparison(again, other, store.get(), {}, [](std::size_t, const ComparisonRow&) {}));
        QCOMPARE(other.measured, 0);
        QCOMPARE(again[1].numbers.size(), rows[1].numbers.size());
        for (std::size_t c = 0; c < rows[1].numbers.size(); ++c)
            QCOMPARE(again[1].numbers[c].value, rows[1].numbers[c].value);
        QCOMPARE(again[1].samples, rows[1].samples);
        QCOMPARE(again[1].compressSeconds, rows[1].compressSeconds);
    }

    void aFailureIsARowAndTheRestGoesOn()
    {
        auto rows = comparisonRows(
                        *m_engine->model(), {"sign", "q8_0"}, {{"", "bitdelta", {}}, {"", "rtn", {}}}, m_plugins.lookup())
                        .value();
        auto meter = makeComparisonMeter(*m_engine, nullptr).value();
        QVERIFY(runComparison(rows, *meter, nullptr, {}, [](std::size_t, const ComparisonRow&) {}));
        bool failed = false, measured = false;
        for (const ComparisonRow& row : rows) {
            QVERIFY(row.isDone);
            failed = failed || row.failure.find("tuned from") != std::string::npos; // no base was named
            measured = measured || (row.candidate.format == "q8_0" && row.failure.empty());
        }
        QVERIFY(failed && measured);
    }

    void budgetsAreReachedByChoosingFormatsLayerByLayer()
    {
        QTemporaryDir folder;
        const auto store = ProjectStore::open(folder.filePath("p.tritloom").toStdString()).value();
        const Model& model = *m_engine->model();
        auto rows = comparisonRows(
                        model, {"q2_k", "q4_k", "q8_0"}, {{"", "rtn", {{"search", 0}}}, {"", "ternary", {}}},
                        m_plugins.lookup())
                        .value();
        QCOMPARE(rows.size(), std::size_t(3)); // ternary writes none of them, and so has no budget either
        const std::vector<ComparisonRow> fresh =
            budgetRows(model, {"2bpw", "3.5bpw", "1.7MB"}, rows, m_plugins.lookup()).value();
        auto made = fresh;
        QCOMPARE(made.size(), std::size_t(3));
        QVERIFY2(made[0].isDone && made[0].failure.starts_with("2bpw are "), made[0].failure.c_str());
        QVERIFY(made[0].failure.ends_with(std::to_string(rows[0].bytes))); // all in the smallest format
        QVERIFY(!made[1].isDone && made[1].choices.size() == 3);
        auto meter = makeComparisonMeter(*m_engine, store.get()).value();
        for (auto* const part : {&rows, &made})
            QVERIFY(runComparison(*part, *meter, store.get(), {}, [](std::size_t, const ComparisonRow&) {}));
        QVERIFY(!made[0].isMeasured());
        for (std::size_t i = 1; i < 3; ++i) {
            const ComparisonRow& row = made[i];
            QVERIFY2(row.isMeasured() && row.bytes <= row.budgetBytes, row.failure.c_str());
            QVERIFY(row.bytes > row.budgetBytes * 9 / 10); // and not left unused
            QVERIFY(row.divergence().value < rows[0].divergence().value);
            QVERIFY(row.divergence().value > rows[2].divergence().value);
            QVERIFY2(row.note.starts_with("layers by format: "), row.note.c_str());
            QVERIFY(row.compressSeconds > 0); // compressed again for the clock, whatever the sweep remembers
        }
        // Of several choices within the budget that of the measured table is taken.
        SensitivityTable table = emptyTable(model, fresh[1].choices, m_plugins.lookup());
        QVERIFY(sweep(
            table, meter->session(), store.get(), 0, {},
            [](LayerId, std::size_t, const SensitivityCell&) {}));
        const AllocationRules rules{
            .pinned = {}, .budgetBytes = fresh[1].budgetBytes, .methods = m_plugins.lookup()};
        QVERIFY(allocate(model, table, model.original(), rules).value().allocation == made[1].allocation);
        auto again = fresh;
        CountingMeter other(makeComparisonMeter(*m_engine, store.get()).value());
        QVERIFY(runComparison(again, other, store.get(), {}, [](std::size_t, const ComparisonRow&) {}));
        QCOMPARE(other.measured, 0);
        QCOMPARE(again[1].note, made[1].note);
        QCOMPARE(
            budgetRows(model, {"4"}, rows, m_plugins.lookup()).error().message,
            std::string("'4' is no budget: write 4.5bpw or 300MB"));
    }

    void rowsTellHowFastTheirKernelsAre()
    {
        auto rows =
            comparisonRows(*m_engine->model(), {"q8_0"}, {{"", "rtn", {{"search", 0}}}}, m_plugins.lookup())
                .value();
        auto meter = makeComparisonMeter(*m_engine, nullptr).value();
        QVERIFY(runComparison(rows, *meter, nullptr, {}, [](std::size_t, const ComparisonRow&) {}));
        const auto& columns = textComparison().columns;
        const auto speed =
            std::ranges::find(columns, "tokensPerSecond", &ComparisonColumn::key) - columns.begin();
        QVERIFY(rows[0].numbers[std::size_t(speed)].value > 1);
    }

    void replacementsCountWhatTheyStore()
    {
        auto rows = comparisonRows(*m_engine->model(), {"sign"}, {{"", "pb-llm", {}}}, m_plugins.lookup()).value();
        QCOMPARE(rows.size(), std::size_t(1));
        const std::uint64_t said = rows[0].bytes;
        auto meter = makeComparisonMeter(*m_engine, nullptr).value();
        QVERIFY(runComparison(rows, *meter, nullptr, {}, [](std::size_t, const ComparisonRow&) {}));
        QVERIFY2(rows[0].failure.empty(), rows[0].failure.c_str());
        QCOMPARE(rows[0].bytes, said);
    }

    void theOriginalHasANameInLegends()
    {
        QCOMPARE(originalRow(*m_engine->model()).method, std::string("original"));
    }

    void reportsEscapeAndQuote()
    {
        ComparisonRow row;
        row.candidate = {"a<b", "m,\"n\"", {}};
        row.method = row.candidate.method;
        row.bytes = 1000000;
        row.isDone = true;
        const double nan = std::numeric_limits<double>::quiet_NaN();
        row.numbers = {
            {0.01, 0.001},
            {30, 1},
            {nan, nan},
            {50, nan},
            {29, 1}}; // KL, perplexity, same token, speed, of the model
        row.compressSeconds = 1;
        ComparisonRow broken;
        broken.candidate = {"q4_k", "rtn", {}};
        broken.method = "rtn";
        broken.isDone = true;
        broken.failure = "no, <really>";
        broken.note = "2 of 3, <short>";
        const std::string csv = comparisonCsv(textComparison(), {row, broken}),
                          html = comparisonHtml("x & y", textComparison(), {row, broken});
        QVERIFY(csv.find("a<b,\"m,\"\"n\"\"\",1000000,") != std::string::npos);
        QVERIFY(csv.ends_with("\"no, <really>\",\"2 of 3, <short>\"\n"));
        QCOMPARE(std::count(csv.begin(), csv.end(), '\n'), 3);
        QVERIFY(html.find("x &amp; y") != std::string::npos && html.find("a&lt;b") != std::string::npos);
        QVERIFY(html.find("2 of 3, &lt;short&gt;") != std::string::npos);
        QVERIFY(html.find("no, &lt;really&gt;") != std::string::npos && html.find("<svg") != std::string::npos);
        QVERIFY(html.find("The model itself: Perplexity 29.000") != std::string::npos);
        QVERIFY(html.find("Same token") == std::string::npos); // no row has it
        QVERIFY(html.find("<really>") == std::string::npos && html.find("http") == std::string::npos);
    }
};

QTEST_GUILESS_MAIN(ComparisonTest)
#include "comparison_test.moc"
