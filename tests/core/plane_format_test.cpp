#include "core/format/plane_format.h"
#include "tests/core/format_fixture.h"

#include <QTest>

#include <bit>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

/// The bits of plane p of unsigned numbers, 64 a word.
std::vector<std::uint64_t> planeOf(const std::vector<unsigned>& values, unsigned p)
{
    std::vector<std::uint64_t> words((values.size() + 63) / 64);
    for (std::size_t i = 0; i < values.size(); ++i)
        words[i / 64] |= std::uint64_t(values[i] >> p & 1) << i % 64;
    return words;
}

/// sum over planes of 2^(s + t) popcount(x_s & w_t)
std::int64_t
planeProduct(const std::vector<unsigned>& x, unsigned xBits, const std::vector<unsigned>& w, unsigned wBits)
{
    std::int64_t sum = 0;
    for (unsigned s = 0; s < xBits; ++s)
        for (unsigned t = 0; t < wBits; ++t) {
            const auto a = planeOf(x, s), b = planeOf(w, t);
            std::int64_t common = 0;
            for (std::size_t i = 0; i < a.size(); ++i)
                common += std::popcount(a[i] & b[i]);
            sum += common << (s + t);
        }
    return sum;
}

} // namespace

class PlaneFormatTest : public QObject {
    Q_OBJECT

private slots:
    void productsByHand()
    {
        QCOMPARE(planeProduct({3, 7, 0, 12}, 4, {2, 0, 4, 1}, 3), std::int64_t{18});
        // w = [-2, 1, 2, 0] stored as w + 2.
        QCOMPARE(planeProduct({3, 7, 0, 12}, 4, {0, 3, 4, 2}, 3) - 2 * 22, std::int64_t{1});
    }

    void planesMultiplyLikeNumbers()
    {
        std::mt19937 random(1);
        for (unsigned xBits = 1; xBits <= 8; ++xBits)
            for (unsigned wBits = 1; wBits <= 8; ++wBits)
                for (const std::size_t k : {1u, 127u, 128u, 129u, 1000u}) {
                    std::vector<unsigned> x(k), w(k);
                    std::int64_t expected = 0;
                    for (std::size_t i = 0; i < k; ++i) {
                        x[i] = random() % (1u << xBits);
                        w[i] = random() % (1u << wBits);
                        expected += std::int64_t(x[i]) * w[i];
                    }
                    QCOMPARE(planeProduct(x, xBits, w, wBits), expected);
                }
    }

    void aStoredRowIsMultipliedByItsPlanes()
    {
        // The bytes of a block are the planes themselves.
        const auto format = parseNumberFormat("planes3g64").value();
        const std::vector<float> values = normalValues(64, 3);
        std::vector<std::byte> packed(format->blockBytes());
        format->encode(values, packed);
        std::vector<float> decoded(64);
        format->decode(packed, decoded);
        std::mt19937 random(2);
        std::vector<unsigned> x(64);
        for (unsigned& value : x)
            value = random() % 256;
        std::int64_t accumulated = 0, sum = 0;
        for (unsigned p = 0; p < 3; ++p) {
            std::uint64_t plane;
            std::memcpy(&plane, packed.data() + 3 + 8 * p, 8);
            for (unsigned s = 0; s < 8; ++s)
                accumulated += std::int64_t(std::popcount(planeOf(x, s)[0] & plane)) << (s + p);
        }
        double expected = 0;
        for (std::size_t i = 0; i < 64; ++i) {
            sum += x[i];
            expected += double(decoded[i]) * x[i];
        }
        const double scale = double(halfToFloat(
            std::uint16_t(std::to_integer<unsigned>(packed[0]) | std::to_integer<unsigned>(packed[1]) << 8)));
        const double found =
            scale * double(accumulated - std::int64_t(std::to_integer<unsigned>(packed[2])) * sum);
        QVERIFY(std::fabs(found - expected) < 1e-3 * std::fabs(expected) + 1e-3);
    }

    void oneLevelMoreRestoresTheBalance()
    {
        // One scale for all: {-2 .. 1} leaves .1475 of normal weights, {-2 .. 2} .0804.
        const std::vector<float> values = normalValues(1 << 17, 4);
        const auto errorOf = [&](int lowest, int highest) {
            double least = 1;
            for (float scale = 0.3f; scale < 2; scale += 0.005f) {
                double error = 0, power = 0;
                for (const float value : values) {
                    const double q = std::clamp(std::nearbyint(value / scale), float(lowest), float(highest));
                    error += std::pow(double(value) - double(scale) * q, 2);
                    power += double(value) * double(value);
                }
                least = std::min(least, error / power);
            }
            return least;
        };
        QVERIFY(deviation(errorOf(-2, 1), .1475) < 0.02);
        QVERIFY(deviation(errorOf(-2, 2), .0804) < 0.02);
        // Of ternary levels the least is .190, not the .1876 of the brief.
        QVERIFY(deviation(errorOf(-1, 1), .1902) < 0.01);
        const double balanced = relativeError("planes2bg128", values, Writer::Fit),
                     plain = relativeError("planes2g128", values, Writer::Fit);
        QVERIFY2(balanced < 0.65 * plain, qPrintable(QString("%1 and %2").arg(balanced).arg(plain)));
        QCOMPARE(parseNumberFormat("planes2bg128").value()->bitsPerWeight(), 3 + 24.0 / 128);
    }
};

QTEST_APPLESS_MAIN(PlaneFormatTest)
#include "plane_format_test.moc"
