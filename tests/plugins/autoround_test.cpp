#include "plugins/autoround/autoround.h"
#include "plugins/autoround/signed_descent.h"
#include "plugins/rtn/rtn.h"
#include "tests/plugins/method_fixture.h"

#include <QTest>

using namespace tritloom;
using namespace tritloom::fixture;

class AutoRoundTest : public QObject {
    Q_OBJECT

private slots:
    void withoutStepsItIsRounding_data()
    {
        QTest::addColumn<QString>("format");
        for (const char* id : {"int4g64", "int3g64a", "q4_k", "nf4g64", "mxfp4"})
            QTest::addRow("%s", id) << QString(id);
    }
    void withoutStepsItIsRounding()
    {
        QFETCH(QString, format);
        static const LayerProblem problem = layer(6, 128, 1);
        const auto parsed = parseNumberFormat(format.toStdString()).value();
        const Tensor ours =
            AutoRound().quantize(problem, parsed, {{"steps", 0}, {"weighted", 0}}, {}).value().tensor();
        QVERIFY(
            bytesOf(ours) == bytesOf(RoundToNearest().quantize(problem, parsed, {}, {}).value().tensor()));
    }

    void noWeightMovesMoreThanOneLevel()
    {
        // Without ranges: the travel of v is at most lr (T + 1) / 2 = 0.5025 for 200 steps.
        const LayerProblem problem = layer(8, 128, 2);
        const auto format = parseNumberFormat("int4g64").value();
        const std::vector<float> gram = problem.gram->toFloats();
        RoundingRows rows(format, problem.weights, 0, 8, gram, {}, {});
        SignedDescent descent(rows, *format, false);
        descent.run(200, {});
        QVERIFY(descent.farthest() > 0.1f && descent.farthest() <= 0.5025f);
        const Tensor ours =
            AutoRound().quantize(problem, format, {{"ranges", 0}, {"weighted", 0}}, {}).value().tensor();
        const Tensor plain = RoundToNearest().quantize(problem, format, {}, {}).value().tensor();
        const std::vector<float> found = ours.toFloats(), rounded = plain.toFloats();
        std::size_t moved = 0;
        for (std::size_t r = 0; r < 8; ++r)
            for (std::size_t c = 0; c < 128; ++c) {
                RowState state(*format, 128);
                state.load(plain.row(r));
                const float step = std::fabs(state.stepOf(c)),
                            distance = std::fabs(found[r * 128 + c] - rounded[r * 128 + c]);
                QVERIFY(distance < 1.01f * step);
                moved += distance > 0.5f * step;
            }
        QVERIFY(moved > 20);
    }

    void theGradientIsThatOfTheLoss()
    {
        // slopes = e H, so moving a chosen level by d changes the loss by -2 d slope + d^2 H_cc.
        const LayerProblem problem = layer(1, 32, 3);
        const std::vector<float> gram = problem.gram->toFloats(), errors = normalValues(32, 4);
        RoundingRows rows(parseNumberFormat("int4g32").value(), problem.weights, 0, 1, gram, {}, {});
        std::vector<float> slopes(32), moved = errors, movedSlopes(32);
        rows.findSlopes(errors, slopes, {});
        moved[5] -= 0.25f;
        rows.findSlopes(moved, movedSlopes, {});
        const double change = rows.lossOf(0, moved, movedSlopes) - rows.lossOf(0, errors, slopes);
        const double expected = -0.5 * double(slopes[5]) + 0.0625 * double(gram[5 * 33]);
        QVERIFY2(
            std::fabs(change - expected) < 1e-3 * std::fabs(expected) + 1e-4,
            qPrintable(QString::number(change)));
    }

    void learningBeatsRounding_data()
    {
        QTest::addColumn<QString>("format");
        QTest::addColumn<int>("ranges");
        for (const char* id : {"int3g64", "int4g128", "int3g64a", "q4_k", "q4_0", "nf4g64", "fp4e2g64"})
            for (const int ranges : {0, 1})
                QTest::addRow("%s ranges %d", id, ranges) << QString(id) << ranges;
    }
    void learningBeatsRounding()
    {
        QFETCH(QString, format);
        QFETCH(int, ranges);
        static const LayerProblem problem = layer(24, 256, 5);
        const auto parsed = parseNumberFormat(format.toStdString()).value();
        const Tensor ours =
            AutoRound().quantize(problem, parsed, {{"ranges", double(ranges)}}, {}).value().tensor();
        const Tensor plain = RoundToNearest().quantize(problem, parsed, {}, {}).value().tensor();
        const double ratio = outputError(problem, ours) / outputError(problem, plain);
        QVERIFY2(ratio < 0.7, qPrintable(QString::number(ratio)));
        qInfo("%s, ranges %d: %.3f of the loss of rounding", qPrintable(format), ranges, ratio);
    }
};

QTEST_APPLESS_MAIN(AutoRoundTest)
#include "autoround_test.moc"
