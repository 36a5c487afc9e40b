// The smallest budget is one that the allocator can keep, and a byte less is not.
#include "app/session/reach.h"
#include "app/session/workspace.h"
#include "tests/support/tiny_model.h"

#include <QtTest>

using namespace tritloom;

namespace {

/// A table in which everything was measured.
SensitivityTable measured(const Model& model, std::vector<Candidate> candidates, const MethodLookup& methods)
{
    SensitivityTable table = emptyTable(model, std::move(candidates), methods);
    for (auto& layer : table.cells)
        for (SensitivityCell& cell : layer) {
            cell.known = true;
            cell.kl = {1.0 / double(cell.bytes), 0.0};
        }
    return table;
}

} // namespace

class ReachTest final : public QObject {
    Q_OBJECT

private:
    PluginHost m_plugins;

private slots:
    void theSmallestBudgetIsKeptAndAByteLessIsNot_data()
    {
        QTest::addColumn<bool>("pinned");
        QTest::newRow("free") << false;
        QTest::newRow("a pinned layer") << true;
    }
    void theSmallestBudgetIsKeptAndAByteLessIsNot()
    {
        QFETCH(bool, pinned);
        const auto model = TinyModel{}.make();
        const SensitivityTable table = measured(*model, standardCandidates(), m_plugins.lookup());
        AllocationRules rules{.pinned = std::vector<bool>(model->layers.size(), false), .methods = m_plugins.lookup()};
        rules.pinned[2] = pinned;
        rules.budgetBytes = smallestBytes(*model, table, model->original(), rules);
        const auto kept = allocate(*model, table, model->original(), rules);
        QVERIFY2(kept, kept ? "" : kept.error().message.c_str());
        QCOMPARE(kept->bytes, rules.budgetBytes);
        --rules.budgetBytes;
        QVERIFY(!allocate(*model, table, model->original(), rules));
    }

    void groupsOfARowAreOfferedWhereBlocksDoNotDivideRows()
    {
        const PluginChoice method{"imatrix", {}};
        const auto even = TinyModel{}.make();
        QVERIFY(withRowGroups(*even, standardCandidates(), method, m_plugins.lookup()) == standardCandidates());
        const auto odd = TinyModel{.feedForward = 172}.make();
        const auto more = withRowGroups(*odd, standardCandidates(), method, m_plugins.lookup());
        QCOMPARE(more.size(), standardCandidates().size() + 5);
        QCOMPARE(more.back().format, std::string("f16"));
    }

    void aProjectBeginsWithABudgetThatCanBeReached()
    {
        // Blocks of 32 with their scales: 4.5 bits.
        const auto even = Workspace::create(TinyModel{}.make(), m_plugins, {}).value();
        QVERIFY(!even->offersRowGroups());
        QCOMPARE(even->goal().budgetBytes, even->smallestBudget());
        QVERIFY(budgetToBits(even->model(), double(even->smallestBudget())) > 4.4);
        QVERIFY(!even->hasBudget());
        Goal goal = even->goal();
        goal.budgetBytes = 1;
        even->setGoal(goal);
        QCOMPARE(even->goal().budgetBytes, even->smallestBudget());

        const auto odd = Workspace::create(TinyModel{.feedForward = 172}.make(), m_plugins, {}).value();
        QVERIFY(odd->offersRowGroups());
        QVERIFY(odd->smallestBudget() < odd->goal().budgetBytes);
        QVERIFY(std::abs(budgetToBits(odd->model(), double(odd->goal().budgetBytes)) - 4) < 0.01);
        odd->setMethod({"rtn", {}});
        QVERIFY(odd->offersRowGroups() && !odd->hasBudget());
        QCOMPARE(odd->method().id, std::string("rtn"));
    }
};

QTEST_MAIN(ReachTest)
#include "reach_test.moc"
