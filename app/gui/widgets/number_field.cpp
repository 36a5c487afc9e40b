#include "app/gui/widgets/number_field.h"

namespace tritloom {
namespace {

constexpr int places = 10; ///< after the point that are kept; more than any parameter needs
constexpr int digits = 8; ///< that are shown

} // namespace

NumberField::NumberField(QWidget* parent)
    : QDoubleSpinBox(parent)
{
    setDecimals(places);
    setStepType(QAbstractSpinBox::AdaptiveDecimalStepType);
    setKeyboardTracking(false);
}

QString NumberField::bare(const QString& text) const
{
    QString number = text;
    if (!prefix().isEmpty() && number.startsWith(prefix()))
        number.remove(0, prefix().size());
    if (!suffix().isEmpty() && number.endsWith(suffix()))
        number.chop(suffix().size());
    return number.trimmed();
}

QString NumberField::textFromValue(double value) const
{
    QLocale plain = locale();
    plain.setNumberOptions(plain.numberOptions() | QLocale::OmitGroupSeparator);
    return plain.toString(value, 'g', digits);
}

double NumberField::valueFromText(const QString& text) const
{
    if (!specialValueText().isEmpty() && text == specialValueText())
        return minimum();
    bool valid = false;
    const double value = locale().toDouble(bare(text), &valid);
    return valid ? value : this->value();
}

QValidator::State NumberField::validate(QString& text, int&) const
{
    if (!specialValueText().isEmpty() && text == specialValueText())
        return QValidator::Acceptable;
    const QString number = bare(text);
    bool valid = false;
    const double value = locale().toDouble(number, &valid);
    if (valid)
        return value >= minimum() && value <= maximum() ? QValidator::Acceptable : QValidator::Intermediate;
    for (const QChar c : number)
        if (!c.isDigit() && !QStringLiteral("+-.,eE").contains(c))
            return QValidator::Invalid;
    return QValidator::Intermediate;
}

} // namespace tritloom
