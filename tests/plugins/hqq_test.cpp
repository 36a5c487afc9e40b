#include "plugins/hqq/hqq.h"
#include "plugins/rtn/rtn.h"
#include "tests/plugins/method_fixture.h"

#include <QTest>

#include <array>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

/// Student's t with 4 degrees of freedom, times 0.02.
std::vector<float> longTailed(std::size_t count, unsigned seed)
{
    std::mt19937 random(seed);
    std::student_t_distribution<float> student(4);
    std::vector<float> values(count);
    for (float& value : values)
        value = 0.02f * student(random);
    return values;
}

} // namespace

class HqqTest : public QObject {
    Q_OBJECT

private slots:
    void theMeanErrorFalls_data()
    {
        QTest::addColumn<int>("bits");
        QTest::addColumn<double>("before");
        QTest::addColumn<double>("after");
        QTest::newRow("2 bits") << 2 << .01339 << .01229;
        QTest::newRow("3 bits") << 3 << .005760 << .005514;
        QTest::newRow("4 bits") << 4 << .0026876 << .0025633;
    }
    void theMeanErrorFalls()
    {
        QFETCH(int, bits);
        QFETCH(double, before);
        QFETCH(double, after);
        // 64 groups of 64 in the brief, more here; judged for each group by itself, where the brief's figures
        // stop all groups at once.
        constexpr std::size_t groups = 4096;
        const std::vector<float> values = longTailed(groups * 64, 9);
        const float top = float((1 << bits) - 1);
        const auto squareError = [&](std::span<const float> part, float low, float step) {
            double sum = 0;
            for (const float value : part) {
                const float code = std::clamp(std::nearbyint((value - low) / step), 0.0f, top);
                sum += std::pow(double(value) - double(low + step * code), 2);
            }
            return sum / double(values.size());
        };
        double first = 0, last = 0, firstSquare = 0, lastSquare = 0;
        std::array<double, groups / 64> matrices{}; // the mean square of each matrix as large as the brief's
        for (std::size_t g = 0; g < groups; ++g) {
            const auto part = std::span(values).subspan(g * 64, 64);
            const HalfQuadraticGrid grid = halfQuadraticGrid(part, int(top), .7, 10, 20);
            QVERIFY(grid.after <= grid.before);
            first += grid.before / groups;
            last += grid.after / groups;
            const double square = squareError(part, *std::min_element(part.begin(), part.end()), grid.step);
            firstSquare += square;
            matrices[g / 64] += square * groups / 64;
            lastSquare += squareError(part, grid.first, grid.step);
        }
        qInfo("mean error %.6f -> %.6f, %.6f -> %.6f in the brief", first, last, before, after);
        QVERIFY2(std::fabs(first / before - 1) < 0.02, qPrintable(QString::number(first)));
        QVERIFY2(std::fabs(last / after - 1) < 0.02, qPrintable(QString::number(last)));
        if (bits == 2) {
            qInfo("mean square %.4g -> %.4g, 2.653e-4 -> 2.213e-4 in the brief", firstSquare, lastSquare);
            // Tails make the square differ from matrix to matrix.
            double spread = 0;
            for (const double square : matrices)
                spread += std::pow(square - firstSquare, 2) / double(matrices.size());
            qInfo("one matrix in %.2g", std::sqrt(spread));
            QVERIFY(std::fabs(firstSquare - 2.653e-4) < std::sqrt(spread) && std::sqrt(spread) < 0.2 * firstSquare);
            QVERIFY(std::fabs(lastSquare / 2.213e-4 - 1) < 0.05);
        }
    }

    void theErrorOfTheWeightsFallsToo()
    {
        const LayerProblem problem{.weights = Tensor::adoptFloats({64, 256}, longTailed(64 * 256, 3))};
        const auto format = parseNumberFormat("int2g64a").value();
        const std::vector<float> weights = problem.weights.toFloats();
        const auto mean = [&](const Tensor& stored) {
            double sum = 0;
            const std::vector<float> found = stored.toFloats();
            for (std::size_t i = 0; i < weights.size(); ++i)
                sum += std::fabs(double(weights[i]) - double(found[i]));
            return sum;
        };
        const Tensor ours = HalfQuadratic().quantize(problem, format, {}, {}).value().tensor();
        const Tensor plain = RoundToNearest().quantize(problem, format, {{"search", 0}}, {}).value().tensor();
        QVERIFY(mean(ours) < 0.95 * mean(plain));
    }

    void aFormatWithoutAnOffsetIsRefused()
    {
        QVERIFY(HalfQuadratic().supports(*parseNumberFormat("int4g64a").value()));
        QVERIFY(HalfQuadratic().supports(*parseNumberFormat("q4_1").value()));
        for (const char* id : {"int4g64", "q4_0", "q4_k", "nf4g64", "f16", "ternaryg64"})
            QVERIFY(!HalfQuadratic().supports(*parseNumberFormat(id).value()));
    }
};

QTEST_APPLESS_MAIN(HqqTest)
#include "hqq_test.moc"
