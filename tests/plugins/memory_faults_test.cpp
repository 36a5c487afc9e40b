#include "plugins/bitstack/bitstack.h"
#include "plugins/memory_faults/memory_faults.h"
#include "plugins/pb_llm/pb_llm.h"
#include "plugins/ptq161/ptq161.h"
#include "tests/plugins/probe_fixture.h"

#include <QTest>

#include <cmath>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

const LayerMethod* methodCalled(std::string_view id)
{
    static const BitStack stack;
    static const PbLlm partly;
    static const Ptq161 columns;
    if (id == "bitstack")
        return &stack;
    if (id == "pb-llm")
        return &partly;
    return id == "ptq161" ? &columns : roundingAlone(id);
}

std::vector<std::string> rowCalled(const Report::Table& table, const std::string& name)
{
    for (const auto& row : table.rows)
        if (row.front() == name)
            return row;
    return {};
}

double numberOf(const std::string& cell)
{
    return std::stod(cell);
}

} // namespace

/// The lab on what layers are stored as, whatever that is.
class MemoryFaultsTest : public QObject {
    Q_OBJECT

private slots:
    void everyPackedFormGetsFaults()
    {
        const std::vector<Candidate> candidates{
            {"int4g64", "rtn", {}},
            {"sign", "bitstack", {{"blocks", 2}, {"rank", 4}}},
            {"sign", "pb-llm", {{"salient", 10}}},
            {"int4g64", "ptq161", {}}};
        const SampleProbe sample = probeOf(sampleModel(), candidates, methodCalled);
        const auto reportAt = [&](double percent) {
            return MemoryFaults()
                .run(sample.probe.get(), {{"hard", percent}, {"seeds", 1}, {"chunks", 2}}, {})
                .value();
        };
        const Report clean = reportAt(0), faulty = reportAt(1);
        for (std::size_t c = 0; c < candidates.size(); ++c) {
            const std::string name = c == 0 ? "int4g64" : candidates[c].format + " " + candidates[c].method;
            const auto without = rowCalled(clean.tables[0], name), with = rowCalled(faulty.tables[0], name);
            QVERIFY2(!without.empty() && !with.empty(), name.c_str());
            // The bytes are those of the packed form, not of the matrix it stands for.
            std::uint64_t bytes = 0;
            for (std::size_t i = 0; i < sample.probe->layers().size(); ++i)
                bytes += sample.probe->bytes(i, c);
            QCOMPARE(without[1], fmt::format("{:.2f}", double(bytes) / 1e6));
            // Without faults it reads as it is; with some it is another model.
            const double divergence =
                sample.probe
                    ->losses(
                        [&] {
                            std::vector<ModelProbe::Replaced> replaced;
                            for (std::size_t i = 0; i < sample.probe->layers().size(); ++i)
                                replaced.push_back(sample.probe->replacedBy(i, c).value());
                            return replaced;
                        }(),
                        2)
                    .value()
                    .divergence;
            QVERIFY2(
                std::fabs(numberOf(without[7]) - divergence) <= 1e-3 * divergence,
                qPrintable(
                    QString::fromStdString(name + ": " + without[7]) + QString(" for %1").arg(divergence)));
            QVERIFY2(with[5] != without[5], name.c_str()); // perplexity, or that it overflows
        }
    }

    void whatCellsHoldAddsUp()
    {
        const SampleProbe sample = probeOf(sampleModel(), {{"int4g64", "rtn", {}}});
        const Report report =
            MemoryFaults().run(sample.probe.get(), {{"seeds", 1}, {"chunks", 1}}, {}).value();
        QCOMPARE(report.tables[1].rows.size(), report.tables[0].rows.size());
        for (std::size_t r = 0; r < report.tables[1].rows.size(); ++r) {
            const auto& patterns = report.tables[1].rows[r];
            double sum = 0;
            for (std::size_t p = 1; p < patterns.size(); ++p)
                sum += numberOf(patterns[p]);
            QVERIFY(std::fabs(sum - 100) < .25);
            QVERIFY(
                std::fabs(
                    numberOf(patterns[2]) + numberOf(patterns[3]) - numberOf(report.tables[0].rows[r][2]))
                < .25);
        }
    }

    // One weight of 1.9998 is 2 as a half: the layer is kept at half its size, not left without protection.
    void largeWeightsAreKeptSmaller()
    {
        const auto model = sampleModel();
        const Layer& first = model->layers[1];
        std::vector<float> weights = materialise(model->tensor(first.tensor)).value().toFloats();
        weights[7] = 1.9998f;
        const auto large = withTensors(
            *model, {{first.tensor, Tensor::adoptFloats({first.rows, first.columns}, std::move(weights))}});
        const auto protectedDivergence = [](const std::shared_ptr<const Model>& of, double percent) {
            const SampleProbe sample = probeOf(of);
            const Report report =
                MemoryFaults()
                    .run(
                        sample.probe.get(), {{"hard", percent}, {"seeds", 1}, {"chunks", 1}, {"lossless", 1}},
                        {})
                    .value();
            const bool isTold = std::ranges::any_of(report.paragraphs, [](const std::string& sentence) {
                return sentence.find("layers have weights of 2 or more") != std::string::npos;
            });
            return std::pair(numberOf(rowCalled(report.tables[0], "halves, protected")[7]), isTold);
        };
        const auto [plain, plainIsTold] = protectedDivergence(model, 0);
        const auto [kept, keptIsTold] = protectedDivergence(large, 0);
        QVERIFY(!plainIsTold && keptIsTold);
        QVERIFY2(plain < 1e-4 && kept < 1e-4, qPrintable(QString("%1 %2").arg(plain).arg(kept)));
    }
};

QTEST_APPLESS_MAIN(MemoryFaultsTest)
#include "memory_faults_test.moc"
