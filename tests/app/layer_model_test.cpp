#include "app/gui/layers/layer_model.h"
#include "app/gui/layers/layer_proxy.h"

#include <QAbstractItemModelTester>
#include <QElapsedTimer>
#include <QTreeView>
#include <QtTest>

#include <numeric>

using namespace tritloom;

class LayerModelTest final : public QObject {
    Q_OBJECT

private:
    static std::vector<LayerRow> rows(int count)
    {
        std::vector<LayerRow> rows;
        for (int i = 0; i < count; ++i) {
            LayerRow row;
            row.block = i == 0 ? -1 : (i - 1) / 7;
            row.nameInBlock = QString("part%1").arg(i % 7);
            row.name = i == 0 ? QString("token_embd") : QString("blk.%1.part%2").arg(row.block).arg(i % 7);
            row.format = "q4_k";
            row.bits = 2 + i % 5;
            row.bytes = 1000 + (i * 7919) % 100000;
            row.parameters = 1e5;
            if (i % 3 == 0)
                row.sensitivity = (i * 31 % 1000) / 1e4;
            rows.push_back(row);
        }
        return rows;
    }

private slots:
    void isAModel()
    {
        LayerModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        LayerProxy proxy(model);
        QAbstractItemModelTester proxyTester(&proxy, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setRows(rows(30));
        QCOMPARE(model.rowCount(), 6); // the embedding and five blocks
        QCOMPARE(model.rowCount(model.index(1, 0)), 7);
        LayerRow changed = model.rows()[3];
        changed.bits = 8;
        changed.bytes = 1e9; // a new largest: every bar changes
        model.updateRows({3}, [&](int, LayerRow& row) { row = changed; });
        QCOMPARE(model.data(model.indexOf(3, LayerModel::Bits), Qt::DisplayRole).toString(), QString("8"));
        // Bars of sensitivity are shares of what is the largest now, not of what was.
        const auto share = [&](int layer) {
            return model.data(model.indexOf(layer, LayerModel::Sensitivity), LayerModel::ShareRole)
                .toDouble();
        };
        std::vector<int> all(30);
        std::iota(all.begin(), all.end(), 0);
        model.updateRows(all, [](int layer, LayerRow& row) { row.sensitivity = layer == 7 ? 8.0 : 1.0; });
        QCOMPARE(share(7), 1.0);
        QCOMPARE(share(8), 0.125);
        model.updateRows({7}, [](int, LayerRow& row) { row.sensitivity = 0.5; });
        QCOMPARE(share(8), 1.0);
        QCOMPARE(share(7), 0.5);
        model.setGrouped(false);
        QCOMPARE(model.rowCount(), 30);
        proxy.sort(LayerModel::Size, Qt::DescendingOrder);
        QCOMPARE(model.layerOf(proxy.mapToSource(proxy.index(0, 0))), 3);
        proxy.setFilter(LayerFilter::parse("bits>7").value());
        QCOMPARE(proxy.rowCount(), 1);
        model.setGrouped(true);
        QCOMPARE(proxy.rowCount(), 1); // its block
        QCOMPARE(proxy.rowCount(proxy.index(0, 0)), 1);
    }

    void knowsPlaces()
    {
        LayerModel model;
        model.setRows(rows(30));
        for (int layer = 0; layer < 30; ++layer)
            QCOMPARE(model.layerOf(model.indexOf(layer)), layer);
        QCOMPARE(model.layersUnder(model.index(1, 0)).size(), std::size_t(7));
        QVERIFY(!model.indexOf(30).isValid());
    }

    void asksForTheStopThatWasChosen()
    {
        LayerModel model;
        model.setRows(rows(10));
        QSignalSpy spy(&model, &LayerModel::stopChosen);
        QVERIFY(model.setData(model.indexOf(4, LayerModel::Bits), 2, Qt::EditRole));
        QCOMPARE(spy.size(), 1);
        QCOMPARE(spy.front()[0].toInt(), 4);
        QVERIFY(!model.setData(model.indexOf(4, LayerModel::Name), 2, Qt::EditRole));
    }

    void aHundredThousandRowsAreSmooth()
    {
        LayerModel model;
        LayerProxy proxy(model);
        QTreeView view;
        view.setUniformRowHeights(true);
        view.setModel(&proxy);
        view.resize(600, 800);
        view.show();
        QElapsedTimer time;
        time.start();
        model.setRows(rows(100000));
        qInfo("100,000 rows: filled in %lld ms", time.restart());
        model.setGrouped(false);
        qInfo("flattened in %lld ms", time.restart());
        proxy.sort(LayerModel::Sensitivity, Qt::DescendingOrder);
        qInfo("sorted in %lld ms", time.restart());
        proxy.setFilter(LayerFilter::parse("bits<4 size>20kB").value());
        qInfo("filtered to %d rows in %lld ms", proxy.rowCount(), time.restart());
        proxy.setFilter({});
        time.restart();
        view.scrollToBottom();
        view.viewport()->repaint();
        const qint64 frame = time.restart();
        qInfo("scrolled to the end and painted in %lld ms", frame);
        LayerRow changed = model.rows()[500];
        changed.bits = 3;
        model.updateRows({500}, [&](int, LayerRow& row) { row = changed; });
        qInfo("one row changed in %lld ms", time.restart());
        QVERIFY2(frame < 2000, "a frame of the table took seconds"); // against gross failure only
    }
};

QTEST_MAIN(LayerModelTest)
#include "layer_model_test.moc"
