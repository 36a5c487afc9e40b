#include "compute/cpu/cpu_backend.h"
#include "core/graph/composed_matrix.h"
#include "core/method/row_packer.h"

#include <QTest>

#include <cmath>
#include <random>

using namespace tritloom;

namespace {

std::vector<float> normals(std::size_t count, unsigned seed)
{
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    std::vector<float> values(count);
    for (float& value : values)
        value = normal(random);
    return values;
}

std::vector<Tensor> signFactors(std::size_t outputs, std::size_t inputs, std::size_t rank)
{
    return {
        encodedAs("sign", {outputs, inputs}, normals(outputs * inputs, 1)),
        encodedAs("f16", {outputs, rank}, normals(outputs * rank, 2)),
        encodedAs("f16", {rank, inputs}, normals(rank * inputs, 3))};
}

/// Every third weight is stored.
std::vector<Tensor> sparseCodes(std::size_t outputs, std::size_t inputs)
{
    std::vector<float> mask, codes;
    for (std::size_t i = 0; i < outputs * inputs; ++i) {
        mask.push_back(i % 3 == 0 ? 1.0f : -1.0f);
        if (i % 3 == 0)
            codes.push_back(float(int(i * 7 % 255) - 127));
    }
    return {
        encodedAs("sign", {outputs, inputs}, mask), encodedAs("i8", {codes.size()}, codes),
        encodedAs("f16", {outputs}, normals(outputs, 4)), encodedAs("f16", {outputs}, normals(outputs, 5))};
}

double value(const std::vector<float>& matrix, std::size_t inputs, std::size_t row, std::span<const float> x)
{
    double sum = 0;
    for (std::size_t c = 0; c < inputs; ++c)
        sum += double(matrix[row * inputs + c]) * double(x[c]);
    return sum;
}

} // namespace

/// Matrices of several tensors: written out, and as their products with a few tokens or many.
class ComposedMatrixTest : public QObject {
    Q_OBJECT

private slots:
    void signsTimesFactorsByHand()
    {
        // methods/bitstack.md 1 has signs and a product of rank 1; here of rank 5, past the four at a time.
        const std::vector<Tensor> parts = signFactors(3, 7, 5);
        const std::vector<float> signs = parts[0].toFloats(), left = parts[1].toFloats(),
                                 right = parts[2].toFloats(),
                                 found = signFactorMatrix(parts).value().toFloats();
        for (std::size_t i = 0; i < found.size(); ++i) {
            double sum = 0;
            for (std::size_t k = 0; k < 5; ++k)
                sum += double(left[i / 7 * 5 + k]) * double(right[k * 7 + i % 7]);
            QVERIFY(std::fabs(double(found[i]) - sum * double(signs[i])) < 1e-5);
        }
    }

    void productsAreThoseOfTheMatrix_data()
    {
        QTest::addColumn<int>("tokens");
        QTest::addColumn<int>("inputs");
        for (const int tokens : {1, 3, 7, 8, 20}) // few, and so many that the matrix is put together
            for (const int inputs : {1, 37, 320})
                QTest::addRow("%d tokens, %d inputs", tokens, inputs) << tokens << inputs;
    }
    void productsAreThoseOfTheMatrix()
    {
        QFETCH(int, tokens);
        QFETCH(int, inputs);
        const std::size_t outputs = 45, width = std::size_t(inputs);
        const auto backend = makeCpuBackend().value();
        const Tensor x =
            Tensor::adoptFloats({std::size_t(tokens), width}, normals(std::size_t(tokens) * width, 6));
        const auto check = [&](OpKind kind, const std::vector<Tensor>& parts, const Tensor& matrix) {
            std::vector<DeviceTensor> operands{backend->upload(x).value()};
            for (const Tensor& part : parts)
                operands.push_back(backend->upload(part).value());
            const auto made = backend->run({kind, {}}, operands, {});
            QVERIFY2(made, made ? "" : made.error().message.c_str());
            const std::vector<float> y = backend->download(*made).value().toFloats(), w = matrix.toFloats(),
                                     given = x.toFloats();
            double off = 0, squares = 0;
            for (std::size_t i = 0; i < y.size(); ++i) {
                const double expected =
                    value(w, width, i % outputs, std::span(given).subspan(i / outputs * width, width));
                off += (double(y[i]) - expected) * (double(y[i]) - expected);
                squares += expected * expected;
            }
            QVERIFY2(off <= 1e-10 * squares, qPrintable(QString::number(off / squares)));
        };
        const std::vector<Tensor> factors = signFactors(outputs, width, 6),
                                  codes = sparseCodes(outputs, width);
        check(OpKind::SignFactorLinear, factors, signFactorMatrix(factors).value());
        check(OpKind::SparseLinear, codes, sparseMatrix(codes).value());
    }

    void masksThatDoNotFitAreTold()
    {
        std::vector<Tensor> parts = sparseCodes(4, 6);
        const Tensor x = Tensor::adoptFloats({1, 6}, std::vector<float>(6));
        parts[1] = encodedAs("i8", {7}, std::vector<float>(7));
        QCOMPARE(
            sparseProduct(x, parts).error().message,
            std::string("the mask marks more than the 7 codes there are"));
        parts[1] = encodedAs("i8", {9}, std::vector<float>(9));
        QCOMPARE(
            sparseMatrix(parts).error().message, std::string("the mask marks 8 weights, there are 9 codes"));
        QVERIFY(!signFactorProduct(x, signFactors(4, 5, 2)));
    }
};

QTEST_APPLESS_MAIN(ComposedMatrixTest)
#include "composed_matrix_test.moc"
