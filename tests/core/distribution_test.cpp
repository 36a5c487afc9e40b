#include "core/base/half.h"
#include "core/base/parallel.h"
#include "core/tensor/distribution.h"

#include <QElapsedTimer>
#include <QTest>

#include <cmath>
#include <ctime>
#include <limits>
#include <random>

using namespace tritloom;

namespace {

Tensor tensorOf(const char* format, std::size_t rows, std::size_t columns, const std::vector<float>& values)
{
    const TensorType type{parseNumberFormat(format).value(), {rows, columns}};
    std::vector<std::byte> bytes(type.bytes());
    const std::size_t block = type.format->blockElements();
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t c = 0; c < columns; c += block)
            type.format->encode(
                std::span(values).subspan(r * columns + c, std::min(block, columns - c)),
                std::span(bytes).subspan(
                    r * type.rowBytes() + c / block * type.format->blockBytes(), type.format->blockBytes()));
    return Tensor::adopt(type, std::move(bytes));
}

std::vector<float> gaussian(std::size_t count, float sigma, float mean = 0)
{
    std::mt19937 random(7);
    std::normal_distribution<float> normal(mean, sigma);
    std::vector<float> values(count);
    for (float& value : values)
        value = normal(random);
    return values;
}

/// The definition, in double, one value after the other.
Distribution plainly(const std::vector<float>& values, std::size_t binCount)
{
    Distribution d;
    d.minimum = std::numeric_limits<double>::infinity();
    d.maximum = -d.minimum;
    double sum = 0, zeros = 0;
    for (const float value : values) {
        if (std::isnan(value)) {
            ++d.nanCount;
        } else if (std::isinf(value)) {
            ++d.infiniteCount;
        } else {
            ++d.count;
            zeros += value == 0 ? 1 : 0;
            sum += double(value);
            d.minimum = std::min(d.minimum, double(value));
            d.maximum = std::max(d.maximum, double(value));
        }
    }
    d.mean = sum / double(d.count);
    d.zeroShare = zeros / double(d.count);
    d.bins.assign(binCount, 0);
    double second = 0, fourth = 0;
    for (const float value : values) {
        if (!std::isfinite(value))
            continue;
        const double x = double(value) - d.mean;
        second += x * x;
        fourth += x * x * x * x;
        const double place = (double(value) - d.minimum) / (d.maximum - d.minimum) * double(binCount);
        ++d.bins[std::min(binCount - 1, std::size_t(place))];
    }
    second /= double(d.count);
    d.sigma = std::sqrt(second);
    d.kurtosis = fourth / double(d.count) / (second * second);
    return d;
}

} // namespace

class DistributionTest final : public QObject {
    Q_OBJECT

private slots:
    void countsWhatThePlainDefinitionCounts_data()
    {
        QTest::addColumn<QString>("format");
        QTest::addColumn<int>("rows");
        QTest::addColumn<int>("columns");
        QTest::addColumn<float>("sigma");
        QTest::addColumn<float>("mean");
        for (const char* const format : {"f32", "f16", "bf16", "q8_0", "q4_k", "int3g64", "i8"})
            for (const auto& [rows, columns] :
                 {std::pair(3, 512), std::pair(67, 1280), std::pair(1, 131072)}) {
                QTest::addRow("%s, %d x %d", format, rows, columns)
                    << format << rows << columns << 0.7f << 0.0f;
                QTest::addRow("%s, %d x %d, off centre", format, rows, columns)
                    << format << rows << columns << 20.0f << 90.0f;
            }
        QTest::addRow("f32, odd columns") << "f32" << 41 << 777 << 0.02f << 0.0f;
        QTest::addRow("f16, odd columns") << "f16" << 411 << 777 << 0.02f << 0.0f;
        QTest::addRow("f32, huge values") << "f32" << 64 << 512 << 1e30f << 0.0f;
        QTest::addRow("f32, tiny values") << "f32" << 64 << 512 << 1e-30f << 0.0f;
    }
    void countsWhatThePlainDefinitionCounts()
    {
        QFETCH(QString, format);
        QFETCH(int, rows);
        QFETCH(int, columns);
        QFETCH(float, sigma);
        QFETCH(float, mean);
        const std::size_t count = std::size_t(rows) * std::size_t(columns);
        const Tensor tensor = tensorOf(
            qPrintable(format), std::size_t(rows), std::size_t(columns), gaussian(count, sigma, mean));
        const Distribution expected = plainly(tensor.toFloats(), 256);
        const auto result = distributionOf(tensor, 256, 1, {});
        QVERIFY(result);
        QCOMPARE(result->count, expected.count);
        QCOMPARE(result->minimum, expected.minimum);
        QCOMPARE(result->maximum, expected.maximum);
        QCOMPARE(result->zeroShare, expected.zeroShare);
        const double scale = std::abs(expected.mean) + expected.sigma;
        QVERIFY2(
            std::abs(result->mean - expected.mean) < 1e-6 * scale, qPrintable(QString::number(result->mean)));
        QVERIFY(std::abs(result->sigma / expected.sigma - 1) < 1e-4);
        QVERIFY(std::abs(result->kurtosis / expected.kurtosis - 1) < 1e-3);
        // A value on the border of two bins may fall to either side in float; none may be lost.
        std::uint64_t all = 0, moved = 0;
        for (std::size_t b = 0; b < 256; ++b) {
            all += result->bins[b];
            moved += std::uint64_t(std::abs(std::int64_t(result->bins[b]) - std::int64_t(expected.bins[b])));
        }
        QCOMPARE(all, std::uint64_t(expected.count));
        QVERIFY2(moved <= 2 + expected.count / 500, qPrintable(QString::number(moved)));
    }

    void leavesOutWhatIsNotFinite_data()
    {
        QTest::addColumn<QString>("format");
        for (const char* const format : {"f32", "f16", "bf16"})
            QTest::addRow("%s", format) << format;
    }
    void leavesOutWhatIsNotFinite()
    {
        QFETCH(QString, format);
        std::vector<float> values = gaussian(1024 * 100, 1);
        const Tensor finite = tensorOf(qPrintable(format), 100, 1024, values);
        std::vector<std::byte> bytes(finite.bytes().begin(), finite.bytes().end());
        const std::size_t size = bytes.size() / values.size();
        const auto set = [&](std::size_t index, std::uint32_t pattern) {
            for (std::size_t b = 0; b < size; ++b)
                bytes[index * size + b] = std::byte(pattern >> 8 * b);
        };
        const std::uint32_t infinity = format == "f32" ? 0x7f800000u : format == "f16" ? 0x7c00u : 0x7f80u;
        const std::uint32_t sign = format == "f32" ? 0x80000000u : 0x8000u;
        set(5, infinity);
        set(2000, infinity | sign);
        set(70'000, infinity | 1);
        const auto result = distributionOf(Tensor::adopt(finite.type(), std::move(bytes)), 64, 1, {});
        QVERIFY(result);
        QCOMPARE(result->infiniteCount, std::size_t(2));
        QCOMPARE(result->nanCount, std::size_t(1));
        QCOMPARE(result->count, values.size() - 3);
        QVERIFY(std::isfinite(result->sigma) && std::isfinite(result->mean) && result->maximum < 10);
    }

    void isTheSameOnOneThreadAndOnMany_data() { leavesOutWhatIsNotFinite_data(); }
    void isTheSameOnOneThreadAndOnMany()
    {
        QFETCH(QString, format);
        const Tensor tensor = tensorOf(qPrintable(format), 300, 1000, gaussian(300'000, 1));
        setThreadCount(1);
        const auto one = distributionOf(tensor, 100, 1, {});
        setThreadCount(0);
        const auto many = distributionOf(tensor, 100, 1, {});
        QVERIFY(one && many);
        QCOMPARE(one->sigma, many->sigma);
        QCOMPARE(one->kurtosis, many->kurtosis);
        QCOMPARE(one->bins, many->bins);
    }

    void fitsTellTheShape()
    {
        const auto normal = distributionOf(tensorOf("f32", 200, 1000, gaussian(200'000, 1)), 256, 1, {});
        QVERIFY(std::abs(normal->generalised.shape - 2) < 0.05);
        QVERIFY(normal->gaussian.logLikelihood > normal->laplace.logLikelihood);
        std::mt19937 random(3);
        std::exponential_distribution<float> tail(2);
        std::vector<float> values(200'000);
        for (float& value : values)
            value = (random() & 1u) != 0 ? tail(random) : -tail(random);
        const auto laplace = distributionOf(tensorOf("f32", 200, 1000, values), 256, 1, {});
        QVERIFY(std::abs(laplace->generalised.shape - 1) < 0.05);
        QVERIFY(std::abs(laplace->laplace.scale - 0.5) < 0.01);
        QVERIFY(laplace->laplace.logLikelihood > laplace->gaussian.logLikelihood);
    }

    void constantAndEmptyTensorsHaveNoWidth()
    {
        for (const char* const format : {"f32", "f16"}) {
            const auto constant =
                distributionOf(tensorOf(format, 100, 1000, std::vector<float>(100'000, 0.5f)), 16, 1, {});
            QVERIFY(constant);
            QCOMPARE(constant->sigma, 0.0);
            QCOMPARE(constant->bins[0], std::uint64_t(100'000));
        }
        const auto empty = distributionOf(Tensor::adoptFloats({0, 8}, {}), 16, 1, {});
        QVERIFY(empty);
        QCOMPARE(empty->count, std::size_t(0));
        QCOMPARE(empty->bins.size(), std::size_t(16));
    }

    void stopsWhenAsked()
    {
        std::stop_source source;
        source.request_stop();
        const auto result =
            distributionOf(tensorOf("f16", 100, 1000, gaussian(100'000, 1)), 16, 1, source.get_token());
        QVERIFY(!result);
        QCOMPARE(result.error().code, ErrorCode::Cancelled);
    }

    void howLongALargeLayerTakes()
    {
        // Printed, not asserted: 4096 x 4096 in 256 bins, sampled and whole.
        const std::vector<float> values = gaussian(std::size_t(4096) * 4096, 0.02f);
        for (const char* const format : {"f16", "bf16", "f32", "q8_0", "q4_k"}) {
            const Tensor tensor = tensorOf(format, 4096, 4096, values);
            // Beside the clock, what all cores together computed: other programs do not count there.
            double times[2] = {1e9, 1e9}, computed[2] = {1e9, 1e9};
            for (int run = 0; run < 5; ++run)
                for (const int sampled : {0, 1}) {
                    QElapsedTimer clock;
                    clock.start();
                    const std::clock_t before = std::clock();
                    QVERIFY(distributionOf(tensor, 256, sampled != 0 ? 16 : 1, {}));
                    computed[sampled] = std::min(
                        computed[sampled], double(std::clock() - before) * 1e3 / double(CLOCKS_PER_SEC));
                    times[sampled] = std::min(times[sampled], double(clock.nsecsElapsed()) / 1e6);
                }
            qInfo(
                "4096 x 4096 %s: sampled %.1f ms (%.1f ms of computing), whole %.1f ms (%.1f ms of "
                "computing, "
                "%zu threads)",
                format, times[1], computed[1], times[0], computed[0], threadCount());
        }
    }
};

QTEST_APPLESS_MAIN(DistributionTest)
#include "distribution_test.moc"
