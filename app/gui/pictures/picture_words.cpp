#include "app/gui/pictures/picture_words.h"

#include "app/gui/core_words.h"

#include <QCoreApplication>
#include <QLocale>
#include <QRegularExpression>

#include <cmath>
#include <limits>

namespace tritloom {
namespace {

QString say(const char* text)
{
    return QCoreApplication::translate("PictureWords", text);
}

} // namespace

QString pictureName(const PictureSample& picture)
{
    static const QRegularExpression made(QStringLiteral("\\A(seed|picture) \\d+\\z"));
    const QString name = QString::fromStdString(picture.name);
    return made.match(name).hasMatch() ? coreWords(name) : name;
}

QString taskText(const PictureModel& model)
{
    switch (model.task) {
    case PictureTask::Classification:
        return say(QT_TRANSLATE_NOOP("PictureWords", "Classification, %1 classes")).arg(model.classes);
    case PictureTask::SuperResolution:
        return say(QT_TRANSLATE_NOOP("PictureWords", "Super-resolution ×%1")).arg(model.scale);
    case PictureTask::Restoration:
        return say(QT_TRANSLATE_NOOP("PictureWords", "Restoration"));
    case PictureTask::Generation:
        return say(QT_TRANSLATE_NOOP("PictureWords", "Generation"));
    case PictureTask::StyleTransfer:
        return say(QT_TRANSLATE_NOOP("PictureWords", "Style transfer"));
    case PictureTask::Detection:
        return (model.classes == 0 ? say(QT_TRANSLATE_NOOP("PictureWords", "Outputs at %1 places"))
                                   : say(QT_TRANSLATE_NOOP("PictureWords", "Detection, %1 places")))
            .arg(model.places);
    case PictureTask::Autoencoding:
        break;
    }
    return say(QT_TRANSLATE_NOOP("PictureWords", "Autoencoding"));
}

QString classText(const PictureSet& pictures, std::size_t index)
{
    if (index >= pictures.classNames.size())
        return QString::number(index);
    const QString name = QString::fromStdString(pictures.classNames[index]);
    bool isNumber = false;
    (void)name.toInt(&isNumber);
    return isNumber ? name : QStringLiteral("%1 · %2").arg(index).arg(name);
}

QString Headline::text() const
{
    constexpr double counted = 99; // of equal pictures, by core/task
    if (unit == QLatin1String("dB") && value.value >= counted)
        return decibelText(std::numeric_limits<double>::infinity());
    return QStringLiteral("%1 %2").arg(QLocale().toString(value.value, 'f', decimals), unit).trimmed();
}

Headline headlineOf(const PictureEvaluation& evaluation)
{
    const auto percent = [](const Measured& share) {
        return Measured{100 * share.value, 100 * share.standardError};
    };
    const QString dB = QStringLiteral("dB");
    if (evaluation.top1)
        return {
            say(QT_TRANSLATE_NOOP("PictureWords", "Top-1 accuracy")), QStringLiteral("%"),
            percent(*evaluation.top1),
            evaluation.referenceTop1 ? std::optional(100 * evaluation.referenceTop1->value) : std::nullopt,
            2};
    if (evaluation.agreement)
        return {
            say(QT_TRANSLATE_NOOP("PictureWords", "Same class as the original")), QStringLiteral("%"),
            percent(*evaluation.agreement), 100.0, 2};
    if (evaluation.boxAgreement)
        return {
            say(QT_TRANSLATE_NOOP("PictureWords", "Same boxes as the original")), QStringLiteral("%"),
            percent(*evaluation.boxAgreement), 100.0, 2};
    if (evaluation.referencePsnr)
        return {
            say(QT_TRANSLATE_NOOP("PictureWords", "PSNR to the target")), dB,
            evaluation.psnr.value_or(Measured{}), evaluation.referencePsnr->value, 2};
    if (!evaluation.fidelity) // neither classes, boxes nor pictures come out
        return {
            say(QT_TRANSLATE_NOOP("PictureWords", "Divergence")), {}, evaluation.divergence, 0.0, 4, true};
    return {
        say(QT_TRANSLATE_NOOP("PictureWords", "PSNR to the original")), dB, *evaluation.fidelity,
        std::nullopt, 2};
}

Headline originalHeadline(const PictureEvaluation& evaluation)
{
    Headline headline = headlineOf(evaluation);
    // Its pictures are its own: nothing lies between.
    headline.value = {headline.reference.value_or(std::numeric_limits<double>::infinity()), 0};
    return headline;
}

QString decibelText(double decibels)
{
    if (std::isnan(decibels))
        return QStringLiteral("–");
    return std::isinf(decibels) ? say(QT_TRANSLATE_NOOP("PictureWords", "equal"))
                                : QStringLiteral("%1 dB").arg(QLocale().toString(decibels, 'f', 2));
}

QString figureText(double value, int decimals)
{
    return std::isnan(value) ? QStringLiteral("–") : QLocale().toString(value, 'f', decimals);
}

} // namespace tritloom
