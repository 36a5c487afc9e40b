#include "core/image/maps.h"
#include "core/image/metrics.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace tritloom;

namespace {

Picture waves(std::size_t channels, std::size_t height, std::size_t width)
{
    Picture picture(channels, height, width);
    for (std::size_t c = 0; c < channels; ++c)
        for (std::size_t y = 0; y < height; ++y)
            for (std::size_t x = 0; x < width; ++x)
                picture.at(c, y, x) =
                    float(0.5 + 0.4 * std::sin(0.4 * double(x) + 0.3 * double(y * (c + 1))));
    return picture;
}

double mean(const Picture& picture)
{
    return std::accumulate(picture.values.begin(), picture.values.end(), 0.0) / double(picture.values.size());
}

} // namespace

/// Every map of the list, on pictures whose difference is known.
class ErrorMapsTest : public QObject {
    Q_OBJECT

private slots:
    void equalPicturesHaveAnEmptyMap_data()
    {
        QTest::addColumn<int>("map");
        QTest::addColumn<int>("channels");
        QTest::addColumn<int>("height");
        QTest::addColumn<int>("width");
        for (std::size_t i = 0; i < errorMaps().size(); ++i)
            for (const int channels : {1, 3})
                for (const auto& [height, width] : {std::pair{40, 33}, {8, 8}, {1, 5}})
                    QTest::addRow(
                        "%s %d x %d x %d", std::string(errorMaps()[i].id).c_str(), channels, height, width)
                        << int(i) << channels << height << width;
    }
    void equalPicturesHaveAnEmptyMap()
    {
        QFETCH(int, map);
        QFETCH(int, channels);
        QFETCH(int, height);
        QFETCH(int, width);
        const Picture picture = waves(std::size_t(channels), std::size_t(height), std::size_t(width));
        const Picture made = errorMaps()[std::size_t(map)].make(picture, picture);
        QCOMPARE(made.channels, std::size_t(1));
        QCOMPARE(made.height, std::size_t(height));
        QCOMPARE(made.width, std::size_t(width));
        for (const float value : made.values)
            QVERIFY2(std::abs(value) < 1e-6f, qPrintable(QString::number(double(value))));
    }

    void lowBitsAreComparedAlone()
    {
        Picture a(3, 1, 2), b = a;
        a.at(0, 0, 0) = 200 / 255.0f;
        b.at(0, 0, 0) = 208 / 255.0f; // eight levels apart: the same lowest bits
        a.at(1, 0, 1) = 7 / 255.0f;
        const Picture map = errorMaps().back().make(a, b);
        QCOMPARE(map.at(0, 0, 0), 0.0f);
        QCOMPARE(map.at(0, 0, 1), 1 / 3.0f);
    }

    void aChangedPlaceIsTheBrightest()
    {
        const Picture picture = waves(3, 48, 48);
        Picture changed = picture;
        for (std::size_t c = 0; c < 3; ++c)
            for (std::size_t y = 22; y < 26; ++y)
                for (std::size_t x = 30; x < 34; ++x)
                    changed.at(c, y, x) = 1 - changed.at(c, y, x);
        for (const ErrorMap& row : errorMaps()) {
            const Picture made = row.make(picture, changed);
            const auto brightest = std::size_t(std::ranges::max_element(made.values) - made.values.begin());
            const auto y = int(brightest / made.width), x = int(brightest % made.width);
            QVERIFY2(
                std::abs(y - 24) <= 8 && std::abs(x - 32) <= 8,
                qPrintable(QString("%1: %2, %3").arg(QString::fromUtf8(row.id.data())).arg(x).arg(y)));
            QCOMPARE(made.at(0, 2, 2), 0.0f); // far away nothing is seen
        }
    }

    void meansAreThoseOfTheMetrics()
    {
        const Picture a = waves(3, 40, 52);
        Picture b = a;
        for (std::size_t i = 0; i < b.values.size(); ++i)
            b.values[i] = std::clamp(b.values[i] + 0.06f * float(int(i * 7 % 5) - 2), 0.0f, 1.0f);
        const auto make = [&](std::string_view id) {
            return std::ranges::find(errorMaps(), id, &ErrorMap::id)->make(a, b);
        };
        QVERIFY(std::abs(mean(make("flip")) - flip(a, b).mean) < 1e-6);
        // SSIM says nothing of a border of five pixels.
        const double inside = double(30 * 42) / double(40 * 52);
        QVERIFY(std::abs(mean(make("ssim")) / inside - (1 - ssim(a, b))) < 1e-4);
        double sum = 0;
        for (std::size_t i = 0; i < a.values.size(); ++i)
            sum += std::abs(double(a.values[i]) - double(b.values[i])) / double(a.values.size());
        QVERIFY(std::abs(mean(make("difference")) - sum) < 1e-6);
    }
};

QTEST_APPLESS_MAIN(ErrorMapsTest)
#include "error_maps_test.moc"
