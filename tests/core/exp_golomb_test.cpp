#include "core/tensor/exp_golomb.h"

#include <QTest>

#include <numeric>
#include <random>

using namespace tritloom;

class ExpGolombTest : public QObject {
    Q_OBJECT

private slots:
    void lengthsAreThoseOfTheTable()
    {
        const std::int64_t order[] = {0, 1, -1, 2, -2, 3, -3, 4};
        const std::size_t zero[] = {1, 3, 3, 5, 5, 5, 5, 7}, one[] = {2, 2, 4, 4, 4, 4, 6, 6};
        for (int i = 0; i < 8; ++i) {
            QCOMPARE(expGolomb::bits(order[i], 0), zero[i]);
            QCOMPARE(expGolomb::bits(order[i], 1), one[i]);
        }
    }

    void allShortsComeBack_data()
    {
        QTest::addColumn<int>("order");
        for (int order = 0; order <= 8; ++order)
            QTest::addRow("order %d", order) << order;
    }
    void allShortsComeBack()
    {
        QFETCH(int, order);
        std::vector<std::int32_t> values(65536);
        std::iota(values.begin(), values.end(), -32768);
        const std::vector<std::byte> bytes = expGolomb::encode(values, unsigned(order));
        std::size_t bits = 0;
        for (const std::int32_t value : values)
            bits += expGolomb::bits(value, unsigned(order));
        QCOMPARE(bytes.size(), (bits + 7) / 8);
        QVERIFY(expGolomb::decode(bytes, values.size(), unsigned(order)).value() == values);
    }

    void cutStreamsAreErrors()
    {
        const std::vector<std::int32_t> values{5, -7, 1000, 0, 3};
        const std::vector<std::byte> bytes = expGolomb::encode(values, 2);
        for (std::size_t size = 0; size + 1 < bytes.size(); ++size)
            QVERIFY(!expGolomb::decode(std::span(bytes).first(size), values.size(), 2).has_value());
        QVERIFY(!expGolomb::decode(std::vector<std::byte>(64), 1, 0).has_value()); // zeros without an end
    }

    void theCodeIsCloseToTheEntropy()
    {
        // Within half a bit for normal numbers of 5 to 300 levels, and never below.
        std::mt19937 random(1);
        for (const double deviation : {5., 40., 300.}) {
            std::normal_distribution<double> normal(0, deviation);
            std::map<std::int64_t, std::uint64_t> counts;
            for (int i = 0; i < 300000; ++i)
                ++counts[std::llround(normal(random))];
            const CodeLength length = codeLengthOf(counts);
            QVERIFY(length.codeBits >= length.entropyBits);
            QVERIFY2(
                length.codeBits < length.entropyBits + 0.5,
                qPrintable(QString::number(length.codeBits - length.entropyBits)));
        }
    }
};

QTEST_APPLESS_MAIN(ExpGolombTest)
#include "exp_golomb_test.moc"
