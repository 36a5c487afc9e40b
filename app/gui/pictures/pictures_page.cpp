#include "app/gui/pictures/pictures_page.h"

#include "app/gui/core_words.h"
#include "app/gui/number_text.h"
#include "app/gui/pictures/classes_view.h"
#include "app/gui/pictures/picture_figures.h"
#include "app/gui/pictures/picture_words.h"
#include "app/gui/pictures/pictures_dialog.h"
#include "app/gui/pictures/planes_view.h"
#include "app/gui/pictures/seed_thumbnails.h"
#include "app/gui/theme.h"
#include "app/gui/widgets/elided_label.h"

#include <QApplication>
#include <QCheckBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QListView>
#include <QPushButton>
#include <QScopedValueRollback>
#include <QSlider>
#include <QSpinBox>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace tritloom {

PicturesPage::PicturesPage(Workspace& workspace, QWidget* parent)
    : QWidget(parent)
    , m_workspace(workspace)
    , m_whole(new QStackedWidget(this))
    , m_views(new QStackedWidget(this))
    , m_list(new QListView(this))
    , m_classes(new ClassesView(this))
    , m_planes(new PlanesView(this))
    , m_emptyText(new QLabel(this))
    , m_state(new ElidedLabel({}, this))
    , m_figures(new QLabel(this))
    , m_pixel(new ElidedLabel({}, this))
    , m_notices(new ElidedLabel({}, this))
    , m_choose(new QPushButton(tr("&Pictures…"), this))
    , m_flip(new QPushButton(tr("Hold to flip"), this))
    , m_moreSteps(new QPushButton(tr("More steps"), this))
    , m_worstFirst(new QCheckBox(this))
    , m_wipe(new QSlider(Qt::Horizontal, this))
    , m_steps(new QSpinBox(this))
{
    setObjectName(QStringLiteral("picturesPage"));
    auto* const outer = new QVBoxLayout(this);
    outer->setContentsMargins(10, 8, 10, 8);
    outer->addWidget(m_whole);
    makeEmpty();
    auto* const filled = new QWidget(this);
    auto* const column = new QVBoxLayout(filled);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(6);
    makeHeader(*column);
    m_list->setObjectName(QStringLiteral("pictureList"));
    m_list->setAccessibleName(tr("Pictures"));
    m_list->setModel(&m_model);
    m_list->setIconSize({thumbnailSide, thumbnailSide});
    m_list->setUniformItemSizes(true);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setTextElideMode(Qt::ElideRight);
    m_list->setMinimumWidth(120);
    m_views->addWidget(m_planes);
    m_views->addWidget(m_classes);
    // The one that is never seen here does not say how wide the page is.
    (isClassifier() ? static_cast<QWidget*>(m_planes) : m_classes)->setMinimumSize(1, 1);
    auto* const side = new QWidget(this);
    auto* const sideColumn = new QVBoxLayout(side);
    sideColumn->setContentsMargins(0, 0, 0, 0);
    sideColumn->setSpacing(4);
    sideColumn->addWidget(m_worstFirst);
    sideColumn->addWidget(m_list, 1);
    auto* const splitter = new QSplitter(this);
    splitter->addWidget(side);
    splitter->addWidget(m_views);
    splitter->setStretchFactor(1, 1);
    splitter->setSizes({isClassifier() ? 190 : 150, 610}); // seeds and decibels are short, pictures are wide
    splitter->setChildrenCollapsible(false);
    column->addWidget(splitter, 1);
    m_figures->setObjectName(QStringLiteral("pictureFigures"));
    m_figures->setTextFormat(Qt::RichText);
    m_figures->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_figures->setToolTip(tr("LPIPS needs a feature network: give one under Pictures…"));
    auto* const footer = new QHBoxLayout;
    m_figures->setMinimumSize(1, 1); // never makes the page wider than the window, nor higher than its lines
    // A table keeps its columns, a classifier's figures fit, those of boxes go on in a second line.
    const auto& picture = m_workspace.model().picture;
    const bool isRow = picture && !makesPictures(picture->task);
    m_figures->setWordWrap(isRow && !isClassifier());
    footer->addWidget(m_figures, isRow ? 1 : 0);
    footer->addStretch(isRow ? 0 : 1);
    column->addLayout(footer);
    m_whole->addWidget(filled);

    m_outcomesSoon.setSingleShot(true);
    m_outcomesSoon.setInterval(60); // a list of hundreds is not drawn anew for each of them
    connect(&m_outcomesSoon, &QTimer::timeout, this, &PicturesPage::showOutcomes);
    connectWorkspace();
    takePictures();
}

void PicturesPage::connectWorkspace()
{
    if (!m_workspace.model().picture)
        return;
    connect(m_list->selectionModel(), &QItemSelectionModel::currentChanged, this, [this] {
        m_follows = m_follows && m_sorting; // a picture chosen by hand stays
        requestPreview();
    });
    connect(m_classes, &ClassesView::measureAsked, this, [this] {
        m_workspace.evaluation().request(m_workspace.document().allocation());
    });
    new SeedThumbnails(
        m_workspace, m_model, [this] { return task(); }, [this] { return isVisible(); }, this);
    connect(&m_workspace.pictures(), &PicturesController::changed, this, &PicturesPage::takePictures);
    connect(&m_workspace.pictures(), &PicturesController::loadingChanged, this, &PicturesPage::showState);
    connect(&m_workspace.pictures(), &PicturesController::failed, this, [this](const QString& why) {
        m_why = coreWords(why);
        showState();
    });
    connect(&m_workspace.document(), &AllocationDocument::changed, this, &PicturesPage::requestPreview);
    PicturePreviewController& previews = m_workspace.picturePreview();
    connect(&previews, &PicturePreviewController::updated, this, &PicturesPage::takePreview);
    connect(&previews, &PicturePreviewController::runningChanged, this, &PicturesPage::showState);
    connect(&previews, &PicturePreviewController::failed, this, [this](const QString& why) {
        m_why = coreWords(why);
        showState();
    });
    connect(&m_workspace.evaluation(), &EvaluationController::outcomesArrived, &m_outcomesSoon, [this] {
        if (!m_outcomesSoon.isActive())
            m_outcomesSoon.start();
    });
    connect(&m_workspace.evaluation(), &EvaluationController::finished, this, [this] {
        showOutcomes();
        sort();
    });
}

bool PicturesPage::isClassifier() const
{
    const auto& picture = m_workspace.model().picture;
    return picture && picture->task == PictureTask::Classification;
}

TaskOptions PicturesPage::task() const
{
    TaskOptions options = m_workspace.pictures().options().task;
    if (m_workspace.model().picture->task == PictureTask::Generation)
        options.steps = std::size_t(m_steps->value());
    return options;
}

void PicturesPage::takePictures()
{
    const auto pictures = m_workspace.pictures().current();
    m_why.clear();
    m_preview.reset();
    m_model.setPictures(pictures);
    m_whole->setCurrentIndex(pictures ? 1 : 0);
    if (pictures) {
        const PictureModel& model = *pictures->model()->picture;
        const bool generates = model.task == PictureTask::Generation;
        m_views->setCurrentIndex(model.task == PictureTask::Classification ? 1 : 0);
        m_classes->setPictures(pictures);
        m_planes->setModel(model);
        m_planes->clear({});
        const QSignalBlocker quiet(m_steps);
        m_steps->setRange(1, int(std::min<std::size_t>(model.schedule.steps, 1000)));
        m_steps->setValue(int(pictures->options().task.steps));
        m_steps->setVisible(generates);
        m_moreSteps->setVisible(generates);
        QStringList notices;
        for (const std::string& notice : pictures->pictures().notices)
            notices << coreWords(notice);
        m_notices->setText(notices.join(QStringLiteral("; ")));
        m_notices->setToolTip(notices.join(QLatin1Char('\n')));
        showOutcomes();
        m_follows = true;
        m_asked = false;
        const QScopedValueRollback sorting(m_sorting, true);
        if (!m_workspace.evaluation().outcomes().empty()) // a page that was made after the measurement
            sort();
        m_list->setCurrentIndex(m_model.index(0)); // asks for its preview
        // The button that was pressed is gone; the next key is for the pictures and not for what sorts them.
        if (const QWidget* const at = QApplication::focusWidget(); at != nullptr && isAncestorOf(at))
            m_list->setFocus();
    }
    showState();
}

void PicturesPage::choosePictures()
{
    auto* const dialog = new PicturesDialog(m_workspace, this);
    dialog->open();
}

void PicturesPage::showOriginal(bool original)
{
    m_planes->setFlipped(original);
}

void PicturesPage::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    if (m_wanted)
        requestPreview();
}

void PicturesPage::requestPreview()
{
    const auto sample = m_model.sampleAt(m_list->currentIndex().row());
    m_wanted = !isVisible();
    if (!sample || m_wanted)
        return; // asked again when somebody looks
    m_why.clear();
    m_workspace.picturePreview().request(
        *sample, m_workspace.document().allocation(), task(), m_planes->map());
    showState();
}

void PicturesPage::moreSteps()
{
    m_steps->setValue(m_steps->value() * 2);
}

void PicturesPage::takePreview(const PicturePreview& preview)
{
    m_preview = preview;
    if (isClassifier())
        m_classes->setPreview(preview);
    else
        m_planes->setPreview(preview);
    showFigures();
    showState();
}

void PicturesPage::showOutcomes()
{
    const auto& outcomes = m_workspace.evaluation().outcomes();
    if (outcomes.empty())
        return;
    m_model.setOutcomes(outcomes);
    if (isClassifier())
        m_classes->setOutcomes(outcomes);
    showFigures();
}

void PicturesPage::sort()
{
    // A new set is looked at in its own order: only pictures that flip, or somebody who asks for it, change
    // that.
    const bool sorts = m_worstFirst->isChecked()
        && (!isClassifier() || m_asked
            || std::ranges::any_of(m_workspace.evaluation().outcomes(), &PictureOutcome::flips));
    m_model.sortWorstFirst(sorts);
    const QScopedValueRollback sorting(m_sorting, true);
    if (m_follows && sorts)
        m_list->setCurrentIndex(m_model.index(0));
    m_list->scrollTo(m_list->currentIndex());
}

void PicturesPage::showFigures()
{
    const auto* const evaluation =
        m_workspace.evaluation().pictureEvaluation(m_workspace.document().allocation());
    m_figures->setText(figuresHtml(
        palette(), m_workspace.model().picture->task, m_preview, evaluation, meanQuality(m_workspace.evaluation().outcomes())));
    m_figures->setAccessibleName(figuresSpoken(m_figures->text()));
}

void PicturesPage::showState()
{
    if (m_workspace.pictures().current() == nullptr) {
        setProperty("busy", m_workspace.pictures().isLoading());
        const auto& picture = m_workspace.model().picture;
        m_emptyText->setText(
            !picture ? tr("Here a network on pictures shows what it makes of them. This model works on text: "
                          "its samples are on the page “Text samples”.")
                : m_workspace.pictures().isLoading() ? tr("Reading the pictures…")
                : !m_why.isEmpty()                   ? m_why
                                   : tr("%1. Drop pictures, or a folder of them, on the window to measure "
                                        "it; without any, its layers can be "
                                        "looked at and exported.")
                                         .arg(taskText(*picture)));
        return;
    }
    const bool running = m_workspace.picturePreview().isRunning();
    const bool isCurrent = m_preview && m_preview->allocation == m_workspace.document().allocation()
        && (isClassifier() ? !m_preview->compressedClasses.empty() : !m_preview->compressed.isNull());
    // Whoever takes a picture of the page waits for this.
    setProperty(
        "busy",
        m_workspace.pictures().isLoading()
            || (m_list->currentIndex().isValid() && !isCurrent && m_why.isEmpty()));
    m_planes->setStale(!isCurrent);
    m_classes->setStale(!isCurrent);
    const ThemeColors colors = themeColors(palette());
    QPalette tinted = m_state->palette();
    tinted.setColor(QPalette::WindowText, !m_why.isEmpty() ? colors.bad : colors.mutedText);
    m_state->setPalette(tinted);
    m_state->setForegroundRole(QPalette::WindowText);
    m_state->setText(
        m_workspace.pictures().isLoading() ? tr("Reading the pictures…")
            : !m_why.isEmpty()             ? m_why
            : isCurrent                    ? tr("made in %1").arg(formatDuration(m_preview->elapsed))
            : running                      ? tr("Being made…")
                                           : QString());
}

void PicturesPage::keyPressEvent(QKeyEvent* event)
{
    if (event->key() != Qt::Key_Space || isClassifier())
        return QWidget::keyPressEvent(event);
    if (!event->isAutoRepeat())
        m_planes->setFlipped(true);
}

void PicturesPage::keyReleaseEvent(QKeyEvent* event)
{
    if (event->key() != Qt::Key_Space || isClassifier())
        return QWidget::keyReleaseEvent(event);
    if (!event->isAutoRepeat())
        m_planes->setFlipped(false);
}

QWidget* makePicturesPage(Workspace& workspace, QWidget* parent)
{
    return new PicturesPage(workspace, parent);
}

} // namespace tritloom
