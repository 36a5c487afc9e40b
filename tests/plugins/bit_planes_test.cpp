#include "core/tensor/bit_planes.h"
#include "plugins/bit_planes/bit_planes.h"
#include "tests/plugins/picture_probe_fixture.h"
#include "tests/support/numbers.h"

#include <QBuffer>
#include <QImage>
#include <QTest>

#include <random>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

ByteImage randomImage(std::size_t channels, std::size_t height, std::size_t width, unsigned seed)
{
    std::mt19937 random(seed);
    ByteImage image{channels, height, width, {}};
    for (std::size_t i = 0; i < channels * height * width; ++i)
        image.values.push_back(std::uint8_t(random() & 255));
    return image;
}

std::uint64_t wholeScore(const ByteImage& image)
{
    return patchScore(image, 0, 0, image.height, image.width);
}

} // namespace

/// The checks of methods/lota.md; those of its detector (8, 9) are in tests/cli/picture_judges_test.
class BitPlanesTest : public QObject {
    Q_OBJECT

private slots:
    // 1
    void aPatchByHand()
    {
        const ByteImage image{1, 3, 3, {200, 201, 206, 7, 8, 15, 255, 0, 3}};
        const ByteImage noise = noiseImage(image);
        QCOMPARE(noise.values, (std::vector<std::uint8_t>{0, 36, 216, 252, 0, 252, 252, 0, 108}));
        QCOMPARE(wholeScore(noise), std::uint64_t(3060));
        QCOMPARE(
            noiseImage(image, NoiseScale::Thresholded).values,
            (std::vector<std::uint8_t>{0, 255, 255, 255, 0, 255, 255, 0, 255}));
        // The whole of it again out of its planes: 200 = 128 + 64 + 8.
        for (std::size_t i = 0; i < 9; ++i) {
            int value = 0;
            for (int bit = 0; bit < 8; ++bit)
                value += bitPlane(image, bit).values[i] == 255 ? 1 << bit : 0;
            QCOMPARE(value, int(image.values[i]));
        }
    }
    // 2, 4
    void flatAndCheckeredPatches()
    {
        ByteImage image{2, 32, 32, std::vector<std::uint8_t>(2 * 32 * 32, 7)};
        QCOMPARE(wholeScore(image), std::uint64_t(0));
        for (std::size_t i = 0; i < image.values.size(); ++i)
            image.values[i] = (i / 32 + i) % 2 == 0 ? 255 : 0;
        QCOMPARE(wholeScore(image), std::uint64_t(2 * 505920)); // diagonals add nothing
        // Stripes differ across and along both diagonals: all pairs but those downwards.
        for (std::size_t i = 0; i < image.values.size(); ++i)
            image.values[i] = std::uint8_t(i % 2);
        QCOMPARE(wholeScore(image) / 2, std::uint64_t(32 * 31 + 2 * 31 * 31));
        QCOMPARE(2 * 32 * 31 + 2 * 31 * 31, 3906);
    }
    // 3
    void randomBytesScoreWhatIsExpected()
    {
        double sum = 0;
        constexpr int count = 40;
        for (unsigned seed = 0; seed < count; ++seed)
            sum += double(wholeScore(noiseImage(randomImage(1, 32, 32, seed)))) / count;
        QVERIFY2(isNear(sum, 369117, 3000), qPrintable(QString::number(sum)));
        const BitStatistics statistics = bitStatistics(randomImage(3, 96, 96, 1));
        QVERIFY(isNear(statistics.noisy, 7. / 8, .01));
        QVERIFY(isNear(statistics.meanScore, 369117, 15000));
        for (const double ones : statistics.ones)
            QVERIFY(isNear(ones, .5, .02));
    }
    // 5, 6
    void onlyTheLowestBitsCount()
    {
        ByteImage image = randomImage(3, 40, 40, 2);
        for (std::uint8_t& value : image.values)
            value = std::uint8_t(value % 200);
        const ByteImage noise = noiseImage(image);
        QCOMPARE(int(*std::ranges::max_element(noise.values)), 252);
        ByteImage moved = image;
        for (std::uint8_t& value : moved.values)
            value = std::uint8_t(value + 8);
        QCOMPARE(noiseImage(moved).values, noise.values);
        for (std::uint8_t& value : moved.values)
            value = std::uint8_t(value + 1);
        QVERIFY(noiseImage(moved).values != noise.values);
    }
    // 7
    void theGridFindsTheStrongest()
    {
        const ByteImage noise = noiseImage(randomImage(3, 100, 75, 3));
        const auto grid = gridPatches(noise);
        QCOMPARE(grid.size(), std::size_t(10 * 7)); // 0 to 64 and 68; 0 to 40 and 43
        for (const NoisePatch& patch : grid)
            QCOMPARE(patch.score, patchScore(noise, patch.top, patch.left, 32, 32));
        std::mt19937 random(4);
        std::uint64_t best = 0;
        for (int i = 0; i < 64; ++i)
            best = std::max(best, patchScore(noise, random() % 9 * 8, random() % 6 * 8, 32, 32));
        QVERIFY(strongest(grid).score >= best);
        const auto drawn = randomPatches(noise, 5), again = randomPatches(noise, 5);
        QCOMPARE(drawn.size(), std::size_t(64));
        QVERIFY(strongest(drawn).score == strongest(again).score);
        QVERIFY(gridPatches(noiseImage(randomImage(1, 31, 64, 6))).empty());
        QCOMPARE(detectorNoise(randomImage(1, 31, 64, 6)).height, std::size_t(256));
        const ByteImage shown = detectorPatch(noise, strongest(grid));
        QCOMPARE(shown.height, std::size_t(256));
        QCOMPARE(shown.at(1, 0, 0), noise.at(1, strongest(grid).top, strongest(grid).left));
    }
    // 8
    void jpegRewritesTheLowestBits()
    {
        QImage image(64, 64, QImage::Format_RGB888);
        for (int y = 0; y < 64; ++y)
            for (int x = 0; x < 64; ++x)
                image.setPixel(x, y, qRgb(2 * x + y % 5, 3 * y + x % 3, x + y));
        QByteArray bytes;
        QBuffer buffer(&bytes);
        buffer.open(QIODevice::WriteOnly);
        QVERIFY(image.save(&buffer, "JPG", 90));
        const QImage read = QImage::fromData(bytes, "JPG").convertToFormat(QImage::Format_RGB888);
        int same = 0;
        for (int y = 0; y < 64; ++y)
            for (int x = 0; x < 3 * 64; ++x)
                same += (image.constScanLine(y)[x] & 7) == (read.constScanLine(y)[x] & 7) ? 1 : 0;
        QVERIFY2(same < 64 * 64 * 3 / 2, qPrintable(QString::number(same)));
    }

    void enlargingKeepsTheCentresOfPixels()
    {
        const ByteImage image{1, 1, 2, {0, 100}};
        QCOMPARE(enlarged(image, 1, 4).values, (std::vector<std::uint8_t>{0, 25, 75, 100}));
    }
    void picturesOfANetworkAreReported()
    {
        const auto probe =
            samplePictureProbe("generation/denoise.onnx", {{"int8row", "rtn", {}}, {"int3row", "rtn", {}}});
        const auto report = BitPlanes().run(probe.get(), {{"samples", 2}}, {});
        QVERIFY2(report, report ? "" : report.error().message.c_str());
        const auto& rows = report->tables[0].rows;
        QCOMPARE(rows.size(), std::size_t(3)); // nothing is given to a generator
        QVERIFY(
            std::stod(rows[1][12])
            > std::stod(rows[2][12])); // eight bits keep more of the low bits than three
        const auto classes = samplePictureProbe("classification/shapes.onnx", {{"int3row", "rtn", {}}});
        const auto given = BitPlanes().run(classes.get(), {{"samples", 3}}, {});
        QVERIFY2(given, given ? "" : given.error().message.c_str());
        QCOMPARE(given->tables[0].rows.size(), std::size_t(1));
    }
};

QTEST_APPLESS_MAIN(BitPlanesTest)
#include "bit_planes_test.moc"
