#pragma once

#include "core/tensor/tensor.h"

#include <QFile>
#include <QTest>

#include <algorithm>
#include <cmath>

namespace tritloom {

/// The numbers in tests/golden/NAME.txt, one a line. No such file ends the test program.
inline std::vector<float> goldenNumbers(const QString& name)
{
    QFile file(QString(TRITLOOM_SOURCE_DIR "/tests/golden/%1.txt").arg(name));
    if (!file.open(QIODevice::ReadOnly))
        qFatal("%s", qPrintable(file.fileName()));
    std::vector<float> values;
    for (const QByteArray& line : file.readAll().split('\n'))
        if (!line.isEmpty())
            values.push_back(line.toFloat());
    return values;
}

/// The largest difference as a share of the largest number; infinite where there are more or fewer of them.
inline double largestDifference(const Tensor& actual, const std::vector<float>& expected)
{
    const std::vector<float> a = actual.toFloats();
    if (a.size() != expected.size())
        return HUGE_VAL;
    double largest = 0, off = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        largest = std::max(largest, std::abs(double(expected[i])));
        off = std::max(off, std::abs(double(a[i]) - double(expected[i])));
    }
    return off / largest;
}

inline void compareWithGolden(const Tensor& actual, const QString& name, double tolerance)
{
    const double off = largestDifference(actual, goldenNumbers(name));
    qInfo("off by %.3g of the largest", off);
    QVERIFY2(off <= tolerance, qPrintable(QString("%1: off by %2").arg(name).arg(off)));
}

} // namespace tritloom
