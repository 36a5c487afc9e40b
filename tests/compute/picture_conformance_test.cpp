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
