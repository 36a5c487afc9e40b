#include "app/gui/pictures/picture_cards.h"

#include "app/gui/evaluation/interaction_note.h"
#include "app/gui/evaluation/prediction_note.h"
#include "app/gui/number_text.h"
#include "app/gui/pictures/picture_words.h"
#include "app/gui/theme.h"
#include "app/gui/widgets/card.h"

#include <QHBoxLayout>
#include <QLocale>
#include <QVBoxLayout>

#include <cmath>
#include <limits>

namespace tritloom {
namespace {

QString shareText(const Measured& share)
{
    return QStringLiteral("%1 ± %2").arg(formatShare(share.value), formatShare(share.standardError));
}

QString plusMinus(const Measured& measured, int decimals)
{
    return QStringLiteral("%1 ± %2").arg(
        QLocale().toString(measured.value, 'f', decimals),
        QLocale().toString(measured.standardError, 'f', decimals));
}

} // namespace

PictureCards::PictureCards(Workspace& workspace, QWidget* parent)
    : QWidget(parent)
    , m_workspace(workspace)
    , m_quality(new Card(tr("Quality"), this))
    , m_difference(new Card(tr("Against the original"), this))
    , m_headline(new QLabel(this))
    , m_kind(makeGivingLabel(this))
    , m_change(new QLabel(this))
    , m_course(new ConvergencePlot(this))
{
    setObjectName(QStringLiteral("pictureCards"));
    m_headline->setObjectName(QStringLiteral("pictureHeadline"));
    QFont large = font();
    large.setPixelSize(26);
    large.setWeight(QFont::DemiBold);
    m_headline->setFont(large);
    m_kind->setAlignment(Qt::AlignRight | Qt::AlignBottom);
    m_kind->setFont(figureFont(font(), 11));
    m_course->setToolTip(tr("Over the pictures so far, with its 95 % interval; dashed: the original"));
    m_course->setAccessibleName(tr("Course of the measurement"));
    auto* const first = new QHBoxLayout;
    first->addWidget(m_headline);
    first->addWidget(m_kind, 1);
    m_quality->column()->addLayout(first);
    m_quality->column()->addWidget(m_change);
    m_quality->column()->addWidget(m_course);
    const auto is = [&](PictureTask task) {
        return workspace.model().picture && workspace.model().picture->task == task;
    };
    const bool classifies = is(PictureTask::Classification), detects = is(PictureTask::Detection);
    m_divergence = m_difference->addRow(
        tr("Divergence, measured"),
        classifies ? tr("KL divergence of the class probabilities from the original’s, nats a picture")
                   : tr("Squared error over the variance of what the original makes"));
    m_predicted = m_difference->addRow(tr("Divergence, predicted"), predictionToolTip());
    m_second = m_difference->addRow(
        classifies    ? tr("Same class")
            : detects ? tr("Same boxes")
                      : tr("PSNR to it, dB"));
    m_third = m_difference->addRow(
        classifies                                                          ? tr("Flips")
            : detects                                                       ? tr("Boxes a picture")
            : is(PictureTask::StyleTransfer) || is(PictureTask::Generation) ? tr("SSIM to it")
                                                                            : tr("SSIM to target"));
    m_divergence->setObjectName(QStringLiteral("pictureDivergence"));
    m_interacts = new InteractionNote(workspace, this);
    m_interacts->setObjectName(QStringLiteral("pictureInteracts"));
    m_difference->column()->addWidget(m_interacts);
    m_note = new PredictionNote(workspace, this);
    m_difference->column()->addWidget(m_note);
    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    column->addWidget(m_quality);
    column->addWidget(m_difference);
    setVisible(workspace.model().picture.has_value());
    if (!workspace.model().picture)
        return;

    EvaluationController& evaluation = workspace.evaluation();
    connect(&evaluation, &EvaluationController::started, this, [this] {
        m_points.clear();
        m_course->setCourse({}, 1);
        refresh();
    });
    connect(&evaluation, &EvaluationController::measured, this, [this](const Evaluation& now) {
        if (const auto* const known = m_workspace.evaluation().pictureEvaluation(now.allocation)) {
            m_shown = *known;
            const Headline headline = headlineOf(*known);
            m_points.push_back({double(now.chunksDone), headline.value.value, headline.value.standardError});
            m_course->setCourse(m_points, double(now.chunksTotal));
        }
        refresh();
    });
    connect(&evaluation, &EvaluationController::finished, this, &PictureCards::refresh);
    connect(&workspace.pictures(), &PicturesController::changed, this, [this] {
        m_shown.reset();
        refresh();
    });
    connect(&workspace.document(), &AllocationDocument::changed, this, &PictureCards::refresh);
    SensitivityController& sensitivity = workspace.sensitivity();
    connect(&sensitivity, &SensitivityController::tableChanged, this, &PictureCards::refresh);
    connect(&sensitivity, &SensitivityController::runningChanged, this, &PictureCards::refresh);
    connect(&sensitivity, &SensitivityController::corrected, this, &PictureCards::refresh);
    if (const auto* const known = evaluation.pictureEvaluation(workspace.document().allocation())) {
        m_shown = *known; // a page made later shows what is known already
        const Headline headline = headlineOf(*known);
        m_points.push_back({double(known->samplesDone), headline.value.value, headline.value.standardError});
        m_course->setCourse(m_points, double(known->samplesTotal));
    }
    refresh();
}

void PictureCards::showOriginal(bool original)
{
    m_original = original;
    if (m_workspace.model().picture)
        refresh();
}

void PictureCards::refresh()
{
    const ThemeColors colors = themeColors(palette());
    const QString none = QStringLiteral("–");
    const Allocation& now = m_workspace.document().allocation();
    m_predicted->setText(m_original ? none : predictedText(m_workspace));
    tint(m_predicted, colors.mutedText);
    m_interacts->refresh(m_original);
    m_note->setOriginalShown(m_original);
    if (!m_shown) {
        m_quality->title()->setText(tr("Quality"));
        for (QLabel* const label : {m_headline, m_divergence, m_second, m_third})
            label->setText(none);
        m_kind->clear();
        m_change->clear();
        return;
    }
    const PictureEvaluation& shown = *m_shown;
    const Headline headline = headlineOf(shown);
    const bool stale = !m_original && shown.allocation != now;
    m_quality->title()->setText(
        tr("%1 · %2 of %3 pictures").arg(headline.name).arg(shown.samplesDone).arg(shown.samplesTotal));
    m_course->setReference(headline.reference);
    const QLocale locale;
    if (m_original) {
        m_headline->setText(originalHeadline(shown).text());
        m_kind->clear();
        m_change->setText(tr("original"));
    } else {
        m_headline->setText(headline.text());
        const bool equal = headline.text() == decibelText(std::numeric_limits<double>::infinity());
        m_kind->setText(
            stale       ? tr("of an earlier step")
                : equal ? QString() // which has no error
                        : tr("± %1 measured")
                              .arg(locale.toString(headline.value.standardError, 'f', headline.decimals)));
        const double change = headline.reference ? headline.value.value - *headline.reference : 0;
        m_change->setText(
            m_workspace.isUnchanged() ? tr("original")
                : headline.isDistance ? tr("lower is closer")
                : headline.reference  ? tr("%1 to original %2")
                                           .arg(
                                               (change < 0 ? QStringLiteral("−") : QStringLiteral("+"))
                                                   + locale.toString(std::abs(change), 'f', 2),
                                               locale.toString(*headline.reference, 'f', 2))
                                     : tr("higher is closer"));
        tint(m_change, change < -0.005 ? colors.warning : colors.mutedText);
    }
    const bool original = m_original || m_workspace.isUnchanged();
    m_divergence->setText(
        original ? QStringLiteral("0")
                 : formatMeasured(shown.divergence.value, shown.divergence.standardError));
    if (shown.agreement) {
        m_second->setText(original ? formatShare(1) : shareText(*shown.agreement));
        m_third->setText(tr("%1 of %2").arg(original ? 0 : shown.flips).arg(shown.samplesDone));
    } else if (shown.boxAgreement && shown.boxes && shown.referenceBoxes) {
        m_second->setText(original ? formatShare(1) : shareText(*shown.boxAgreement));
        m_third->setText(plusMinus(original ? *shown.referenceBoxes : *shown.boxes, 2));
    } else {
        m_second->setText(original ? tr("equal") : shown.fidelity ? plusMinus(*shown.fidelity, 2) : none);
        const auto& ssim = original ? shown.referenceSsim : shown.ssim;
        m_third->setText(ssim ? plusMinus(*ssim, 4) : none);
    }
    const QColor figure = stale ? colors.mutedText : palette().color(QPalette::WindowText);
    for (QLabel* const label : {m_headline, m_divergence, m_second, m_third})
        tint(label, figure);
}

} // namespace tritloom
