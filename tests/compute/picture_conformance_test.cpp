#include "compute/cpu/cpu_backend.h"

#include "tests/compute/picture_cases.h"

#include <QTest>

using namespace tritloom;

/// Every CPU op of networks on pictures agrees with the reference.
class PictureConformanceTest : public QObject {
    Q_OBJECT

private slots:
    void opsAgreeWithTheReference_data()
    {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < m_cases.size(); ++i)
            QTest::addRow("%s", m_cases[i].name.c_str()) << int(i);
    }
    void opsAgreeWithTheReference()
    {
        QFETCH(int, index);
        compare(m_cases[std::size_t(index)]);
    }

    void furtherOpsAgreeWhereThereAreSuch()
    {
        const auto backend = makeCpuBackend().value();
        for (const OpCase& c : furtherPictureCases()) {
            std::vector<TensorType> types;
            for (const Tensor& input : c.inputs)
                types.push_back(input.type());
            if (backend->supports(c.op, types))
                compare(c);
        }
    }

    // So many products that they are cut into bands of rows.
    void bandsOfRowsMeet_data()
    {
        QTest::addColumn<bool>("isSpread");
        QTest::addColumn<int>("stride");
        QTest::addColumn<int>("dilation");
        QTest::addColumn<int>("pad");
        for (const bool isSpread : {false, true})
            for (const int stride : {1, 3})
                for (const int dilation : {1, 2})
                    for (const int pad : {0, 2})
                        QTest::addRow(
                            "%s, stride %d, dilation %d, pad %d", isSpread ? "spread" : "convolved", stride,
                            dilation, pad)
                            << isSpread << stride << dilation << pad;
    }
    void bandsOfRowsMeet()
    {
        QFETCH(bool, isSpread);
        QFETCH(int, stride);
        QFETCH(int, dilation);
        QFETCH(int, pad);
        constexpr std::size_t channels = 256, outputs = 16, width = 300;
        const std::size_t height = isSpread ? 27 : std::size_t(27 * stride);
        Lists lists{
            {"kernel", {9, 1}},
            {"strides", {stride, 1}},
            {"dilations", {dilation, 1}},
            {"pads", {pad, 0, pad, 0}}};
        if (isSpread && stride > 1)
            lists["outputPadding"] = {1, 0};
        compare(
            {"bands",
             windowed(isSpread ? OpKind::TransposedConvolution : OpKind::Convolution, std::move(lists)),
             {gaussian({1, channels, height, width}, 1),
              isSpread ? gaussian({outputs * 9, channels}, 2, 0.1f)
                       : gaussian({outputs, channels * 9}, 2, 0.1f),
              gaussian({outputs}, 3)}});
    }

private:
    static void compare(const OpCase& c)
    {
        const auto expected = resultOf(*makeReferenceBackend(), c),
                   actual = resultOf(*makeCpuBackend().value(), c);
        QVERIFY2(actual.has_value(), actual ? "" : actual.error().message.c_str());
        const QString wrong = differenceOf(*actual, expected.value(), 2e-5f);
        QVERIFY2(wrong.isEmpty(), qPrintable(QString("%1 %2").arg(c.name.c_str(), wrong)));
    }
    const std::vector<OpCase> m_cases = pictureCases();
};

QTEST_APPLESS_MAIN(PictureConformanceTest)
#include "picture_conformance_test.moc"
