#pragma once

#include <QDir>
#include <QImage>
#include <QString>

#include <algorithm>
#include <cstdlib>

namespace tritloom {

/// What is wrong with a picture against the kept one of this name ("loom-dark"); empty: nothing.
/// TRITLOOM_UPDATE_GOLDEN=1 writes it instead; a failure leaves what was drawn in the build folder.
inline QString differenceToGolden(const QImage& drawn, const QString& name)
{
    const QImage actual = drawn.convertToFormat(QImage::Format_RGB32);
    const QString golden = QStringLiteral(TRITLOOM_SOURCE_DIR "/tests/screenshots/golden/%1.png").arg(name);
    if (qEnvironmentVariableIsSet("TRITLOOM_UPDATE_GOLDEN"))
        return actual.save(golden, nullptr, 0) ? QString() : golden + " cannot be written";
    const QImage expected = QImage(golden).convertToFormat(QImage::Format_RGB32);
    if (expected.isNull())
        return golden + " is missing";
    int different = 0;
    for (int y = 0; y < std::min(actual.height(), expected.height()); ++y)
        for (int x = 0; x < std::min(actual.width(), expected.width()); ++x) {
            const QRgb a = actual.pixel(x, y), b = expected.pixel(x, y);
            const int distance = std::max(
                {std::abs(qRed(a) - qRed(b)), std::abs(qGreen(a) - qGreen(b)),
                 std::abs(qBlue(a) - qBlue(b))});
            different += distance > 40 ? 1 : 0;
        }
    const double share = double(different) / double(actual.width() * actual.height());
    // Another processor draws text and numbers a little differently; a lost widget is far above this.
    if (actual.size() == expected.size() && share <= 0.02)
        return {};
    QDir().mkpath(TRITLOOM_BINARY_DIR "/screenshots");
    actual.save(QStringLiteral(TRITLOOM_BINARY_DIR "/screenshots/%1.png").arg(name));
    return QStringLiteral("%1: %2 % of the pixels differ").arg(name).arg(100 * share, 0, 'f', 2);
}

} // namespace tritloom
