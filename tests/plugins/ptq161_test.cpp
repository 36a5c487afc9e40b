#include "plugins/ptq161/binary_part.h"
#include "plugins/ptq161/output_fit.h"
#include "plugins/ptq161/ptq161.h"
#include "tests/plugins/method_fixture.h"

#include <QTest>

#include <numeric>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

const NumberFormatPtr int4 = parseNumberFormat("int4g32a").value();

std::vector<float> partOf(const CompressedLayer& made, const std::string& name)
{
    for (const auto& part : made.replacement()->parts)
        if (part.name == name)
            return part.tensor.toFloats();
    return {};
}

} // namespace

/// The checks of methods/ptq161.md.
class Ptq161Test : public QObject {
    Q_OBJECT

private slots:
    void workedRow()
    {
        const std::vector<float> row{-.2f, .4f, -.7f, .1f, -.5f}, equal(5, 1.0f);
        const BinaryPart part = fitBinaryPart(row, 1, 5, equal, 0, {}).value();
        QVERIFY(std::fabs(part.mean[0] + 0.18f) < 1e-6f);
        QVERIFY(std::fabs(part.alpha[0] - 0.344f) < 1e-6f);
        QVERIFY(std::fabs(binaryError(part, row, equal) - 0.19632) < 1e-6);
    }

    // bitnet 4: signs with a scale leave .89 or .80 of this row, with an offset .16; this is the method that
    // has one.
    void anOffsetIsWhatOneBitNeedsBesideItsScale()
    {
        LayerProblem problem{.weights = Tensor::adoptFloats({1, 4}, {.9f, .5f, .3f, -.1f})};
        problem.meanSquare = Tensor::adoptFloats({4}, std::vector<float>(4, 1.0f));
        const auto made = Ptq161().quantize(problem, int4, {{"salient", 0}, {"rounds", 0}}, {}).value();
        const std::vector<float> stored = made.dense().value().toFloats(), expected{.7f, .7f, .1f, .1f};
        double error = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            QVERIFY(std::fabs(stored[i] - expected[i]) < 1e-3f); // scale and offset are halves
            error += std::pow(double(stored[i]) - double(problem.weights.floats()[i]), 2);
        }
        QVERIFY2(std::fabs(error - .16) < 1e-3, qPrintable(QString::number(error)));
    }

    void theErrorOfARowHasAClosedForm()
    {
        const std::vector<float> row = normalValues(200, 1), equal(200, 1.0f);
        const BinaryPart part = fitBinaryPart(row, 1, 200, equal, 0, {}).value();
        double spread = 0;
        for (const float weight : row)
            spread += std::pow(double(weight) - double(part.mean[0]), 2);
        const double expected = spread - 200 * double(part.alpha[0]) * double(part.alpha[0]);
        QVERIFY(std::fabs(binaryError(part, row, equal) - expected) < 1e-5 * spread);
    }

    // Spec, check 3: the table's three totals, and what is stored, term by term.
    void bitsOfTheTable_data()
    {
        QTest::addColumn<std::size_t>("out");
        QTest::addColumn<std::size_t>("in");
        QTest::addColumn<double>("printed");
        QTest::newRow("4096 x 4096") << std::size_t(4096) << std::size_t(4096) << 1.6168;
        QTest::newRow("11008 x 4096") << std::size_t(11008) << std::size_t(4096) << 1.6142;
        QTest::newRow("4096 x 11008") << std::size_t(4096) << std::size_t(11008) << 1.6089;
    }
    void bitsOfTheTable()
    {
        QFETCH(std::size_t, out);
        QFETCH(std::size_t, in);
        QFETCH(double, printed);
        const double rows = double(out), columns = double(in), salient = .2;
        const double paper = 4 * salient + (1 - salient) + 1 / rows + 32 / columns + 16 / rows + 20 / columns;
        QVERIFY2(std::fabs(paper - printed) < 6e-5, qPrintable(QString::number(paper, 'f', 5)));
        const double stored = 8.0
            * double(Ptq161().storedBytes(out, in, parseNumberFormat("uint4g65536").value(), {}))
            / (rows * columns);
        const double lists = 16 / rows - 1 / rows, // of columns, in place of a bit an input
            zeros = 4 / columns, // a byte each, in place of 4 bits
            sums = (1 - salient) / rows, // the row of ones that sums the inputs
            factors = -16 * salient / rows, // none for salient inputs
            whole = 3 * (std::round(salient * columns) / columns - salient), // a whole number of columns
            filled = 4 * (std::ceil(std::round(salient * columns) / 8) * 8 - std::round(salient * columns))
            / columns;
        qInfo("%.4f as stored, %.4f by the table", stored, paper);
        const double expected = paper + lists + zeros + sums + factors + whole + filled;
        // Rows of signs fill whole bytes.
        QVERIFY2(
            std::fabs(stored - expected - 3.5 / columns) < 4 / columns,
            qPrintable(QString::number(stored, 'f', 5)));
        QVERIFY(stored - paper < .01);
    }

    void limitsAreAllBinaryAndAllFourBits()
    {
        const LayerProblem problem = layer(16, 64, 2);
        const auto binary = Ptq161().quantize(problem, int4, {{"salient", 0}}, {}).value();
        QVERIFY(partOf(binary, "matrix").empty());
        const auto four = Ptq161().quantize(problem, int4, {{"salient", 100}}, {}).value();
        QVERIFY(partOf(four, "signs").empty());
        QVERIFY(
            outputError(problem, four.dense().value()) < 0.05 * outputError(problem, binary.dense().value()));
        for (const double share : {0.0, 20.0, 55.0, 100.0})
            QCOMPARE(
                Ptq161().quantize(problem, int4, {{"salient", share}}, {}).value().bytes(),
                Ptq161().storedBytes(16, 64, int4, {{"salient", share}}));
    }

    void fittingFactorsOnlyHelps()
    {
        const LayerProblem problem = layer(32, 80, 3);
        LayerProblem diagonal = problem;
        std::vector<float> gram(80 * 80);
        const std::vector<float> meanSquare = problem.meanSquare->toFloats();
        for (std::size_t i = 0; i < 80; ++i)
            gram[i * 81] = meanSquare[i];
        diagonal.gram = Tensor::adoptFloats({80, 80}, gram);
        double last = 1e300;
        for (const double rounds : {0.0, 1.0, 8.0}) {
            const auto made =
                Ptq161().quantize(problem, int4, {{"rounds", rounds}, {"by_output", 0}}, {}).value();
            const double error = outputError(diagonal, made.dense().value());
            QVERIFY(error <= last * (1 + 1e-3)); // halves round
            last = error;
        }
    }

    void closedFormsAreMinima()
    {
        // One round from the optimum changes nothing, and no small step lowers the loss.
        constexpr std::size_t rows = 6, columns = 20;
        const LayerProblem problem = layer(rows, columns, 7);
        const std::vector<float> weights = problem.weights.toFloats();
        const OutputProblem output{weights, problem.gram->toFloats(), normalValues(rows * columns, 8, 0.01f)};
        const std::vector<float> equal(columns, 1.0f);
        const BinaryPart start = fitBinaryPart(weights, rows, columns, equal, 0, {}).value();
        const double before = outputLoss(start, output, {}).value();
        const BinaryPart fitted = fitToOutput(start, output, 200, {}).value();
        const double lowest = outputLoss(fitted, output, {}).value();
        QVERIFY2(lowest < before, qPrintable(QString("%1 %2").arg(lowest).arg(before)));
        const double tolerance = 1e-4 * std::fabs(before);
        for (const float step : {0.99f, 1.01f})
            for (std::size_t i = 0; i < columns; ++i) {
                BinaryPart moved = fitted;
                moved.columnFactor[i] *= step;
                QVERIFY(outputLoss(moved, output, {}).value() > lowest - tolerance);
                moved = fitted;
                moved.alpha[i % rows] *= step;
                QVERIFY(outputLoss(moved, output, {}).value() > lowest - tolerance);
                moved = fitted;
                moved.mean[i % rows] += (step - 1) * 0.05f;
                QVERIFY(outputLoss(moved, output, {}).value() > lowest - tolerance);
            }
        // The loss itself against the definition.
        double sum = 0;
        for (std::size_t r = 0; r < rows; ++r) {
            std::vector<double> error(columns);
            for (std::size_t c = 0; c < columns; ++c)
                error[c] = double(weights[r * columns + c])
                    - double(fitted.columnFactor[c])
                        * double(fitted.alpha[r] * fitted.signs[r * columns + c] + fitted.mean[r]);
            for (std::size_t c = 0; c < columns; ++c) {
                sum += 2 * error[c] * double(output.pull[r * columns + c]);
                for (std::size_t d = 0; d < columns; ++d)
                    sum += error[c] * double(output.gram[c * columns + d]) * error[d];
            }
        }
        QVERIFY(std::fabs(sum - lowest) < tolerance);
    }

    // Spec, check 5, by layers in place of blocks: what is fitted begins at the loss of the unlearned format,
    // ends lower, and no higher than the best with r1 and r2 at 1, where al alone is free.
    void fittingToTheOutputHelpsTheOutput()
    {
        for (unsigned seed = 10; seed < 14; ++seed) {
            const LayerProblem problem = layer(48, 96, seed);
            const auto errorOf = [&](Parameters parameters) {
                parameters["salient"] = 0;
                return outputError(
                    problem, Ptq161().quantize(problem, int4, parameters, {}).value().dense().value());
            };
            const double unlearned = errorOf({{"rounds", 0}}), columnwise = errorOf({{"by_output", 0}}),
                         fitted = errorOf({});
            qInfo("%.3f by columns, %.3f by output", columnwise / unlearned, fitted / unlearned);
            QVERIFY(fitted < 0.9 * unlearned && fitted < 0.9 * columnwise);

            const std::vector<float> weights = problem.weights.toFloats(), equal(96, 1.0f);
            const OutputProblem output{weights, problem.gram->toFloats(), std::vector<float>(weights.size())};
            BinaryPart frozen = fitBinaryPart(weights, 48, 96, equal, 0, {}).value();
            const double start = outputLoss(frozen, output, {}).value();
            QVERIFY(std::fabs(start / unlearned - 1) < 1e-2); // halves round
            for (std::size_t r = 0; r < 48; ++r) { // a parabola in each al
                const float alpha = frozen.alpha[r], step = alpha / 4;
                double at[3];
                for (int k = 0; k < 3; ++k) {
                    frozen.alpha[r] = alpha + step * float(k - 1);
                    at[k] = outputLoss(frozen, output, {}).value();
                }
                const double bend = at[0] - 2 * at[1] + at[2];
                QVERIFY(bend > 0);
                frozen.alpha[r] = alpha + step * float((at[0] - at[2]) / (2 * bend));
            }
            const double alone = outputLoss(frozen, output, {}).value();
            qInfo("%.3f with r1 and r2 at 1", alone / unlearned);
            QVERIFY(alone < start && fitted < alone);
        }
    }

    // Spec, check 6: r1 before and after it is folded into al and m.
    void aRowFactorFoldsIntoTheRest()
    {
        constexpr std::size_t outputs = 40;
        const LayerProblem problem = layer(outputs, 96, 9);
        const CompressedLayer made = Ptq161().quantize(problem, int4, {{"salient", 0}}, {}).value();
        std::vector<float> factor = normalValues(outputs, 10, .2f);
        for (float& value : factor)
            value += 1;
        LayerReplacement folded = *made.replacement();
        GraphBuilder builder;
        const ValueId y = builder.add({OpKind::Linear, {}}, {builder.input()}, {TensorId{0}});
        const ValueId scaled = builder.add({OpKind::Multiply, {}}, {y}, {TensorId{1}});
        // The whole of the layer, and then the factors.
        LayerReplacement after{
            std::move(builder).finish(scaled),
            {{"layer", made.dense().value(), false}, {"r1", Tensor::adoptFloats({outputs}, factor), false}},
            outputs,
            96};
        for (LayerReplacement::Part& part : folded.parts)
            if (part.name == "alpha" || part.name == "mean") {
                std::vector<float> values = part.tensor.toFloats();
                for (std::size_t r = 0; r < outputs; ++r)
                    values[r] *= factor[r];
                part.tensor = Tensor::adoptFloats(part.tensor.type().shape, std::move(values));
            }
        const std::vector<float> before = denseWeights(after).value().toFloats(),
                                 now = denseWeights(folded).value().toFloats();
        for (std::size_t i = 0; i < before.size(); ++i)
            QVERIFY(std::fabs(before[i] - now[i]) <= 1e-6f * std::max(1.0f, std::fabs(before[i])));
    }

    void aLoudChannelIsSalient()
    {
        LayerProblem problem = layer(16, 50, 4);
        std::vector<float> largest(50, 1.0f);
        largest[37] = 50;
        problem.maxAbsolute = Tensor::adoptFloats({50}, largest);
        const auto made = Ptq161().quantize(problem, int4, {{"salient", 2}}, {}).value();
        QCOMPARE(partOf(made, "salient"), std::vector<float>{37});
    }

    void aMaskByActivationBeatsOneByWeights()
    {
        const LayerProblem problem = layer(32, 100, 5);
        const auto errorOf = [&](const std::vector<float>& loudness) {
            LayerProblem other = problem;
            other.maxAbsolute = Tensor::adoptFloats({100}, loudness);
            return outputError(problem, Ptq161().quantize(other, int4, {}, {}).value().dense().value());
        };
        std::vector<float> byInput = problem.meanSquare->toFloats(), byWeight(100),
                           random = normalValues(100, 6);
        const std::vector<float> weights = problem.weights.toFloats();
        for (std::size_t i = 0; i < weights.size(); ++i)
            byWeight[i % 100] += weights[i] * weights[i];
        QVERIFY(errorOf(byInput) < errorOf(byWeight));
        QVERIFY(errorOf(byInput) < errorOf(random));
    }
};

QTEST_APPLESS_MAIN(Ptq161Test)
#include "ptq161_test.moc"
