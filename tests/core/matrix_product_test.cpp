#include "core/base/matrix_product.h"
#include "core/base/product_kernels.h"
#include "tests/core/format_fixture.h"
#include "tests/support/sanitized.h"

#include <QTest>

#include <chrono>

using namespace tritloom;
using namespace tritloom::fixture;

class MatrixProductTest : public QObject {
    Q_OBJECT

private:
    static void sizes()
    {
        QTest::addColumn<int>("m");
        QTest::addColumn<int>("n");
        QTest::addColumn<int>("k");
        for (const auto& [m, n, k] : std::initializer_list<std::array<int, 3>>{
                 {1, 1, 1}, {1, 33, 5}, {13, 31, 7}, {12, 32, 256}, {25, 65, 257}, {40, 800, 300}, {3, 5, 0}})
            QTest::addRow("%d x %d x %d", m, n, k) << m << n << k;
    }

    template <typename T>
    static void check(std::size_t m, std::size_t n, std::size_t k, Sign sign, Right right)
    {
        const std::vector<float> source = normalValues(m * k + n * k + m * n + 8, 7);
        const std::vector<T> numbers(source.begin(), source.end());
        // Each inside a wider matrix, whose other numbers must stay.
        const std::size_t bRows = right == Right::AsItIs ? k : n, bColumns = right == Right::AsItIs ? n : k;
        const auto inWider = [&](std::size_t rows, std::size_t columns, std::size_t from) {
            std::vector<T> wide((rows + 1) * (columns + 3), T(99));
            for (std::size_t r = 0; r < rows; ++r)
                for (std::size_t c = 0; c < columns; ++c)
                    wide[r * (columns + 3) + c] = numbers[from + r * columns + c];
            return wide;
        };
        std::vector<T> a = inWider(m, k, 0), b = inWider(bRows, bColumns, m * k),
                       c = inWider(m, n, m * k + n * k);
        std::vector<T> previous;
        for (const ProductKernels* const* set = productKernelSets(); *set; ++set) {
            useProductKernels(*set);
            std::vector<T> result = c;
            addProduct(
                MatrixView<const T>{a.data(), m, k, k + 3},
                MatrixView<const T>{b.data(), bRows, bColumns, bColumns + 3},
                MatrixView<T>{result.data(), m, n, n + 3}, sign, right);
            useProductKernels(nullptr);
            for (std::size_t r = 0; r <= m; ++r) {
                for (std::size_t j = 0; j < n + 3; ++j) {
                    if (r == m || j >= n) {
                        QCOMPARE(result[r * (n + 3) + j], T(99));
                        continue;
                    }
                    double sum = 0;
                    for (std::size_t i = 0; i < k; ++i)
                        sum += double(a[r * (k + 3) + i])
                            * double(right == Right::AsItIs ? b[i * (n + 3) + j] : b[j * (k + 3) + i]);
                    const double expected = double(c[r * (n + 3) + j]) + (sign == Sign::Plus ? sum : -sum);
                    QVERIFY(
                        std::fabs(double(result[r * (n + 3) + j]) - expected)
                        < (sizeof(T) == 4 ? 2e-4 : 1e-12));
                }
            }
            // Both sets with fused multiply-adds give the same bits.
            if (std::string_view((*set)->name) == "avx512" && !isSanitized)
                QVERIFY(result == previous);
            previous = result;
        }
    }

private slots:
    void equalsTheSums_data() { sizes(); }
    void equalsTheSums()
    {
        QFETCH(int, m);
        QFETCH(int, n);
        QFETCH(int, k);
        for (const Sign sign : {Sign::Plus, Sign::Minus})
            for (const Right right : {Right::AsItIs, Right::Transposed}) {
                check<float>(std::size_t(m), std::size_t(n), std::size_t(k), sign, right);
                check<double>(std::size_t(m), std::size_t(n), std::size_t(k), sign, right);
            }
    }

    void scaledRowsAreTheirSum()
    {
        constexpr std::size_t columns = 300, count = 7;
        const std::vector<float> numbers = normalValues(columns * count, 8),
                                 factors = normalValues(count, 9);
        std::vector<const float*> rows(count);
        for (std::size_t k = 0; k < count; ++k)
            rows[k] = numbers.data() + k * columns;
        for (const ProductKernels* const* set = productKernelSets(); *set; ++set) {
            std::vector<float> out(columns, 1.0f);
            (*set)->addScaledRows(factors.data(), rows.data(), count, out.data(), columns);
            for (std::size_t i = 0; i < columns; ++i) {
                double sum = 1;
                for (std::size_t k = 0; k < count; ++k)
                    sum += double(factors[k]) * double(rows[k][i]);
                QVERIFY(std::fabs(double(out[i]) - sum) < 1e-5);
            }
        }
    }

    void speedOfEachSet()
    {
        // Printed, not asserted: figures of this machine at this moment.
        constexpr std::size_t m = 128, n = 1024, k = 1024;
        const std::vector<float> a = normalValues(m * k, 1), b = normalValues(k * n, 2);
        for (const ProductKernels* const* set = productKernelSets(); *set; ++set) {
            useProductKernels(*set);
            std::vector<float> c(m * n);
            const auto begin = std::chrono::steady_clock::now();
            addProduct(
                MatrixView<const float>{a.data(), m, k, k}, MatrixView<const float>{b.data(), k, n, n},
                MatrixView<float>{c.data(), m, n, n});
            const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
            useProductKernels(nullptr);
            qInfo("%s: %.1f GFLOP/s", (*set)->name, 2e-9 * double(m) * double(n) * double(k) / taken.count());
        }
    }
};

QTEST_APPLESS_MAIN(MatrixProductTest)
#include "matrix_product_test.moc"
