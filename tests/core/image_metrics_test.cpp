#include "core/image/metrics.h"
#include "core/image/noise.h"

#include <QTest>

#include <cmath>
#include <functional>

using namespace tritloom;

namespace {

constexpr std::size_t side = 256;

Picture constant(double r, double g, double b, std::size_t size = side)
{
    Picture picture(3, size, size);
    for (std::size_t i = 0; i < picture.plane(); ++i) {
        picture.values[i] = float(r);
        picture.values[picture.plane() + i] = float(g);
        picture.values[2 * picture.plane() + i] = float(b);
    }
    return picture;
}

/// The synthetic pair of the specification: three patterns and a pattern of noise.
std::pair<Picture, Picture> pair()
{
    Picture x(3, side, side), y(3, side, side);
    for (std::size_t i = 0; i < side; ++i)
        for (std::size_t j = 0; j < side; ++j) {
            const int values[] = {
                int((3 * i + 5 * j) % 256), int((i * i / 64 + 2 * j) % 256), int(128 * (i / 16 % 2) + 96 * (j / 16 % 2))};
            const int noise = int((31 * i + 17 * j + (i * j) % 23) % 41) - 20;
            for (std::size_t c = 0; c < 3; ++c) {
                x.at(c, i, j) = float(values[c]) / 255.0f;
                y.at(c, i, j) = float(std::clamp(values[c] + noise, 0, 255)) / 255.0f;
            }
        }
    return {x, y};
}

void near(double actual, double expected, double tolerance)
{
    QVERIFY2(
        std::abs(actual - expected) <= tolerance,
        qPrintable(QString("%1, expected %2").arg(actual, 0, 'g', 12).arg(expected, 0, 'g', 12)));
}

} // namespace

/// Every metric against the reference values of its specification (NumPy, piq, NVlabs).
class ImageMetricsTest : public QObject {
    Q_OBJECT

private slots:
    void theSyntheticPairGivesTheReferenceValues()
    {
        const auto [x, y] = pair();
        near(meanSquaredError(x, y), 130.2374064127604, 1e-4);
        near(psnr(x, y), 26.983446219, 1e-6);
        near(ssim(x, y), 0.66427638718, 1e-6);
        near(ssim(grey(x), grey(y)), 0.6525985005, 1e-6);
        near(msSsim(x, y), 0.9725114649, 1e-6);
        near(msSsim(grey(x), grey(y)), 0.9664930276, 1e-6);
        near(gmsd(x, y), 0.03507301118, 1e-7);
        near(haarPsi(x, y), 0.89206514142, 1e-5);
        near(haarPsi(grey(x), grey(y)), 0.84881939276, 1e-5);
        near(vsi(x, y), 0.95692232567, 1e-6);
    }

    void flipGivesTheReferenceValues()
    {
        const auto [x, y] = pair();
        const Flip f = flip(x, y);
        near(f.mean, 0.083106, 2e-5);
        near(f.median, 0.07654, 2e-4);
        near(f.p95, 0.16371, 2e-4);
        near(flip(constant(0.5, 0.5, 0.5, 64), constant(0.6, 0.5, 0.5, 64)).mean, 0.249604, 1e-4);
        near(flip(constant(0, 0, 0, 64), constant(1, 1, 1, 64)).mean, 0.96738, 1e-4);
        near(flip(constant(0, 1, 0, 64), constant(0, 0, 1, 64)).mean, 1.0, 1e-4);
    }

    void constantPicturesGiveTheClosedForms()
    {
        // Of 192 x 192: zeros around the picture make the gradient at its border, whose share depends on the size.
        const Picture a = constant(100 / 255.0, 100 / 255.0, 100 / 255.0, 192),
                      b = constant(110 / 255.0, 110 / 255.0, 110 / 255.0, 192);
        near(psnr(a, b), 28.1308, 1e-3);
        near(ssim(a, b), 0.99547644409, 1e-6);
        near(msSsim(a, b), 0.99939582, 1e-6);
        near(gmsd(a, b), 0.000892797, 1e-7);
        near(haarPsi(grey(a), grey(b)), 0.996036, 1e-5);
    }

    void aPictureIsItselfAndMetricsAreSymmetric()
    {
        const auto [x, y] = pair();
        QVERIFY(std::isinf(psnr(x, x)));
        near(ssim(x, x), 1, 1e-12);
        near(msSsim(x, x), 1, 1e-12);
        near(gmsd(x, x), 0, 1e-12);
        near(haarPsi(x, x), 1, 1e-6);
        near(vsi(x, x), 1, 1e-12);
        near(flip(x, x).mean, 0, 1e-12);
        for (const auto& metric : {ssim, msSsim, gmsd, haarPsi, vsi})
            near(metric(x, y), metric(y, x), 1e-9);
        near(flip(x, y).mean, flip(y, x).mean, 1e-9);
    }

    void moreNoiseIsWorse()
    {
        const auto [x, unused] = pair();
        const std::vector<float> noise = NormalNoise(3).draw(x.values.size());
        const auto noisy = [&, &x = x](float sigma) {
            Picture y = x;
            for (std::size_t i = 0; i < noise.size(); ++i)
                y.values[i] += sigma * noise[i];
            return rounded8(y);
        };
        const Picture little = noisy(0.02f), much = noisy(0.1f);
        QVERIFY(psnr(x, much) < psnr(x, little));
        QVERIFY(ssim(x, much) < ssim(x, little));
        QVERIFY(msSsim(x, much) < msSsim(x, little));
        QVERIFY(haarPsi(x, much) < haarPsi(x, little));
        QVERIFY(vsi(x, much) < vsi(x, little));
        QVERIFY(gmsd(x, much) > gmsd(x, little));
        QVERIFY(flip(x, much).mean > flip(x, little).mean);
    }

    void noiseIsWhatPyTorchDraws()
    {
        const std::vector<float> seed42 = NormalNoise(42).draw(4 * 64 * 64), seed0 = NormalNoise(0).draw(64);
        const float expected[] = {1.92691529f, 1.48728406f, 0.90071720f, -2.10552096f, 0.67841846f, -1.23454487f};
        for (std::size_t i = 0; i < std::size(expected); ++i)
            near(double(seed42[i]), double(expected[i]), 2e-6);
        const float other[] = {-1.12583983f, -1.15236020f, -0.25057858f, -0.43387881f, 0.84871036f, 0.69200915f};
        for (std::size_t i = 0; i < std::size(other); ++i)
            near(double(seed0[i]), double(other[i]), 2e-6);
    }
};

QTEST_APPLESS_MAIN(ImageMetricsTest)
#include "image_metrics_test.moc"
