#include "core/sensitivity/interaction.h"

#include "core/evaluate/evaluation_session.h"
#include "plugins/rtn/rtn.h"
#include "tests/support/tiny_model.h"

#include <QTest>

#include <cmath>

using namespace tritloom;

namespace {

const LayerMethod* methodCalled(std::string_view id)
{
    static const RoundToNearest rtn;
    return id == "rtn" ? &rtn : nullptr;
}

std::unique_ptr<EvaluationSession> sessionOf(const std::shared_ptr<const Model>& model)
{
    std::vector<std::unique_ptr<Backend>> backends;
    backends.push_back(makeReferenceBackend());
    auto compressor = std::make_shared<Compressor>(model, methodCalled, nullptr, 64u << 20);
    auto pass = std::make_shared<ForwardPass>(
        std::move(compressor), std::make_unique<Executor>(std::move(backends)), 64u << 20);
    std::vector<Chunk> chunks;
    for (int c = 0; c < 3; ++c) {
        Chunk chunk{{}, 16};
        for (int i = 0; i < 32; ++i)
            chunk.tokens.push_back(TokenId((c * 11 + i * 7 + i * i) % 50));
        chunks.push_back(std::move(chunk));
    }
    return std::make_unique<EvaluationSession>(std::move(chunks), std::move(pass));
}

/// A table by hand: one candidate, own divergences as given.
SensitivityTable tableOf(const std::vector<double>& alone)
{
    SensitivityTable table;
    table.candidates.push_back({"q4_0", "rtn", {}});
    for (const double kl : alone) {
        SensitivityCell cell;
        cell.choice = {"q4_0", "rtn", {}};
        cell.known = true;
        cell.kl = {kl, 0};
        table.cells.push_back({cell});
    }
    return table;
}

Allocation allCompressed(std::size_t layers)
{
    return {std::vector<LayerChoice>(layers, LayerChoice{"q4_0", "rtn", {}})};
}

} // namespace

class InteractionTest : public QObject {
    Q_OBJECT

private slots:
    void anExcessIsWhatTakingABlockBackWinsBeyondItsOwn()
    {
        const auto model = TinyModel{}.make();
        const auto session = sessionOf(model);
        SensitivityTable table = emptyTable(*model, {{"int2g32", "rtn", {}}}, {});
        QVERIFY(sweep(table, *session, nullptr, 2, {}, [](LayerId, std::size_t, const SensitivityCell&) {}));
        const Allocation allocation = uniform(*model, table.candidates[0]);
        const Measured measured = session->evaluate(allocation, {})->kl; // all chunks; cells saw two
        const auto found = findInteractions(*session, table, allocation, measured, 2, {});
        QVERIFY(found);
        QCOMPARE(found->predicted, *table.predictedKl(allocation));
        QVERIFY(found->excesses.size() >= 4); // three blocks, the embeddings, the head
        const auto klOf = [&](const Allocation& of) {
            return session->evaluate(of, {}, {}, EvaluationSession::Keep::Nothing, 2)->kl.value;
        };
        for (const Contradiction::Excess& excess : found->excesses) {
            Allocation without = allocation;
            double alone = 0;
            for (const LayerId layer : excess.layers) {
                without[layer] = {};
                alone += std::max(0.0, table.cells[std::size_t(layer)][0].kl.value);
            }
            QVERIFY(std::abs(excess.kl - (klOf(allocation) - klOf(without) - alone)) < 1e-12);
        }
        // Two bits a weight in every layer of a random model are far from additive.
        QVERIFY(contradicts(found->predicted, measured));
        QVERIFY(!found->interacting.empty());
        table.company = correctedCompany(table, *found);
        QVERIFY(std::abs(*table.predictedKl(allocation) / measured.value - 1) < 1e-9);
        QVERIFY(!contradicts(*table.predictedKl(allocation), measured));
    }

    void theDifferenceGoesToTheBlocksThatMakeIt()
    {
        const SensitivityTable table = tableOf({0.1, 0.1, 0.1, 0.1});
        Contradiction contradiction;
        contradiction.allocation = allCompressed(4);
        contradiction.predicted = 0.4;
        contradiction.measured = {0.6, 0.01};
        contradiction.excesses = {{"blk.1", {LayerId(1), LayerId(2)}, 0.3}, {"blk.0", {LayerId(0)}, 0.01}};
        contradiction.interacting = {"blk.1"};
        SensitivityTable corrected = table;
        corrected.company = correctedCompany(table, contradiction);
        QVERIFY(std::abs(*corrected.predictedKl(contradiction.allocation) - 0.6) < 1e-12);
        QVERIFY(std::abs(corrected.company[1] - 2) < 1e-12 && std::abs(corrected.company[2] - 2) < 1e-12);
        QVERIFY(std::abs(corrected.company[0] - 1) < 1e-12 && std::abs(corrected.company[3] - 1) < 1e-12);
        // What is measured alone stays what it was.
        QCOMPARE(corrected.cells[1][0].kl.value, 0.1);
    }

    void allLayersAreScaledWhereNoneStandsOut()
    {
        const SensitivityTable table = tableOf({0.1, 0.3});
        Contradiction contradiction;
        contradiction.allocation = allCompressed(2);
        contradiction.measured = {0.2, 0.001};
        const std::vector<double> company = correctedCompany(table, contradiction);
        QVERIFY(std::abs(company[0] - 0.5) < 1e-12 && std::abs(company[1] - 0.5) < 1e-12);
    }

    void nothingKnownMeansNoCorrection()
    {
        const SensitivityTable table = tableOf({0, 0});
        Contradiction contradiction;
        contradiction.allocation = allCompressed(2);
        contradiction.measured = {0.2, 0.001};
        QCOMPARE(correctedCompany(table, contradiction), std::vector<double>(2, 1.0));
    }

    void errorsOfMeasurementAreNoContradiction()
    {
        QVERIFY(!contradicts(0.10, {0.11, 0.001})); // a fifth
        QVERIFY(!contradicts(0.01, {0.05, 0.02})); // twice the standard error
        QVERIFY(contradicts(0.01, {0.05, 0.01}));
        QVERIFY(!contradicts(0, {0, 0}));
    }

    void allocatorsUseTheCorrectedTable()
    {
        const auto model = TinyModel{}.make();
        SensitivityTable table = emptyTable(*model, {{"q4_0", "rtn", {}}, {"q8_0", "rtn", {}}}, {});
        for (auto& row : table.cells)
            for (std::size_t c = 0; c < 2; ++c) {
                row[c].known = true;
                row[c].kl = {c == 0 ? 0.1 : 0.01, 0};
            }
        const AllocationRules rules{.pinned = {}, .keepFusedSets = true, .budgetBytes = 1u << 30};
        const auto before = allocate(*model, table, model->original(), rules);
        table.company.assign(model->layers.size(), 3.0);
        const auto after = allocate(*model, table, model->original(), rules);
        QVERIFY(before && after);
        QVERIFY(std::abs(after->predictedKl / before->predictedKl - 3) < 1e-9);
    }

    // A classifier that is sure diverges by nothing until a picture flips.
    void whatDivergesByNothingIsDecidedByTheOutputs()
    {
        const auto model = TinyModel{}.make();
        SensitivityTable table =
            emptyTable(*model, {{"int2g32", "rtn", {}}, {"int4g32", "rtn", {}}, {"int8g32", "rtn", {}}}, {});
        for (std::size_t layer = 0; layer < table.cells.size(); ++layer)
            for (std::size_t c = 0; c < 3; ++c) {
                SensitivityCell& cell = table.cells[layer][c];
                cell.known = true;
                cell.weightError = cell.activationError = std::pow(0.01, double(c)) * (layer == 1 ? 1e4 : 1);
            }
        const Allocation stored{std::vector<LayerChoice>(model->layers.size())};
        AllocationRules rules{.keepFusedSets = false};
        rules.budgetBytes = bytesOf(*model, uniform(*model, table.candidates[1]), {});
        const auto chosen = allocate(*model, table, stored, rules).value();
        QVERIFY(double(chosen.bytes) > 0.95 * double(rules.budgetBytes));
        QCOMPARE(chosen.predictedKl, 0.0);
        QCOMPARE(chosen.allocation.layers[1].format, std::string("int8g32"));
        const auto best = frontier(*model, table, stored, rules, 20).value();
        QVERIFY(best.size() > 5);
        QCOMPARE(best.back().predictedKl, 0.0);
        QCOMPARE(best.back().allocation.layers.back().format, std::string("int8g32"));
        table.cells[0][0].kl.value = 1e-3; // which outweighs all of that
        const auto other = allocate(*model, table, stored, rules).value();
        QVERIFY(other.allocation.layers[0].format != "int2g32");
        QCOMPARE(other.predictedKl, 0.0);
    }
};

QTEST_APPLESS_MAIN(InteractionTest)
#include "interaction_test.moc"
