#include "core/format/scale_search.h"

#include "tests/support/numbers.h"

#include <QTest>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

double errorOf(const SearchSamples& samples, const SearchLevels& levels, SearchCandidate candidate)
{
    float error = 0;
    searchKernels().errors(samples, levels, &candidate, 1, &error);
    return error;
}

} // namespace

class ScaleSearchTest : public QObject {
    Q_OBJECT

private slots:
    void allInstructionSetsGiveTheSameBits()
    {
        const FitSamples samples(normalValues(160, 1), squares(normalValues(160, 2)));
        constexpr std::array<float, 5> table{-7, -2, 0, 3, 11};
        const TableForSearch prepared(table);
        std::vector<SearchCandidate> candidates;
        for (int k = 1; k < 40; ++k)
            candidates.push_back({0.3f * static_cast<float>(k), 0.01f * static_cast<float>(k - 20)});
        const std::size_t count = candidates.size();
        const SearchKernels& first = **searchKernelSets();
        for (const SearchLevels& levels : {wholeLevels(-8, 7), wholeLevels(0, 31), prepared.levels()}) {
            std::vector<SearchSums> expectedSums(count), sums(count);
            std::vector<float> expectedErrors(count), errors(count);
            SearchMoments expectedMoments, moments;
            first.moments(samples.all(), &expectedMoments);
            first.sums(samples.all(), levels, candidates.data(), count, expectedSums.data());
            first.errors(samples.all(), levels, candidates.data(), count, expectedErrors.data());
            for (const SearchKernels* const* set = searchKernelSets(); *set; ++set) {
                (*set)->moments(samples.all(), &moments);
                (*set)->sums(samples.all(), levels, candidates.data(), count, sums.data());
                (*set)->errors(samples.all(), levels, candidates.data(), count, errors.data());
                QVERIFY2(std::memcmp(&moments, &expectedMoments, sizeof moments) == 0, (*set)->name);
                QVERIFY2(
                    std::memcmp(sums.data(), expectedSums.data(), count * sizeof(SearchSums)) == 0,
                    (*set)->name);
                QVERIFY2(errors == expectedErrors, (*set)->name);
            }
        }
    }

    void scalesAreNearlyTheBest_data()
    {
        QTest::addColumn<float>("lowest");
        QTest::addColumn<float>("highest");
        QTest::addColumn<double>("allowed"); // mean excess over a dense search, as a factor
        QTest::addRow("2 bits") << -2.0f << 1.0f << 1.01;
        QTest::addRow("3 bits") << -4.0f << 3.0f << 1.02;
        QTest::addRow("4 bits") << -8.0f << 7.0f << 1.03;
        QTest::addRow("5 bits") << -16.0f << 15.0f << 1.06;
    }
    void scalesAreNearlyTheBest()
    {
        QFETCH(float, lowest);
        QFETCH(float, highest);
        QFETCH(double, allowed);
        const SearchLevels levels = wholeLevels(lowest, highest);
        double found = 0, dense = 0;
        for (unsigned seed = 0; seed < 60; ++seed) {
            const FitSamples samples(normalValues(32, seed), squares(normalValues(32, seed + 500)));
            found += errorOf(samples.all(), levels, {searchScale(samples.all(), levels, ScaleSign::Any), 0});
            double least = std::numeric_limits<double>::infinity();
            for (int k = 1; k < 4000; ++k) {
                const float scale = 2.5f / -lowest * static_cast<float>(k) / 4000;
                least = std::min(
                    {least, errorOf(samples.all(), levels, {scale, 0}),
                     errorOf(samples.all(), levels, {-scale, 0})});
            }
            dense += least;
        }
        QVERIFY2(found <= dense * allowed, qPrintable(QString::number(found / dense)));
    }

    void ternaryScalesAreTheBest()
    {
        const SearchLevels levels = wholeLevels(-1, 1);
        for (unsigned seed = 0; seed < 20; ++seed) {
            const FitSamples samples(normalValues(64, seed), squares(normalValues(64, seed + 500)));
            const double found = errorOf(samples.all(), levels, {bestTernaryScale(samples.all()), 0});
            for (int k = 1; k < 1000; ++k)
                QVERIFY(
                    found
                    <= errorOf(samples.all(), levels, {0.002f * static_cast<float>(k), 0}) * (1 + 1e-5));
        }
    }

    void theHandWorkedBlockComesOut()
    {
        // llama.cpp's search on four weights: levels 7 -4 1 -8, scale 0.1258427, weighted error 0.00112360.
        const FitSamples samples(
            std::vector<float>{0.9f, -0.5f, 0.1f, -1.0f}, std::vector<float>{1, 4, 1, 1});
        const SearchLevels levels = wholeLevels(-8, 7);
        const float scale = searchScale(samples.all(), levels, ScaleSign::Any);
        const double mean = 7.0 / 4; // of the importance, which samples are divided by
        QVERIFY(
            errorOf(samples.all(), levels, {scale, 0}) * mean * samples.unit() * samples.unit() < 0.0011237);
    }
};

QTEST_APPLESS_MAIN(ScaleSearchTest)
#include "scale_search_test.moc"
