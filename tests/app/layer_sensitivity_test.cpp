#include "app/gui/allocation/layer_sensitivity.h"
#include "app/session/plugin_host.h"
#include "tests/app/synthetic_model.h"

#include <QtTest>

using namespace tritloom;

/// The one figure by which layers are told apart in table and loom.
class LayerSensitivityTest final : public QObject {
    Q_OBJECT

private slots:
    void halfARowIsNoMeasure()
    {
        const PluginHost plugins;
        const auto model = syntheticModel(28);
        SensitivityTable table = emptyTable(
            *model, {{"q2_k", "rtn", {}}, {"q4_k", "rtn", {}}, {"q8_0", "rtn", {}}}, plugins.lookup());
        const auto layer = LayerId(3);
        std::vector<SensitivityCell>& row = table.cells[3];
        QVERIFY(!sensitivityOf(*model, table, layer));
        // A sweep comes from the few bits: what two bits cost says nothing beside the four bits of others.
        row[0].known = true;
        row[0].kl.value = 0.5;
        QVERIFY(!sensitivityOf(*model, table, layer));
        row[1].known = true;
        row[1].kl.value = 0.01;
        QCOMPARE(sensitivityOf(*model, table, layer)->format, std::string("q4_k"));
        QCOMPARE(sensitivityOf(*model, table, layer)->kl, 0.01);
        // Where that format cannot be had the next is what there is.
        row[1] = SensitivityCell{.choice = row[1].choice, .bytes = row[1].bytes};
        row[1].failure = "does not fit";
        QCOMPARE(sensitivityOf(*model, table, layer)->format, std::string("q2_k"));
    }
};

QTEST_GUILESS_MAIN(LayerSensitivityTest)
#include "layer_sensitivity_test.moc"
