#include "app/gui/evaluation/preview_page.h"

#include "app/gui/core_words.h"
#include "app/gui/evaluation/history_list.h"
#include "app/gui/evaluation/interaction_note.h"
#include "app/gui/evaluation/memory_card.h"
#include "app/gui/evaluation/original_row.h"
#include "app/gui/evaluation/prediction_note.h"
#include "app/gui/evaluation/speed_card.h"
#include "app/gui/number_text.h"
#include "app/gui/pictures/picture_cards.h"
#include "app/gui/pictures/pictures_dialog.h"
#include "app/gui/recipes/blame_dialog.h"
#include "app/gui/theme.h"
#include "app/gui/widgets/card.h"
#include "app/gui/widgets/flip_switch.h"
#include "app/gui/widgets/gently.h"
#include "app/gui/widgets/quiet_progress.h"

#include <QHBoxLayout>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>

#include <algorithm>
#include <cmath>

namespace tritloom {
PreviewPage::PreviewPage(Workspace& workspace, QWidget* parent)
    : QWidget(parent)
    , m_workspace(workspace)
    , m_flip(new FlipSwitch(this))
    , m_pictureCards(new PictureCards(workspace, this))
    , m_memory(new MemoryCard(workspace, this))
    , m_speed(new SpeedCard(workspace, this))
    , m_state(new QLabel(this))
    , m_progress(new QProgressBar(this))
    , m_failure(new QLabel(this))
    , m_measure(new QPushButton(this))
    , m_history(new HistoryList(workspace, this))
{
    setObjectName(QStringLiteral("previewPage"));
    m_state->setObjectName(QStringLiteral("previewState"));
    m_failure->setObjectName(QStringLiteral("previewFailure"));
    m_failure->setWordWrap(true);
    m_measure->setObjectName(QStringLiteral("measureNow"));
    connect(m_measure, &QPushButton::clicked, this, [this] {
        if (m_workspace.engine().whyNotEvaluated().empty())
            m_workspace.evaluation().request(m_workspace.document().allocation());
        else
            (new PicturesDialog(m_workspace, this))->open();
    });
    m_progress->setTextVisible(false);
    m_progress->setRange(0, 1000);

    auto* const inner = new QWidget;
    auto* const column = new QVBoxLayout(inner);
    column->setContentsMargins(10, 2, 10, 8);
    column->setSpacing(8);
    column->addWidget(new OriginalRow(workspace, this));
    column->addWidget(m_flip);
    column->addWidget(m_state);
    column->addWidget(m_progress);
    column->addWidget(m_failure);
    column->addWidget(m_measure, 0, Qt::AlignLeft);
    makeQualityCards();
    column->addWidget(m_perplexityCard);
    column->addWidget(m_divergenceCard);
    column->addWidget(m_pictureCards);
    column->addWidget(m_memory);
    column->addWidget(m_speed);
    auto* const history = new Card(
        workspace.model().picture ? tr("History: quality, measured") : tr("History: perplexity, measured"),
        this);
    m_history->setMinimumHeight(96);
    history->column()->addWidget(m_history, 1);
    column->addWidget(history, 1);

    auto* const scroll = new QScrollArea(this);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setAccessibleName(tr("Figures of the preview")); // it takes focus itself
    scroll->setWidget(inner);
    auto* const whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->addWidget(scroll);
    // Narrower, the cards would be cut off at the right.
    // Figures that are not there yet take more room than their dashes.
    const int least = workspace.model().picture ? 330 : 342;
    setMinimumWidth(std::max(least, inner->minimumSizeHint().width() + 2));

    const std::function<void()> calm = gently(
        this, [this] { return m_workspace.document().inGesture(); }, [this] { refreshAll(); });
    EvaluationController& evaluation = workspace.evaluation();
    connect(&evaluation, &EvaluationController::started, this, [this, calm] {
        m_why.clear();
        m_course->setCourse({}, 1);
        m_points.clear();
        calm();
    });
    connect(&evaluation, &EvaluationController::measured, this, [this, calm](const Evaluation& now) {
        m_shown = now;
        m_points.push_back({double(now.chunksDone), now.perplexity.value, now.perplexity.standardError});
        m_course->setCourse(m_points, double(now.chunksTotal));
        calm();
    });
    connect(&evaluation, &EvaluationController::finished, this, &PreviewPage::refreshAll);
    connect(&evaluation, &EvaluationController::failed, this, [this](const QString& why) {
        m_why = why;
        refreshAll();
    });
    connect(&workspace.document(), &AllocationDocument::changed, this, calm);
    connect(&workspace.sensitivity(), &SensitivityController::tableChanged, this, &PreviewPage::refreshAll);
    connect(&workspace.sensitivity(), &SensitivityController::cellMeasured, this, [this] {
        if (!m_cellsTimer.isActive())
            m_cellsTimer.start(200, this);
    });
    connect(&workspace.sensitivity(), &SensitivityController::runningChanged, this, &PreviewPage::refreshAll);
    connect(&workspace.sensitivity(), &SensitivityController::corrected, this, &PreviewPage::refreshAll);
    connect(m_flip, &FlipSwitch::chosen, this, &PreviewPage::originalAsked);
    m_shown = evaluation.latest(); // a page made later shows what is known already
    if (m_shown) {
        m_points.push_back(
            {double(m_shown->chunksDone), m_shown->perplexity.value, m_shown->perplexity.standardError});
        m_course->setCourse(m_points, double(m_shown->chunksTotal));
    }
    refreshAll();
}

void PreviewPage::makeQualityCards()
{
    m_perplexityCard = new Card(tr("Perplexity"), this);
    m_perplexity = new QLabel(this);
    m_perplexity->setObjectName(QStringLiteral("perplexity"));
    QFont large = font();
    large.setPixelSize(26);
    large.setWeight(QFont::DemiBold);
    m_perplexity->setFont(large);
    m_kind = makeGivingLabel(this);
    m_change = new QLabel(this);
    m_predicted = makeGivingLabel(this);
    m_predicted->setToolTip(
        tr("Predicted from the sensitivity table: original × e^divergence; replaced by the measurement"));
    for (QLabel* const label : {m_kind, m_predicted}) {
        label->setAlignment(Qt::AlignRight | Qt::AlignBottom);
        label->setFont(figureFont(font(), 11));
    }
    auto* const first = new QHBoxLayout;
    first->addWidget(m_perplexity);
    first->addWidget(m_kind, 1);
    auto* const second = new QHBoxLayout;
    second->addWidget(m_change);
    second->addWidget(m_predicted, 1);
    m_course = new ConvergencePlot(this);
    m_course->setToolTip(tr(
        "Perplexity over the text so far, with its 95 % interval; dashed: the original, dotted: predicted"));
    m_course->setAccessibleName(tr("Course of the measurement"));
    m_perplexityCard->column()->addLayout(first);
    m_perplexityCard->column()->addLayout(second);
    m_perplexityCard->column()->addWidget(m_course);

    m_divergenceCard = new Card(tr("Against the original"), this);
    m_kl = m_divergenceCard->addRow(
        tr("KL divergence, measured"),
        tr("Nats per token: how far the next-token probabilities moved from the original's"));
    m_predictedKl = m_divergenceCard->addRow(tr("KL divergence, predicted"), predictionToolTip());
    m_agreement = m_divergenceCard->addRow(
        tr("Same top token, measured"), tr("How often both models would say the same next token"));
    m_kl->setObjectName(QStringLiteral("measuredKl"));
    m_predictedKl->setObjectName(QStringLiteral("predictedKl"));
    m_interacts = new InteractionNote(m_workspace, this);
    m_interacts->setObjectName(QStringLiteral("interacts"));
    m_divergenceCard->column()->addWidget(m_interacts);
    m_note = new PredictionNote(m_workspace, this);
    m_divergenceCard->column()->addWidget(m_note);
    m_divergenceCard->column()->addWidget(makeBlameButton(m_workspace, this), 0, Qt::AlignLeft);
}

void PreviewPage::timerEvent(QTimerEvent*)
{
    m_cellsTimer.stop();
    refreshQuality();
}

void PreviewPage::showOriginal(bool original)
{
    m_original = original;
    m_flip->setOriginal(original);
    m_speed->showOriginal(original);
    m_memory->showOriginal(original);
    m_pictureCards->showOriginal(original);
    refreshAll();
}

void PreviewPage::refreshAll()
{
    refreshState();
    refreshQuality();
}

void PreviewPage::refreshState()
{
    const ThemeColors colors = themeColors(palette());
    const EvaluationController& evaluation = m_workspace.evaluation();
    const bool onPictures = m_workspace.model().picture.has_value();
    const QString whyNot = coreWords(m_workspace.engine().whyNotEvaluated());
    const QString why = !whyNot.isEmpty() && onPictures
        ? tr("Nothing is measured yet: drop pictures, or a folder of them, on the window.")
        : !whyNot.isEmpty() ? tr("This model cannot be run here, so nothing is measured: %1").arg(whyNot)
        : !m_why.isEmpty()  ? tr("The measurement failed: %1").arg(coreWords(m_why))
                            : QString();
    m_failure->setText(why);
    m_failure->setVisible(!why.isEmpty());
    tint(m_failure, whyNot.isEmpty() ? colors.bad : colors.warning);
    m_perplexityCard->setVisible(whyNot.isEmpty() && !onPictures);
    m_divergenceCard->setVisible(whyNot.isEmpty() && !onPictures);
    m_pictureCards->setVisible(whyNot.isEmpty() && onPictures);
    m_progress->setVisible(evaluation.isRunning());
    showProgress(*m_progress, int(evaluation.fraction() * 1000));
    m_state->setVisible(whyNot.isEmpty());
    const bool current = m_shown && m_shown->allocation == m_workspace.document().allocation();
    const bool lacksPictures = !whyNot.isEmpty() && onPictures;
    m_measure->setText(lacksPictures ? tr("Choose pictures…") : tr("Measure now"));
    m_measure->setVisible(
        lacksPictures
        || (whyNot.isEmpty() && !m_original && !evaluation.isRunning() && !m_workspace.document().inGesture()
            && !(current && m_shown->isComplete())));
    if (m_original) {
        m_state->setText(tr("Showing the original; Space flips back"));
        tint(m_state, colors.warning);
    } else if (evaluation.isRunning()) {
        m_state->setText(tr("Measuring, %1 %").arg(int(evaluation.fraction() * 100)));
        tint(m_state, colors.accent);
    } else if (current && m_shown->isComplete()) {
        m_state->setText(
            m_shown->elapsed.count() == 0 ? tr("Measured earlier")
                                          : tr("Measured in %1").arg(formatDuration(m_shown->elapsed)));
        tint(m_state, colors.good);
    } else {
        m_state->setText(m_shown ? tr("Not measured as it is now") : tr("Nothing measured yet"));
        tint(m_state, colors.mutedText);
    }
}

void PreviewPage::refreshQuality()
{
    const ThemeColors colors = themeColors(palette());
    const auto predictedKl = predictedAtFirst(m_workspace);
    const bool original = m_original || m_workspace.isUnchanged();
    const bool current = m_shown && m_shown->allocation == m_workspace.document().allocation();
    m_predictedKl->setText(m_original ? QStringLiteral("–") : predictedText(m_workspace));
    tint(m_predictedKl, colors.mutedText);
    m_interacts->refresh(m_original);
    m_note->setOriginalShown(m_original);
    m_course->setReference(m_shown ? std::optional(m_shown->referencePerplexity.value) : std::nullopt);
    if (!m_shown) {
        for (QLabel* const label : {m_perplexity, m_kl, m_agreement})
            label->setText(QStringLiteral("–"));
        for (QLabel* const label : {m_kind, m_change, m_predicted})
            label->clear();
        m_perplexityCard->title()->setText(tr("Perplexity"));
        return;
    }
    const double reference = m_shown->referencePerplexity.value;
    const auto predicted = predictedKl ? std::optional(reference * std::exp(*predictedKl)) : std::nullopt;
    m_course->setPrediction(m_original ? std::nullopt : predicted);
    m_perplexityCard->title()->setText(tr("Perplexity · %1 tokens of %2 chunks")
                                           .arg(QLocale().toString(qulonglong(m_shown->tokens)))
                                           .arg(m_shown->chunksTotal));
    const Measured& shown = m_original ? m_shown->referencePerplexity : m_shown->perplexity;
    // While a new allocation waits for its measurement the prediction stands in, and says so by its colour.
    const bool stale = !current && !m_original;
    const double value = stale && predicted ? *predicted : shown.value;
    m_perplexity->setText(formatPerplexity(value));
    tint(m_perplexity, stale ? colors.mutedText : palette().color(QPalette::WindowText));
    m_kind->setText(
        !stale          ? tr("± %1 measured").arg(formatPerplexity(shown.standardError))
            : predicted ? tr("predicted")
                        : tr("of an earlier step"));
    const double change = value - reference;
    m_change->setText(
        original ? tr("original")
                 : tr("%1 to original %2")
                       .arg(
                           (change < 0 ? QStringLiteral("−") : QStringLiteral("+"))
                               + formatPerplexity(std::abs(change)),
                           formatPerplexity(reference)));
    tint(m_change, change > 0.0005 && !m_original ? colors.warning : colors.mutedText);
    m_predicted->setText(
        predicted && !stale && !m_original ? tr("%1 predicted").arg(formatPerplexity(*predicted))
                                           : QString());
    m_kl->setText(
        original ? QStringLiteral("0") : formatMeasured(m_shown->kl.value, m_shown->kl.standardError));
    m_agreement->setText(
        original ? formatShare(1)
                 : QStringLiteral("%1 ± %2").arg(
                     formatShare(m_shown->topTokenAgreement.value),
                     formatShare(m_shown->topTokenAgreement.standardError)));
    for (QLabel* const label : {m_kl, m_agreement})
        tint(label, stale ? colors.mutedText : palette().color(QPalette::WindowText));
}

QWidget* makePreviewPage(Workspace& workspace, QWidget* parent)
{
    return new PreviewPage(workspace, parent);
}

} // namespace tritloom
