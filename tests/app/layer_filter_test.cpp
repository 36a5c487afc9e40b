#include "app/gui/layers/layer_filter.h"

#include <QtTest>

using namespace tritloom;

class LayerFilterTest final : public QObject {
    Q_OBJECT

private:
    static LayerFacts facts()
    {
        LayerFacts facts;
        facts.name = "blk.3.ffn_down";
        facts.role = "ffn_down";
        facts.format = "q4_k";
        facts.storedFormat = "f16";
        facts.bits = 4.5;
        facts.bytes = 2.5e6;
        facts.parameters = 4.4e6;
        facts.rows = 512;
        facts.columns = 1536;
        facts.sensitivity = 0.012;
        facts.block = 3;
        return facts;
    }

private slots:
    void matches_data()
    {
        QTest::addColumn<QString>("filter");
        QTest::addColumn<bool>("expected");
        QTest::newRow("nothing asked") << "" << true;
        QTest::newRow("a word") << "ffn" << true;
        QTest::newRow("a word, other case") << "FFN_Down" << true;
        QTest::newRow("a word that is not there") << "attn" << false;
        QTest::newRow("two words") << "blk.3 down" << true;
        QTest::newRow("two words, one not there") << "blk.3 up" << false;
        QTest::newRow("a word turned round") << "-attn" << true;
        QTest::newRow("less") << "bits<4" << false;
        QTest::newRow("less or equal") << "bits<=4.5" << true;
        QTest::newRow("spaces around") << "bits < 5" << true;
        QTest::newRow("greater") << "bits>4" << true;
        QTest::newRow("equal") << "bits=4.5" << true;
        QTest::newRow("different") << "bits!=4.5" << false;
        QTest::newRow("megabytes") << "size>1MB" << true;
        QTest::newRow("megabytes, too many") << "size>3MB" << false;
        QTest::newRow("binary") << "size>2MiB" << true;
        QTest::newRow("binary, too many") << "size>2.4MiB" << false;
        QTest::newRow("millions") << "parameters>4M" << true;
        QTest::newRow("sensitivity") << "sensitivity>0.01" << true;
        QTest::newRow("percent") << "sensitivity>1.5%" << false;
        QTest::newRow("not measured: never") << "error>0" << false;
        QTest::newRow("not measured: never smaller either") << "error<1" << false;
        QTest::newRow("name contains") << "name~ffn" << true;
        QTest::newRow("role is") << "role=ffn_down" << true;
        QTest::newRow("role is not") << "role!=ffn_down" << false;
        QTest::newRow("stored") << "stored=f16" << true;
        QTest::newRow("format contains") << "format~q4" << true;
        QTest::newRow("block") << "block>=3 block<4" << true;
        QTest::newRow("pinned") << "pinned" << false;
        QTest::newRow("not pinned") << "-pinned" << true;
        QTest::newRow("all of them") << "ffn bits<5 size>1MB sensitivity>0.01" << true;
    }
    void matches()
    {
        QFETCH(QString, filter);
        const auto parsed = LayerFilter::parse(filter);
        QVERIFY2(parsed.has_value(), parsed ? "" : parsed.error().message.c_str());
        QTEST(parsed->matches(facts()), "expected");
    }

    void rejectsNonsense_data()
    {
        QTest::addColumn<QString>("filter");
        QTest::addColumn<QString>("mentions");
        QTest::newRow("unknown field") << "colour<4"
                                       << "colour";
        QTest::newRow("a slip of the finger") << "bts<4"
                                              << "did you mean 'bits'?";
        QTest::newRow("no rank") << "bits<p101"
                                 << "p101";
        QTest::newRow("no number") << "bits<four"
                                   << "four";
        QTest::newRow("nothing after it") << "bits<"
                                          << "bits<";
        QTest::newRow("nothing before it") << "<4"
                                           << "<4";
        QTest::newRow("text compared by size") << "name<4"
                                               << "name";
        QTest::newRow("number that contains") << "bits~4"
                                              << "bits";
        QTest::newRow("unknown unit") << "size>1XB"
                                      << "1XB";
        QTest::newRow("pinned has no value") << "pinned=1"
                                             << "pinned";
    }
    void rejectsNonsense()
    {
        QFETCH(QString, filter);
        QFETCH(QString, mentions);
        const auto parsed = LayerFilter::parse(filter);
        QVERIFY(!parsed);
        QVERIFY2(
            QString::fromStdString(parsed.error().message).contains(mentions),
            parsed.error().message.c_str());
    }

    void ranksAreAmongAllLayers()
    {
        std::vector<LayerFacts> layers(10);
        for (int i = 0; i < 10; ++i) {
            layers[std::size_t(i)].bits = i % 3;
            if (i > 0) // 1 to 9; one was not measured
                layers[std::size_t(i)].sensitivity = i;
        }
        const auto found = [&](const QString& text) {
            LayerFilter filter = LayerFilter::parse(text).value();
            filter.rankAmong(layers);
            QList<int> rows;
            for (int i = 0; i < 10; ++i)
                if (filter.matches(layers[std::size_t(i)]))
                    rows << i;
            return rows;
        };
        QCOMPARE(found("sensitivity>p90"), QList<int>());
        QCOMPARE(found("sensitivity>p80"), (QList<int>{9}));
        QCOMPARE(found("sensitivity>=P50 bits=2"), (QList<int>{5, 8}));
        QCOMPARE(found("sensitivity<=p0"), (QList<int>{1}));
        QCOMPARE(found("error>p50"), QList<int>()); // of which nothing is known
    }
};

QTEST_APPLESS_MAIN(LayerFilterTest)
#include "layer_filter_test.moc"
