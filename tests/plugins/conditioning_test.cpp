#include "plugins/conditioning/conditioning.h"
#include "tests/plugins/picture_probe_fixture.h"
#include "tests/support/numbers.h"

#include <Eigen/QR>
#include <Eigen/SVD>
#include <QTest>

#include <algorithm>
#include <cmath>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

ConvolutionKernel kernel(
    std::size_t outputs, std::size_t inputs, std::size_t size, std::size_t stride, std::vector<double> values)
{
    return {outputs, inputs, size, size, stride, stride, std::move(values)};
}

ConvolutionKernel randomKernel(std::size_t outputs, std::size_t inputs, std::size_t size, std::size_t stride)
{
    const auto values = normalValues(outputs * inputs * size * size, unsigned(outputs * 7 + size), 0.3f);
    return kernel(outputs, inputs, size, stride, {values.begin(), values.end()});
}

/// The whole matrix of a convolution with circular padding: [outputs * side^2, inputs * (stride * side)^2].
Eigen::MatrixXd wholeMatrix(const ConvolutionKernel& k, std::size_t side)
{
    const std::size_t stride = k.strideDown, wide = stride * side;
    Eigen::MatrixXd t =
        Eigen::MatrixXd::Zero(Eigen::Index(k.outputs * side * side), Eigen::Index(k.inputs * wide * wide));
    for (std::size_t m = 0; m < k.outputs; ++m)
        for (std::size_t c = 0; c < k.inputs; ++c)
            for (std::size_t oy = 0; oy < side; ++oy)
                for (std::size_t ox = 0; ox < side; ++ox)
                    for (std::size_t y = 0; y < k.height; ++y)
                        for (std::size_t x = 0; x < k.width; ++x)
                            t(Eigen::Index((m * side + oy) * side + ox),
                              Eigen::Index(
                                  (c * wide + (oy * stride + y) % wide) * wide + (ox * stride + x) % wide)) +=
                                k.at(m, c, y, x);
    return t;
}

} // namespace

/// The checks of methods/orthogonal-cnn.md, but for the regulariser in training.
class ConditioningTest : public QObject {
    Q_OBJECT

private slots:
    // 1, 3
    void lossesByHand()
    {
        QVERIFY(isNear(orthogonalityLoss(kernel(1, 1, 3, 1, {0, 0, 0, .5, .5, 0, 0, 0, 0})), .375, 1e-15));
        QVERIFY(isNear(orthogonalityLoss(kernel(2, 1, 1, 1, {.6, .8})), 0, 1e-15));
        QVERIFY(isNear(orthogonalityLoss(kernel(2, 1, 1, 1, {1, 1})), 1, 1e-15));
    }
    // 2
    void permutationsOfPixelsAreOrthogonal()
    {
        std::vector<double> deltas(16);
        for (std::size_t i = 0; i < 4; ++i)
            deltas[i * 4 + i] = 1;
        const ConvolutionKernel depth = kernel(4, 1, 2, 2, deltas);
        QCOMPARE(orthogonalityLoss(depth), 0.0);
        const Eigen::MatrixXd t = wholeMatrix(depth, 3);
        QVERIFY((t * t.transpose()).isIdentity(0) && (t.array() * (t.array() - 1)).isZero(0));

        std::vector<double> shifts(3 * 3 * 9);
        for (std::size_t m = 0; m < 3; ++m)
            shifts[(m * 3 + (m + 1) % 3) * 9 + 2 * m] = 1;
        QCOMPARE(orthogonalityLoss(kernel(3, 3, 3, 1, shifts)), 0.0);
    }
    // 4, 5
    void lossAndValuesAreThoseOfTheWholeMatrix_data()
    {
        QTest::addColumn<int>("outputs");
        QTest::addColumn<int>("inputs");
        QTest::addColumn<int>("size");
        QTest::addColumn<int>("stride");
        QTest::addColumn<int>("side");
        const int shapes[][5] = {{4, 8, 3, 1, 6},  {8, 4, 3, 1, 6}, {4, 2, 3, 2, 5},
                                 {16, 2, 3, 2, 4}, {8, 8, 3, 1, 5}, {3, 4, 5, 2, 5}};
        for (const auto& s : shapes)
            QTest::addRow("%d x %d x %d / %d", s[0], s[1], s[2], s[3])
                << s[0] << s[1] << s[2] << s[3] << s[4];
    }
    void lossAndValuesAreThoseOfTheWholeMatrix()
    {
        QFETCH(int, outputs);
        QFETCH(int, inputs);
        QFETCH(int, size);
        QFETCH(int, stride);
        QFETCH(int, side);
        const ConvolutionKernel k =
            randomKernel(std::size_t(outputs), std::size_t(inputs), std::size_t(size), std::size_t(stride));
        const Eigen::MatrixXd t = wholeMatrix(k, std::size_t(side));
        const Eigen::MatrixXd gram = k.isRowCase() ? Eigen::MatrixXd(t * t.transpose()) : t.transpose() * t;
        const Eigen::MatrixXd off = gram - Eigen::MatrixXd::Identity(gram.rows(), gram.cols());
        const double loss = orthogonalityLoss(k), expected = off.squaredNorm() / (side * side);
        QVERIFY2(
            isNear(loss, expected, 1e-10 * expected), qPrintable(QString("%1, %2").arg(loss).arg(expected)));
        const Eigen::BDCSVD<Eigen::MatrixXd> svd(t);
        const std::vector<double> values = singularValues(k, std::size_t(side));
        QCOMPARE(qint64(values.size()), qint64(svd.singularValues().size()));
        for (std::size_t i = 0; i < values.size(); ++i)
            QVERIFY(isNear(values[i], svd.singularValues()(Eigen::Index(i)), 1e-10));
        if (k.isRowCase())
            for (const double value : values)
                QVERIFY(std::pow(value * value - 1, 2) <= spectralBound(k, loss));
    }
    // 6
    void fewerBitsAreFurtherFromOrthogonal()
    {
        // The mean over many mixings: neighbouring widths of one of them can change places.
        constexpr int bits[] = {8, 6, 4, 3};
        double losses[4] = {}, least[4] = {}, largest[4] = {};
        constexpr int count = 20;
        for (unsigned seed = 0; seed < count; ++seed) {
            const std::vector<float> drawn = normalValues(16, seed);
            Eigen::Matrix4d random;
            for (int i = 0; i < 16; ++i)
                random(i / 4, i % 4) = double(drawn[std::size_t(i)]);
            const Eigen::Matrix4d q = Eigen::HouseholderQR<Eigen::Matrix4d>(random).householderQ();
            for (std::size_t b = 0; b < 4; ++b) {
                const double step = q.cwiseAbs().maxCoeff() / ((1 << (bits[b] - 1)) - 1);
                std::vector<double> values(4 * 4 * 9);
                for (std::size_t i = 0; i < 16; ++i)
                    values[i * 9 + 4] =
                        std::nearbyint(q(Eigen::Index(i / 4), Eigen::Index(i % 4)) / step) * step;
                const ConvolutionKernel k = kernel(4, 4, 3, 1, values);
                const auto spectrum = singularValues(k, 5);
                losses[b] += orthogonalityLoss(k) / count;
                least[b] += spectrum.back() / count;
                largest[b] += spectrum.front() / count;
            }
        }
        const double expected[] = {2.7e-4, 1.2e-3, .059, .44};
        for (std::size_t b = 0; b < 4; ++b) {
            QVERIFY2(
                losses[b] > expected[b] / 5 && losses[b] < expected[b] * 5,
                qPrintable(QString::number(losses[b])));
            QVERIFY(least[b] < 1 && largest[b] > 1);
            if (b > 0)
                QVERIFY(losses[b] > losses[b - 1] && largest[b] > largest[b - 1] && least[b] < least[b - 1]);
        }
    }
    // 7
    void shapesThatCannotBeOrthogonalAreSaid()
    {
        ConvolutionKernel k = kernel(2, 1, 1, 2, {0, 0});
        QVERIFY(k.isRowCase() && !k.canBeOrthogonal());
        double least = 100;
        for (double a = -1.5; a <= 1.5; a += .05)
            for (double b = -1.5; b <= 1.5; b += .05) {
                k.values = {a, b};
                const double loss = orthogonalityLoss(k),
                             expected = std::pow(a * a - 1, 2) + std::pow(b * b - 1, 2) + 2 * a * a * b * b;
                QVERIFY(isNear(loss, expected, 1e-12));
                least = std::min(least, loss);
            }
        QVERIFY(isNear(least, 1, 1e-9));
        QVERIFY(!randomKernel(9, 1, 2, 3).canBeOrthogonal()); // rows, 9 > 4
        QVERIFY(!randomKernel(10, 1, 2, 3).canBeOrthogonal()); // columns, stride 3 > 2
        QVERIFY(randomKernel(9, 2, 3, 1).canBeOrthogonal());
    }

    // Grouped, dilated and transposed ones are read as the ops have them.
    void kernelsAreThoseOfTheOps()
    {
        const std::vector<float> weights = normalValues(6 * 8, 3);
        const Op grouped{
            OpKind::Convolution,
            {{"groups", 2}},
            {{"kernel", {2, 2}}, {"strides", {1, 1}}, {"dilations", {2, 1}}, {"pads", {0, 0, 0, 0}}}};
        const auto kernels = kernelsOf(grouped, weights, 6, 8).value();
        QCOMPARE(kernels.size(), std::size_t(2));
        QCOMPARE(kernels[1].outputs, std::size_t(3));
        QCOMPARE(kernels[1].inputs, std::size_t(2));
        QCOMPARE(kernels[1].height, std::size_t(3));
        QCOMPARE(kernels[1].at(1, 1, 2, 1), double(weights[4 * 8 + 7]));
        QCOMPARE(kernels[1].at(1, 1, 1, 1), 0.0);

        // [outputs * kernel, inputs], inputs become the rows of its transpose
        const Op transposed{
            OpKind::TransposedConvolution,
            {},
            {{"kernel", {1, 3}}, {"strides", {1, 2}}, {"pads", {0, 0, 0, 0}}}};
        const auto back = kernelsOf(transposed, weights, 6, 8).value();
        QCOMPARE(back[0].outputs, std::size_t(8));
        QCOMPARE(back[0].inputs, std::size_t(2));
        QCOMPARE(back[0].at(5, 1, 0, 2), double(weights[5 * 8 + 5]));
        QCOMPARE(back[0].strideAcross, std::size_t(2));

        const Op solid{OpKind::Convolution, {}, {{"kernel", {1, 2, 3}}}};
        QCOMPARE(int(kernelsOf(solid, weights, 8, 6).error().code), int(ErrorCode::Unsupported));
    }

    void everyLayerOfTheSampleIsReported()
    {
        const auto probe = samplePictureProbe("classification/shapes.onnx", {{"int3row", "rtn", {}}});
        const auto report = Conditioning().run(probe.get(), {}, {});
        QVERIFY2(report, report ? "" : report.error().message.c_str());
        QCOMPARE(report->tables.size(), std::size_t(2));
        QCOMPARE(report->tables[0].rows.size(), probe->layers().size());
        QCOMPARE(report->tables[1].rows.size(), probe->layers().size());
        QCOMPARE(report->charts[0].series.size(), std::size_t(2));
    }
};

QTEST_APPLESS_MAIN(ConditioningTest)
#include "conditioning_test.moc"
