#include "app/gui/pictures/picture_figures.h"

#include "app/gui/number_text.h"
#include "app/gui/pictures/picture_words.h"
#include "app/gui/theme.h"

#include <QCoreApplication>
#include <QLocale>
#include <QTextDocumentFragment>

#include <cmath>

namespace tritloom {
namespace {

QString say(const char* text)
{
    return QCoreApplication::translate("PictureFigures", text);
}

QString sharePlusMinus(const Measured& share)
{
    return QStringLiteral("%1&nbsp;±&nbsp;%2&nbsp;%")
        .arg(
            QLocale().toString(100 * share.value, 'f', 2),
            QLocale().toString(100 * share.standardError, 'f', 2));
}

QString detectorHtml(const QString& muted, const PictureScores* one, const PictureEvaluation* evaluation)
{
    QStringList cells;
    const auto add = [&](const QString& name, const QString& figure) {
        const QString title = QString(name).replace(QLatin1Char(' '), QStringLiteral("&nbsp;"));
        cells << QStringLiteral("<span style='color:%1'>%2</span>&nbsp;&nbsp;<b>%3</b>")
                     .arg(muted, title, figure);
    };
    if (one != nullptr)
        add(say(QT_TRANSLATE_NOOP("PictureFigures", "Boxes here (original)")),
            QStringLiteral("%1&nbsp;(%2)").arg(double(one->boxes)).arg(double(one->referenceBoxes)));
    if (evaluation != nullptr && evaluation->boxes && evaluation->referenceBoxes)
        add(say(QT_TRANSLATE_NOOP("PictureFigures", "Boxes a picture (original)")),
            QStringLiteral("%1&nbsp;(%2)")
                .arg(
                    QLocale().toString(evaluation->boxes->value, 'f', 2),
                    QLocale().toString(evaluation->referenceBoxes->value, 'f', 2)));
    if (evaluation != nullptr && evaluation->boxAgreement)
        add(say(QT_TRANSLATE_NOOP("PictureFigures", "Same boxes")),
            sharePlusMinus(*evaluation->boxAgreement));
    return cells.join(QStringLiteral("&nbsp;&nbsp;&nbsp; "));
}

QString classifierHtml(const QString& muted, const PictureEvaluation* evaluation)
{
    if (evaluation == nullptr)
        return {};
    QStringList cells;
    const auto add = [&](const QString& name, const QString& figure) {
        const QString title = QString(name).replace(QLatin1Char(' '), QStringLiteral("&nbsp;"));
        cells << QStringLiteral("<span style='color:%1'>%2</span>&nbsp;<b>%3</b>")
                     .arg(muted, title, figure);
    };
    if (evaluation->top1)
        add(say(QT_TRANSLATE_NOOP("PictureFigures", "Top-1")), sharePlusMinus(*evaluation->top1));
    if (evaluation->top5)
        add(say(QT_TRANSLATE_NOOP("PictureFigures", "Top-5")), sharePlusMinus(*evaluation->top5));
    if (evaluation->referenceTop1)
        add(say(QT_TRANSLATE_NOOP("PictureFigures", "Original’s top-1")),
            sharePlusMinus(*evaluation->referenceTop1));
    if (evaluation->agreement)
        add(say(QT_TRANSLATE_NOOP("PictureFigures", "Flips")),
            say(QT_TRANSLATE_NOOP("PictureFigures", "%1 of %2"))
                .arg(evaluation->flips)
                .arg(evaluation->samplesDone)
                .replace(QLatin1Char(' '), QStringLiteral("&nbsp;")));
    return cells.join(QStringLiteral("&nbsp; "));
}

} // namespace

QString figuresHtml(
    const QPalette& palette, PictureTask task, const std::optional<PicturePreview>& preview,
    const PictureEvaluation* evaluation, const MeanQuality& means)
{
    const QString muted = themeColors(palette).mutedText.name();
    if (task == PictureTask::Classification)
        return classifierHtml(muted, evaluation);
    if (preview && preview->scores && !std::isnan(preview->scores->boxes))
        return detectorHtml(muted, &*preview->scores, evaluation);
    if (evaluation != nullptr && evaluation->boxes)
        return detectorHtml(muted, nullptr, evaluation);
    if (!makesPictures(task))
        return {}; // boxes that nothing tells apart
    struct Column {
        QString name;
        QString one, mean;
    };
    const auto quality = preview ? preview->quality : std::nullopt;
    const bool some = means.count > 0;
    const auto cell = [](bool known, const QString& text) { return known ? text : QStringLiteral("…"); };
    const auto figure = [&](const char* name, double PictureQuality::*field, int decimals) {
        return Column{
            QLatin1String(name),
            cell(quality.has_value(), quality ? figureText((*quality).*field, decimals) : QString()),
            cell(some, figureText(means.mean.*field, decimals))};
    };
    QList<Column> columns{
        {QStringLiteral("PSNR"), cell(quality.has_value(), quality ? decibelText(quality->psnr) : QString()),
         cell(some, decibelText(means.mean.psnr))},
        figure("SSIM", &PictureQuality::ssim, 4),
        figure("MS-SSIM", &PictureQuality::msSsim, 4),
        figure("GMSD", &PictureQuality::gmsd, 4),
        figure("HaarPSI", &PictureQuality::haarPsi, 4),
        figure("VSI", &PictureQuality::vsi, 4),
        figure("FLIP", &PictureQuality::flip, 4),
        figure("LPIPS", &PictureQuality::lpips, 4)};
    // What pictures are too small for, or no network was given for, takes no room.
    columns.removeIf([](const Column& column) {
        const QString none = figureText(std::nan(""), 4);
        return column.one == none && column.mean == none;
    });
    // Against what should come out, where that is known: the original's own figure stands beside.
    if (evaluation != nullptr && evaluation->referencePsnr && evaluation->psnr) {
        const auto two = [](double now, double before) {
            return QStringLiteral("%1 (%2)").arg(
                QLocale().toString(now, 'f', 2), QLocale().toString(before, 'f', 2));
        };
        const auto scores = preview ? preview->scores : std::nullopt;
        columns << Column{
            say(QT_TRANSLATE_NOOP("PictureFigures", "to target (original)")),
            cell(
                scores.has_value(),
                scores ? two(double(scores->psnr), double(scores->referencePsnr)) : QString()),
            two(evaluation->psnr->value, evaluation->referencePsnr->value)};
    }
    QString head = QStringLiteral("<td></td>"), one, mean;
    const auto td = [](const QString& style, const QString& text) {
        return QStringLiteral("<td align='right' style='padding-left:7px;%1'>%2</td>").arg(style, text);
    };
    const QString quiet = QStringLiteral("color:%1").arg(muted);
    one = QStringLiteral("<td style='%1'>%2</td>")
              .arg(quiet, say(QT_TRANSLATE_NOOP("PictureFigures", "this picture")));
    mean = QStringLiteral("<td style='%1'>%2</td>")
               .arg(quiet, say(QT_TRANSLATE_NOOP("PictureFigures", "mean of %1")).arg(means.count));
    for (const Column& column : columns) {
        head += td(quiet, column.name);
        one += td(QStringLiteral("font-weight:bold"), column.one);
        mean += td({}, column.mean);
    }
    return QStringLiteral("<table cellspacing='0' cellpadding='0'><tr>%1</tr><tr>%2</tr><tr>%3</tr></table>")
        .arg(head, one, mean);
}

QString figuresSpoken(const QString& html)
{
    return QTextDocumentFragment::fromHtml(html).toPlainText().simplified();
}

} // namespace tritloom
