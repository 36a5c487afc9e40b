#include "app/gui/number_text.h"

#include "app/session/size_unit.h"

#include <QCoreApplication>
#include <QLocale>

#include <array>
#include <cmath>

namespace tritloom {
namespace {

/// Three digits; none after the point of what has no parts.
QString threeDigits(double value, bool isWhole)
{
    return QLocale().toString(value, 'f', isWhole ? 0 : value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
}

} // namespace

QString formatBytes(std::uint64_t bytes)
{
    const SizeUnit unit = sizeUnitOf(bytes);
    const bool isWhole = bytes % std::uint64_t(unit.bytes) == 0;
    return threeDigits(double(bytes) / unit.bytes, isWhole) + QChar(0x00a0) + QLatin1String(unit.name);
}

QString formatByteChange(std::int64_t bytes)
{
    return (bytes < 0 ? QStringLiteral("−") : QStringLiteral("+"))
        + formatBytes(std::uint64_t(std::abs(bytes)));
}

QString formatBits(double bits)
{
    QString text = QLocale().toString(bits, 'f', 2);
    while (text.endsWith(u'0'))
        text.chop(1);
    if (text.endsWith(QLocale().decimalPoint()))
        text.chop(1);
    return text;
}

QString formatCount(std::uint64_t count)
{
    static constexpr std::array<const char*, 5> units{"", "k", "M", "B", "T"};
    double value = double(count);
    std::size_t unit = 0;
    for (; value >= 999.5 && unit + 1 < units.size(); ++unit)
        value /= 1000;
    const QString number = threeDigits(value, unit == 0);
    return unit == 0 ? number : number + QChar(0x00a0) + QLatin1String(units[unit]);
}

QString formatSmall(double value)
{
    const double size = std::abs(value);
    if (size == 0)
        return QStringLiteral("0");
    if (size < 0.001 || size >= 1e6) // "4.1e-05" in every language, as sentences of the core have it
        return QLocale().toString(value, 'e', 1).toLower();
    const int digits = size >= 99.95 ? 1 : size >= 9.995 ? 2 : size >= 0.9995 ? 3 : 4;
    return QLocale().toString(value, 'f', digits);
}

QString formatPerplexity(double value)
{
    const double size = std::abs(value);
    return size >= 1e7 ? formatSmall(value) : QLocale().toString(value, 'f', size < 100 ? 3 : 1);
}

QString formatMeasured(double value, double error)
{
    const QString text = formatSmall(value), place = formatSmall(value).section(QLocale().decimalPoint(), 1);
    const bool isPlain = !place.contains(QLatin1Char('e'), Qt::CaseInsensitive);
    const QString plain = QLocale().toString(error, 'f', int(place.size()));
    const bool shows = isPlain && (error == 0 || error >= 0.5 * std::pow(10, -double(place.size())));
    return QStringLiteral("%1 ± %2").arg(text, shows ? plain : formatSmall(error));
}

QString formatShare(double fraction)
{
    const double percent = fraction * 100, size = std::abs(percent);
    const int digits = size >= 99.95 ? 0 : size >= 0.095 || size < 5e-5 ? 1 : size >= 0.0095 ? 2 : 4;
    return QLocale().toString(percent, 'f', digits) + QChar(0x00a0) + u'%';
}

QString formatDuration(std::chrono::milliseconds time)
{
    const double seconds = double(time.count()) / 1000;
    if (seconds < 0.1)
        return QLocale().toString(qint64(time.count())) + QChar(0x00a0) + QStringLiteral("ms");
    if (seconds < 60)
        return QLocale().toString(seconds, 'f', seconds < 10 ? 1 : 0) + QChar(0x00a0) + u's';
    const auto minutes = qint64(seconds / 60);
    if (minutes < 60)
        return QCoreApplication::translate("Numbers", "%1 min %2 s").arg(minutes).arg(qint64(seconds) % 60);
    return QCoreApplication::translate("Numbers", "%1 h %2 min").arg(minutes / 60).arg(minutes % 60);
}

bool isInNats(const Model& model)
{
    return !model.picture || model.picture->task == PictureTask::Classification;
}

QString shortName(const Layer& layer)
{
    QString name = QString::fromStdString(layer.name);
    if (name.endsWith(QLatin1String(".weight")))
        name.chop(7);
    return name;
}

QString nameInBlock(const Layer& layer)
{
    return layer.block ? QString::fromStdString(layer.role) : shortName(layer);
}

QString shapeText(const Layer& layer)
{
    return QStringLiteral("%1 × %2").arg(layer.rows).arg(layer.columns);
}

QString formatName(const std::string& format, const Parameters& parameters)
{
    QString name = QString::fromStdString(format);
    if (format == "sign")
        for (const auto& [key, value] : parameters)
            name += QStringLiteral(", %1=%2").arg(QString::fromStdString(key)).arg(value);
    return name;
}

QString formatTitle(const Layer& layer, const LayerChoice& choice)
{
    if (!choice.format.empty())
        return formatName(choice.format, choice.parameters);
    return QCoreApplication::translate("Numbers", "%1 as stored")
        .arg(QString::fromStdString(layer.storedFormat));
}

} // namespace tritloom
