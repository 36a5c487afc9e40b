#pragma once

#include <QCoreApplication>
#include <QDir>
#include <QImage>
#include <QLocale>
#include <QPainter>
#include <QString>
#include <QTranslator>
#include <QWidget>

#include <algorithm>
#include <cstdlib>

namespace tritloom {

/// The words of the program in a language, and its numbers, as long as this lives: English has plurals.
class Words {
public:
    explicit Words(const QLocale& locale = QLocale(QLocale::English, QLocale::UnitedStates))
    {
        const QString file = QStringLiteral(TRITLOOM_BINARY_DIR "/app/tritloom_%1.qm");
        if (!m_translator.load(file.arg(QLocale::languageToCode(locale.language()))))
            qFatal("no words");
        QLocale::setDefault(locale);
        QCoreApplication::installTranslator(&m_translator);
    }
    ~Words() { QLocale::setDefault(m_before); }

private:
    QLocale m_before;
    QTranslator m_translator; // is taken out as it dies
};

/// Labels of the speed of this machine's memory, of its processor, of how much memory this program has.
constexpr std::initializer_list<const char*> ofThisMachine{"decodeEstimated", "statusDevice", "statusMemory"};

/// What of a widget is this machine's and this minute's, not the program's, is taken out of its picture:
/// where the labels of these names are seen there is the colour at their corner instead.
inline void paintOver(QImage& picture, const QWidget& widget, std::initializer_list<const char*> labels)
{
    for (const char* const name : labels)
        for (const QWidget* const label : widget.findChildren<QWidget*>(QLatin1String(name))) {
            const QRect seen = label->isVisible() ? label->visibleRegion().boundingRect() : QRect();
            if (seen.isEmpty())
                continue;
            const QRect place(label->mapTo(&widget, seen.topLeft()), seen.size());
            QPainter painter(&picture); // in the widget's pixels, of which the picture may have several
            const qreal ratio = picture.devicePixelRatio();
            painter.fillRect(place, picture.pixelColor((QPointF(place.topLeft()) * ratio).toPoint()));
        }
}

/// Where two pictures of one size are clearly different, tile by tile; empty: nowhere. One changed digit
/// is, and nothing that smooth edges do on another processor.
inline QList<QRect> differentTiles(const QImage& actual, const QImage& expected)
{
    constexpr int side = 32, most = 4; // pixels of a tile's 1024 that may differ
    constexpr int near = 40; // of 255, in each colour
    QList<QRect> found;
    for (int top = 0; top < actual.height(); top += side)
        for (int left = 0; left < actual.width(); left += side) {
            const QRect tile = QRect(left, top, side, side) & actual.rect();
            int different = 0;
            for (int y = tile.top(); y <= tile.bottom(); ++y) {
                const auto* const a = reinterpret_cast<const QRgb*>(actual.constScanLine(y));
                const auto* const b = reinterpret_cast<const QRgb*>(expected.constScanLine(y));
                for (int x = tile.left(); x <= tile.right(); ++x)
                    different +=
                        std::max(
                            {std::abs(qRed(a[x]) - qRed(b[x])), std::abs(qGreen(a[x]) - qGreen(b[x])),
                             std::abs(qBlue(a[x]) - qBlue(b[x]))})
                            > near
                        ? 1
                        : 0;
            }
            if (different > most)
                found << tile;
        }
    return found;
}

/// The picture in 32 steps a colour, far nearer than differentTiles() looks: half the bytes of a file.
inline QImage inFewColours(QImage picture)
{
    const auto step = [](int value) { return (value & 0xf8) | (value >> 5); };
    for (int y = 0; y < picture.height(); ++y) {
        auto* const line = reinterpret_cast<QRgb*>(picture.scanLine(y));
        std::transform(line, line + picture.width(), line, [&](QRgb c) {
            return qRgb(step(qRed(c)), step(qGreen(c)), step(qBlue(c)));
        });
    }
    return picture;
}

/// What is wrong with a picture against the kept one of this name ("loom-dark"); empty: nothing.
/// TRITLOOM_UPDATE_GOLDEN=1 writes it instead where it is another; a failure leaves what was drawn, and where
/// it differs, in the build folder.
inline QString differenceToGolden(const QImage& drawn, const QString& name)
{
    QImage actual = drawn.convertToFormat(QImage::Format_RGB32);
    actual.setDevicePixelRatio(1);
    const QString golden = QStringLiteral(TRITLOOM_SOURCE_DIR "/tests/screenshots/golden/%1.png").arg(name);
    const QImage expected = QImage(golden).convertToFormat(QImage::Format_RGB32);
    const bool hasSize = !expected.isNull() && actual.size() == expected.size();
    const QList<QRect> tiles = hasSize ? differentTiles(actual, expected) : QList<QRect>();
    if (hasSize && tiles.isEmpty())
        return {};
    if (qEnvironmentVariableIsSet("TRITLOOM_UPDATE_GOLDEN"))
        return inFewColours(actual).save(golden, nullptr, 0) ? QString() : golden + " cannot be written";
    const QString folder = QStringLiteral(TRITLOOM_BINARY_DIR "/screenshots/");
    QDir().mkpath(folder);
    actual.save(folder + name + ".png");
    if (expected.isNull())
        return golden + " is missing";
    if (!hasSize)
        return QStringLiteral("%1: %2x%3 pixels, not %4x%5")
            .arg(name)
            .arg(actual.width())
            .arg(actual.height())
            .arg(expected.width())
            .arg(expected.height());
    QPainter painter(&actual);
    painter.setPen(QPen(Qt::red, 2));
    painter.drawRects(tiles);
    painter.end();
    actual.save(folder + name + "-difference.png");
    return QStringLiteral("%1: %2 places differ, the first at %3, %4")
        .arg(name)
        .arg(tiles.size())
        .arg(tiles[0].x())
        .arg(tiles[0].y());
}

} // namespace tritloom
