#include "core/calibrate/statistics.h"

#include "tests/support/tiny_model.h"

#include <QTest>

using namespace tritloom;

namespace {

std::unique_ptr<Executor> referenceExecutor()
{
    std::vector<std::unique_ptr<Backend>> backends;
    backends.push_back(makeReferenceBackend());
    return std::make_unique<Executor>(std::move(backends));
}

std::vector<Chunk> threeChunks()
{
    std::vector<Chunk> chunks;
    for (TokenId first = 0; first < 3; ++first) {
        Chunk chunk{{}, 4};
        for (TokenId i = 0; i < 8; ++i)
            chunk.tokens.push_back((first * 11 + i * 7) % 50);
        chunks.push_back(chunk);
    }
    return chunks;
}

} // namespace

/// What methods learn from, gathered on the way through a model.
class StatisticsTest : public QObject {
    Q_OBJECT

private slots:
    void aPassThatWasStoppedCanBeMadeAgain_data()
    {
        QTest::addColumn<int>("after"); // samples
        QTest::newRow("between samples") << 1;
        QTest::newRow("late") << 2;
    }
    void aPassThatWasStoppedCanBeMadeAgain()
    {
        QFETCH(int, after);
        TinyModel tiny{.architecture = "llama"};
        const auto model = tiny.make();
        const auto last =
            LayerId(model->layers.size() - 2); // of a late stage: what stands before it runs first
        Statistics statistics(model, threeChunks(), referenceExecutor());
        Statistics straight(model, threeChunks(), referenceExecutor());
        // Both stand at a first border, from which the last stage is some stages away.
        QVERIFY(statistics.of(LayerId(1), Calibration::Gram, {}));
        QVERIFY(straight.of(LayerId(1), Calibration::Gram, {}));
        std::stop_source source;
        int done = 0;
        const auto stopped = statistics.of(last, Calibration::Gram, source.get_token(), [&](double) {
            if (++done == after)
                source.request_stop();
        });
        QVERIFY(!stopped && stopped.error().code == ErrorCode::Cancelled);
        const auto again = statistics.of(last, Calibration::Gram, {});
        QVERIFY2(again, again ? "" : again.error().message.c_str());
        const auto expected = straight.of(last, Calibration::Gram, {});
        QVERIFY(expected && expected->gram && again->gram);
        QCOMPARE(again->gram->toFloats(), expected->gram->toFloats());
    }
};

QTEST_GUILESS_MAIN(StatisticsTest)
#include "statistics_test.moc"
