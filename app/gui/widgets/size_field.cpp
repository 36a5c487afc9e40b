#include "app/gui/widgets/size_field.h"

#include "app/gui/number_text.h"
#include "app/session/size_unit.h"

#include <QLocale>

#include <algorithm>
#include <cmath>

namespace tritloom {

SizeField::SizeField(QWidget* parent)
    : QDoubleSpinBox(parent)
{
    setDecimals(0);
    setRange(1, 4e15);
    setKeyboardTracking(false);
}

void SizeField::stepBy(int steps)
{
    interpretText(); // what is typed counts before it is left
    const auto unitOf = [](double bytes) { return sizeUnitOf(std::uint64_t(std::max(1.0, bytes))).bytes; };
    // The second digit moves, by the smaller unit from 1 GB down.
    const double unit = steps < 0 ? unitOf(value() - unitOf(value()) / 2) : unitOf(value());
    double step = std::pow(10, std::floor(std::log10(std::max(1.0, value() / unit))) - 1);
    if (unit == 1)
        step = std::max(1.0, step);
    setValue(value() + steps * step * unit);
    selectAll();
}

QString SizeField::textFromValue(double bytes) const
{
    return formatBytes(std::uint64_t(std::max(0.0, bytes)));
}

double SizeField::parsed(const QString& text) const
{
    qsizetype end = 0;
    while (end < text.size() && !text[end].isLetter())
        ++end;
    bool valid = false;
    const double number = locale().toDouble(text.first(end).trimmed(), &valid);
    const QString unit = text.sliced(end).trimmed().toLower();
    double bytes = sizeUnitOf(std::uint64_t(value())).bytes;
    if (!unit.isEmpty()) {
        const qsizetype power = QStringLiteral("bkmgt").indexOf(unit[0]);
        const bool isBinary = unit.size() == 3 && unit.endsWith(QLatin1String("ib"));
        valid = valid && power >= 0
            && (isBinary || unit.size() == 1 || (power > 0 && unit.size() == 2 && unit[1] == u'b'));
        bytes = std::pow(isBinary ? 1024 : 1000, power);
    }
    return valid && number >= 0 ? number * bytes : std::nan("");
}

double SizeField::valueFromText(const QString& text) const
{
    if (text == textFromValue(value()))
        return value(); // the text has three digits; leaving the field must not round what it stands for
    const double bytes = parsed(text);
    return std::isnan(bytes) ? value() : std::clamp(std::round(bytes), minimum(), maximum());
}

QValidator::State SizeField::validate(QString& text, int&) const
{
    const double bytes = parsed(text);
    return bytes >= minimum() && bytes <= maximum() ? QValidator::Acceptable : QValidator::Intermediate;
}

} // namespace tritloom
